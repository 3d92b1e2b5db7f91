"""Dead code, constants that can be computed once, calls that are made twice."""

from __future__ import annotations

import numpy as np

from ..graph import Graph, Node, Value

# Folding must not turn a small expression into a large array kept for ever.
_FOLD_LIMIT = 1 << 16


def remove_dead(graph: Graph) -> None:
    """Drop nodes whose outputs nobody reads."""
    live = set(graph.results())
    kept: list[Node] = []
    for node in reversed(graph.nodes):
        if node.call.op.traits.effects or any(v in live for v in node.outputs):
            live.update(node.inputs)
            kept.append(node)
    graph.nodes = kept[::-1]
    graph.constants = {v: a for v, a in graph.constants.items() if v in live}


def fold_constants(graph: Graph) -> None:
    """Compute now what depends on constants alone."""
    kept: list[Node] = []
    for node in graph.nodes:
        known = all(v in graph.constants for v in node.inputs)
        small = sum(v.nbytes for v in node.outputs) <= _FOLD_LIMIT
        if not (known and small) or node.call.op.traits.effects:
            kept.append(node)
            continue
        ins = [graph.constants[v] for v in node.inputs]
        outs = [np.empty(v.shape, v.dtype) for v in node.outputs]
        node.call.op.kernel(node.call.statics, ins, outs)()
        graph.constants.update(zip(node.outputs, outs, strict=True))
    graph.nodes = kept


def merge_equal(graph: Graph) -> None:
    """Let equal calls on equal inputs share one result; equal small constants too."""
    table: dict[Value, Value] = {}
    _merge_constants(graph, table)
    graph.replace(table)
    seen: dict[object, Node] = {}
    kept: list[Node] = []
    for node in graph.nodes:
        inputs = tuple([table.get(v, v) for v in node.inputs])
        node.inputs = inputs
        key = (node.call.op, node.call.key, node.call.layout, inputs)
        twin = None if node.call.op.traits.effects else seen.get(key)
        if twin is None:
            seen[key] = node
            kept.append(node)
        else:
            table.update(zip(node.outputs, twin.outputs, strict=True))
    graph.nodes = kept
    graph.replace(table)


def _merge_constants(graph: Graph, table: dict[Value, Value]) -> None:
    seen: dict[object, Value] = {}
    for value, array in graph.constants.items():
        if array.nbytes > 256:
            continue
        twin = seen.setdefault((array.shape, array.dtype, array.tobytes()), value)
        if twin is not value:
            table[value] = twin
