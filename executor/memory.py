"""Where the values of a plan live: liveness, aliases, one arena for everything transient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .graph import Graph, Node, Value

_ALIGN = 64


@dataclass(slots=True)
class Storage:
    """A piece of memory shared by values that are views or in-place results of another."""

    nbytes: int
    first: int  # the node that writes it first
    last: int  # the last node that reads it
    fixed: np.ndarray | None = None  # memory that is not ours to place: inputs, state
    offset: int = 0
    values: list[Value] = field(default_factory=list)


def assign_storage(graph: Graph, fixed: dict[Value, np.ndarray]) -> dict[Value, Storage]:
    """A storage for every value; views and in-place results share their input's."""
    last = _last_reads(graph)
    table = {
        v: Storage(a.nbytes, -1, len(graph.nodes), fixed=a, values=[v]) for v, a in fixed.items()
    }
    for position, node in enumerate(graph.nodes):
        for value in node.outputs:
            if value in table:
                continue
            shared = _shared_storage(node, value, position, table, last)
            if shared is None:
                shared = Storage(value.nbytes, position, position)
            shared.values.append(value)
            shared.last = max(shared.last, last.get(value, position))
            table[value] = shared
    return table


def _last_reads(graph: Graph) -> dict[Value, int]:
    last: dict[Value, int] = {}
    for position, node in enumerate(graph.nodes):
        for value in node.inputs:
            last[value] = position
    for value in graph.results():
        last[value] = len(graph.nodes)
    return last


def _shared_storage(
    node: Node,
    value: Value,
    position: int,
    table: dict[Value, Storage],
    last: dict[Value, int],
) -> Storage | None:
    traits = node.call.op.traits
    if traits.alias is not None:
        return table[node.inputs[0]]
    for k, i in node.call.inplace:
        source = node.inputs[i]
        if node.outputs[k] is not value or _taken(node, table, source):
            continue
        storage = table[source]
        if (
            storage.fixed is None
            and source.shape == value.shape
            and source.dtype == value.dtype
            and max(last.get(v, -1) for v in storage.values) == position
            and node.inputs.count(source) == 1
        ):
            return storage
    return None


def _taken(node: Node, table: dict[Value, Storage], source: Value) -> bool:
    """Whether another output of the node already has the source's buffer."""
    return any(table.get(v) is table[source] for v in node.outputs)


def place(storages: Sequence[Storage]) -> int:
    """Give each transient storage an offset, large ones first; the size of the arena."""
    placed: list[Storage] = []
    for storage in sorted(storages, key=lambda s: (-s.nbytes, s.first)):
        busy = sorted(
            (p.offset, p.offset + _rounded(p.nbytes))
            for p in placed
            if p.first <= storage.last and storage.first <= p.last
        )
        storage.offset = _gap(busy, _rounded(storage.nbytes))
        placed.append(storage)
    return max((s.offset + _rounded(s.nbytes) for s in placed), default=0)


def _rounded(size: int) -> int:
    return max(_ALIGN, -(-size // _ALIGN) * _ALIGN)


def _gap(busy: list[tuple[int, int]], size: int) -> int:
    """The lowest offset where `size` bytes are free."""
    at = 0
    for start, stop in busy:
        if start - at >= size:
            break
        at = max(at, stop)
    return at


def view(memory: np.ndarray, offset: int, value: Value) -> np.ndarray:
    """The part of an arena that holds a value."""
    part = memory[offset : offset + value.nbytes]
    return part.view(value.dtype).reshape(value.shape)
