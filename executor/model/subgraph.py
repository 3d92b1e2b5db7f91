"""A model between intermediate tensors: their part of the graph, copied onto new inputs."""

from __future__ import annotations

from typing import Any

from .. import structure
from ..layers.input_layer import Input
from ..layers.keras_tensor import KerasTensor, Node
from .graph import is_input, walk


def cut_out(inputs: Any, outputs: Any) -> tuple[Any, Any]:
    """Inputs and outputs of a copy of the calls between them; the layers are shared."""
    copies: dict[int, KerasTensor] = {}
    flat_inputs, flat_outputs = structure.flatten(inputs), structure.flatten(outputs)
    for tensor in flat_inputs:
        copies[id(tensor)] = (
            tensor
            if is_input(tensor)
            else Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=f"{tensor.name}CLONE")
        )

    def copy(leaf: Any) -> Any:
        if not isinstance(leaf, KerasTensor):
            return leaf
        if id(leaf) not in copies:
            copies[id(leaf)] = KerasTensor(leaf.shape, leaf.dtype, f"{leaf.name}_clone")
        return copies[id(leaf)]

    for node in list(walk(flat_inputs, flat_outputs)):
        if node.is_input:
            copies.update((id(t), t) for t in node.outputs)
            continue
        args = structure.map_structure(copy, node.args)
        kwargs = structure.map_structure(copy, node.kwargs)
        Node(node.operation, args, kwargs, [copy(t) for t in node.outputs])
    return structure.map_structure(copy, inputs), structure.map_structure(copy, outputs)
