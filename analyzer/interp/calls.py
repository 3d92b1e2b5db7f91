"""Calling anything: user functions, natives, classes, objects, unknown values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import libcst as cst

from .. import natives
from ..unknown import OneOf, Unknown
from ..values import (
    OPEN,
    Bound,
    Call,
    Class,
    ClassMethod,
    DType,
    Function,
    Instance,
    Iterator,
    Module,
    Namespace,
    Native,
    NativeClass,
    Site,
    StaticMethod,
    Tensor,
    Value,
)
from . import classes, functions
from .dispatch import evaluates
from .errors import python_error
from .opaque import CONTAINERS, scrub
from .signals import Exhausted, ProgramRaise, StopCollecting
from .spellings import HARMLESS

if TYPE_CHECKING:
    from .interpreter import Interpreter

_NOT_CALLABLE = (str, bytes, int, float, tuple, list, dict, set, type(None), Module, Namespace)


@evaluates(cst.Call)
def call_expression(interp: Interpreter, node: cst.Call) -> Value:
    """`f(a, *b, c=d, **e)`"""
    callee = interp.eval(node.func)
    args, kwargs, opaque = arguments(interp, node.args)
    return call(interp, callee, Call(args, kwargs, interp.site(node), None, opaque))


def arguments(
    interp: Interpreter, nodes: Sequence[cst.Arg]
) -> tuple[list[Value], dict[str, Value], bool]:
    """Evaluated arguments; the last part tells that some are unknown."""
    args: list[Value] = []
    kwargs: dict[str, Value] = {}
    opaque = False
    for node in nodes:
        value = interp.eval(node.value)
        if node.keyword is not None:
            kwargs[node.keyword.value] = value
        elif not node.star:
            args.append(value)
        elif node.star == "*":
            items = interp.iterate(value, interp.site(node))
            opaque = opaque or items is None
            args += items or []
        else:
            opaque = _double_star(value, kwargs) or opaque
    return args, kwargs, opaque


def _double_star(value: Value, kwargs: dict[str, Value]) -> bool:
    """Add `**value`; True when it is not known."""
    if isinstance(value, Instance) and isinstance(value.state, dict):
        value = value.state
    if not isinstance(value, dict) or not all(isinstance(k, str) for k in value):
        return True
    kwargs.update(value)
    return False


def call(interp: Interpreter, callee: Value, given: Call) -> Value:
    """The result of calling a value."""
    run = _CALLS.get(type(callee))
    if run is not None:
        return run(interp, callee, given)
    if isinstance(callee, Unknown):
        return _call_unknown(interp, callee, given)
    if isinstance(callee, DType):  # np.float32(x)
        hook = natives.hook("dtype.__call__")
        made = None if hook is None else hook(interp, replace(given, receiver=callee))
        return interp.unknown(f"{callee}()") if made is None else made
    if isinstance(callee, _NOT_CALLABLE):
        detail = {"type": type(callee).__name__}
        return python_error(interp, "not-callable", "TypeError", detail, given.site, callee)
    return interp.unknown("call of an unknown value")


def _call_unknown(interp: Interpreter, callee: Unknown, given: Call) -> Value:
    """Nobody knows what runs: the lists and objects it gets may change."""
    interp.doubts += 1
    escape(interp, callee)
    if callee.reason.split(".")[0] not in HARMLESS:
        for value in [*given.args, *given.kwargs.values()]:
            escape(interp, value)
    return callee


def escape(interp: Interpreter, value: Value) -> None:
    """Unknown code gets hold of a value."""
    if isinstance(value, OneOf):
        for source in value.sources:
            escape(interp, source)
    if isinstance(value, CONTAINERS):
        interp.heap.forget(value)
    elif isinstance(value, Instance) and OPEN not in value.attrs.maybe:
        interp.touch(value.attrs)
        value.attrs.maybe |= {OPEN}


def call_native(interp: Interpreter, callee: Native, given: Call) -> Value:
    """Run a native; a fault of ours in it gives Unknown."""
    given.args = [scrub(value) for value in given.args]
    try:
        return callee.run(interp, given)
    except (Exhausted, ProgramRaise, StopCollecting, RecursionError):
        raise
    except Exception as fault:
        if interp.strict:
            raise
        return interp.unknown(f"internal: {callee.name}: {type(fault).__name__}")


def _call_bound(interp: Interpreter, callee: Bound, given: Call) -> Value:
    function = callee.function
    if isinstance(function, Native):
        given.receiver = callee.receiver
        functions.note_super(interp, function.name.rsplit(".", 1)[-1], callee.receiver)
        return call_native(interp, function, given)
    given.args = [callee.receiver, *given.args]
    if isinstance(function, Function):
        return functions.run(interp, function, given, callee)
    return call(interp, function, given)


def _call_function(interp: Interpreter, callee: Function, given: Call) -> Value:
    return functions.run(interp, callee, given, None)


def _call_instance(interp: Interpreter, callee: Instance, given: Call) -> Value:
    method = interp.find_attribute(callee, "__call__", given.site)
    if method is None:
        detail = {"type": callee.cls.name}
        return python_error(interp, "not-callable", "TypeError", detail, given.site, callee)
    return call(interp, method, given)


def _call_native_class(interp: Interpreter, callee: NativeClass, given: Call) -> Value:
    construct = natives.table.get(f"{callee.name}.__construct__")
    if isinstance(construct, Native):
        return call_native(interp, construct, given)
    return classes.instantiate(interp, callee, given)


def _call_tensor(interp: Interpreter, callee: Tensor, given: Call) -> Value:
    detail = {"type": "Tensor"}
    return python_error(interp, "not-callable", "TypeError", detail, given.site, callee)


def _call_static(interp: Interpreter, callee: StaticMethod, given: Call) -> Value:
    return call(interp, callee.function, given)


def _call_iterator(interp: Interpreter, callee: Iterator, given: Call) -> Value:
    return interp.unknown("call of an iterator")


_Run: TypeAlias = "Callable[[Interpreter, object, Call], Value]"
_CALLS: dict[type, _Run] = {
    Function: _call_function,
    Bound: _call_bound,
    Native: call_native,
    Class: classes.instantiate,
    NativeClass: _call_native_class,
    Instance: _call_instance,
    Tensor: _call_tensor,
    StaticMethod: _call_static,
    ClassMethod: _call_static,
    Iterator: _call_iterator,
}  # type: ignore[assignment]

__all__ = ["Call", "Site", "call", "escape"]
