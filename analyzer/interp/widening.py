"""What any number of loop iterations may have changed, from what one of them changed."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from typing import TYPE_CHECKING

from ..dims import Dim, Symbol, bounds, lone_symbol, symbol
from ..specs.base import TensorType
from ..unknown import Unknown
from ..values import Bound, History, Names, Tensor, Value
from .heap import Content, Delta, content_of
from .joins import Joiner
from .opaque import CONTAINERS, OPAQUE, is_opaque, opaque_content

if TYPE_CHECKING:
    from .interpreter import Interpreter


class Widener(Joiner):
    """Joins the state at the loop's head with the state after an iteration.

    Integers that differ are Unknown, for nobody knows where they go; axes that differ get
    a symbol of their own, which then covers whatever the next iteration makes of them.
    """

    def __init__(self, interp: Interpreter, head: Delta, after: Delta, free: set[Symbol]) -> None:
        super().__init__(interp, head, after, "iteration")
        self.free = free

    def _size(self, a: Dim, b: Dim, name: str) -> Value:
        return Unknown(self.reason)

    def _dim(self, a: Dim, b: Dim) -> Dim:
        if a == b:
            return a
        low = 0 if 0 in (bounds(a)[0], bounds(b)[0]) else 1
        made = symbol("n", low)
        self.free.add(lone_symbol(made))  # type: ignore[arg-type]
        return made

    def _names(self, a: Content, b: Content) -> Content:
        """A name that the loop binds first holds nothing known at its head."""
        names, maybe = super()._names(a, b)  # type: ignore[misc]
        before = a[0]  # type: ignore[index]
        return {n: v if n in before else Unknown(self.reason) for n, v in names.items()}, maybe


class Widening:
    """Finds a state at the loop's head that every iteration leads back to."""

    def __init__(self, interp: Interpreter) -> None:
        self.interp = interp
        self.head: Delta = {}
        self.free: set[Symbol] = set()

    def grow(self, after: Delta, force: bool = False) -> bool:
        """Make the head cover `after`; False when it did so already."""
        uncovered = self.uncovered(after)
        if not uncovered:
            return False
        widener = Widener(self.interp, self.head, {**self.head, **uncovered}, self.free)
        self.head = widener.deltas()
        if force:
            for key, (container, content) in uncovered.items():
                self.head[key] = (container, self._forgotten(key, container, content))
        return True

    def _forgotten(self, key: int, container: object, content: Content) -> Content:
        """A content that covers everything: what keeps changing is given up."""
        if isinstance(container, Names):
            names, maybe = self.head[key][1]  # type: ignore[misc]
            after = content[0]  # type: ignore[index]
            given_up = Unknown("differs by iteration")
            kept = {n: v if self.covers(v, after.get(n, v)) else given_up for n, v in names.items()}
            return kept, maybe
        return opaque_content(container) if isinstance(container, CONTAINERS) else content

    def uncovered(self, after: Delta) -> Delta:
        """The part of `after` that the head does not stand for."""
        return {k: e for k, e in after.items() if not self._covered(k, *e)}

    def _covered(self, key: int, container: object, content: Content) -> bool:
        head = self.head[key][1] if key in self.head else content_of(container)
        return self._covers_content(container, head, content)

    def _covers_content(self, container: object, head: Content, after: Content) -> bool:
        if isinstance(container, Names):
            head, after = head[0], after[0]  # type: ignore[index]
            return after.keys() <= head.keys() and all(
                self.covers(head[n], v) for n, v in after.items()
            )
        if isinstance(head, set):
            return head == after
        if is_opaque(head):
            return True
        if isinstance(head, dict) and not isinstance(container, dict):
            return self._covers_fields(container, head, after)  # type: ignore[arg-type]
        if isinstance(head, dict):
            return list(head) == list(after) and all(  # type: ignore[call-overload]
                self.covers(v, after[k])
                for k, v in head.items()  # type: ignore[index]
            )
        assert isinstance(head, list) and isinstance(after, list)
        if isinstance(container, History):
            return _continues(head, after)
        return self._covers_items(head, after, 5)

    def _covers_fields(
        self, container: object, head: dict[str, Value], after: dict[str, Value]
    ) -> bool:
        join = getattr(container, "join_field", None)
        joiner = Widener(self.interp, {}, {}, self.free)
        for name, value in after.items():
            mine = head.get(name)
            if not self.covers(mine, value) and (
                join is None or join(name, mine, value, joiner.value) != mine
            ):
                return False
        return True

    def covers(self, head: Value, after: Value, depth: int = 4) -> bool:
        """Whether the value at the head stands for the other one too."""
        if isinstance(head, Unknown) or head is after:
            return True
        if type(head) is not type(after) or not depth:
            return False
        if isinstance(head, Tensor):
            assert isinstance(after, Tensor)
            return self._covers_tensor(head, after)
        if isinstance(head, dict):
            assert isinstance(after, dict)
            return head.keys() == after.keys() and self._covers_items(
                head.values(), after.values(), depth
            )
        if isinstance(head, tuple | list | deque):
            assert isinstance(after, tuple | list | deque)
            return self._covers_items(head, after, depth)
        return bool(head == after) or same_bound(head, after)

    def _covers_items(self, head: Collection[Value], after: Collection[Value], depth: int) -> bool:
        pairs = zip(head, after, strict=False)
        return len(head) == len(after) and all(self.covers(a, b, depth - 1) for a, b in pairs)

    def _covers_tensor(self, head: Tensor, after: Tensor) -> bool:
        if head.kind != after.kind or not self.covers(head.mask, after.mask):
            return False
        # Inside a functional graph another producer is another graph.
        if head.kind == "keras" and head.producer is not after.producer:
            return False
        return self._covers_type(head.type, after.type)

    def _covers_type(self, head: TensorType, after: TensorType) -> bool:
        if head.dtype not in (None, after.dtype):
            return False
        if head.shape is None:
            return True
        if after.shape is None or len(head.shape) != len(after.shape):
            return False
        return all(
            a == b or lone_symbol(a) in self.free
            for a, b in zip(head.shape, after.shape, strict=True)
        )


def _continues(head: list[Value], after: list[Value]) -> bool:
    """Whether a history that ends in anything stands for one that goes on."""
    known = head[:-1] if head and head[-1] is OPAQUE else head
    same = all(a is b for a, b in zip(known, after, strict=False))
    return same and (len(known) < len(head) or len(known) == len(after))


def same_bound(head: Value, after: Value) -> bool:
    """Whether both are one method of one object."""
    both = isinstance(head, Bound) and isinstance(after, Bound)
    return both and head.receiver is after.receiver and head.function is after.function


__all__ = ["Widening", "is_opaque"]
