"""Comprehensions and generator expressions, each in a scope of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from ..dims import Expr
from ..unknown import Unknown
from ..values import Iterator, Names, Repeated, Value
from .assign import bind
from .dispatch import evaluates
from .iteration import element_of, length_of
from .paths import explore
from .scopes import COMPREHENSION, Scope
from .signals import Outcome
from .subscripts import is_key
from .truths import truth

if TYPE_CHECKING:
    from .interpreter import Interpreter


class _Unclear(Exception):
    """The number of items is not known; `element` is what one looks like."""

    def __init__(self, element: Value, length: Value) -> None:
        super().__init__()
        self.element = element
        self.length = length


@evaluates(cst.ListComp)
def list_comprehension(interp: Interpreter, node: cst.ListComp) -> Value:
    """`[elt for ...]`"""
    try:
        items = _collect(interp, node.for_in, lambda: interp.eval(node.elt))
    except _Unclear as unclear:
        return _repeated(unclear)
    interp.fresh(items)
    return items


@evaluates(cst.GeneratorExp)
def generator(interp: Interpreter, node: cst.GeneratorExp) -> Value:
    """`(elt for ...)`, evaluated at once: nothing runs between its items."""
    made = list_comprehension(interp, node)  # type: ignore[arg-type]
    return Iterator(items=made) if isinstance(made, list) else made


@evaluates(cst.SetComp)
def set_comprehension(interp: Interpreter, node: cst.SetComp) -> Value:
    """`{elt for ...}`"""
    made = list_comprehension(interp, node)  # type: ignore[arg-type]
    if not isinstance(made, list) or not all(map(is_key, made)):
        return Unknown("a set of unknown items")
    items = set(made)
    interp.fresh(items)
    return items


@evaluates(cst.DictComp)
def dict_comprehension(interp: Interpreter, node: cst.DictComp) -> Value:
    """`{key: value for ...}`"""

    def pair() -> Value:
        return interp.eval(node.key), interp.eval(node.value)

    try:
        pairs = _collect(interp, node.for_in, pair)
    except _Unclear:
        return Unknown("a dict of unknown length")
    if not all(is_key(key) for key, _ in pairs):  # type: ignore[misc]
        return Unknown("a dict with unknown keys")
    made = dict(pairs)  # type: ignore[arg-type]
    interp.fresh(made)
    return made


def _repeated(unclear: _Unclear) -> Value:
    if isinstance(unclear.length, Expr):
        return Repeated(unclear.element, unclear.length)
    return Unknown("a sequence of unknown length")


def _collect(interp: Interpreter, clause: cst.CompFor, produce: Callable[[], Value]) -> list[Value]:
    """All items of a comprehension; the first iterable is evaluated outside its scope."""
    frame = interp.frame
    outer = frame.scope
    iterable = interp.eval(clause.iter)
    names = Names()
    interp.fresh(names)
    frame.scope = Scope(COMPREHENSION, names, outer, outer.source)
    items: list[Value] = []
    try:
        _run(interp, clause, iterable, produce, items)
    finally:
        frame.scope = outer
    return items


def _run(
    interp: Interpreter,
    clause: cst.CompFor,
    iterable: Value,
    produce: Callable[[], Value],
    items: list[Value],
) -> None:
    site = interp.site(clause.iter)
    found = None if isinstance(iterable, Unknown) else interp.iterate(iterable, site)
    if found is None or len(found) > interp.options.max_unroll:
        element = element_of(interp, iterable, site) if found is None else Unknown("an item")
        raise _Unclear(*_once(interp, clause, element, iterable, produce))
    for item in found:
        bind(interp, clause.target, item)
        wanted = _wanted(interp, clause)
        if wanted is None:
            raise _Unclear(_perhaps(interp, clause, produce), Unknown("filtered"))
        if wanted:
            _inner(interp, clause, produce, items)


def _inner(
    interp: Interpreter,
    clause: cst.CompFor,
    produce: Callable[[], Value],
    items: list[Value],
) -> None:
    inner = clause.inner_for_in
    if inner is None:
        items.append(produce())
    else:
        _run(interp, inner, interp.eval(inner.iter), produce, items)


def _wanted(interp: Interpreter, clause: cst.CompFor) -> bool | None:
    for condition in clause.ifs:
        test = condition.test
        holds = truth(interp, interp.eval(test), interp.site(test))
        if not holds:
            return holds
    return True


def _once(
    interp: Interpreter,
    clause: cst.CompFor,
    element: Value,
    iterable: Value,
    produce: Callable[[], Value],
) -> tuple[Value, Value]:
    """One round that stands for all: the item it gives, and how many there are."""
    bind(interp, clause.target, element)
    wanted = _wanted(interp, clause)
    if wanted is False:
        return Unknown("no item"), Unknown("unknown length")
    item = _perhaps(interp, clause, produce)
    plain = wanted is True and clause.inner_for_in is None
    return item, length_of(iterable) if plain else Unknown("unknown length")


def _perhaps(interp: Interpreter, clause: cst.CompFor, produce: Callable[[], Value]) -> Value:
    """An item whose making may be skipped: what it changes is joined."""
    made: list[Value] = []

    def run() -> Outcome:
        _inner(interp, clause, produce, made)
        return None

    path = explore(interp, run, f"{interp.text(clause.iter)} is not empty")
    if path.fall:
        interp.heap.apply(interp.join_deltas({}, path.fall, "iteration")[0])
    return made[0] if made else Unknown("no item")
