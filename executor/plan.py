"""A plan: a graph laid out in memory, as a flat list of kernel calls without arguments."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from .graph import Graph, Node, Value
from .memory import Storage, assign_storage, place, view
from .passes import optimise
from .scratch import Arena, planning
from .tensor import Tensor
from .variable import Variable

_arena = Arena()
_running = threading.Lock()


class Plan:
    """Runs a graph: `plan.run(arrays)` fills the inputs, calls the kernels, copies out."""

    def __init__(self, graph: Graph) -> None:
        self.graph = optimise(graph)
        self.inputs = [np.empty(v.shape, v.dtype) for v in graph.inputs]
        self.state = tuple(graph.writes)
        self._arrays, self._late = _lay_out(graph, self.inputs)
        self.calls = self._lower()
        self._outputs = [self._arrays[v] for v in graph.outputs]

    def run(self, arrays: Sequence[np.ndarray]) -> list[Tensor]:
        """Outputs as new tensors; variables are updated where they are."""
        with _running:
            for target, array in zip(self.inputs, arrays, strict=True):
                if target is not array:
                    np.copyto(target, array)
            for variable in self.state:
                variable.detach()
            with np.errstate(all="ignore"):
                for call in self.calls:
                    call()
            return [Tensor.wrap(a.copy()) for a in self._outputs]

    def _lower(self) -> list[Callable[[], object]]:
        with planning():
            calls = [self._bind(node) for node in self.graph.nodes]
        calls += [
            partial(np.copyto, variable.buffer, self._arrays[value])
            for variable, value in self._late.items()
        ]
        return [call for call in calls if call is not None]

    def _bind(self, node: Node) -> Callable[[], object] | None:
        if node.call.op.traits.alias is not None:
            return None
        ins = [self._arrays[v] for v in node.inputs]
        outs = [self._arrays[v] for v in node.outputs]
        return node.call.op.kernel(node.call.statics, ins, outs)


def _lay_out(
    graph: Graph, inputs: Sequence[np.ndarray]
) -> tuple[dict[Value, np.ndarray], dict[Variable, Value]]:
    """An array for every value, and the state that is copied to its variable at the end."""
    fixed = dict(zip(graph.inputs, inputs, strict=True)) | graph.constants
    fixed |= {value: variable.buffer for variable, value in graph.reads.items()}
    direct, late = _state_targets(graph, fixed)
    table = assign_storage(graph, fixed | direct)
    transient = {id(s): s for s in table.values() if s.fixed is None}
    memory = _arena.take(place(list(transient.values())))
    arrays = dict(fixed | direct)
    for node in graph.nodes:
        for value in node.outputs:
            if value not in arrays:
                arrays[value] = _array(node, value, table[value], arrays, memory)
    return arrays, late


def _array(
    node: Node,
    value: Value,
    storage: Storage,
    arrays: dict[Value, np.ndarray],
    memory: np.ndarray,
) -> np.ndarray:
    alias = node.call.op.traits.alias
    if alias is not None:
        return alias(node.call.statics, arrays[node.inputs[0]])
    return view(memory, storage.offset, value)


def _state_targets(
    graph: Graph, fixed: dict[Value, np.ndarray]
) -> tuple[dict[Value, np.ndarray], dict[Variable, Value]]:
    """New state that can be computed right in its variable, and state that cannot.

    It can where every other read of the old value comes before the node that makes the
    new one, and that node reads the old value element by element (or not at all).
    """
    direct: dict[Value, np.ndarray] = {}
    late: dict[Variable, Value] = {}
    last = _last_uses_of_roots(graph)
    position = {v: i for i, n in enumerate(graph.nodes) for v in n.outputs}
    taken: set[Value] = set()
    for variable, value in graph.writes.items():
        old = graph.reads.get(variable)
        if value is old:
            continue
        usable = value in position and value not in taken and value not in fixed
        if usable and _writable(graph, value, old, position[value], last):
            direct[value] = variable.buffer
            taken.add(value)
        else:
            late[variable] = value
    return direct, late


def _writable(
    graph: Graph, value: Value, old: Value | None, at: int, last: dict[Value, int]
) -> bool:
    node = value.node
    assert node is not None
    if node.call.op.traits.alias is not None:
        return False
    if old is None:
        return True
    final = last.get(old, -1)
    if final < at:
        return True
    return final == at and any(
        node.outputs[k] is value and node.inputs[i] is old and node.inputs.count(old) == 1
        for k, i in node.call.inplace
    )


def _last_uses_of_roots(graph: Graph) -> dict[Value, int]:
    """The last position that reads a value or any view of it."""
    root: dict[Value, Value] = {}
    last: dict[Value, int] = {}
    for position, node in enumerate(graph.nodes):
        for value in node.inputs:
            last[root.get(value, value)] = position
        if node.call.op.traits.alias is not None:
            root[node.outputs[0]] = root.get(node.inputs[0], node.inputs[0])
    for value in graph.results():
        last[root.get(value, value)] = len(graph.nodes)
    return last
