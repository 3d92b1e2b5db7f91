"""Method resolution: C3 order over user classes, native classes and unknown ones."""

from __future__ import annotations

import builtins
from collections import OrderedDict, deque
from functools import lru_cache

from .. import natives
from ..unknown import Unknown
from ..values import Class, Instance, Module, Names, Namespace, NativeClass, Super, Value

# Native classes whose every attribute Python itself can tell us.
BUILTIN_CLASSES: dict[str, type] = {
    f"builtins.{name}": value for name, value in vars(builtins).items() if isinstance(value, type)
}
BUILTIN_CLASSES |= {"collections.deque": deque, "collections.OrderedDict": OrderedDict}

OBJECT = NativeClass("builtins.object")


def mro_of(cls: Value) -> tuple[Value, ...]:
    """The classes an attribute is searched in, in order."""
    if isinstance(cls, Class):
        return cls.mro
    return native_mro(cls) if isinstance(cls, NativeClass) else (cls,)


@lru_cache(maxsize=4096)
def native_mro(cls: NativeClass) -> tuple[NativeClass, ...]:
    """The order of a native class: itself, its bases, `object`."""
    chains = [list(native_mro(base)) for base in cls.bases]
    merged = c3([*chains, list(cls.bases)])
    rest = [base for chain in chains for base in chain] if merged is None else merged
    order = [cls, *rest]
    if OBJECT not in order:
        order.append(OBJECT)
    return tuple(dict.fromkeys(order))


def linearise(cls: Class) -> tuple[Value, ...]:
    """The order of a user class; where Python would refuse one, depth first."""
    chains = [list(mro_of(base)) for base in cls.bases]
    merged = c3([*chains, list(cls.bases)])
    if merged is None:
        merged = list(dict.fromkeys(base for chain in chains for base in chain))
    if OBJECT not in merged:
        merged.append(OBJECT)
    return (cls, *merged)


def c3(chains: list[list[Value]]) -> list[Value] | None:
    """The C3 merge of several orders, None when they contradict each other."""
    merged: list[Value] = []
    chains = [list(chain) for chain in chains if chain]
    while chains:
        head = next(
            (c[0] for c in chains if not any(_among(c[0], other[1:]) for other in chains)), None
        )
        if head is None:
            return None
        merged.append(head)
        chains = [[c for c in chain if not _same(c, head)] for chain in chains]
        chains = [chain for chain in chains if chain]
    return merged


def _same(a: Value, b: Value) -> bool:
    native = isinstance(a, NativeClass) and isinstance(b, NativeClass)
    return a is b or (native and a.name == b.name)


def _among(item: Value, others: list[Value]) -> bool:
    return any(_same(item, other) for other in others)


def find_in_class(cls: Value, name: str, alone: bool = False) -> tuple[Value, Value] | None:
    """A class attribute and the class it was found in; Unknown behind an unknown base."""
    for base in (cls,) if alone else mro_of(cls):
        if isinstance(base, Class):
            if name in base.names:
                return base.names[name], base
        elif isinstance(base, NativeClass):
            found = natives.table.get(f"{base.name}.{name}")
            if found is not None:
                return found, base
        elif isinstance(base, Unknown):
            return base, base
    return None


def is_subclass(cls: Value, base: Value) -> bool | None:
    """Whether `cls` derives from `base`; None behind an unknown base."""
    chain = mro_of(cls)
    if any(_same(c, base) for c in chain):
        return True
    return None if any(isinstance(c, Unknown) for c in chain) else False


__all__ = ["BUILTIN_CLASSES", "OBJECT", "Names", "find_in_class", "is_subclass", "linearise"]


def type_name(obj: Value) -> str:
    """The class of a value as Python's messages name it."""
    if isinstance(obj, Instance):
        return obj.cls.name.rsplit(".", 1)[-1]
    if isinstance(obj, Super):
        return "super"
    if isinstance(obj, Class | NativeClass):
        return f"type object '{obj.name}'"
    return getattr(obj, "name", "") if isinstance(obj, Module | Namespace) else type(obj).__name__
