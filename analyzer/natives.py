"""The table of functions and classes the analyzer implements, by canonical name.

A native gets the interpreter and the call, and returns a value; it never raises on bad
user input: what it proves wrong it emits as a fact (`interp.emit`) and returns Unknown.
"""

from __future__ import annotations

from collections.abc import Callable

from .values import Call, Native, NativeClass, NativeProperty, Value

table: dict[str, Native | NativeProperty | NativeClass] = {}
# Asked in turn for a canonical name that is not in the table: constants, specs, modules.
resolvers: list[Callable[[str], Value | None]] = []


def native(*names: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Register a function under canonical names ("builtins.len", "keras.Model.fit")."""

    def register(run: Callable[..., Value]) -> Callable[..., Value]:
        table.update((name, Native(name, run)) for name in names)
        return run

    return register


def native_property(*names: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Register an attribute that is computed when it is read ("keras.Model.layers")."""

    def register(run: Callable[..., Value]) -> Callable[..., Value]:
        table.update((name, NativeProperty(name, run)) for name in names)
        return run

    return register


def hook(name: str) -> Callable[..., Value] | None:
    """What runs under a name, None when nothing is registered there."""
    found = table.get(name)
    return None if found is None or isinstance(found, NativeClass) else found.run


def resolve(name: str) -> Value | None:
    """What a canonical name stands for, None when nobody knows it."""
    found = table.get(name)
    if found is not None:
        return found
    for resolver in resolvers:
        value = resolver(name)
        if value is not None:
            return value
    return None


def native_class(name: str, *bases: NativeClass, spec: object = None) -> NativeClass:
    """Register a class under its canonical name; its methods are natives of their own."""
    made = NativeClass(name, bases, spec)
    table[name] = made
    return made


__all__ = [
    "Call",
    "hook",
    "native",
    "native_class",
    "native_property",
    "resolve",
    "resolvers",
    "table",
]
