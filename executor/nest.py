"""Nested structures of lists, tuples and dicts, flattened and put together again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def flatten(structure: object) -> list[Any]:
    """Leaves in order; dicts by sorted key where keys can be sorted; None is a leaf."""
    if isinstance(structure, dict):
        return [leaf for key in _keys(structure) for leaf in flatten(structure[key])]
    if isinstance(structure, list | tuple):
        return [leaf for part in structure for leaf in flatten(part)]
    return [structure]


def map_structure(function: Callable[[Any], object], structure: object) -> Any:
    """The same structure with `function(leaf)` for each leaf, in flatten's order."""
    if isinstance(structure, dict):
        mapped = {key: map_structure(function, structure[key]) for key in _keys(structure)}
        return type(structure)((key, mapped[key]) for key in structure)
    if isinstance(structure, tuple) and hasattr(structure, "_fields"):
        return type(structure)(*[map_structure(function, part) for part in structure])
    if isinstance(structure, list | tuple):
        return type(structure)([map_structure(function, part) for part in structure])
    return function(structure)


def pack(structure: object, leaves: list[Any]) -> Any:
    """`structure` with its leaves replaced, in flatten's order."""
    source = iter(leaves)
    return map_structure(lambda _: next(source), structure)


def _keys(structure: dict[object, object]) -> list[object]:
    try:
        return sorted(structure)  # type: ignore[type-var]
    except TypeError:
        return list(structure)
