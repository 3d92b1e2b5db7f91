"""The calls between symbolic inputs and outputs, ordered, and run on values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .. import structure
from ..layers.keras_tensor import KerasTensor, Node


def is_input(tensor: KerasTensor) -> bool:
    """Whether a symbolic tensor comes straight from an `Input`."""
    node = tensor.node
    return node is not None and node.is_input


class Graph:
    """The nodes from `inputs` to `outputs`, by depth; the operations in Keras' order."""

    def __init__(self, inputs: Sequence[KerasTensor], outputs: Sequence[KerasTensor]) -> None:
        self.inputs, self.outputs = list(inputs), list(outputs)
        ordered = list(walk(self.inputs, self.outputs))
        depths = _node_depths(ordered)
        operation_depths = {}
        for node in ordered:
            known = operation_depths.get(node.operation, 0)
            operation_depths[node.operation] = max(known, depths[node])
        first_seen = _traversal(self.inputs, self.outputs)
        for tensor in self.inputs:
            node = tensor.node
            if node is not None and node.is_input and node.operation not in operation_depths:
                operation_depths[node.operation] = depths[node] = 0
                first_seen[node.operation] = -1
        self.nodes = list(depths)
        self.by_depth = _grouped(depths)
        self.operations = sorted(
            operation_depths, key=lambda op: (-operation_depths[op], first_seen[op])
        )
        self._check()

    def _check(self) -> None:
        """Every tensor that is needed is computed, and every name is used once."""
        known = {id(t) for t in self.inputs}
        for node in self.in_order():
            for tensor in node.inputs:
                if id(tensor) not in known:
                    raise ValueError(
                        f"Graph disconnected: {node.operation.name!r} needs the output of "
                        f"{_maker(tensor)}, which does not depend on the model's inputs "
                        f"({', '.join(t.name for t in self.inputs)})\n"
                        "    fix: pass that Input to Model(inputs=...) as well"
                    )
            known.update(id(t) for t in node.outputs)
        names = [op.name for op in self.operations]
        twice = next((n for n in names if names.count(n) > 1), None)
        if twice is not None:
            raise ValueError(
                f"the name {twice!r} is used {names.count(twice)} times in the model\n"
                "    fix: give each layer a name of its own"
            )

    def in_order(self) -> Iterator[Node]:
        """The nodes, each after those it needs."""
        for depth in sorted(self.by_depth, reverse=True):
            yield from self.by_depth[depth]

    def run(self, values: Sequence[Any], call: Callable[[Node, Any, Any], Any]) -> list[Any]:
        """The outputs for values of the inputs; `call` performs one node."""
        known = {id(t): v for t, v in zip(self.inputs, values, strict=True)}
        for node in self.in_order():
            if node.is_input or any(id(t) not in known for t in node.inputs):
                continue
            if all(id(t) in known for t in node.outputs):
                continue
            args, kwargs = node.filled(known)
            outputs = structure.flatten(call(node, args, kwargs))
            known.update((id(t), v) for t, v in zip(node.outputs, outputs, strict=False))
        missing = next((t for t in self.outputs if id(t) not in known), None)
        if missing is not None:
            raise ValueError(f"the output {missing.name!r} does not depend on the inputs")
        return [known[id(t)] for t in self.outputs]


def _maker(tensor: KerasTensor) -> str:
    history = tensor._keras_history
    operation = None if history is None else history.operation
    return repr(tensor.name if operation is None else operation.name)


def walk(inputs: Sequence[KerasTensor], outputs: Sequence[KerasTensor]) -> Iterator[Node]:
    """The nodes that outputs need, each after those it needs itself."""
    for kind, node in _visit(inputs, outputs):
        if kind == "leave":
            yield node


def _traversal(inputs: Sequence[KerasTensor], outputs: Sequence[KerasTensor]) -> dict[Any, int]:
    """Operations by when the depth-first walk first met them."""
    met: dict[Any, int] = {}
    for kind, node in _visit(inputs, outputs):
        if kind == "enter":
            met.setdefault(node.operation, len(met))
    return met


def _visit(
    inputs: Sequence[KerasTensor], outputs: Sequence[KerasTensor]
) -> Iterator[tuple[str, Node]]:
    """A depth-first walk from the outputs, without recursion: deep models are allowed."""
    stops = {id(t) for t in inputs}
    done: set[Node] = set()
    for output in outputs:
        start = _producer(output, stops)
        if start is None or start in done:
            continue
        stack: list[tuple[Node, Iterator[KerasTensor]]] = [(start, iter(start.inputs))]
        done.add(start)
        yield "enter", start
        while stack:
            node, rest = stack[-1]
            found = next(rest, None)
            if found is None:
                stack.pop()
                yield "leave", node
                continue
            parent = _producer(found, stops)
            if parent is not None and parent not in done:
                done.add(parent)
                yield "enter", parent
                stack.append((parent, iter(parent.inputs)))


def _producer(tensor: KerasTensor, stops: set[int]) -> Node | None:
    """The call that made a tensor, unless the tensor is a declared input itself."""
    node = tensor.node
    if node is None or (not node.is_input and id(tensor) in stops):
        return None
    return node


def _node_depths(ordered: Sequence[Node]) -> dict[Node, int]:
    """How many calls lie between each node and the outputs, at most."""
    inside = set(ordered)
    depths: dict[Node, int] = {}
    of_operation: dict[Any, int] = {}
    for node in reversed(ordered):
        depth = max(depths.setdefault(node, 0), of_operation.get(node.operation, 0))
        depths[node] = of_operation[node.operation] = depth
        for parent in node.parents:
            if parent in inside:
                depths[parent] = max(depth + 1, depths.get(parent, 0))
    return depths


def _grouped(depths: dict[Node, int]) -> dict[int, list[Node]]:
    groups: dict[int, list[Node]] = defaultdict(list)
    for node, depth in depths.items():
        groups[depth].append(node)
    return dict(groups)
