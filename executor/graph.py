"""The graph of a traced function: values, the calls between them, state in and out."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from .op import OPS, Call
from .variable import Variable

_serial = itertools.count()


class Value:
    """One array of a graph: shape, dtype, and the node that makes it (None: an input)."""

    __slots__ = ("dtype", "index", "node", "serial", "shape")

    def __init__(
        self,
        shape: tuple[int, ...],
        dtype: np.dtype,
        node: Node | None = None,
        index: int = 0,
    ) -> None:
        self.shape, self.dtype, self.node, self.index = shape, dtype, node, index
        self.serial = next(_serial)

    def __repr__(self) -> str:
        maker = self.node.call.op.name if self.node else "input"
        return f"%{self.serial}:{maker}{self.shape}"

    @property
    def nbytes(self) -> int:
        """Bytes of the array."""
        return int(np.prod(self.shape, dtype=np.int64)) * self.dtype.itemsize


class Node:
    """One call in a graph."""

    __slots__ = ("call", "inputs", "outputs")

    def __init__(self, call: Call, inputs: Sequence[Value]) -> None:
        self.call = call
        self.inputs = tuple(inputs)
        self.outputs = tuple(
            [Value(shape, dtype, self, i) for i, (shape, dtype) in enumerate(call.outputs)]
        )

    @property
    def name(self) -> str:
        return self.call.op.name

    def __repr__(self) -> str:
        return f"{self.outputs} = {self.name}{self.inputs}"


def make(name: str, inputs: Sequence[Value], *statics: object) -> Node:
    """A node of the op of this name; a list of inputs fills its one list parameter."""
    op = OPS[name]
    if op.params[0].kind == "tensors":
        return Node(op.call_listed(inputs, *statics), inputs)
    return Node(op.call_on(inputs, *statics), inputs)


@dataclass(slots=True)
class Graph:
    """Nodes in an order of execution, with what enters and what leaves.

    `reads` are the values that variables have at the start, `writes` those they have at
    the end (only of variables that are assigned).
    """

    inputs: list[Value] = field(default_factory=list)
    constants: dict[Value, np.ndarray] = field(default_factory=dict)
    reads: dict[Variable, Value] = field(default_factory=dict)
    writes: dict[Variable, Value] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    outputs: list[Value] = field(default_factory=list)

    def constant(self, array: np.ndarray) -> Value:
        """A new constant."""
        value = Value(array.shape, array.dtype)
        self.constants[value] = array
        return value

    def results(self) -> Iterable[Value]:
        """What must exist at the end."""
        return (*self.outputs, *self.writes.values())

    def uses(self) -> dict[Value, int]:
        """How often each value is read, results included."""
        count: dict[Value, int] = {}
        for node in self.nodes:
            for value in node.inputs:
                count[value] = count.get(value, 0) + 1
        for value in self.results():
            count[value] = count.get(value, 0) + 1
        return count

    def replace(self, table: dict[Value, Value]) -> None:
        """Read other values in the place of some."""
        if not table:
            return

        def final(value: Value) -> Value:
            while value in table:
                value = table[value]
            return value

        for node in self.nodes:
            if any(v in table for v in node.inputs):
                node.inputs = tuple(final(v) for v in node.inputs)
        self.outputs = [final(v) for v in self.outputs]
        self.writes = {k: final(v) for k, v in self.writes.items()}

    def sort(self, places: dict[Node, int]) -> None:
        """Order the nodes after their inputs, and by `places` where that is free."""
        mine = set(self.nodes)
        users: dict[Node, list[Node]] = {}
        waiting: dict[Node, int] = {}
        for node in self.nodes:
            makers = {v.node for v in node.inputs if v.node in mine}
            waiting[node] = len(makers)
            for maker in makers:
                users.setdefault(maker, []).append(node)  # type: ignore[arg-type]
        ready = [(places[n], i, n) for i, n in enumerate(self.nodes) if not waiting[n]]
        heapq.heapify(ready)
        done: list[Node] = []
        while ready:
            node = heapq.heappop(ready)[2]
            done.append(node)
            for user in users.get(node, ()):
                waiting[user] -= 1
                if not waiting[user]:
                    heapq.heappush(ready, (places[user], len(done), user))
        assert len(done) == len(self.nodes), "a fused node depends on itself"
        self.nodes = done
