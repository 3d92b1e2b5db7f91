"""Simple statements, and blocks of statements with their pending exits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from .. import natives
from ..facts import LayerCalled, OpCalled, ResultDiscarded
from ..unknown import Unknown
from ..values import Call, Class, Instance, NativeClass, Tensor, Value
from .assign import bind, delete
from .dispatch import executes
from .errors import make_exception
from .operators import SYMBOLS
from .paths import branch, merge, settle, spread
from .signals import BREAK, CONTINUE, RAISE, RETURN, Jump, Outcome, ProgramRaise, Split
from .truths import truth

if TYPE_CHECKING:
    from .interpreter import Interpreter


@executes(cst.IndentedBlock, cst.SimpleStatementSuite, cst.Module, cst.SimpleStatementLine)
def block(interp: Interpreter, node: cst.IndentedBlock) -> Outcome:
    """Statements in order; after a split the rest runs for the paths that fall through."""
    pending: list[Split] = []
    conditions = interp.frame.conditions
    outcome: Outcome = None
    run = interp.shielded if isinstance(node, cst.Module) else interp.exec
    for statement in node.body:
        try:
            outcome = run(statement)
        except ProgramRaise as raised:
            outcome = Jump(RAISE, raised.value)
        if outcome is None:
            continue
        if isinstance(outcome, Jump) or outcome.fall is None:
            break
        if outcome.rest:
            interp.frame.conditions = (*interp.frame.conditions, outcome.rest)
        interp.heap.begin()
        interp.heap.apply(outcome.fall)
        pending.append(outcome)
        outcome = None
    interp.frame.conditions = conditions
    return unwind(interp, pending, outcome) if pending else outcome


def unwind(interp: Interpreter, pending: Sequence[Split], outcome: Outcome) -> Outcome:
    """Join the exits that were left on the way with how it ended."""
    for split in reversed(pending):
        delta = interp.heap.end()
        rest = spread(outcome, delta)
        outcome = settle(interp, merge(interp, Split(split.exits, None), rest))
    return outcome


@executes(cst.Expr)
def expression(interp: Interpreter, node: cst.Expr) -> Outcome:
    """An expression for its effect; a layer's result thrown away is a fact."""
    value = interp.eval(node.value)
    first = value[0] if isinstance(value, tuple | list) and value else value
    if isinstance(first, Tensor):
        producer = first.producer
        if isinstance(producer, LayerCalled | OpCalled) and producer.site.node is node.value:
            interp.emit(ResultDiscarded(producer.site, producer))
    return None


@executes(cst.Assign)
def assignment(interp: Interpreter, node: cst.Assign) -> Outcome:
    """`a = b = value`"""
    value = interp.eval(node.value)
    for target in node.targets:
        bind(interp, target.target, value)
    return None


@executes(cst.AnnAssign)
def annotated(interp: Interpreter, node: cst.AnnAssign) -> Outcome:
    """`a: T = value`; the annotation is kept for dataclasses."""
    value = None if node.value is None else interp.eval(node.value)
    scope = interp.frame.scope
    if scope.owner is not None and isinstance(node.target, cst.Name):
        fields = scope.names.setdefault("__annotations__", {})
        if isinstance(fields, dict):
            fields[node.target.value] = node.annotation.annotation
    if node.value is not None:
        bind(interp, node.target, value)
    return None


@executes(cst.AugAssign)
def augmented(interp: Interpreter, node: cst.AugAssign) -> Outcome:
    """`a += value`; lists, dicts and sets change in place."""
    current = interp.eval(node.target)
    value = interp.eval(node.value)
    op = SYMBOLS[type(node.operator)]
    site = interp.site(node)
    method = _IN_PLACE.get((type(current), op))
    if method is not None:
        interp.call(interp.get_attribute(current, method, site), (value,), {}, site)
        bind(interp, node.target, current)
        return None
    if isinstance(current, Unknown):
        interp.escape(current)
    bind(interp, node.target, _augment(interp, op, current, value, node))
    return None


_IN_PLACE = {
    (list, "+"): "extend",
    (dict, "|"): "update",
    (set, "|"): "update",
    (set, "&"): "intersection_update",
    (set, "-"): "difference_update",
}
_METHODS = {"+": "__iadd__", "-": "__isub__", "*": "__imul__", "/": "__itruediv__"}


def _augment(
    interp: Interpreter, op: str, current: Value, value: Value, node: cst.AugAssign
) -> Value:
    site = interp.site(node)
    if isinstance(current, Instance) and op in _METHODS:
        method = interp.find_attribute(current, _METHODS[op], site)
        if method is not None:
            return interp.call(method, (value,), {}, site)
    hook = natives.hook("tensor.__augmented__")
    if isinstance(current, Tensor) and hook is not None:
        return hook(interp, Call((op, current, value), {}, site))
    return interp.binary(op, current, value, site)


@executes(cst.Return)
def returns(interp: Interpreter, node: cst.Return) -> Outcome:
    """`return value`"""
    return Jump(RETURN, None if node.value is None else interp.eval(node.value))


@executes(cst.Break)
def breaks(interp: Interpreter, node: cst.Break) -> Outcome:
    """`break`"""
    return Jump(BREAK)


@executes(cst.Continue)
def continues(interp: Interpreter, node: cst.Continue) -> Outcome:
    """`continue`"""
    return Jump(CONTINUE)


@executes(cst.Raise)
def raises(interp: Interpreter, node: cst.Raise) -> Outcome:
    """`raise X`, `raise X(...)`, and a bare `raise` of what is being handled."""
    if node.exc is None:
        handled = interp.frame.handled
        return Jump(RAISE, handled[-1] if handled else Unknown("the exception being handled"))
    value = interp.eval(node.exc)
    if isinstance(value, Class | NativeClass):
        value = interp.call(value, (), {}, interp.site(node))
    return Jump(RAISE, value)


@executes(cst.Assert)
def asserts(interp: Interpreter, node: cst.Assert) -> Outcome:
    """`assert test`: a known False raises; otherwise it is assumed to hold."""
    test = interp.eval(node.test)
    site = interp.site(node.test)
    holds = truth(interp, test, site)
    if holds is False:
        return Jump(RAISE, make_exception("AssertionError", (), site))
    if holds is None and interp.guards:
        failed = Jump(RAISE, make_exception("AssertionError", (), site))
        return branch(interp, node.test, lambda: None, lambda: failed)
    return None


@executes(cst.Del)
def deletes(interp: Interpreter, node: cst.Del) -> Outcome:
    """`del target`"""
    delete(interp, node.target)
    return None


@executes(cst.TypeAlias)
def type_alias(interp: Interpreter, node: cst.TypeAlias) -> Outcome:
    """`type X = ...`"""
    bind(interp, node.name, Unknown("a type alias"))
    return None


@executes(cst.Pass, cst.Global, cst.Nonlocal)
def nothing(interp: Interpreter, node: cst.CSTNode) -> Outcome:
    """Statements that do nothing when they run."""
    return None
