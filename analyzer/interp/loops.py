"""`for` and `while`: unrolled while everything is known, one widened pass otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from ..dims import symbol
from ..unknown import Unknown
from ..values import Value
from .assign import bind
from .dispatch import executes
from .heap import Delta
from .iteration import INDEX, element_of
from .opaque import OPAQUE
from .paths import explore, merge, settle
from .settling import SHORT, TRIALS, Trial, settled
from .signals import BREAK, CONTINUE, Jump, Outcome, ProgramRaise, Split
from .statements import unwind
from .syntax import bind_target, shape_of
from .truths import truth
from .widening import Widening

if TYPE_CHECKING:
    from .interpreter import Interpreter

_SHARE = 8  # one loop may use this part of all steps before it is widened
_MAX_JOINED = 1000  # items that are joined one by one
_MAX_PASSES = 4  # over the body of a widened loop, behind the first
_LEFT = "left"  # by the loop's own `break`; one in its `else` belongs to a loop outside
_MAX_SPLITS = 24  # iterations that may leave the loop on some path


@executes(cst.For)
def for_loop(interp: Interpreter, node: cst.For) -> Outcome:
    """`for target in iterable`"""
    iterable = interp.eval(node.iter)
    site = interp.site(node.iter)
    if node.asynchronous is not None:
        iterable = Unknown("an asynchronous iterable")
    items = None if isinstance(iterable, Unknown) else interp.iterate(iterable, site)

    def element() -> Value:
        if isinstance(iterable, range) and iterable and min(iterable) >= 0:
            return symbol("i", min(iterable))
        if items is not None:
            return _any(interp, items)
        made = element_of(interp, iterable, site)
        return symbol("i", 0) if made is INDEX else made

    def enter() -> None:
        bind(interp, node.target, element())

    if items is None:
        return _widened(interp, node, enter)
    live = iterable if isinstance(iterable, list) else items
    loop = _Loop(node, enter, len(items), lambda: bind(interp, node.target, live[-1]))
    return _unrolled(interp, loop, _binders(interp, node, live))


def _binders(
    interp: Interpreter, node: cst.For, items: list[Value]
) -> Iterator[Callable[[], None] | None]:
    """One round for each item, also for those a list gets while it is iterated."""
    index = 0
    while index < len(items):
        item = items[index]
        yield None if item is OPAQUE else lambda item=item: bind(interp, node.target, item)
        index += 1


def _any(interp: Interpreter, items: list[Value]) -> Value:
    """What all items have in common."""
    if len(items) > _MAX_JOINED:
        return Unknown("one of many items")
    joined = items[0] if items else Unknown("no item")
    for item in items[1:]:
        if isinstance(joined, Unknown):
            break
        joined = interp.join(joined, item, "iteration")
    return joined


@dataclass(frozen=True, slots=True)
class _Loop:
    """A loop that is unrolled: how to enter a round that stands for all, how it ends."""

    node: cst.For | cst.While
    enter: Callable[[], object]
    length: int | None = None
    finish: Callable[[], object] = lambda: None  # binds the target to the last item


@executes(cst.While)
def while_loop(interp: Interpreter, node: cst.While) -> Outcome:
    """`while test`: unrolled as long as the condition is known."""

    def rounds() -> Iterator[Callable[[], None] | None]:
        while True:
            holds = truth(interp, interp.eval(node.test), interp.site(node.test))
            if holds is False:
                return
            yield None if holds is None else _no_target

    return _unrolled(interp, _Loop(node, lambda: interp.eval(node.test)), rounds())


def _no_target() -> None:
    """A `while` binds nothing."""


def _unrolled(
    interp: Interpreter, loop: _Loop, rounds: Iterator[Callable[[], None] | None]
) -> Outcome:
    """Iteration after iteration; None in `rounds` tells that the condition is undecided."""
    pending: list[Split] = []
    limit = interp.steps + interp.options.max_steps // _SHARE
    outcome: Outcome = None
    ended = True  # by running out of items: then the `else` runs
    for count, enter in enumerate(rounds):
        if enter is None or _gives_up(interp, count, limit, pending):
            # The widened pass runs the `else` as well.
            outcome, ended = _widened(interp, loop.node, loop.enter), False
            break
        enter()
        if count in TRIALS and _skips(interp, loop):
            break
        outcome = _one_round(interp, loop.node, pending)
        if outcome is not None:
            break
    if outcome is None and ended and loop.node.orelse is not None:
        outcome = interp.attempt(loop.node.orelse)
    return _after(interp, unwind(interp, pending, outcome) if pending else outcome)


def _gives_up(interp: Interpreter, count: int, limit: int, pending: list[Split]) -> bool:
    tired = count >= interp.options.max_unroll or interp.steps > limit
    return tired or len(pending) > _MAX_SPLITS


def _skips(interp: Interpreter, loop: _Loop) -> bool:
    """Whether what remains of a long loop only repeats what was seen."""
    if loop.length is None or loop.length <= SHORT:
        return False
    node = loop.node
    targets: set[str] = set()
    if isinstance(node, cst.For):
        bind_target(node.target, targets)
    body, condition = node.body, _condition(interp, node)
    trial = Trial(frozenset(targets), loop.enter, lambda: interp.attempt(body), condition)
    if not settled(interp, trial):
        return False
    loop.finish()
    return True


def _one_round(interp: Interpreter, node: cst.For | cst.While, pending: list[Split]) -> Outcome:
    """One iteration; None when the next one follows."""
    outcome = interp.attempt(node.body)
    if isinstance(outcome, Split):
        return _next_round(interp, outcome, pending)
    if isinstance(outcome, Jump) and outcome.kind == CONTINUE:
        return None
    if isinstance(outcome, Jump) and outcome.kind == BREAK:
        return Jump(_LEFT)
    return outcome


def _next_round(interp: Interpreter, split: Split, pending: list[Split]) -> Outcome:
    """Go on with the paths that reach the next iteration, keep the others for later."""
    going = _going(interp, split)
    exits = {_LEFT if k == BREAK else k: e for k, e in split.exits.items() if k != CONTINUE}
    if going is None:
        return Split(exits, None)
    if not exits:
        interp.heap.apply(going)
        return None
    interp.heap.begin()
    interp.heap.apply(going)
    pending.append(Split(exits, None))
    return None


def _going(interp: Interpreter, split: Split) -> Delta | None:
    """What the paths changed that reach the next iteration."""
    fall = split.fall
    if CONTINUE not in split.exits:
        return fall
    delta = split.exits[CONTINUE][1]
    return delta if fall is None else interp.join_deltas(fall, delta)[0]


def _after(interp: Interpreter, outcome: Outcome) -> Outcome:
    """Behind the loop its own `break` falls through."""
    if isinstance(outcome, Jump) and outcome.kind == _LEFT:
        return None
    if not isinstance(outcome, Split) or _LEFT not in outcome.exits:
        return outcome
    exits = dict(outcome.exits)
    fall = exits.pop(_LEFT)[1]
    if outcome.fall is not None:
        fall = interp.join_deltas(outcome.fall, fall, "break")[0]
    return settle(interp, Split(exits, fall))


def _widened(
    interp: Interpreter, node: cst.For | cst.While, enter: Callable[[], object]
) -> Outcome:
    """The body stands for any number of iterations, none included.

    The first pass is the first iteration. What it changes is made unknown as far as
    needed, until another pass changes nothing that is still known. Facts of passes that
    turned out to know too much are taken back.
    """
    widening = Widening(interp)
    widening.head = explore(interp, lambda: _open_names(interp, node)).fall or {}
    condition = _condition(interp, node)

    def body() -> Outcome:
        interp.heap.apply(widening.head)
        enter()
        return interp.attempt(node.body)

    mark = len(interp.facts)
    last = explore(interp, body, condition)
    after = _going(interp, last)
    for attempt in range(_MAX_PASSES):
        if after is None or not widening.grow(after, attempt == _MAX_PASSES - 1):
            break
        if attempt == 0:
            mark = _keep_certain(interp, mark, (*interp.frame.conditions, condition))
        del interp.facts[mark:]
        last = explore(interp, body, condition)
        after = _going(interp, last)
    return _behind(interp, node, last, after)


def _open_names(interp: Interpreter, node: cst.For | cst.While) -> Outcome:
    """Names the loop binds may be bound when an iteration starts, by the one before."""
    scope = interp.frame.scope
    shape = shape_of(node.body, False)
    if isinstance(node, cst.For):
        bind_target(node.target, shape.bound)
    new = shape.bound - scope.names.keys() - scope.globals - scope.nonlocals
    if new:
        interp.touch(scope.names)
        scope.names.update(dict.fromkeys(new, Unknown("bound by an iteration before")))
        scope.names.maybe |= new
    return None


def _keep_certain(interp: Interpreter, mark: int, conditions: tuple[str, ...]) -> int:
    """Of the first iteration's facts keep those that hold whatever the conditions in it."""
    certain = [f for f in interp.facts[mark:] if f.site.conditions == conditions]
    interp.facts[mark:] = certain
    return len(interp.facts)


def _behind(
    interp: Interpreter, node: cst.For | cst.While, last: Split, after: Delta | None
) -> Outcome:
    """The state behind a widened loop: that before it, or that after some iteration."""
    exits = {k: e for k, e in last.exits.items() if k not in (BREAK, CONTINUE)}
    ended: Delta = {} if after is None else interp.join_deltas({}, after, "iteration")[0]
    result = Split(exits, ended)
    if node.orelse is not None:
        orelse, path = node.orelse, Split({}, ended)
        done = explore(interp, lambda: settle(interp, path) or interp.attempt(orelse))
        result = merge(interp, Split(exits, None), done) if exits else done
    broken = _broken(last)
    if broken is not None:
        result = merge(interp, result, Split({}, broken), "break")
    return settle(interp, result)


def _broken(split: Split) -> Delta | None:
    found = split.exits.get(BREAK)
    return None if found is None else found[1]


def _condition(interp: Interpreter, node: cst.For | cst.While) -> str:
    if isinstance(node, cst.For):
        return f"{interp.text(node.iter)} is not empty"
    return interp.text(node.test)


__all__ = ["ProgramRaise", "for_loop", "while_loop"]
