"""Nested structures (lists, tuples, dicts) of tensors: flatten, rebuild, map.

Dict entries are visited in the order of their sorted keys, as Keras does it; an
`OrderedDict` keeps its own order. Everything that is not a list, tuple or dict is a leaf.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

Nested = Any  # a leaf, or lists, tuples and dicts of them


def is_nested(value: Nested) -> bool:
    """Whether a value is a container rather than a leaf."""
    return isinstance(value, list | tuple | dict)


def keys(mapping: dict[Any, Any]) -> list[Any]:
    """The keys of a dict in the order in which its entries are visited."""
    if isinstance(mapping, OrderedDict):
        return list(mapping)
    try:
        return sorted(mapping)
    except TypeError:
        return sorted(mapping, key=str)


def _children(value: Nested) -> Iterator[tuple[object, Nested]]:
    if isinstance(value, dict):
        for key in keys(value):
            yield key, value[key]
    else:
        yield from enumerate(value)


def flatten(value: Nested) -> list[Any]:
    """The leaves of a structure, left to right."""
    if not is_nested(value):
        return [value]
    return [leaf for _, child in _children(value) for leaf in flatten(child)]


def flatten_with_path(
    value: Nested, path: tuple[object, ...] = ()
) -> list[tuple[tuple[object, ...], Any]]:
    """The leaves of a structure with the keys that lead to each."""
    if not is_nested(value):
        return [(path, value)]
    return [
        found for key, child in _children(value) for found in flatten_with_path(child, (*path, key))
    ]


def pack(structure: Nested, leaves: Iterable[Any]) -> Nested:
    """The structure with its leaves replaced, left to right."""
    return _pack(structure, iter(leaves))


def _pack(structure: Nested, leaves: Iterator[Any]) -> Nested:
    if not is_nested(structure):
        return next(leaves)
    if isinstance(structure, dict):
        packed = {key: _pack(structure[key], leaves) for key in keys(structure)}
        return _like(structure, ((key, packed[key]) for key in structure))
    return _like(structure, [_pack(child, leaves) for child in structure])


def _like(original: Nested, items: Iterable[Any]) -> Nested:
    """Items in a container of the original's kind."""
    if isinstance(original, dict):
        return OrderedDict(items) if isinstance(original, OrderedDict) else dict(items)
    if isinstance(original, tuple):
        fields = getattr(original, "_fields", None)
        return tuple(items) if fields is None else type(original)(*items)
    return list(items)


def map_structure(function: Callable[..., Any], first: Nested, *rest: Nested) -> Nested:
    """The function applied to corresponding leaves; further structures follow the first."""
    if not is_nested(first):
        return function(first, *rest)
    if isinstance(first, dict):
        mapped = {k: map_structure(function, first[k], *(r[k] for r in rest)) for k in keys(first)}
        return _like(first, ((key, mapped[key]) for key in first))
    groups = zip(first, *rest, strict=True)
    return _like(first, [map_structure(function, *group) for group in groups])


def same_structure(left: Nested, right: Nested) -> bool:
    """Whether two structures have equal containers; lists and tuples count as equal."""
    if is_nested(left) != is_nested(right):
        return False
    if not is_nested(left):
        return True
    if isinstance(left, dict) or isinstance(right, dict):
        return (
            isinstance(left, dict)
            and isinstance(right, dict)
            and set(left) == set(right)
            and all(same_structure(left[k], right[k]) for k in left)
        )
    return len(left) == len(right) and all(
        same_structure(a, b) for a, b in zip(left, right, strict=True)
    )


def is_shape(value: Nested) -> bool:
    """Whether a list or tuple is one shape rather than a structure of shapes."""
    return isinstance(value, list | tuple) and all(d is None or isinstance(d, int) for d in value)


def map_shapes(function: Callable[[tuple[Any, ...]], Any], value: Nested) -> Nested:
    """The function applied to each shape of a structure of shapes."""
    if value is None or is_shape(value):
        return function(value if value is None else tuple(value))
    if isinstance(value, dict):
        return {k: map_shapes(function, v) for k, v in value.items()}
    return _like(value, [map_shapes(function, v) for v in value])


__all__ = [
    "flatten",
    "flatten_with_path",
    "is_nested",
    "is_shape",
    "keys",
    "map_shapes",
    "map_structure",
    "pack",
    "same_structure",
]


def present(value: Any) -> bool:
    """Whether there is anything but None in a value or a list of values."""
    parts = value if isinstance(value, list | tuple) else [value]
    return any(part is not None for part in parts)
