"""Configs of functional models: layers, and the calls that connect them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from .. import structure
from ..layers.keras_tensor import History, KerasTensor, Node
from ..layers.serialize import deserialize, serialize
from .hooks import FUNCTIONAL

if TYPE_CHECKING:
    from .functional import Functional


def functional_config(model: Functional) -> dict[str, Any]:
    """The config of a functional model."""
    inside = set(model._graph.nodes)
    places = _places(model, inside)

    def place(tensor: KerasTensor) -> list[Any]:
        node = tensor.node
        assert node is not None and tensor._keras_history is not None
        return [node.operation.name, places[node], tensor._keras_history.tensor_index]

    layers = []
    for operation in model.operations:
        config = serialize(operation)
        config["name"] = operation.name
        nodes = [n for n in operation._inbound_nodes if n in inside and n.inputs]
        config["inbound_nodes"] = [_node_config(n, inside) for n in nodes]
        layers.append(config)
    return copy.deepcopy(
        {
            "name": model.name,
            "trainable": model.trainable,
            "layers": layers,
            "input_layers": structure.map_structure(place, model._inputs_structure),
            "output_layers": structure.map_structure(place, model._outputs_structure),
        }
    )


def _places(model: Functional, inside: set[Node]) -> dict[Node, int]:
    """The number of each call among those of its layer that belong to the model."""
    places = {}
    for operation in model.operations:
        # A nested model counts a call of its own that is not in the outer graph.
        count = 1 if isinstance(operation, FUNCTIONAL[0]) else 0
        for node in operation._inbound_nodes:
            if node in inside:
                places[node] = count
                count += 1
    return places


def _node_config(node: Node, inside: set[Node]) -> dict[str, Any]:
    def renumbered(leaf: Any) -> Any:
        if not isinstance(leaf, KerasTensor):
            return leaf
        history = leaf._keras_history
        assert history is not None
        earlier = history.operation._inbound_nodes[: history.node_index]
        index = sum(1 for n in earlier if n in inside)
        shown = KerasTensor(leaf.shape, leaf.dtype, leaf.name)
        shown._keras_history = History(history.operation, index, history.tensor_index)
        return shown

    return {
        "args": serialize(structure.map_structure(renumbered, node.args)),
        "kwargs": serialize(structure.map_structure(renumbered, node.kwargs)),
    }


def from_functional_config(cls: type, config: dict[str, Any], custom_objects: Any = None) -> Any:
    """A functional model from its config."""
    config = dict(config)
    layers = config.pop("layers")
    ends = {k: config.pop(f"{k}_layers") for k in ("input", "output")}
    made: dict[str, Any] = {}
    waiting: list[tuple[str, dict[str, Any]]] = []
    for layer in layers:
        name = layer["name"]
        made[name] = deserialize(
            {k: v for k, v in layer.items() if k != "inbound_nodes"}, custom_objects
        )
        waiting += [(name, node) for node in layer["inbound_nodes"]]
    _connect(made, waiting)

    def tensor(place: list[Any]) -> KerasTensor:
        name, node_index, tensor_index = place
        layer = made[name]
        if isinstance(layer, FUNCTIONAL[0]):
            node_index -= 1
        return layer._inbound_nodes[node_index].outputs[tensor_index]

    return cls(
        inputs=_map_places(tensor, ends["input"]),
        outputs=_map_places(tensor, ends["output"]),
        **config,
    )


def _connect(made: dict[str, Any], waiting: list[tuple[str, dict[str, Any]]]) -> None:
    """Repeat the calls, each once the tensors it needs exist; calls of one layer in order."""
    while waiting:
        later: list[tuple[str, dict[str, Any]]] = []
        blocked: set[str] = set()
        for name, node in waiting:
            arguments = None if name in blocked else _arguments(node, made)
            if arguments is None:
                blocked.add(name)
                later.append((name, node))
            else:
                made[name](*arguments[0], **arguments[1])
        if len(later) == len(waiting):
            raise ValueError(
                "the config of the model is not a graph: these layers wait for each other: "
                + ", ".join(sorted(blocked))
            )
        waiting = later


class _NotYet(Exception):
    """A tensor that an earlier call has yet to make."""


def _arguments(node: dict[str, Any], made: dict[str, Any]) -> tuple[Any, Any] | None:
    def revived(leaf: Any) -> Any:
        history = getattr(leaf, "saved_history", None)
        if not isinstance(leaf, KerasTensor) or history is None:
            return leaf
        name, node_index, tensor_index = history
        nodes = made[name]._inbound_nodes
        if node_index >= len(nodes):
            raise _NotYet
        return nodes[node_index].outputs[tensor_index]

    if isinstance(node, list):
        return _legacy_arguments(node, made)
    args, kwargs = deserialize(node["args"]), deserialize(node["kwargs"])
    try:
        return structure.map_structure(revived, args), structure.map_structure(revived, kwargs)
    except _NotYet:
        return None


def _legacy_arguments(node: list[Any], made: dict[str, Any]) -> tuple[Any, Any] | None:
    """The arguments of a call as Keras 2 wrote them: [[layer, call, tensor, keywords], ...]."""
    tensors, kwargs = [], {}
    for name, node_index, tensor_index, *rest in node:
        nodes = made[name]._inbound_nodes
        if node_index >= len(nodes):
            return None
        tensors.append(nodes[node_index].outputs[tensor_index])
        kwargs = rest[0] if rest else {}
    return ([tensors[0] if len(tensors) == 1 else tensors], kwargs)


def _map_places(tensor: Any, value: Any) -> Any:
    if isinstance(value, list) and len(value) == 3 and isinstance(value[0], str):
        return tensor(value)
    if isinstance(value, dict):
        return {k: _map_places(tensor, v) for k, v in value.items()}
    return [_map_places(tensor, v) for v in value]
