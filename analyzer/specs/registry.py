"""All specs, found by walking this package once: by class name, spelling, identifier."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import TypeVar

from .base import LayerSpec, NamedSpec, OpSpec

Spec = TypeVar("Spec", LayerSpec, OpSpec, NamedSpec)


def _modules() -> Iterator[ModuleType]:
    package = importlib.import_module(__package__ or "")
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda i: i.name):
        yield importlib.import_module(f"{package.__name__}.{info.name}")


@cache
def _all() -> tuple[object, ...]:
    """Every spec bound to a module-level name, or in a module-level tuple, once."""
    found: dict[int, object] = {}
    for module in _modules():
        for value in vars(module).values():
            members = value if isinstance(value, tuple) else (value,)
            found |= {id(v): v for v in members if isinstance(v, LayerSpec | OpSpec | NamedSpec)}
    return tuple(found.values())


@cache
def layers() -> dict[str, LayerSpec]:
    """Layer specs by class name, aliases and legacy names included."""
    specs = [s for s in _all() if isinstance(s, LayerSpec)]
    return {n: s for s in specs for n in (s.name, *s.aliases, *s.legacy)}


@cache
def ops() -> dict[str, OpSpec]:
    """Op specs by canonical name."""
    return {s.name: s for s in _all() if isinstance(s, OpSpec)}


@cache
def spellings() -> dict[str, tuple[OpSpec, str]]:
    """Every public spelling ("tf.reduce_sum") with its op and its own signature."""
    specs = [s for s in _all() if isinstance(s, OpSpec)]
    return {n: (s, text or s.signature) for s in specs for n, text in s.names.items()}


@cache
def named(family: str) -> dict[str, NamedSpec]:
    """The named specs of one family ("loss", "metric", ...) by class name and alias."""
    specs = [s for s in _all() if isinstance(s, NamedSpec) and s.family == family]
    return {n: s for s in specs for n in (s.name, *s.aliases)}


@cache
def functions(family: str) -> dict[str, NamedSpec]:
    """The specs of one family that also have a function, by its name."""
    specs = set_of(named(family))
    return {f: s for s in specs for f in s.functions}


@cache
def identifiers(family: str, dialect: str = "keras3") -> dict[str, NamedSpec]:
    """The strings Keras resolves in one family, as it wants them written."""
    found = {}
    for spec in set_of(named(family)):
        texts = spec.keras2 if dialect == "keras2" else None
        found |= dict.fromkeys(spec.identifiers if texts is None else texts, spec)
    return found


def resolve(family: str, identifier: str, dialect: str = "keras3") -> NamedSpec | None:
    """What a string means to Keras; None where Keras does not know it."""
    known = identifiers(family, dialect)
    # Measured: only optimizers are found whatever the case of the letters.
    return known.get(identifier.lower() if family == "optimizer" else identifier)


def set_of(specs: Mapping[str, Spec]) -> list[Spec]:
    """Each spec once, in order of declaration."""
    return list({id(s): s for s in specs.values()}.values())
