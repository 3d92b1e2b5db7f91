"""The table of functions and classes the analyzer implements, by canonical name.

A native gets the interpreter and the call, and returns a value; it never raises on bad
user input: what it proves wrong it emits as a fact (`interp.emit`) and returns Unknown.
"""

from __future__ import annotations

from collections.abc import Callable

from .values import Call, Native, NativeClass, Value

table: dict[str, Native | NativeClass] = {}


def native(*names: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Register a function under canonical names ("builtins.len", "keras.Model.fit")."""

    def register(run: Callable[..., Value]) -> Callable[..., Value]:
        table.update((name, Native(name, run)) for name in names)
        return run

    return register


def native_class(name: str, *bases: NativeClass, spec: object = None) -> NativeClass:
    """Register a class under its canonical name; its methods are natives of their own."""
    made = NativeClass(name, bases, spec)
    table[name] = made
    return made


__all__ = ["Call", "native", "native_class", "table"]
