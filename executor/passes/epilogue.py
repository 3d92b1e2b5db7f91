"""A product or convolution, its bias and its activation become one call."""

from __future__ import annotations

from math import prod

from ..graph import Graph, Node, Value, make

# Activations that the kernels apply to a tile of results while it is in cache. Those
# whose gradient reads their input (gelu, silu) are fused only where nobody else reads it.
_ACTIVATIONS = {
    "rectify": "relu",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "swish": "silu",
    "gelu_exact": "gelu",
    "gelu_tanh": "gelu_tanh",
    "softplus": "softplus",
}
_FUSED = {
    "product": "dense",
    "convolution": "convolution_bias",
    "convolution_input": "convolution_input_bias",
}


class _Epilogues:
    """Follows each product to the bias and activation that alone read it."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.uses = graph.uses()
        self.reader = {v: node for node in graph.nodes for v in node.inputs}
        self.table: dict[Value, Value] = {}
        self.gone: set[Node] = set()
        self.places = {node: i for i, node in enumerate(graph.nodes)}

    def run(self) -> None:
        for node in list(self.graph.nodes):
            if node.name in _FUSED and _plain(node):
                self._fuse(node)
            elif node.name == "batch_norm":
                self._fuse_norm(node)
        self.graph.nodes = [n for n in self.places if n not in self.gone]
        self.graph.replace(self.table)
        self.graph.sort(self.places)

    def _fuse(self, node: Node) -> None:
        out, shape = self._past_reshapes(node.outputs[0])
        add = self._only_reader(out)
        columns = node.outputs[0].shape[-1]
        bias = _bias(add, out, columns) if add is not None else None
        if add is None or bias is None:
            return
        end, activation = add.outputs[0], ""
        after = self._only_reader(end)
        if after is not None and after.name in _ACTIVATIONS:
            end, activation = after.outputs[0], _ACTIVATIONS[after.name]
            self.gone.add(after)
        self.gone |= {node, add}
        self._replace(node, bias, activation, (end, shape))

    def _replace(self, node: Node, bias: Value, activation: str, end: tuple[Value, bool]) -> None:
        made = [self._flat(bias, node.outputs[0].shape[-1])]
        settings = [] if node.name == "product" else list(node.call.key)  # type: ignore
        fused = make(_FUSED[node.name], (*node.inputs, made[0]), *settings, activation)
        self.places[fused] = self.places[node]
        last = fused
        if end[1]:
            last = make("reshape", fused.outputs, end[0].shape)
            self.places[last] = self.places[node]
        self.table[end[0]] = last.outputs[0]

    def _fuse_norm(self, node: Node) -> None:
        """Batch normalisation, perhaps reshaped, and the relu that alone reads it."""
        value, reader = node.outputs[0], self._only_reader(node.outputs[0])
        shape = None
        if reader is not None and reader.name == "reshape":
            self.gone.add(reader)
            value, shape = reader.outputs[0], reader
            reader = self._only_reader(value)
        if reader is None or reader.name != "rectify":
            self.gone.discard(shape)  # type: ignore[arg-type]
            return
        fused = make("batch_norm", node.inputs, node.call.statics.epsilon, "relu")
        self.places[fused] = self.places[node]
        result = fused.outputs[0]
        if shape is not None:
            again = make("reshape", (result,), value.shape)
            self.places[again] = self.places[node]
            result = again.outputs[0]
        self.gone |= {node, reader}
        self.table[reader.outputs[0]] = result
        self.table.update(zip(node.outputs[1:], fused.outputs[1:], strict=True))

    def _flat(self, bias: Value, columns: int) -> Value:
        """A bias (1, ..., n), or (a, b) of n = a * b columns, as (n,)."""
        if len(bias.shape) == 1:
            return bias
        node = make("reshape", (bias,), (columns,))
        self.places[node] = -1 if bias.node is None else self.places.get(bias.node, -1)
        return node.outputs[0]

    def _past_reshapes(self, value: Value) -> tuple[Value, bool]:
        """Where the value is given its bias: at once, or after a reshape."""
        node = self._only_reader(value)
        if node is None or node.name != "reshape":
            return value, False
        add = self._only_reader(node.outputs[0])
        if add is None or _bias(add, node.outputs[0], value.shape[-1]) is None:
            return value, False
        self.gone.add(node)
        return node.outputs[0], True

    def _only_reader(self, value: Value) -> Node | None:
        return self.reader.get(value) if self.uses.get(value) == 1 else None


def _plain(node: Node) -> bool:
    """Whether the fused kernel takes it: floats, and for products two plain matrices."""
    if node.outputs[0].dtype.kind != "f":
        return False
    if node.name != "product":
        return True
    s = node.call.statics
    return all(len(v.shape) == 2 for v in node.inputs) and not (s.transpose_a or s.transpose_b)


def _bias(add: Node, out: Value, columns: int) -> Value | None:
    """The other operand of an addition, if it is one number per column."""
    if add.name != "add" or add.outputs[0].shape != out.shape:
        return None
    left, right = add.inputs
    other = right if left is out else left
    shape = other.shape
    while shape and shape[0] == 1 and prod(shape[1:]) == columns:
        shape = shape[1:]
    trailing = bool(shape) and shape == out.shape[-len(shape) :]
    return other if trailing and prod(shape) == columns and other.dtype == out.dtype else None


def fuse_epilogues(graph: Graph) -> None:
    """Replace product (or convolution) + bias + activation by one node each."""
    _Epilogues(graph).run()
