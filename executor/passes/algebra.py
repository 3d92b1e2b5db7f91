"""Local rewrites: what a call amounts to, given who made its inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from ..graph import Graph, Node, Value, make

# A rule returns the value that stands for the node's output, a node in its place, or None.
Rule: TypeAlias = "Callable[[Graph, Node], Value | Node | None]"


def simplify(graph: Graph) -> None:
    """Apply the rules once, from the inputs to the results."""
    table: dict[Value, Value] = {}
    kept: list[Node] = []
    for node in graph.nodes:
        node.inputs = tuple([table.get(v, v) for v in node.inputs])
        _read_through_broadcasts(node)
        while True:
            rule = _RULES.get(node.name)
            result = rule(graph, node) if rule else None
            if not isinstance(result, Node):
                break
            table[node.outputs[0]] = result.outputs[0]
            node = result
        if result is None:
            kept.append(node)
        else:
            table[node.outputs[0]] = result
    graph.nodes = kept
    graph.replace(table)


def _read_through_broadcasts(node: Node) -> None:
    """An elementwise op broadcasts by itself: read what was broadcast for it."""
    if node.call.op.traits.elementwise is None or len(node.inputs) < 2:
        return
    for i, value in enumerate(node.inputs):
        if value.node is None or value.node.name != "broadcast_to":
            continue
        inputs = (*node.inputs[:i], value.node.inputs[0], *node.inputs[i + 1 :])
        if np.broadcast_shapes(*[v.shape for v in inputs]) == node.outputs[0].shape:
            node.inputs = inputs


def _made_by(value: Value, name: str) -> Node | None:
    return value.node if value.node is not None and value.node.name == name else None


def _itself(graph: Graph, node: Node) -> Value:
    return node.inputs[0]


def _reshape(graph: Graph, node: Node) -> Value | Node | None:
    (x,), (out,) = node.inputs, node.outputs
    if x.shape == out.shape:
        return x
    inner = _made_by(x, "reshape")
    return make("reshape", inner.inputs, out.shape) if inner else None


def _transpose(graph: Graph, node: Node) -> Value | Node | None:
    (x,), (out,) = node.inputs, node.outputs
    axes = _order(node)
    if axes == tuple(range(len(axes))):
        return x
    inner = _made_by(x, "transpose")
    if inner:
        first = _order(inner)
        return make("transpose", inner.inputs, tuple(first[i] for i in axes))
    # Axes of length 1 move without moving data.
    long = [i for i in axes if x.shape[i] != 1]
    return make("reshape", (x,), out.shape) if long == sorted(long) else None


def _order(node: Node) -> tuple[int, ...]:
    rank = len(node.inputs[0].shape)
    axes = node.call.statics.axes
    return tuple(reversed(range(rank))) if axes is None else tuple(i % rank for i in axes)


def _same_type(graph: Graph, node: Node) -> Value | None:
    (x,), (out,) = node.inputs, node.outputs
    return x if (x.shape, x.dtype) == (out.shape, out.dtype) else None


def _sum(graph: Graph, node: Node) -> Node | None:
    (x,), (out,) = node.inputs, node.outputs
    same_size = x.nbytes == out.nbytes and x.dtype == out.dtype
    return make("reshape", (x,), out.shape) if same_size else None


def _scalar(graph: Graph, value: Value) -> float | None:
    """The number that a constant holds everywhere, if it is one."""
    array = graph.constants.get(value)
    if array is None or array.size == 0 or array.size > 1:
        return None
    return float(array.reshape(-1)[0])


def _neutral(number: float, right_only: bool) -> Rule:
    """x + 0, x * 1: the other operand, if it has the result's type."""

    def rule(graph: Graph, node: Node) -> Value | None:
        out = node.outputs[0]
        pairs = [(0, 1)] if right_only else [(0, 1), (1, 0)]
        for keep, drop in pairs:
            x = node.inputs[keep]
            fits = (x.shape, x.dtype) == (out.shape, out.dtype)
            if fits and _scalar(graph, node.inputs[drop]) == number:
                return x
        return None

    return rule


def _add(graph: Graph, node: Node) -> Value | Node | None:
    x, y = node.inputs
    for left, right in ((x, y), (y, x)):
        minus = _made_by(right, "negative")
        if minus and node.outputs[0].dtype.kind == "f":
            return make("subtract", (left, minus.inputs[0]))
    return _neutral(0.0, right_only=False)(graph, node)


def _subtract(graph: Graph, node: Node) -> Value | Node | None:
    minus = _made_by(node.inputs[1], "negative")
    if minus and node.outputs[0].dtype.kind == "f":
        return make("add", (node.inputs[0], minus.inputs[0]))
    return _neutral(0.0, right_only=True)(graph, node)


_POWERS = {2.0: "square", 0.5: "sqrt", -0.5: "rsqrt", -1.0: "reciprocal"}


def _power(graph: Graph, node: Node) -> Value | Node | None:
    x, out = node.inputs[0], node.outputs[0]
    exponent = _scalar(graph, node.inputs[1])
    if exponent is None or (x.shape, x.dtype) != (out.shape, out.dtype) or x.dtype.kind != "f":
        return None
    if exponent == 1:
        return x
    return make(_POWERS[exponent], (x,)) if exponent in _POWERS else None


def _product(graph: Graph, node: Node) -> Node | None:
    """Transposed operands are read transposed instead."""
    flags = [node.call.statics.transpose_a, node.call.statics.transpose_b]
    inputs = list(node.inputs)
    for i in (0, 1):
        inner = _made_by(inputs[i], "transpose")
        if inner and _swaps_last(_order(inner)):
            inputs[i], flags[i] = inner.inputs[0], not flags[i]
    return make("product", inputs, *flags) if tuple(inputs) != node.inputs else None


def _swaps_last(order: tuple[int, ...]) -> bool:
    rank = len(order)
    return rank >= 2 and order == (*range(rank - 2), rank - 1, rank - 2)


_RULES: dict[str, Rule] = {
    "identity": _itself,
    "stop_gradient": _itself,
    "reshape": _reshape,
    "transpose": _transpose,
    "cast_to": _same_type,
    "broadcast_to": _same_type,
    "sum": _sum,
    "max": _sum,
    "min": _sum,
    "add": _add,
    "subtract": _subtract,
    "multiply": _neutral(1.0, right_only=False),
    "divide": _neutral(1.0, right_only=True),
    "power": _power,
    "product": _product,
}
