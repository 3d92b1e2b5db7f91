"""Elementwise calls that follow one another become one chain, run tile by tile."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..graph import Graph, Node, Value, make
from ..ops import loops

_INPUTS, _OUTPUTS = 6, 2
_FLOATS = (np.dtype("float32"), np.dtype("float64"))


@dataclass(eq=False, slots=True)
class _Group:
    """Nodes that will be one chain; all results have the sink's shape."""

    shape: tuple[int, ...]
    dtype: np.dtype
    nodes: list[Node] = field(default_factory=list)  # consumers before producers
    before: int = 0  # bit mask of every node that the group depends on


class _Clusters:
    """Grows groups from the results towards the inputs."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.position = {node: i for i, node in enumerate(graph.nodes)}
        self.users: dict[Value, list[Node]] = {}
        for node in graph.nodes:
            for value in dict.fromkeys(node.inputs):
                self.users.setdefault(value, []).append(node)
        self.results = set(graph.results())
        self.before = _ancestors(graph, self.position)
        self.group_of: dict[Node, _Group] = {}
        self.groups: list[_Group] = []

    def grow(self) -> list[_Group]:
        for node in reversed(self.graph.nodes):
            if _can_fuse(node):
                self._place(node)
        return self.groups

    def _place(self, node: Node) -> None:
        out = node.outputs[0]
        for user in self.users.get(out, ()):
            group = self.group_of.get(user)
            if group is not None and self._fits(node, group):
                return self._join(node, group)
        if out.dtype.kind == "f":
            group = _Group(out.shape, out.dtype)
            self.groups.append(group)
            self._join(node, group)
        return None

    def _join(self, node: Node, group: _Group) -> None:
        group.nodes.append(node)
        group.before |= self.before[self.position[node]]
        self.group_of[node] = group

    def _fits(self, node: Node, group: _Group) -> bool:
        out = node.outputs[0]
        if out.shape != group.shape or out.dtype not in (group.dtype, np.dtype(bool)):
            return False
        outside = [u for u in self.users[out] if self.group_of.get(u) is not group]
        visible = bool(outside) or out in self.results
        if visible and (out.dtype == bool or not self._may_show(group, outside)):
            return False
        members = [*group.nodes, node]
        return len(inputs_of(members, self.graph)) <= _INPUTS and (
            len(self.outputs(members)) <= _OUTPUTS
        )

    def _may_show(self, group: _Group, outside: list[Node]) -> bool:
        """Users outside must not lead back into the group."""
        return not any(group.before >> self.position[u] & 1 for u in outside)

    def outputs(self, members: list[Node]) -> list[Value]:
        """Values of a group that are read outside it."""
        inside = set(members)
        return [
            n.outputs[0]
            for n in members
            if n.outputs[0] in self.results
            or any(u not in inside for u in self.users.get(n.outputs[0], ()))
        ]


def _ancestors(graph: Graph, position: dict[Node, int]) -> list[int]:
    """For each node the bit mask of all nodes it depends on."""
    masks: list[int] = []
    for node in graph.nodes:
        mask = 0
        for value in node.inputs:
            if value.node is not None:
                at = position[value.node]
                mask |= masks[at] | 1 << at
        masks.append(mask)
    return masks


def _can_fuse(node: Node) -> bool:
    """A floating (or comparing) elementwise node that the tiles know."""
    if not node.call.op.traits.elementwise:
        return False
    out = node.outputs[0]
    dtypes = {v.dtype for v in node.inputs if v.dtype != bool}
    if out.dtype == bool and not dtypes:
        return True
    return len(dtypes) == 1 and dtypes <= set(_FLOATS) and out.dtype in (*dtypes, bool)


def inputs_of(members: list[Node], graph: Graph) -> list[Value]:
    """What a group reads, constant numbers left out."""
    made = {n.outputs[0] for n in members}
    found = dict.fromkeys(v for n in members for v in n.inputs if v not in made)
    return [v for v in found if _number(graph, v) is None]


def _number(graph: Graph, value: Value) -> float | None:
    array = graph.constants.get(value)
    return float(array) if array is not None and array.shape == () else None


def _constant(graph: Graph, value: Value) -> float:
    return float(graph.constants[value])


def fuse_chains(graph: Graph) -> None:
    """Replace groups of two nodes and more by chains."""
    clusters = _Clusters(graph)
    table: dict[Value, Value] = {}
    gone: set[Node] = set()
    places: dict[Node, int] = dict(clusters.position)
    for group in clusters.grow():
        if len(group.nodes) < 2:
            continue
        outputs = clusters.outputs(group.nodes)
        node = _chain(graph, group, outputs)
        if node is not None:
            gone.update(group.nodes)
            places[node] = max(clusters.position[n] for n in group.nodes)
            ordered = sorted(outputs, key=lambda v: clusters.position[v.node])  # type: ignore
            table.update(zip(ordered, node.outputs, strict=True))
    graph.nodes = [n for n in places if n not in gone]
    graph.replace(table)
    graph.sort(places)


def _chain(graph: Graph, group: _Group, outputs: list[Value]) -> Node | None:
    """The chain of a group; None where its broadcasts need too many loops."""
    members = group.nodes[::-1]
    inputs = inputs_of(members, graph)
    if not inputs or np.broadcast_shapes(*[v.shape for v in inputs]) != group.shape:
        return None
    number = {v: i for i, v in enumerate(inputs)}
    steps: list[tuple[str | int | float, ...]] = []
    for node in members:
        traits, statics = node.call.op.traits, node.call.statics
        operands = [number[v] if v in number else _constant(graph, v) for v in node.inputs]
        extra = [float(getattr(statics, name)) for name in traits.constants]
        steps.append((traits.elementwise or "", *operands, *extra))
        number[node.outputs[0]] = len(inputs) + len(steps) - 1
    ends = tuple(sorted(number[v] for v in outputs))
    statics = (tuple(steps), ends, len(inputs), group.dtype.name)
    fits = loops.fits(statics[0], ends, [v.shape for v in inputs], group.shape)
    return make("chain", inputs, *statics) if fits else None
