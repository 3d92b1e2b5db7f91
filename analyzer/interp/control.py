"""`if`, `try` and `with`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from .. import natives
from ..unknown import Unknown
from ..values import Call, Class, Instance, Iterator, NativeClass, Value
from .assign import bind, bind_name, delete
from .dispatch import executes
from .errors import class_of_exception
from .mro import is_subclass
from .paths import assuming, branch, explore, merge, settle
from .signals import RAISE, Jump, Outcome, ProgramRaise, Split
from .truths import ANYTHING, truth

if TYPE_CHECKING:
    from .interpreter import Interpreter


@executes(cst.If)
def conditional(interp: Interpreter, node: cst.If) -> Outcome:
    """`if` / `elif` / `else`: one side when decided, otherwise both."""
    test = interp.eval(node.test)
    decided = truth(interp, test, interp.site(node.test))
    if decided is True:
        return interp.exec(node.body)
    orelse = node.orelse
    if decided is False:
        return None if orelse is None else interp.exec(orelse)

    def yes() -> Outcome:
        return assuming(interp, node.test, test, True, lambda: interp.attempt(node.body))

    def no() -> Outcome:
        if orelse is None:
            assuming(interp, node.test, test, False, lambda: None)
            return None
        return assuming(interp, node.test, test, False, lambda: interp.attempt(orelse))

    return branch(interp, node.test, yes, no)


@executes(cst.Else, cst.Finally)
def clause(interp: Interpreter, node: cst.Else) -> Outcome:
    """The suite of an `else` or `finally`."""
    return interp.exec(node.body)


def handler_names(node: cst.BaseExpression | None) -> tuple[str, ...]:
    """The class names an `except` clause lists; `*` for a bare one."""
    if node is None:
        return (ANYTHING,)
    if isinstance(node, cst.Tuple):
        return tuple(n for e in node.elements for n in handler_names(e.value))
    if isinstance(node, cst.Name):
        return (node.value,)
    if isinstance(node, cst.Attribute):
        return (node.attr.value,)
    return (ANYTHING,)


def guarded(interp: Interpreter, names: tuple[str, ...], run: Callable[[], Outcome]) -> Outcome:
    """Run with handlers of these names around."""
    with interp.guarding(names):
        return run()


@executes(cst.Try, cst.TryStar)
def tries(interp: Interpreter, node: cst.Try) -> Outcome:
    """`try`: handlers run when the body surely raises, or may."""
    outcome = _body_and_handlers(interp, node) if node.handlers else interp.attempt(node.body)
    if node.finalbody is None:
        return outcome
    return _finally(interp, node.finalbody, outcome)


def _finally(interp: Interpreter, body: cst.Finally, outcome: Outcome) -> Outcome:
    if outcome is None or isinstance(outcome, Jump):
        last = interp.attempt(body)
        return outcome if last is None else last
    paths = [Split({kind: exit_}, None) for kind, exit_ in outcome.exits.items()]
    if outcome.fall is not None:
        paths.append(Split({}, outcome.fall))
    merged: Split | None = None
    for path in paths:
        after = explore(interp, lambda path=path: _then_finally(interp, body, path))
        merged = after if merged is None else merge(interp, merged, after)
    assert merged is not None
    return settle(interp, merged)


def _then_finally(interp: Interpreter, body: cst.Finally, path: Split) -> Outcome:
    outcome = settle(interp, path)
    last = interp.attempt(body)
    return outcome if last is None else last


def _body_and_handlers(interp: Interpreter, node: cst.Try) -> Outcome:
    names = tuple(n for h in node.handlers for n in handler_names(h.type))
    doubts = interp.doubts
    path = explore(interp, lambda: guarded(interp, names, lambda: interp.attempt(node.body)))
    doubtful = interp.doubts > doubts
    raised = path.exits.pop(RAISE, None)
    results: list[Split] = []
    if raised is not None:
        value, delta = raised
        thrown = Split({RAISE: (value, delta)}, None)
        results.append(explore(interp, lambda: _handle(interp, node.handlers, thrown)))
    if path.fall is not None and node.orelse is not None:
        results.append(explore(interp, lambda: _go_on(interp, path, node.orelse)))
    elif path.fall is not None or path.exits:
        results.append(path)
    if doubtful and raised is None:
        results += _perhaps_handled(interp, node, path)
    merged = results[0]
    for result in results[1:]:
        merged = merge(interp, merged, result, "an exception")
    return settle(interp, merged)


def _go_on(interp: Interpreter, path: Split, orelse: cst.Else) -> Outcome:
    """The `else` of a try for the paths that fell through; other exits are kept."""
    assert path.fall is not None
    after = explore(interp, lambda: settle(interp, Split({}, path.fall)) or interp.attempt(orelse))
    return settle(interp, merge(interp, Split(path.exits, None), after) if path.exits else after)


def _perhaps_handled(interp: Interpreter, node: cst.Try, path: Split) -> list[Split]:
    """What handlers do when the body may have raised somewhere, we do not know where."""
    start = Split({}, {})
    ways = [start] if path.fall is None else [merge(interp, start, Split({}, path.fall))]
    unknown = Unknown("the exception being handled")
    found = []
    for handler in node.handlers:

        def run(handler: cst.ExceptHandler = handler) -> Outcome:
            settle(interp, ways[0])
            return _run_handler(interp, handler, unknown)

        result = explore(interp, run, "an exception is raised")
        result.exits.pop(RAISE, None)
        if result.fall is not None or result.exits:
            found.append(result)
    return found


def _handle(interp: Interpreter, handlers: Sequence[cst.ExceptHandler], thrown: Split) -> Outcome:
    """Run the handler that matches what was surely raised."""
    outcome = settle(interp, thrown)
    assert isinstance(outcome, Jump)
    result: Split | None = None
    for handler in handlers:
        matches = _matches(interp, handler, outcome.value)
        if matches is False:
            continue
        if matches is True and result is None:
            return _run_handler(interp, handler, outcome.value)
        run = explore(interp, lambda h=handler: _run_handler(interp, h, outcome.value))
        result = run if result is None else merge(interp, result, run)
        if matches is True:
            return settle(interp, result)
    if result is None:
        return outcome
    return settle(interp, merge(interp, result, Split({RAISE: (outcome.value, {})}, None)))


def _matches(interp: Interpreter, handler: cst.ExceptHandler, raised: Value) -> bool | None:
    if handler.type is None:
        return True
    cls = class_of_exception(raised)
    classes = interp.eval(handler.type)
    answers = [_derives(cls, c) for c in (classes if isinstance(classes, tuple) else (classes,))]
    if True in answers:
        return True
    return None if None in answers else False


def _derives(cls: Value, base: Value) -> bool | None:
    if not isinstance(base, Class | NativeClass):
        return None
    if isinstance(base, NativeClass) and base.name in (
        "builtins.Exception",
        "builtins.BaseException",
    ):
        return True
    return is_subclass(cls, base) if isinstance(cls, Class | NativeClass) else None


def _run_handler(interp: Interpreter, handler: cst.ExceptHandler, raised: Value) -> Outcome:
    name = handler.name
    if name is not None:
        bind(interp, name.name, raised)
    handled = interp.frame.handled
    handled.append(raised)
    try:
        return interp.attempt(handler.body)
    finally:
        handled.pop()
        if name is not None:
            delete(interp, name.name)


@executes(cst.With)
def with_statement(interp: Interpreter, node: cst.With) -> Outcome:
    """`with`: managers are entered in order and left in reverse."""
    return _enter(interp, node, 0)


def _enter(interp: Interpreter, node: cst.With, index: int) -> Outcome:
    if index == len(node.items):
        return interp.attempt(node.body)
    item = node.items[index]
    manager = interp.eval(item.item)
    entered, catches = _entered(interp, manager, item)
    if item.asname is not None:
        bind(interp, item.asname.name, entered)

    def inner() -> Outcome:
        return _enter(interp, node, index + 1)

    if catches is None:
        outcome = inner()
        _leave(interp, manager, item)
        return outcome
    path = explore(interp, lambda: guarded(interp, catches, inner))
    raised = path.exits.pop(RAISE, None)
    if raised is not None:  # the manager swallows it, the block ends there
        swallowed = Split({}, raised[1])
        path = merge(interp, path, swallowed) if path.exits or path.fall else swallowed
    return settle(interp, path)


def _entered(
    interp: Interpreter, manager: Value, item: cst.WithItem
) -> tuple[Value, tuple[str, ...] | None]:
    """What `as` binds, and the exceptions the manager swallows (None: none)."""
    site = interp.site(item.item)
    if isinstance(manager, Instance):
        hook = natives.hook(f"{manager.cls.name}.__catches__")
        if hook is not None:
            names = hook(interp, Call((), {}, site, manager))
            return Unknown("the caught exception"), names  # type: ignore[return-value]
        method = interp.find_attribute(manager, "__enter__", site)
        if method is not None:
            return interp.call(method, (), {}, site), None
    if isinstance(manager, Iterator):  # a generator under contextlib.contextmanager
        items = interp.iterate(manager, site)
        return items[0] if items else Unknown("what the context manager yields"), None
    if isinstance(manager, Unknown):
        return manager, None
    return manager, None


def _leave(interp: Interpreter, manager: Value, item: cst.WithItem) -> None:
    if isinstance(manager, Instance):
        site = interp.site(item.item)
        method = interp.find_attribute(manager, "__exit__", site)
        if method is not None:
            interp.call(method, (None, None, None), {}, site)


__all__ = ["ProgramRaise", "bind_name", "conditional", "handler_names", "tries"]
