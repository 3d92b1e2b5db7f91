"""Undecided conditions: run every path on its own copy of the heap, then join them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import libcst as cst

from ..unknown import Unknown
from ..values import Flag, Value
from .heap import Delta
from .signals import RAISE, Jump, Outcome, ProgramRaise, Split

if TYPE_CHECKING:
    from .interpreter import Interpreter

T = TypeVar("T")


def explore(interp: Interpreter, run: Callable[[], Outcome], condition: str = "") -> Split:
    """Run one path and take back what it did; conditions hold for sites inside it."""
    frame = interp.frame
    before = frame.conditions
    if condition:
        frame.conditions = (*before, condition)
    interp.heap.begin()
    try:
        outcome = run()
    except ProgramRaise as raised:
        outcome = Jump(RAISE, raised.value)
    finally:
        frame.conditions = before
        delta = interp.heap.end()
    return spread(outcome, delta)


def spread(outcome: Outcome, delta: Delta) -> Split:
    """An outcome as a split, relative to the heap from before `delta`."""
    if outcome is None:
        return Split({}, delta)
    if isinstance(outcome, Jump):
        return Split({outcome.kind: (outcome.value, delta)}, None)
    exits = {k: (value, {**delta, **more}) for k, (value, more) in outcome.exits.items()}
    fall = None if outcome.fall is None else {**delta, **outcome.fall}
    return Split(exits, fall, outcome.rest)


def merge(interp: Interpreter, a: Split, b: Split, why: str = "") -> Split:
    """Both splits as one; paths that raise are dropped unless somebody may catch it."""
    exits = dict(a.exits)
    for kind, (value, delta) in b.exits.items():
        if kind in exits:
            mine, changes = exits[kind]
            joined, joiner = interp.join_deltas(changes, delta, why)
            exits[kind] = (joiner.value(mine, value), joined)
        else:
            exits[kind] = (value, delta)
    fall = b.fall if a.fall is None else a.fall
    if a.fall is not None and b.fall is not None:
        fall = interp.join_deltas(a.fall, b.fall, why)[0]
    others = fall is not None or len(exits) > 1
    if RAISE in exits and others and not interp.guards:
        del exits[RAISE]
    return Split(exits, fall)


def settle(interp: Interpreter, split: Split) -> Outcome:
    """Apply a split that has a single way out; otherwise hand it on."""
    if not split.exits:
        if split.fall is not None:
            interp.heap.apply(split.fall)
        return None
    if split.fall is None and len(split.exits) == 1:
        ((kind, (value, delta)),) = split.exits.items()
        interp.heap.apply(delta)
        return Jump(kind, value)
    return split


def branch(
    interp: Interpreter,
    test: cst.CSTNode,
    yes: Callable[[], Outcome],
    no: Callable[[], Outcome],
) -> Outcome:
    """Both sides of an undecided condition, joined."""
    text = interp.text(test)
    negated = f"not ({text})"
    left = explore(interp, yes, text)
    right = explore(interp, no, negated)
    merged = merge(interp, left, right, text)
    if merged.fall is not None and (left.fall is None) != (right.fall is None):
        gone = left.exits if left.fall is None else right.exits
        if gone.keys() != {RAISE}:
            merged.rest = negated if left.fall is None else text
    return settle(interp, merged)


def both(
    interp: Interpreter,
    test: cst.CSTNode,
    yes: Callable[[], Value],
    no: Callable[[], Value],
) -> Value:
    """The value of an expression that depends on an undecided condition."""
    outcome = branch(interp, test, lambda: Jump("value", yes()), lambda: Jump("value", no()))
    if isinstance(outcome, Split):  # a value on some paths, an exception on others
        interp.doubts += 1
        value, delta = outcome.exits["value"]
        interp.heap.apply(delta)
        return value
    assert isinstance(outcome, Jump)
    if outcome.kind == RAISE:
        raise ProgramRaise(outcome.value)
    return outcome.value


def assuming(
    interp: Interpreter,
    test: cst.CSTNode,
    value: Value,
    decided: bool,
    run: Callable[[], T],
) -> T:
    """Run with what the outcome of a condition tells about flags and variables."""
    narrow(interp, test, decided)
    if not isinstance(value, Flag):
        return run()
    flag, holds = (value.negates, not decided) if value.negates else (value, decided)
    before = interp.assumptions.get(flag)
    interp.assumptions[flag] = holds
    try:
        return run()
    finally:
        if before is None:
            del interp.assumptions[flag]
        else:
            interp.assumptions[flag] = before


def narrow(interp: Interpreter, test: cst.CSTNode, decided: bool) -> None:
    """`x is None`, `x == 3` and their combinations bind an Unknown `x` in their branch."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        narrow(interp, test.expression, not decided)
    elif isinstance(test, cst.BooleanOperation):
        if isinstance(test.operator, cst.And) is decided:
            narrow(interp, test.left, decided)
            narrow(interp, test.right, decided)
    elif isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        _narrow_comparison(interp, test, decided)


_HOLDS_WHEN: dict[type, bool] = {
    cst.Is: True,
    cst.Equal: True,
    cst.IsNot: False,
    cst.NotEqual: False,
}
_LITERALS = (cst.Integer, cst.SimpleString, cst.Name)


def _narrow_comparison(interp: Interpreter, test: cst.Comparison, decided: bool) -> None:
    target = test.comparisons[0]
    if _HOLDS_WHEN.get(type(target.operator)) is not decided:
        return
    if not isinstance(test.left, cst.Name) or not isinstance(target.comparator, _LITERALS):
        return
    scope = interp.frame.scope.target(test.left.value)
    if isinstance(scope.names.get(test.left.value), Unknown):
        value = interp.eval(target.comparator)
        if isinstance(value, int | str | None):
            interp.touch(scope.names)
            scope.names[test.left.value] = value
