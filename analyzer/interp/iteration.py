"""Iterating: known items one by one, otherwise an element that stands for all."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from .. import natives
from ..unknown import Unknown
from ..values import (
    Call,
    Class,
    Flag,
    Instance,
    Iterator,
    NativeClass,
    Repeated,
    Site,
    Tensor,
    Value,
)
from .errors import python_error
from .opaque import is_opaque

if TYPE_CHECKING:
    from .interpreter import Interpreter

MAX_ITEMS = 100_000
# The items of a range of symbolic length; a `for` gives each pass a fresh symbol for it.
INDEX = Unknown("the index of a loop of unknown length")
_NOT_ITERABLE = (int, float, complex, bool, type(None), type(...))


def iterate(interp: Interpreter, value: Value, site: Site) -> list[Value] | None:
    """The items of a finite known iterable; None when their number is unknown."""
    if isinstance(value, range):
        return None if value[MAX_ITEMS:] else list(value)
    if isinstance(value, tuple | str | bytes):
        return list(value) if len(value) <= MAX_ITEMS else None
    if isinstance(value, list | dict | set | frozenset | deque):
        return None if is_opaque(value) else list(value)
    special = _ITERATE.get(type(value))
    if special is not None:
        return special(interp, value, site)
    if isinstance(value, _NOT_ITERABLE):
        detail = {"type": type(value).__name__}
        python_error(interp, "iterate", "TypeError", detail, site, value)
    return None


def _tensor_items(interp: Interpreter, value: Tensor, site: Site) -> list[Value] | None:
    hook = natives.hook("tensor.__iter__")
    made = None if hook is None else hook(interp, Call((value,), {}, site, value))
    return None if made is None or isinstance(made, Tensor) else iterate(interp, made, site)


def _class_items(interp: Interpreter, value: Class, site: Site) -> list[Value] | None:
    members = value.names.get("__members__")
    return list(members.values()) if isinstance(members, dict) else None


def _instance_items(interp: Interpreter, value: Instance, site: Site) -> list[Value] | None:
    made = iterator_of(interp, value, site)
    return None if made is value else iterate(interp, made, site)


def iterator_of(interp: Interpreter, value: Value, site: Site) -> Value:
    """What `iter(value)` gives: something `iterate` understands, or Unknown."""
    if not isinstance(value, Instance):
        return value
    method = interp.find_attribute(value, "__iter__", site)
    if method is None or isinstance(method, Unknown):
        if isinstance(value.state, list | dict | set | tuple | str):
            return value.state
        if method is None:
            return _by_index(interp, value, site)
        return method
    made = interp.call(method, (), {}, site)
    return _by_next(interp, made, site) if isinstance(made, Instance) else made


def _by_index(interp: Interpreter, value: Instance, site: Site) -> Value:
    """The old protocol: `__getitem__` from 0, here only with a known `__len__`."""
    getter = interp.find_attribute(value, "__getitem__", site)
    length = interp.find_attribute(value, "__len__", site)
    if getter is None and not isinstance(value.cls, NativeClass):
        detail = {"type": value.cls.name}
        return python_error(interp, "iterate", "TypeError", detail, site, value)
    if getter is None or length is None or isinstance(length, Unknown):
        return Unknown("iteration by index")
    count = interp.call(length, (), {}, site)
    if not isinstance(count, int) or count > interp.options.max_unroll:
        return Unknown("iteration by index")
    return [interp.call(getter, (i,), {}, site) for i in range(count)]


def _by_next(interp: Interpreter, made: Instance, site: Site) -> Value:
    """An object with `__next__`: nobody knows how often it can be asked."""
    if isinstance(made.state, list | tuple):
        return made.state
    return Unknown("an iterator of the program's own")


def rest_of(interp: Interpreter, value: Iterator) -> list[Value] | None:
    """What an iterator has left; it is used up."""
    items = materialise(interp, value)
    if items is None or value.position is None:
        return None
    interp.touch(value)
    rest, value.position = items[value.position :], len(items)
    return rest


_ITERATE: dict[type, Callable[..., list[Value] | None]] = {
    Iterator: lambda interp, value, site: rest_of(interp, value),
    Tensor: _tensor_items,
    Instance: _instance_items,
    Class: _class_items,
}


def materialise(interp: Interpreter, value: Iterator) -> list[Value] | None:
    """All items of an iterator, produced now if they were not yet."""
    if value.produce is not None:
        interp.touch(value)
        produce, value.produce = value.produce, None
        value.items = produce()
    return value.items


def element_of(interp: Interpreter, value: Value, site: Site) -> Value:
    """What one item of an iterable of unknown length looks like."""
    if isinstance(value, Repeated):
        return value.element
    if isinstance(value, Tensor):
        hook = natives.hook("tensor.__iter__")
        if hook is not None:
            made = hook(interp, Call((value,), {}, site, value))
            return made.element if isinstance(made, Repeated) else Unknown("an item")
    if isinstance(value, Instance):
        made = iterator_of(interp, value, site)
        if isinstance(made, Repeated):
            return made.element
    return Unknown("an item of an unknown iterable")


def length_of(value: Value) -> Value:
    """How many items a `Repeated` has; Unknown for anything else of unknown length."""
    return value.length if isinstance(value, Repeated) else Unknown("unknown length")


__all__ = ["Flag", "element_of", "iterate", "iterator_of", "materialise", "rest_of"]
