"""Methods of list, dict, set and deque; every change is preceded by `touch`."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...natives import native
from ...unknown import Unknown
from ...values import Call, Instance, Iterator, Names, Site, Value
from ..errors import python_error
from ..subscripts import is_key
from .binding import method
from .iterators import in_order

if TYPE_CHECKING:
    from ..interpreter import Interpreter


def state_of(receiver: Value) -> Value:
    """The plain container behind a receiver, also of a subclass."""
    return receiver.state if isinstance(receiver, Instance) else receiver


def _list_method(*names: str, signature: str) -> Callable[..., Callable[..., Value]]:
    """A method of list and deque whose receiver is touched first."""

    def register(run: Callable[..., Value]) -> Callable[..., Value]:
        full = [f"builtins.list.{n}" for n in names] + [f"builtins.deque.{n}" for n in names]

        def call(interp: Interpreter, site: Site, receiver: Value, **given: Value) -> Value:
            items = state_of(receiver)
            if not isinstance(items, list | deque):
                return Unknown("a list of unknown content")
            interp.touch(items)
            return run(interp, site, items, **given)

        return method(*full, signature=signature)(call)

    return register


@_list_method("append", signature="(item)")
def append(interp: Interpreter, site: Site, items: list[Value], item: Value) -> Value:
    """`items.append(item)`"""
    items.append(item)
    return None


@_list_method("extend", signature="(iterable)")
def extend(interp: Interpreter, site: Site, items: list[Value], iterable: Value) -> Value:
    """`items.extend(iterable)`"""
    more = None if isinstance(iterable, Unknown) else interp.iterate(iterable, site)
    if more is None:
        interp.heap.forget(items)
    else:
        items.extend(more)
    return None


@_list_method("insert", signature="(index, item)")
def insert(interp: Interpreter, site: Site, items: list[Value], index: Value, item: Value) -> Value:
    """`items.insert(index, item)`"""
    if isinstance(index, int):
        items.insert(index, item)
    else:
        interp.heap.forget(items)
    return None


@_list_method("pop", signature="(index=-1)")
def pop(interp: Interpreter, site: Site, items: list[Value], index: Value) -> Value:
    """`items.pop(index)`"""
    return _take(interp, site, items, index)


def _take(
    interp: Interpreter, site: Site, items: list[Value] | deque[Value], index: Value
) -> Value:
    if not isinstance(index, int):
        interp.heap.forget(items)
        return Unknown("an item at an unknown index")
    if not -len(items) <= index < len(items):
        detail = {"index": index, "length": len(items)}
        return python_error(interp, "index", "IndexError", detail, site, items)
    item = items[index]
    del items[index]
    return item


@_list_method("appendleft", signature="(item)")
def append_left(interp: Interpreter, site: Site, items: deque[Value], item: Value) -> Value:
    """`queue.appendleft(item)`"""
    items.appendleft(item)
    return None


@_list_method("popleft", signature="()")
def pop_left(interp: Interpreter, site: Site, items: deque[Value]) -> Value:
    """`queue.popleft()`"""
    return _take(interp, site, items, 0) if items else Unknown("an item of an empty deque")


@_list_method("clear", signature="()")
def clear(interp: Interpreter, site: Site, items: list[Value]) -> Value:
    """`items.clear()`"""
    items.clear()
    return None


@_list_method("reverse", signature="()")
def reverse(interp: Interpreter, site: Site, items: list[Value]) -> Value:
    """`items.reverse()`"""
    items.reverse()
    return None


@_list_method("remove", signature="(item)")
def remove(interp: Interpreter, site: Site, items: list[Value], item: Value) -> Value:
    """`items.remove(item)`"""
    from ..comparing import compare

    for index, other in enumerate(items):
        holds = other is item or compare(interp, "==", other, item, site)
        if holds is True:
            del items[index]
            return None
        if holds is not False:
            interp.heap.forget(items)
            return None
    if interp.catches("ValueError"):
        python_error(interp, "value", "ValueError", {"function": "remove"}, site)
    return None


@_list_method("sort", signature="(*, key=None, reverse=False)")
def sort(interp: Interpreter, site: Site, items: list[Value], key: Value, reverse: Value) -> Value:
    """`items.sort(key=..., reverse=...)`"""
    made = in_order(interp, list(items), key, reverse, site)
    if made is None:
        interp.heap.forget(items)
    else:
        items[:] = made
    return None


@native("builtins.list.copy", "builtins.dict.copy", "builtins.set.copy", "builtins.deque.copy")
def copied(interp: Interpreter, call: Call) -> Value:
    """A shallow copy."""
    source = state_of(call.receiver)
    made = dict(source) if isinstance(source, Names) else copy.copy(source)
    interp.fresh(made)
    return made


def _dict_method(name: str, signature: str) -> Callable[..., Callable[..., Value]]:
    def register(run: Callable[..., Value]) -> Callable[..., Value]:
        def call(interp: Interpreter, site: Site, receiver: Value, **given: Value) -> Value:
            content = state_of(receiver)
            if not isinstance(content, dict):
                return Unknown("a dict of unknown content")
            return run(interp, site, content, **given)

        return method(f"builtins.dict.{name}", signature=signature)(call)

    return register


@_dict_method("get", "(key, default=None)")
def get(
    interp: Interpreter, site: Site, content: dict[Value, Value], key: Value, default: Value
) -> Value:
    """`d.get(key, default)`"""
    return content.get(key, default) if is_key(key) else Unknown("an unknown key")


@_dict_method("setdefault", "(key, default=None)")
def set_default(
    interp: Interpreter, site: Site, content: dict[Value, Value], key: Value, default: Value
) -> Value:
    """`d.setdefault(key, default)`"""
    interp.touch(content)
    if is_key(key):
        return content.setdefault(key, default)
    interp.heap.forget(content)
    return Unknown("an unknown key")


_REQUIRED = object()


@native("builtins.dict.pop")
def pop_key(interp: Interpreter, call: Call) -> Value:
    """`d.pop(key, default)`"""
    content, key = state_of(call.receiver), call.args[0] if call.args else None
    if not isinstance(content, dict):
        return Unknown("a dict of unknown content")
    interp.touch(content)
    if not is_key(key):
        interp.heap.forget(content)
        return Unknown("an unknown key")
    default = call.args[1] if len(call.args) > 1 else _REQUIRED
    if key not in content and default is _REQUIRED:
        return python_error(interp, "key", "KeyError", {"key": key}, call.site, content)
    return content.pop(key, default)


@_dict_method("popitem", "()")
def pop_item(interp: Interpreter, site: Site, content: dict[Value, Value]) -> Value:
    """`d.popitem()`"""
    interp.touch(content)
    return content.popitem() if content else Unknown("an item of an empty dict")


@_dict_method("clear", "()")
def clear_dict(interp: Interpreter, site: Site, content: dict[Value, Value]) -> Value:
    """`d.clear()`"""
    interp.touch(content)
    content.clear()
    return None


@_dict_method("keys", "()")
def keys(interp: Interpreter, site: Site, content: dict[Value, Value]) -> Value:
    """`d.keys()`, as it is now."""
    return tuple(content)


@_dict_method("values", "()")
def values(interp: Interpreter, site: Site, content: dict[Value, Value]) -> Value:
    """`d.values()`, as it is now."""
    return tuple(content.values())


@_dict_method("items", "()")
def pairs(interp: Interpreter, site: Site, content: dict[Value, Value]) -> Value:
    """`d.items()`, as it is now."""
    return tuple(content.items())


@native("builtins.dict.update")
def update(interp: Interpreter, call: Call) -> Value:
    """`d.update(other, **more)`"""
    from .conversions import dict_of

    content = state_of(call.receiver)
    if isinstance(content, dict):
        made = dict_of(interp, call)
        if made is None:
            interp.heap.forget(content)
        else:
            interp.touch(content)
            content.update(made)
    return None


@native("builtins.dict.fromkeys")
def from_keys(interp: Interpreter, call: Call) -> Value:
    """`dict.fromkeys(keys, value)`"""
    found = interp.iterate(call.args[0], call.site) if call.args else None
    if found is None or not all(map(is_key, found)):
        return Unknown("a dict with unknown keys")
    made = dict.fromkeys(found, call.args[1] if len(call.args) > 1 else None)
    interp.fresh(made)
    return made


from_keys.static = True  # type: ignore[attr-defined]


def _set_change(name: str) -> None:
    @native(f"builtins.set.{name}")
    def call(interp: Interpreter, given: Call) -> Value:
        items = state_of(given.receiver)
        if not isinstance(items, set):
            return Unknown("a set of unknown content")
        interp.touch(items)
        others = _set_arguments(interp, name, given)
        if others is None:
            interp.heap.forget(items)
            return None
        try:
            return getattr(items, name)(*others)
        except KeyError:
            return python_error(interp, "key", "KeyError", {}, given.site, items)


def _set_arguments(interp: Interpreter, name: str, given: Call) -> list[Value] | None:
    if name in ("add", "remove", "discard", "pop", "clear"):
        return list(given.args) if all(map(is_key, given.args)) else None
    found = [interp.iterate(value, given.site) for value in given.args]
    known = all(items is not None and all(map(is_key, items)) for items in found)
    return list(found) if known else None


for _name in (
    "add",
    "remove",
    "discard",
    "pop",
    "clear",
    "update",
    "intersection_update",
    "difference_update",
    "symmetric_difference_update",
):
    _set_change(_name)


def _set_result(name: str) -> None:
    @native(f"builtins.set.{name}", f"builtins.frozenset.{name}")
    def call(interp: Interpreter, given: Call) -> Value:
        items = state_of(given.receiver)
        others = _set_arguments(interp, name, given)
        if others is None or not isinstance(items, set | frozenset):
            return Unknown("a set of unknown content")
        made = getattr(items, name)(*others)
        if isinstance(made, set):
            interp.fresh(made)
        return made


for _name in (
    "union",
    "intersection",
    "difference",
    "symmetric_difference",
    "issubset",
    "issuperset",
    "isdisjoint",
):
    _set_result(_name)


def _protocol(name: str, run: Callable[[Interpreter, Call, Value], Value]) -> None:
    for cls in ("list", "dict", "set", "tuple", "str"):

        @native(f"builtins.{cls}.{name}")
        def call(interp: Interpreter, given: Call) -> Value:
            return run(interp, given, state_of(given.receiver))


def _get_item(interp: Interpreter, given: Call, container: Value) -> Value:
    from ..subscripts import get_item

    return get_item(interp, container, given.args[0], given.site)


def _set_item(interp: Interpreter, given: Call, container: Value) -> Value:
    from ..subscripts import set_item

    set_item(interp, container, given.args[0], given.args[1], given.site)
    return None


def _contains(interp: Interpreter, given: Call, container: Value) -> Value:
    from ..comparing import compare

    return compare(interp, "in", given.args[0], container, given.site)


def _iterate(interp: Interpreter, given: Call, container: Value) -> Value:
    items = interp.iterate(container, given.site)
    return Unknown("unknown items") if items is None else Iterator(items=items)


def _length(interp: Interpreter, given: Call, container: Value) -> Value:
    sized = isinstance(container, list | dict | set | tuple | str)
    return len(container) if sized else Unknown("unknown length")  # type: ignore[arg-type]


_protocol("__getitem__", _get_item)
_protocol("__setitem__", _set_item)
_protocol("__contains__", _contains)
_protocol("__iter__", _iterate)
_protocol("__len__", _length)
