"""`container[index]`: reading, writing, deleting."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from .. import natives
from ..dims import Expr
from ..unknown import Unknown
from ..values import (
    Bound,
    Call,
    Class,
    Flag,
    Function,
    Instance,
    Module,
    Native,
    NativeClass,
    Repeated,
    Site,
    Tensor,
    TensorShape,
    Value,
)
from .errors import python_error

if TYPE_CHECKING:
    from .interpreter import Interpreter

_KEYS = (str, int, float, bytes, bool, type(None), type(...), complex, range)
_KEYS += (Class, NativeClass, Function, Native, Module, Tensor)
_SEQUENCES = (list, tuple, str, bytes, range, deque)
_PLAIN_NUMBERS = (int, float, complex, bool, type(None), type(...))


def is_key(value: Value) -> bool:
    """Whether a value is hashable and known well enough to be a key."""
    if isinstance(value, _KEYS):
        return True
    if isinstance(value, tuple | frozenset):
        return all(map(is_key, value))
    if isinstance(value, Instance) and isinstance(value.cls, Class):
        names = [base.names for base in value.cls.mro if isinstance(base, Class)]
        return value.state is None and not any("__eq__" in n or "__hash__" in n for n in names)
    return isinstance(value, Instance | Bound)


def index_of(interp: Interpreter, parts: Sequence[cst.SubscriptElement]) -> Value:
    """The value between the brackets; several parts make a tuple."""
    if len(parts) == 1 and not isinstance(parts[0].comma, cst.Comma):
        return _part(interp, parts[0].slice)
    return tuple(_part(interp, part.slice) for part in parts)


def _part(interp: Interpreter, part: cst.BaseSlice) -> Value:
    if isinstance(part, cst.Index):
        return interp.eval(part.value)
    assert isinstance(part, cst.Slice)
    ends = (part.lower, part.upper, part.step)
    return slice(*(None if end is None else interp.eval(end) for end in ends))


def get_item(interp: Interpreter, container: Value, index: Value, site: Site) -> Value:
    """`container[index]`"""
    if isinstance(container, Unknown):
        return container
    if isinstance(container, dict):
        return _from_dict(interp, container, index, site)
    if isinstance(container, _SEQUENCES):
        return _from_sequence(interp, container, index, site)
    special = _GET.get(type(container))
    if special is not None:
        return special(interp, container, index, site)
    if isinstance(container, _PLAIN_NUMBERS):
        detail = {"type": type(container).__name__, "operation": "[]"}
        return python_error(interp, "type", "TypeError", detail, site, container)
    return Unknown("subscript")


def _from_dict(interp: Interpreter, container: dict, index: Value, site: Site) -> Value:
    if not is_key(index):
        return Unknown("an unknown key")
    if index in container:
        return container[index]
    factory = getattr(container, "factory", None)
    if factory is not None:
        interp.touch(container)
        container[index] = interp.call(factory, (), {}, site)
        return container[index]
    if getattr(container, "counts", False):
        return 0
    return python_error(interp, "key", "KeyError", {"key": index}, site, container)


def _from_sequence(
    interp: Interpreter, container: Sequence[Value], index: Value, site: Site
) -> Value:
    if isinstance(index, slice):
        return _sliced(interp, container, index)
    if isinstance(index, int):
        if -len(container) <= index < len(container):
            return container[index]
        detail = {"index": index, "length": len(container)}
        return python_error(interp, "index", "IndexError", detail, site, container)
    if isinstance(index, Expr):
        return _any_of(interp, container)
    if isinstance(index, str | float | tuple | list | None):
        detail = {"type": type(container).__name__, "index": index}
        return python_error(interp, "type", "TypeError", detail, site, container)
    return Unknown("an unknown index")


def _sliced(interp: Interpreter, container: Sequence[Value], index: slice) -> Value:
    ends = (index.start, index.stop, index.step)
    if not all(end is None or isinstance(end, int) for end in ends) or index.step == 0:
        return Unknown("an unknown slice")
    if isinstance(container, deque):
        return Unknown("a slice of a deque")
    part = container[index]
    if isinstance(part, list):
        interp.fresh(part)
    return TensorShape(part) if isinstance(container, TensorShape) else part


def _any_of(interp: Interpreter, container: Sequence[Value]) -> Value:
    """An item at a symbolic index: what all items have in common."""
    if not container or len(container) > 64 or isinstance(container, str | bytes):
        return Unknown("an unknown index")
    items = list(container)
    joined = items[0]
    for item in items[1:]:
        joined = interp.join(joined, item, "index")
    return joined


def _from_instance(interp: Interpreter, value: Instance, index: Value, site: Site) -> Value:
    method = interp.find_attribute(value, "__getitem__", site)
    if method is not None and not (isinstance(method, Bound) and _of_builtin(method)):
        return interp.call(method, (index,), {}, site)
    if isinstance(value.state, dict | list | tuple | str):
        if isinstance(value.state, dict) and is_key(index) and index not in value.state:
            fallback = interp.find_attribute(value, "__missing__", site)
            if fallback is not None:
                return interp.call(fallback, (index,), {}, site)
        return get_item(interp, value.state, index, site)
    return interp.unknown("subscript of an object") if method is None else Unknown("subscript")


def _of_builtin(method: Bound) -> bool:
    function = method.function
    return isinstance(function, Native) and function.name.startswith("builtins.")


def _from_tensor(interp: Interpreter, value: Tensor, index: Value, site: Site) -> Value:
    hook = natives.hook("tensor.__getitem__")
    if hook is None:
        return Unknown("tensor subscript")
    return hook(interp, Call((value, index), {}, site, value))


def _from_class(interp: Interpreter, value: Class, index: Value, site: Site) -> Value:
    members = value.names.get("__members__")
    if isinstance(members, dict):
        return get_item(interp, members, index, site)
    method = interp.find_attribute(value, "__class_getitem__", site)
    return value if method is None else interp.call(method, (index,), {}, site)


def _from_repeated(interp: Interpreter, value: Repeated, index: Value, site: Site) -> Value:
    if isinstance(index, int | Expr):
        return value.element
    return Unknown("a part of a sequence of unknown length")


_GET = {
    Instance: _from_instance,
    Tensor: _from_tensor,
    Class: _from_class,
    Repeated: _from_repeated,
    NativeClass: lambda interp, value, index, site: value,  # list[int], Generic[T]
}


def set_item(interp: Interpreter, container: Value, index: Value, value: Value, site: Site) -> None:
    """`container[index] = value`"""
    if isinstance(container, Unknown):
        interp.escape(container)
    elif isinstance(container, list):
        _into_list(interp, container, index, value, site)
    elif isinstance(container, dict):
        _into_dict(interp, container, index, value)
    elif isinstance(container, Instance):
        _into_instance(interp, container, index, value, site)
    elif isinstance(container, Tensor):
        hook = natives.hook("tensor.__setitem__")
        if hook is not None:
            call = Call((container, index, value), {}, site, container)
            hook(interp, call)
    elif isinstance(container, tuple | str | bytes | range | int | float | None):
        detail = {"type": type(container).__name__, "operation": "[]="}
        python_error(interp, "type", "TypeError", detail, site, container)


def _into_list(
    interp: Interpreter, container: list[Value], index: Value, value: Value, site: Site
) -> None:
    if isinstance(index, int):
        if -len(container) <= index < len(container):
            interp.touch(container)
            container[index] = value
        else:
            detail = {"index": index, "length": len(container)}
            python_error(interp, "index", "IndexError", detail, site, container)
        return
    items = interp.iterate(value, site) if isinstance(index, slice) else None
    interp.touch(container)
    if items is not None and all(
        end is None or isinstance(end, int) for end in (index.start, index.stop, index.step)
    ):
        try:
            container[index] = items
        except ValueError:
            detail = {"operation": "slice assignment", "values": len(items)}
            python_error(interp, "unpack", "ValueError", detail, site, container)
        return
    interp.heap.forget(container)


def _into_dict(interp: Interpreter, container: dict, index: Value, value: Value) -> None:
    interp.touch(container)
    if is_key(index):
        container[index] = value
    else:
        interp.heap.forget(container)


def _into_instance(
    interp: Interpreter, container: Instance, index: Value, value: Value, site: Site
) -> None:
    method = interp.find_attribute(container, "__setitem__", site)
    if isinstance(method, Bound) and _of_builtin(method):
        set_item(interp, container.state, index, value, site)
    elif method is not None:
        interp.call(method, (index, value), {}, site)


def delete_item(interp: Interpreter, container: Value, index: Value, site: Site) -> None:
    """`del container[index]`"""
    if isinstance(container, Unknown):
        interp.escape(container)
    if isinstance(container, Instance):
        method = interp.find_attribute(container, "__delitem__", site)
        if isinstance(container.state, dict | list):
            delete_item(interp, container.state, index, site)
        elif method is not None:
            interp.call(method, (index,), {}, site)
        return
    if not isinstance(container, dict | list):
        return
    interp.touch(container)
    if isinstance(container, dict) and not is_key(index):
        interp.heap.forget(container)
        return
    try:
        del container[index]  # type: ignore[arg-type]
    except KeyError:
        python_error(interp, "key", "KeyError", {"key": index}, site, container)
    except (IndexError, ValueError):
        detail = {"index": index, "length": len(container)}
        python_error(interp, "index", "IndexError", detail, site, container)
    except TypeError:
        interp.heap.forget(container)


__all__ = ["Flag", "delete_item", "get_item", "index_of", "is_key", "set_item"]
