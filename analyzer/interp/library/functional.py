"""functools, copy, operator: `partial`, `reduce`, `deepcopy`, ..."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...natives import native, native_class, table
from ...unknown import Unknown
from ...values import Call, Instance, Names, Native, Value
from ..mro import OBJECT
from ..operators import OPERATORS
from ..subscripts import get_item

if TYPE_CHECKING:
    from ..interpreter import Interpreter

native_class("functools.partial", OBJECT)


@native("functools.partial.__construct__", "functools.partialmethod")
def partial(interp: Interpreter, call: Call) -> Value:
    """`partial(f, *args, **kwargs)`"""
    if not call.args:
        return Unknown("partial of nothing")
    callee, *first = call.args
    fixed, opaque = dict(call.kwargs), call.opaque

    def run(interp: Interpreter, given: Call) -> Value:
        args = [*first, *given.args]
        kwargs = {**fixed, **given.kwargs}
        return interp.call(callee, args, kwargs, given.site, opaque or given.opaque)

    return Native("functools.partial", run)


@native("functools.reduce")
def reduce(interp: Interpreter, call: Call) -> Value:
    """`reduce(f, items, initial)`"""
    items = interp.iterate(call.args[1], call.site) if len(call.args) > 1 else None
    if items is None:
        return Unknown("reduce of unknown items")
    items = [*call.args[2:3], *items]
    if not items:
        return Unknown("reduce of nothing")
    result = items[0]
    for item in items[1:]:
        result = interp.call(call.args[0], (result, item), {}, call.site)
    return result


@native("copy.copy")
def shallow(interp: Interpreter, call: Call) -> Value:
    """`copy.copy(x)`"""
    return _copied(interp, call.args[0] if call.args else None, False, {})


@native("copy.deepcopy")
def deep(interp: Interpreter, call: Call) -> Value:
    """`copy.deepcopy(x)`"""
    return _copied(interp, call.args[0] if call.args else None, True, {})


def _copied(interp: Interpreter, value: Value, deep: bool, seen: dict[int, Value]) -> Value:
    if id(value) in seen:
        return seen[id(value)]

    def inner(part: Value) -> Value:
        return _copied(interp, part, True, seen) if deep else part

    if isinstance(value, list):
        made: list[Value] = []
        seen[id(value)] = made
        made.extend(inner(v) for v in value)
        interp.fresh(made)
        return made
    if isinstance(value, dict) and type(value) is dict:
        table_: dict[Value, Value] = {}
        seen[id(value)] = table_
        table_.update((k, inner(v)) for k, v in value.items())
        interp.fresh(table_)
        return table_
    if isinstance(value, tuple):
        return tuple(inner(v) for v in value)
    if isinstance(value, set):
        return set(value)
    if isinstance(value, Instance):
        return _copied_instance(interp, value, deep, seen)
    return value


def _copied_instance(
    interp: Interpreter, value: Instance, deep: bool, seen: dict[int, Value]
) -> Value:
    if value.state is not None:
        return interp.unknown("a copy of an object")
    made = Instance(value.cls, Names(), None, value.site)
    seen[id(value)] = made
    for name, part in value.attrs.items():
        made.attrs[name] = _copied(interp, part, True, seen) if deep else part
    interp.fresh(made.attrs)
    return made


_NAMES = {"+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod"}
_NAMES |= {"**": "pow", "@": "matmul", "&": "and_", "|": "or_", "^": "xor"}


def _operator(symbol: str) -> None:
    @native(f"operator.{_NAMES[symbol]}")
    def run(interp: Interpreter, call: Call) -> Value:
        if len(call.args) != 2:
            return Unknown(f"operator.{_NAMES[symbol]}")
        return interp.binary(symbol, call.args[0], call.args[1], call.site)


for _symbol in _NAMES:
    _operator(_symbol)


@native("operator.itemgetter")
def item_getter(interp: Interpreter, call: Call) -> Value:
    """`itemgetter(i, j)`"""
    keys = list(call.args)

    def run(interp: Interpreter, given: Call) -> Value:
        found = [get_item(interp, given.args[0], key, given.site) for key in keys]
        return found[0] if len(found) == 1 else tuple(found)

    return Native("operator.itemgetter", run)


@native("operator.attrgetter")
def attribute_getter(interp: Interpreter, call: Call) -> Value:
    """`attrgetter("a")`"""
    name = call.args[0] if len(call.args) == 1 else None

    def run(interp: Interpreter, given: Call) -> Value:
        if not isinstance(name, str) or "." in name:
            return interp.unknown("attrgetter")
        return interp.get_attribute(given.args[0], name, given.site)

    return Native("operator.attrgetter", run)


assert OPERATORS and table
