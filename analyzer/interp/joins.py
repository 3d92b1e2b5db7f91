"""Joining two paths: what is equal stays, what differs becomes as unknown as it must.

Integers that differ and are both positive become a fresh symbol, so that sizes stay usable;
tensors are joined axis by axis, containers element by element, everything else that
differs is Unknown.
"""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Callable
from itertools import takewhile
from typing import TYPE_CHECKING, TypeAlias

from .. import natives
from ..dims import Dim, Expr, bounds, symbol
from ..specs.base import TensorType
from ..unknown import OneOf, Unknown
from ..values import (
    Bound,
    Call,
    Function,
    History,
    Instance,
    Names,
    Repeated,
    Tensor,
    TensorShape,
    Value,
)
from .heap import Content, Delta, content_of
from .opaque import CONTAINERS, OPAQUE, is_opaque, opaque_content

if TYPE_CHECKING:
    from .interpreter import Interpreter

_Join: TypeAlias = "Callable[[Joiner, Value, Value], Value]"


class Joiner:
    """Joins values of two paths, given what each path changed since they parted."""

    def __init__(self, interp: Interpreter, left: Delta, right: Delta, why: str = "") -> None:
        self.interp = interp
        self.left, self.right = left, right
        self.reason = f"differs by branch: {why}" if why else "differs by branch"
        self.made: dict[tuple[int, int], Value] = {}
        self.kept: list[Value] = []  # keeps ids in `made` from being reused

    def deltas(self) -> Delta:
        """One delta that covers both paths; the heap is as it was when they parted."""
        touched = {k: e[0] for k, e in (self.right | self.left).items()}
        taken = self._made_on_one(touched)
        joined: Delta = {}
        for key, container in touched.items():
            mine, theirs = self._content(self.left, container), self._content(self.right, container)
            chosen = taken.get(key)
            content = self._contents(container, mine, theirs) if chosen is None else chosen
            joined[key] = (container, content)
        return joined

    def _made_on_one(self, touched: dict[int, object]) -> dict[int, Content]:
        """Parts of objects that are completed when they are first used, on one path only.

        Had the other path used them, they would have been completed there as well.
        """
        taken: dict[int, Content] = {}
        for container in touched.values():
            completed = getattr(container, "completed", None)
            if completed is None:
                continue
            mine, theirs = self._content(self.left, container), self._content(self.right, container)
            side = completed(mine, theirs)
            delta = self.left if side == 0 else self.right
            for part in () if side is None else container.parts():  # type: ignore[attr-defined]
                taken[id(part)] = self._content(delta, part)
        return taken

    def value(self, a: Value, b: Value, name: str = "") -> Value:
        """The value that stands for both."""
        if a is b:
            return a
        if isinstance(a, Unknown) or isinstance(b, Unknown):
            return self._unknown(a if isinstance(a, Unknown) else b, a, b)
        if _is_size(a) and _is_size(b):
            return a if a == b else self._size(a, b, name)
        join = _JOINS.get(type(a), _join_plain)
        made = self._once(join, a, b) if type(a) is type(b) else Unknown(self.reason)
        return self._unknown(made, a, b) if isinstance(made, Unknown) else made

    def _unknown(self, made: Unknown, a: Value, b: Value) -> Unknown:
        """An unknown value that remembers the objects it may be."""
        found: dict[int, object] = {}
        for value in (made, a, b):
            if isinstance(value, OneOf):
                found |= {id(s): s for s in value.sources}
            elif isinstance(value, (*CONTAINERS, Instance)):
                found[id(value)] = value
        return OneOf(made.reason, tuple(found.values())) if found else made

    def _once(self, join: _Join, a: Value, b: Value) -> Value:
        key = (id(a), id(b))
        if key not in self.made:
            self.kept += [a, b]
            self.made[key] = Unknown(self.reason)  # what a cycle meets
            self.made[key] = join(self, a, b)
        return self.made[key]

    def _size(self, a: Dim, b: Dim, name: str) -> Value:
        low = min(bounds(a)[0] or 0, bounds(b)[0] or 0)
        return symbol(name or "n", low) if low >= 0 else Unknown(self.reason)

    def types(self, a: TensorType, b: TensorType) -> TensorType:
        """The type that covers both: axes that differ get a fresh symbol."""
        dtype = a.dtype if a.dtype == b.dtype else None
        if a.shape is None or b.shape is None or len(a.shape) != len(b.shape):
            return TensorType(None, dtype)
        dims = tuple(self._dim(x, y) for x, y in zip(a.shape, b.shape, strict=True))
        return TensorType(dims, dtype)

    def _dim(self, a: Dim, b: Dim) -> Dim:
        if a == b:
            return a
        low = min(bounds(a)[0] or 0, bounds(b)[0] or 0)
        return symbol(f"{a}|{b}", max(low, 0))

    def _content(self, delta: Delta, container: object) -> Content:
        entry = delta.get(id(container))
        return content_of(container) if entry is None else entry[1]

    def _contents(self, container: object, a: Content, b: Content) -> Content:
        if isinstance(container, Names):
            return self._names(a, b)
        if isinstance(container, dict):
            return self._dict(a, b)
        if isinstance(container, History):
            return _beginning(a, b)
        if isinstance(container, list | deque):
            return self._list(a, b)
        if isinstance(container, set):
            return a if a == b else [OPAQUE]
        return self._fields(container, a, b)

    def _names(self, a: Content, b: Content) -> Content:
        (mine, maybe), (theirs, perhaps) = a, b
        names = {n: self.value(v, theirs[n], n) if n in theirs else v for n, v in mine.items()}
        names |= {n: v for n, v in theirs.items() if n not in mine}
        return names, maybe | perhaps | (mine.keys() ^ theirs.keys())

    def _dict(self, a: dict[object, Value], b: dict[object, Value]) -> Content:
        if a.keys() != b.keys() or list(a) != list(b):
            return {OPAQUE: OPAQUE}
        return {k: self.value(v, b[k], k if isinstance(k, str) else "") for k, v in a.items()}

    def _list(self, a: list[Value], b: list[Value]) -> Content:
        if len(a) != len(b) or is_opaque(a) or is_opaque(b):
            return [OPAQUE]
        return [self.value(x, y) for x, y in zip(a, b, strict=True)]

    def _fields(self, container: object, a: dict[str, Value], b: dict[str, Value]) -> Content:
        join = getattr(container, "join_field", None)
        joined = {}
        for name in [*a, *(n for n in b if n not in a)]:
            mine, theirs = a.get(name), b.get(name)
            if join is not None and mine is not theirs and mine != theirs:
                joined[name] = join(name, mine, theirs, self.value)
            else:
                joined[name] = self.value(mine, theirs, name)
        return joined


def _beginning(a: list[Value], b: list[Value]) -> list[Value]:
    """What both paths have seen, then anything."""
    if len(a) == len(b) and all(map(operator.is_, a, b)):
        return a
    pairs = zip(a, b, strict=False)
    same = takewhile(lambda pair: pair[0] is pair[1] and pair[0] is not OPAQUE, pairs)
    return [*(first for first, _ in same), OPAQUE]


def _join_plain(joiner: Joiner, a: Value, b: Value) -> Value:
    return a if a == b or (a != a and b != b) else Unknown(joiner.reason)


def _join_containers(joiner: Joiner, a: Value, b: Value) -> Value:
    """A new container; changing it later makes both originals opaque."""
    mine = joiner._content(joiner.left, a)
    theirs = joiner._content(joiner.right, b)
    content = joiner._contents(a, mine, theirs)
    if content == opaque_content(a):
        return Unknown(joiner.reason)
    joined = type(a)(content)
    joiner.interp.heap.share(joined, a, b)
    return joined


def _join_tuples(joiner: Joiner, a: tuple[Value, ...], b: tuple[Value, ...]) -> Value:
    if len(a) != len(b):
        return Unknown(joiner.reason)
    return tuple(joiner.value(x, y) for x, y in zip(a, b, strict=True))


def _join_shapes(joiner: Joiner, a: TensorShape, b: TensorShape) -> Value:
    joined = _join_tuples(joiner, a, b)
    return TensorShape(joined) if isinstance(joined, tuple) else joined


def _join_tensors(joiner: Joiner, a: Tensor, b: Tensor) -> Value:
    kind = a.kind if a.kind == b.kind else "tensor"
    if "keras" in (a.kind, b.kind) and a.kind != b.kind:
        return Unknown(joiner.reason)
    type_ = joiner.types(a.type, b.type)
    producer = a.producer if a.producer is b.producer else Unknown(joiner.reason)
    mask = joiner.value(a.mask, b.mask)
    if not isinstance(mask, Tensor | Unknown | None):
        mask = Unknown(joiner.reason)
    label = a.label if a.label == b.label else ""
    return Tensor(type_, kind, mask, a.origin if a.origin is b.origin else None, producer, label)


def _join_instances(joiner: Joiner, a: Instance, b: Instance) -> Value:
    hook = natives.hook("instance.__join__")
    if hook is not None and (a.state is not None or b.state is not None):
        made = hook(joiner.interp, Call((a, b), {}, a.site))
        return Unknown(joiner.reason) if made is None else made
    if a.cls is not b.cls or a.state is not None or b.state is not None:
        return Unknown(joiner.reason)
    mine, theirs = (
        joiner._content(joiner.left, a.attrs),
        joiner._content(joiner.right, b.attrs),
    )
    names, maybe = joiner._names(mine, theirs)
    joined = Instance(a.cls, Names(names), None, a.site)
    joined.attrs.maybe = maybe
    joiner.interp.heap.share(joined.attrs, a.attrs, b.attrs)
    return joined


def _join_functions(joiner: Joiner, a: Function, b: Function) -> Value:
    same = a.node is b.node and a.scope is b.scope and a.defaults == b.defaults
    return a if same else Unknown(joiner.reason)


def _join_bound(joiner: Joiner, a: Bound, b: Bound) -> Value:
    same = a.receiver is b.receiver and a.function is b.function
    return (
        a
        if same or (a.receiver is b.receiver and a.function == b.function)
        else Unknown(joiner.reason)
    )


def _join_repeated(joiner: Joiner, a: Repeated, b: Repeated) -> Value:
    length = joiner.value(a.length, b.length, "length")
    if isinstance(length, Unknown):
        return length
    return Repeated(joiner.value(a.element, b.element), length)


def _is_size(value: Value) -> bool:
    return isinstance(value, Expr) or (isinstance(value, int) and not isinstance(value, bool))


_JOINS: dict[type, _Join] = {
    tuple: _join_tuples,
    TensorShape: _join_shapes,
    Tensor: _join_tensors,
    Instance: _join_instances,
    Function: _join_functions,
    Bound: _join_bound,
    Repeated: _join_repeated,
    **dict.fromkeys(CONTAINERS, _join_containers),
}
