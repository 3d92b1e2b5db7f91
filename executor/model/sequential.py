"""`Sequential`: a stack of layers."""

from __future__ import annotations

import copy
from typing import Any

from .. import structure
from ..api import public
from ..errors import ModelError
from ..layers.arguments import call_signature
from ..layers.base import Layer
from ..layers.calling import mask_of
from ..layers.input_layer import InputLayer
from ..layers.keras_tensor import KerasTensor
from ..layers.serialize import deserialize, serialize
from .functional import Functional
from .model import Model


@public("keras.Sequential", "keras.models.Sequential")
class Sequential(Model):
    """Layers one after another: `Sequential([Input((8,)), Dense(4)])`."""

    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None) -> None:
        self._start_trainer()
        Layer.__init__(self, trainable=trainable, name=name)
        object.__setattr__(self, "_stack", [])
        object.__setattr__(self, "_functional", None)
        self.supports_masking = True
        if layers is not None and not isinstance(layers, list | tuple):
            layers = [layers]
        for layer in layers or ():
            self.add(layer, rebuild=False)
        if self._stack:
            self._rebuild()

    def _lock(self) -> None:
        """A stack may grow after it is built."""

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Put a layer on top."""
        if not self._stack:
            shape = getattr(layer, "_input_shape_arg", None)
            if shape is not None:
                given = shape if isinstance(shape, dict) else {"shape": shape}
                self.add(InputLayer(**given), rebuild=False)
        layer = self._accepted(layer)
        self._stack.append(layer)
        self._state.track(layer)
        self._forget_functional()
        if rebuild:
            self._rebuild()

    def _accepted(self, layer: Any) -> Layer:
        """The layer that is to be added, or an error that says why it cannot be."""
        if isinstance(layer, KerasTensor):
            history = layer._keras_history
            if history is not None and isinstance(history.operation, InputLayer):
                layer = history.operation
        if not isinstance(layer, Layer):
            hint = f"add {layer.__name__}(...)" if isinstance(layer, type) else ""
            raise ModelError(self._title, "layers", {"": repr(layer)}, {}, hint)
        if any(known.name == layer.name and known is not layer for known in self._stack):
            raise ValueError(
                f"{self._title} has a layer named {layer.name!r} already\n"
                "    fix: give each layer a name of its own"
            )
        if isinstance(layer, InputLayer) and self._input_layer is not None:
            raise ValueError(
                f"{self._title} has an Input of shape {self._input_layer.batch_shape} already"
            )
        return layer

    def pop(self, rebuild: bool = True) -> Layer:
        """Take the last layer off."""
        layer = self._stack.pop()
        self._state.forget(layer)
        self._forget_functional()
        if rebuild and self._stack:
            self._rebuild()
        return layer

    def _forget_functional(self) -> None:
        self.built = False
        object.__setattr__(self, "_functional", None)

    @property
    def _input_layer(self) -> InputLayer | None:
        first = self._stack[0] if self._stack else None
        return first if isinstance(first, InputLayer) else None

    def _rebuild(self) -> None:
        first = self._stack[0]
        if len(self._stack) < 2:
            return
        if isinstance(first, InputLayer):
            self.build(first.batch_shape)
        else:
            try:
                shape = first.input_shape  # type: ignore[attr-defined]
            except AttributeError:
                return
            self.build(shape)

    def build(self, input_shape: Any = None) -> None:
        """Connect the layers for inputs of this shape."""
        if not structure.is_shape(input_shape):
            return
        if not self._stack:
            raise ValueError(
                f"{self._title} has no layers\n    fix: model.add(layer), or Sequential([...])"
            )
        shape = tuple(input_shape)
        if self._input_layer is None:
            dtype = self._stack[0].compute_dtype
            self._stack.insert(0, InputLayer(batch_shape=shape, dtype=dtype))
        elif self._input_layer.batch_shape != shape:
            raise ModelError(
                self._title, f"the shape of its Input, {self._input_layer.batch_shape}", {"": shape}
            )
        inputs = x = self._stack[0].output
        for layer in self._stack[1:]:
            try:
                x = layer(x)
            except NotImplementedError:
                return
            except TypeError:
                self._check_signature(layer)
                raise
        object.__setattr__(self, "_functional", Functional(inputs, x, name=self.name))
        self.built = True

    def _check_signature(self, layer: Layer) -> None:
        parameters = call_signature(layer.call).signature.parameters.values()
        positional = [
            p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
        required = [p.name for p in positional if p.default is p.empty]
        if len(required) != 1:
            raise ModelError(
                f"{layer._title} in {self._title}",
                "call() with one required argument, the input",
                {"": tuple(required)},
            )

    def call(self, inputs: Any, training: Any = None, mask: Any = None, **kwargs: Any) -> Any:
        """Apply the layers one after another."""
        if self._functional is not None:
            return self._functional.call(inputs, training=training, mask=mask, **kwargs)
        outputs = inputs
        for layer in self.layers:
            signature = call_signature(layer.call)
            given = {k: v for k, v in kwargs.items() if signature.takes(k)}
            if signature.takes("mask"):
                given["mask"] = mask
            if signature.takes("training") and training is not None:
                given["training"] = training
            outputs = layer(outputs, **given)
            mask = structure.map_structure(mask_of, outputs)
        return outputs

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Symbolic outputs for symbolic inputs."""
        kwargs = {k: v for k, v in kwargs.items() if k not in ("training", "mask")}
        if self._functional is not None:
            return self._functional.compute_output_spec(*args, **kwargs)
        outputs = args[0] if args else kwargs["inputs"]
        for layer in self.layers:
            outputs = layer.compute_output_spec(outputs)
        return outputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the outputs for a shape of the inputs."""
        if self._functional is not None:
            return self._functional.compute_output_shape(input_shape)
        for layer in self.layers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    @property
    def layers(self) -> list[Layer]:
        """The layers that were added, without the Input."""
        return self._stack[1:] if self._input_layer is not None else list(self._stack)

    def _sublayers(self) -> list[Layer]:
        extra = [s for s in self._state.layers if s not in self._stack]
        return [*self._stack, *extra]

    def _of_functional(self, name: str) -> Any:
        if self._functional is None:
            raise AttributeError(
                f"{self._title} has no {name.replace('_', ' ')} yet: it is not built\n"
                "    fix: begin with Input(shape), or call the model on data first"
            )
        return getattr(self._functional, name)

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic inputs, in a row."""
        return self._of_functional("inputs")

    @property
    def outputs(self) -> list[KerasTensor]:
        """The symbolic outputs, in a row."""
        return self._of_functional("outputs")

    @property
    def input(self) -> Any:
        """The symbolic input."""
        return self._of_functional("input")

    @property
    def output(self) -> Any:
        """The symbolic output."""
        return self._of_functional("output")

    @property
    def input_shape(self) -> Any:
        """The shape of the input."""
        return self._of_functional("input_shape")

    @property
    def output_shape(self) -> Any:
        """The shape of the output."""
        return self._of_functional("output_shape")

    @property
    def input_dtype(self) -> str:
        """The dtype inputs are brought to: that of the Input, if there is one."""
        first = self._input_layer
        return first.dtype if first is not None else self.compute_dtype

    def get_config(self) -> dict[str, Any]:
        """The layers, and the shape they were built with."""
        config: dict[str, Any] = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": self.dtype_policy.serialized(),
            "layers": copy.deepcopy([serialize(layer) for layer in self._stack]),
        }
        if self._functional is not None and self._input_layer is not None:
            config["build_input_shape"] = self._input_layer.batch_shape
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """A stack made from its config."""
        model = cls(name=config["name"])
        for layer in config["layers"]:
            model.add(deserialize(layer, custom_objects))
        shape = config.get("build_input_shape")
        if model._functional is None and shape and isinstance(shape, list | tuple):
            model.build(tuple(shape))
        return model
