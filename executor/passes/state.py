"""Old values of variables that must survive the assignment of the new ones."""

from __future__ import annotations

from ..graph import Graph, Value, make


def keep_old_state(graph: Graph) -> None:
    """Copy old state that leaves the plan or becomes the state of another variable."""
    old = set(graph.reads.values())
    root: dict[Value, Value] = {}
    for node in graph.nodes:
        if node.call.op.traits.alias is not None:
            root[node.outputs[0]] = root.get(node.inputs[0], node.inputs[0])
    kept: dict[Value, Value] = {}
    for value in (*graph.outputs, *graph.writes.values()):
        if root.get(value, value) in old and value not in kept:
            kept[value] = _copied(graph, value)
    graph.outputs = [kept.get(v, v) for v in graph.outputs]
    graph.writes = {
        variable: value if value is graph.reads.get(variable) else kept.get(value, value)
        for variable, value in graph.writes.items()
    }


def _copied(graph: Graph, value: Value) -> Value:
    node = make("copy", [value])
    graph.nodes.append(node)
    return node.outputs[0]
