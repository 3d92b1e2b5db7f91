"""Models made from symbolic inputs and outputs."""

from __future__ import annotations

import warnings
from typing import Any

from .. import functions, structure
from ..api import public
from ..dtypes import dtype_name
from ..errors import ModelError
from ..layers.arguments import is_tensor
from ..layers.base import Layer
from ..layers.calling import mask_of, set_mask
from ..layers.input_layer import Input, InputLayer
from ..layers.input_spec import InputSpec
from ..layers.keras_tensor import KerasTensor, Node, symbolic_leaves
from ..tensor import Tensor, TensorLike
from .functional_config import from_functional_config, functional_config
from .graph import Graph, is_input
from .hooks import FUNCTIONAL
from .model import Model
from .subgraph import cut_out


@public("keras.src.models.functional.Functional", "keras.models.Functional")
class Functional(Model):
    """A model that is the graph between `inputs` and `outputs`."""

    _convert_inputs = False
    _any_positional = True
    _graph: Graph

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, **kwargs: Any) -> None:
        self._start_trainer()
        trainable = kwargs.pop("trainable", None)
        for what, value in (("inputs", inputs), ("outputs", outputs)):
            _check_symbolic(what, value)
        Layer.__init__(self, name=name, **kwargs)
        if not all(is_input(t) for t in structure.flatten(inputs)):
            inputs, outputs = cut_out(inputs, outputs)
        set_plainly = object.__setattr__
        set_plainly(self, "_inputs_structure", inputs)
        set_plainly(self, "_outputs_structure", outputs)
        set_plainly(self, "_graph", Graph(structure.flatten(inputs), structure.flatten(outputs)))
        for operation in self._graph.operations:
            self._state.track(operation)
        if trainable is not None:
            self.trainable = trainable
        self.output_names = [t._keras_history.operation.name for t in self._graph.outputs]
        self.supports_masking = True
        self.built = True

    def _lock(self) -> None:
        """A functional model may take on more layers after it is built."""

    def build(self, input_shape: Any = None) -> None:
        """Nothing to do: the layers were built as they were called."""
        self.built = True

    @property
    def layers(self) -> list[Layer]:
        """The layers of the graph, in order."""
        return [op for op in self._graph.operations if isinstance(op, Layer)]

    def _sublayers(self) -> list[Layer]:
        extra = [s for s in self._state.layers if s not in self._graph.operations]
        return [*self.layers, *extra]

    @property
    def operations(self) -> list[Any]:
        """Layers and plain functions of the graph, in order."""
        return list(self._graph.operations)

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic inputs, in a row."""
        return self._graph.inputs

    @property
    def outputs(self) -> list[KerasTensor]:
        """The symbolic outputs, in a row."""
        return self._graph.outputs

    @property
    def input(self) -> Any:
        """The symbolic inputs as given."""
        return _single(self._inputs_structure)

    @property
    def output(self) -> Any:
        """The symbolic outputs as given."""
        return _single(self._outputs_structure)

    @property
    def input_shape(self) -> Any:
        """The shapes of the inputs."""
        return _single([t.shape for t in self.inputs])

    @property
    def output_shape(self) -> Any:
        """The shapes of the outputs."""
        return _single([t.shape for t in self.outputs])

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs."""
        return [t.name for t in self.inputs]

    # Calling.

    def call(self, inputs: Any, training: Any = None, mask: Any = None, **kwargs: Any) -> Any:
        """Run the graph."""
        values = self._ordered(inputs)
        if mask is not None:
            for value, m in zip(values, structure.flatten(mask), strict=False):
                set_mask(value, m)
        outputs = self._graph.run(values, lambda node, a, k: _perform(node, a, k, training))
        return structure.pack(_single(self._outputs_structure), outputs)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Symbolic outputs: those of the graph where the shapes are those of its inputs."""
        inputs = args[0] if args else kwargs["inputs"]
        values = self._ordered(inputs)
        if all(v.shape == t.shape for v, t in zip(values, self.inputs, strict=True)):
            outputs = [KerasTensor(t.shape, t.dtype) for t in self.outputs]
        else:
            outputs = self._graph.run(values, _spec_of_node)
        return structure.pack(_single(self._outputs_structure), outputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shapes of the outputs for shapes of the inputs."""
        shapes: list[Any] = []
        structure.map_shapes(shapes.append, input_shape)
        values = [KerasTensor(s, t.dtype) for s, t in zip(shapes, self.inputs, strict=True)]
        outputs = self._graph.run(values, _spec_of_node)
        return structure.map_structure(
            lambda t: t.shape, structure.pack(_single(self._outputs_structure), outputs)
        )

    @property
    def input_spec(self) -> Any:
        """What the inputs must look like; the batch axis may have any size."""
        manual = self.__dict__.get("_manual_input_spec")
        if manual is not None:
            return manual
        given = self._inputs_structure
        if isinstance(given, dict):
            if not all(isinstance(t, KerasTensor) for t in given.values()):
                return None
            return [_spec(given[k], k) for k in structure.keys(given)]
        return [_spec(t, None) for t in self.inputs]

    @input_spec.setter
    def input_spec(self, value: Any) -> None:
        object.__setattr__(self, "_manual_input_spec", value)

    def _ordered(self, inputs: Any) -> list[Any]:
        """The values of a call in the order of the graph's inputs, dtypes and ranks fitted."""
        given = self._inputs_structure
        names = [t.name for t in self.inputs]
        if isinstance(inputs, dict) and not isinstance(given, dict):
            if not set(names) <= set(inputs):
                raise ModelError(self._title, f"inputs named {names}", {"": sorted(inputs)})
            inputs = [inputs[n] for n in names]
        if isinstance(given, dict) and not isinstance(inputs, dict):
            ordered = list(given) == structure.keys(given)
            if not ordered:
                raise ModelError(self._title, f"a dict of inputs {list(given)}", {"": "a list"})
        elif isinstance(given, dict) and set(given) < set(inputs):
            inputs = {k: inputs[k] for k in given}
        values = structure.flatten(inputs)
        if len(values) != len(names):
            raise ModelError(self._title, f"{len(names)} inputs ({names})", {"": len(values)})
        return [self._fitted(v, t) for v, t in zip(values, self.inputs, strict=True)]

    def _fitted(self, value: Any, reference: KerasTensor) -> Any:
        """A value with the dtype and rank of an input; a last axis of 1 comes and goes."""
        if value is None or isinstance(value, KerasTensor):
            return value
        mask = mask_of(value)
        value = value if isinstance(value, TensorLike) else Tensor(value)
        if dtype_name(value.dtype) != reference.dtype:
            value = functions.cast(value, reference.dtype)
        rank, wanted = len(value.shape), len(reference.shape)
        if rank == wanted + 1 and value.shape[-1] == 1:
            value = functions.squeeze(value, -1)
        elif rank == wanted - 1 and reference.shape[-1] == 1:
            value = functions.expand_dims(value, -1)
        elif rank != wanted:
            what = f"input {reference.name!r} of {self._title}"
            raise ModelError(what, f"shape {reference.shape}", {"": tuple(value.shape)})
        set_mask(value, mask)
        return value

    # Config.

    def get_config(self) -> dict[str, Any]:
        """The layers and how they are connected."""
        if _graph_is_config(type(self)):
            return functional_config(self)
        return super().get_config()

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """A model made from its config."""
        return super().from_config(config, custom_objects)


def _graph_is_config(cls: type) -> bool:
    """Whether the graph is all that makes a model: no constructor of the user's own."""
    return cls.__init__ in (Functional.__init__, Model.__init__)


def _check_symbolic(what: str, value: Any) -> None:
    for leaf in structure.flatten(value):
        if not isinstance(leaf, KerasTensor):
            hint = "call the layer on an Input" if isinstance(leaf, Layer) else "use keras.Input"
            raise ModelError(f"Model({what}=...)", "symbolic tensors", {"": repr(leaf)}, {}, hint)


def _single(value: Any) -> Any:
    """The only element of a list of one."""
    return value[0] if isinstance(value, list | tuple) and len(value) == 1 else value


def _spec(tensor: KerasTensor, name: str | None) -> InputSpec:
    history = tensor._keras_history
    layer = None if history is None else history.operation
    optional = isinstance(layer, InputLayer) and layer.optional
    return InputSpec(
        shape=(None, *tensor.shape[1:]),
        allow_last_axis_squeeze=True,
        name=name or getattr(layer, "name", None),
        optional=optional,
    )


def _perform(node: Node, args: Any, kwargs: Any, training: Any) -> Any:
    if training is not None and isinstance(node.operation, Layer):
        kwargs = {**kwargs, "training": training}
    return node.operation(*args, **kwargs)


def _spec_of_node(node: Node, args: Any, kwargs: Any) -> Any:
    if isinstance(node.operation, Layer):
        return node.operation.compute_output_spec(*args, **kwargs)
    return node.operation(*args, **kwargs)


FUNCTIONAL.extend([Functional, from_functional_config])

__all__ = ["Functional", "Input", "is_tensor", "symbolic_leaves", "warnings"]
