"""Phrases rules share: naming a layer, telling where a tensor came from."""

from __future__ import annotations

from collections.abc import Iterator

from ..analyzer.facts import LayerCalled
from ..analyzer.keras.state import LayerState
from ..analyzer.values import Class, Instance, Site, Tensor, Value


def subject(layer: Instance) -> str:
    """A layer as messages call it: `Conv1D 'conv'`."""
    name = getattr(layer.state, "name", None)
    return f"{class_name(layer)} '{name}'" if isinstance(name, str) else class_name(layer)


def class_name(layer: Instance) -> str:
    """The class name without its module."""
    return layer.cls.name.rpartition(".")[2]


def cause(fact: LayerCalled) -> Site:
    """Where a failed call is to be mended: in a Sequential, where the layer stands."""
    if fact.context == "sequential" and fact.layer.site is not None:
        return fact.layer.site
    return fact.site


def origins(*tensors: Value) -> Iterator[tuple[Site, str]]:
    """The places the shapes came from: `(None, 9) from Input`."""
    for tensor in tensors:
        if isinstance(tensor, Tensor) and tensor.origin is not None and tensor.label:
            yield tensor.origin, f"{shape(tensor)} from {tensor.label}"


def shape(tensor: Tensor) -> str:
    """The shape of a tensor as text, "(...)" for an unknown rank."""
    from_type = tensor.type.shape
    return "(...)" if from_type is None else f"({', '.join(map(str, from_type))})"


def is_user_class(layer: Instance) -> bool:
    """Whether the layer's class stands in the checked program."""
    return isinstance(layer.cls, Class)


def op_name(spelling: str) -> str:
    """A function as messages call it: `tf.matmul`, `@`, `Tensor.reshape`."""
    return OPERATORS.get(spelling.rpartition(".")[2], spelling)


OPERATORS = {
    "__add__": "+",
    "__sub__": "-",
    "__mul__": "*",
    "__truediv__": "/",
    "__matmul__": "@",
    "__pow__": "**",
    "__getitem__": "indexing",
}


def is_layer(value: Instance) -> bool:
    """Whether an object is a Keras layer or model."""
    return isinstance(value.state, LayerState)
