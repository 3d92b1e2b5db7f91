"""The table of functions and classes the analyzer implements, by canonical name.

A native gets the interpreter and the call, and returns a value; it never raises on bad
user input: what it proves wrong it emits as a fact (`interp.emit`) and returns Unknown.
Before it changes a list, dict, set or state object it calls `interp.touch` on it.

Names with a meaning for the interpreter; `C` is a native class or one of its bases:
- `C.__construct__` makes the value of `C(...)` itself (builtin types). Otherwise an
  Instance is made, `C.__new__` (receiver: the object) may set its `state` or return
  another value, and `__init__` runs, the program's own or `C.__init__`.
- `C.method` is bound to its receiver when read; a `native_property` runs.
- `C.__getattr__` (args: name; `kwargs["super"]` when asked through `super()`) is asked for
  all other names: Unknown, a value, or `ABSENT`, which becomes an AttributeError.
- `C.__setattr__` (args: name, value) runs instead of a plain store; it stores by
  `interp.store_attribute` and emits AttributeSet itself.
- `C.__init_subclass__` (receiver: the new class), `C.__instancecheck__` (args: value),
  `C.__call__`, `C.__enter__`, `C.__exit__`, `C.__iter__`, `C.__getitem__`, `C.__len__`, ...
- `C.__catches__` gives the names of the exceptions that a `with` of it swallows.
- `tensor.__getattr__` (tensor, name), `tensor.__setattr__` (tensor, name, value),
  `tensor.__binary__` (op, left, right; also comparisons), `tensor.__augmented__` (op,
  left, right), `tensor.__unary__` (op, x; also "abs"), `tensor.__getitem__`,
  `tensor.__setitem__`, `tensor.__iter__` (a list, Repeated or Unknown), `tensor.__len__`,
  `tensor.__bool__`, `tensor.__int__`, `tensor.__float__`, `tensor.__class__`.
- `module.__getattr__` (canonical name, spelling; receiver: the module) may answer before
  the table does (None: go on); `module.__all__` (name) lists what `import *` binds.
- `class.__kind__` (class) is the `base` of ClassDefined; `instance.__join__` (a, b) joins
  objects with a state; `root.__analyse__` (function or class) analyses what nobody called
  (None: as a plain function); `analysis.__finish__` runs at the end.
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
