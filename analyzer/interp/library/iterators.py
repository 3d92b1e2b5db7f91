"""`enumerate`, `zip`, `map`, `filter`, `sorted`, `reversed`, `next`, and itertools."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...dims import Expr, symbol
from ...natives import native, table
from ...unknown import Unknown
from ...values import Call, Instance, Iterator, Native, Repeated, Site, Value
from ..comparing import compare
from ..errors import python_error
from ..iteration import element_of, length_of, materialise
from .binding import function

if TYPE_CHECKING:
    from ..interpreter import Interpreter

_ENDLESS = 10_000  # items of an endless iterator that somebody may look at


class _Undecided(Exception):
    """An order that is not known."""


def _items(interp: Interpreter, value: Value, site: Site) -> list[Value] | None:
    return None if isinstance(value, Unknown) else interp.iterate(value, site)


def _like(interp: Interpreter, value: Value, site: Site, element: Value) -> Value:
    """A sequence as long as `value`, of unknown length."""
    length = length_of(value)
    if isinstance(length, Unknown):
        length = _own_length(interp, value, site)
    return Repeated(element, length) if isinstance(length, Expr) else Unknown("unknown length")


def _own_length(interp: Interpreter, value: Value, site: Site) -> Value:
    element = element_of(interp, value, site)
    return element if isinstance(element, Unknown) else symbol("length")


@function("builtins.enumerate", signature="(iterable, start=0)")
def enumerated(interp: Interpreter, site: Site, iterable: Value, start: Value) -> Value:
    """`enumerate(items, start)`"""
    items = _items(interp, iterable, site)
    if items is None:
        element = element_of(interp, iterable, site)
        return _like(interp, iterable, site, (Unknown("an index"), element))
    if not isinstance(start, int):
        start = Unknown("an index")
        return Iterator(items=[(start, item) for item in items])
    return Iterator(items=list(enumerate(items, start)))


@native("builtins.zip")
def zipped(interp: Interpreter, call: Call) -> Value:
    """`zip(*iterables)`"""
    if call.opaque:
        return Unknown("zip of unknown iterables")
    columns = [_items(interp, value, call.site) for value in call.args]
    if all(column is not None for column in columns):
        return Iterator(items=list(zip(*columns, strict=False)))  # type: ignore[arg-type]
    elements = tuple(
        (column[0] if column else element_of(interp, value, call.site))
        for value, column in zip(call.args, columns, strict=True)
    )
    endless = next((v for v, c in zip(call.args, columns, strict=True) if c is None), None)
    return _like(interp, endless, call.site, elements)


@native("builtins.map")
def mapped(interp: Interpreter, call: Call) -> Value:
    """`map(f, *iterables)`"""
    if call.opaque or len(call.args) < 2:
        return Unknown("map of unknown iterables")
    callee, *iterables = call.args
    columns = [_items(interp, value, call.site) for value in iterables]
    if any(column is None for column in columns):
        elements = [element_of(interp, value, call.site) for value in iterables]
        made = interp.call(callee, elements, {}, call.site)
        return _like(interp, iterables[0], call.site, made)
    rows = zip(*columns, strict=False)  # type: ignore[arg-type]
    return Iterator(items=[interp.call(callee, row, {}, call.site) for row in rows])


@function("builtins.filter", signature="(test, iterable)")
def filtered(interp: Interpreter, site: Site, test: Value, iterable: Value) -> Value:
    """`filter(test, items)`"""
    items = _items(interp, iterable, site)
    if items is None:
        return Unknown("filter of unknown items")
    kept = []
    for item in items:
        answer = item if test is None else interp.call(test, (item,), {}, site)
        holds = interp.truth(answer, site)
        if holds is None:
            return Unknown("an undecided filter")
        if holds:
            kept.append(item)
    return Iterator(items=kept)


@function("builtins.reversed", signature="(sequence)")
def backwards(interp: Interpreter, site: Site, sequence: Value) -> Value:
    """`reversed(items)`"""
    if isinstance(sequence, Instance):
        found = interp.find_attribute(sequence, "__reversed__", site)
        if found is not None:
            return interp.call(found, (), {}, site)
    if isinstance(sequence, Repeated | Unknown):
        return sequence
    items = _items(interp, sequence, site)
    return Unknown("unknown items") if items is None else Iterator(items=items[::-1])


def in_order(
    interp: Interpreter, items: Sequence[Value], key: Value, reverse: Value, site: Site
) -> list[Value] | None:
    """`sorted(items)`, None when the order is not known."""
    keys = items if key is None else [interp.call(key, (i,), {}, site) for i in items]

    def before(a: int, b: int) -> int:
        for x, y, answer in ((a, b, -1), (b, a, 1)):
            holds = compare(interp, "<", keys[x], keys[y], site)
            if not isinstance(holds, bool):
                raise _Undecided
            if holds:
                return answer
        return 0

    if not isinstance(reverse, bool | int):
        return None
    try:
        order = sorted(range(len(items)), key=functools.cmp_to_key(before), reverse=bool(reverse))
    except _Undecided:
        return None
    return [items[i] for i in order]


@function("builtins.sorted", signature="(iterable, *, key=None, reverse=False)")
def sorted_list(
    interp: Interpreter, site: Site, iterable: Value, key: Value, reverse: Value
) -> Value:
    """`sorted(items, key=..., reverse=...)`"""
    items = _items(interp, iterable, site)
    made = None if items is None else in_order(interp, items, key, reverse, site)
    if made is None:
        return Unknown("items in unknown order")
    interp.fresh(made)
    return made


@native("builtins.next", "builtins.iterator.__next__")
def next_item(interp: Interpreter, call: Call) -> Value:
    """`next(iterator, default)`"""
    value = call.receiver if call.receiver is not None else call.args[0] if call.args else None
    if isinstance(value, Iterator):
        items = materialise(interp, value)
        if items is not None and value.position is not None:
            return _advance(interp, value, items, call)
        return Unknown("an item of an unknown iterator")
    if isinstance(value, Instance):
        found = interp.find_attribute(value, "__next__", call.site)
        if found is not None:
            return interp.call(found, (), {}, call.site)
    return value.element if isinstance(value, Repeated) else Unknown("an item")


def _advance(interp: Interpreter, value: Iterator, items: list[Value], call: Call) -> Value:
    position = value.position or 0
    if position < len(items):
        interp.touch(value)
        value.position = position + 1
        return items[position]
    if len(call.args) > 1:
        return call.args[1]
    if interp.catches("StopIteration"):
        python_error(interp, "value", "StopIteration", {}, call.site)
    return Unknown("behind the end of an iterator")


@native("builtins.iterator.send", "builtins.iterator.throw", "builtins.iterator.close")
def driven(interp: Interpreter, call: Call) -> Value:
    """Generators that are driven from outside are not followed."""
    return interp.unknown("a driven generator")


def _finite(name: str, run: object, count: int = -1) -> None:
    """An itertools function on known iterables; `count` of the arguments are iterables."""

    @native(f"itertools.{name}")
    def call(interp: Interpreter, given: Call) -> Value:
        iterables = given.args if count < 0 else given.args[:count]
        columns = [_items(interp, value, given.site) for value in iterables]
        rest = [] if count < 0 else list(given.args[count:])
        plain = all(isinstance(v, int | None) for v in [*rest, *given.kwargs.values()])
        if given.opaque or not plain or any(column is None for column in columns):
            return Unknown(f"itertools.{name} of unknown items")
        made = run(*columns, *rest, **given.kwargs)  # type: ignore[operator]
        return Iterator(items=list(itertools.islice(made, _ENDLESS)))


_finite("product", itertools.product)
_finite("chain", itertools.chain)
_finite("zip_longest", itertools.zip_longest)
_finite("permutations", itertools.permutations, 1)
_finite("combinations", itertools.combinations, 1)
_finite("combinations_with_replacement", itertools.combinations_with_replacement, 1)
_finite("islice", itertools.islice, 1)
_finite("pairwise", itertools.pairwise, 1)
_finite("batched", lambda items, n: zip(*[iter(items)] * n, strict=False), 1)


@native("itertools.chain.from_iterable")
def flattened(interp: Interpreter, call: Call) -> Value:
    """`chain.from_iterable(iterables)`"""
    outer = _items(interp, call.args[0], call.site) if call.args else None
    parts = [_items(interp, part, call.site) for part in outer or []]
    if outer is None or any(part is None for part in parts):
        return Unknown("a chain of unknown items")
    return Iterator(items=[item for part in parts for item in part or []])


@native("itertools.count", "itertools.cycle", "itertools.repeat", "itertools.groupby")
def endless(interp: Interpreter, call: Call) -> Value:
    """Iterators without an end."""
    return interp.unknown("an endless iterator")


@native("itertools.accumulate")
def accumulated(interp: Interpreter, call: Call) -> Value:
    """`accumulate(items, f)`"""
    items = _items(interp, call.args[0], call.site) if call.args else None
    if items is None or "initial" in call.kwargs:
        return Unknown("accumulate of unknown items")
    step = call.args[1] if len(call.args) > 1 else None
    made: list[Value] = []
    for item in items:
        if not made:
            made.append(item)
        elif step is None:
            made.append(interp.binary("+", made[-1], item, call.site))
        else:
            made.append(interp.call(step, (made[-1], item), {}, call.site))
    return Iterator(items=made)


assert isinstance(table["builtins.next"], Native)
