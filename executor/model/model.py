"""`Model`: a layer that can be trained, saved and summarised."""

from __future__ import annotations

import inspect
import json
import os
import warnings
from collections.abc import Callable
from typing import Any

from .. import structure
from ..api import public
from ..layers.abstract import infer_outputs
from ..layers.base import Layer
from ..layers.keras_tensor import KerasTensor
from ..layers.serialize import deserialize, serialize
from ..training.trainer import Trainer
from .hooks import FILES, FUNCTIONAL
from .summary import print_summary


def is_functional_call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether the arguments of `Model(...)` are inputs and outputs."""
    return (
        len(args) == 2
        or (len(args) == 1 and "outputs" in kwargs)
        or ("inputs" in kwargs and "outputs" in kwargs)
    )


@public("keras.Model", "keras.models.Model")
class Model(Trainer, Layer):
    """Layers with `compile`, `fit`, `evaluate`, `predict`, `save` and `summary`."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls is Model and is_functional_call(args, kwargs):
            cls = FUNCTIONAL[0]
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._start_trainer()
        if is_functional_call(args, kwargs):
            _make_functional(type(self))
            FUNCTIONAL[0].__init__(self, *args, **kwargs)
        elif args:
            raise TypeError(
                f"{type(self).__name__}() takes inputs and outputs, or keywords only, got {args!r}"
            )
        else:
            Layer.__init__(self, **kwargs)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs."""
        raise NotImplementedError(f"{self._title} has no call() method")

    @property
    def layers(self) -> list[Layer]:
        """The layers of the model, nested ones as one."""
        return list(self._sublayers())

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A layer by its name or its place."""
        if (name is None) == (index is None):
            raise ValueError(f"get_layer() takes a name or an index, got {name!r} and {index!r}")
        if index is not None:
            if index >= len(self.layers):
                raise ValueError(f"{self._title} has {len(self.layers)} layers, none at {index}")
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        known = ", ".join(layer.name for layer in self.layers)
        raise ValueError(f"{self._title} has no layer named {name!r}; there are: {known}")

    def summary(
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        **options: Any,
    ) -> None:
        """Print the layers, their output shapes and numbers of weights."""
        print_summary(self, line_length, print_fn, expand_nested, show_trainable)

    # Files.

    def save(self, filepath: Any, overwrite: bool = True, **options: Any) -> None:
        """Save config, weights and optimizer state in a `.keras` file."""
        FILES["save_model"](self, filepath, overwrite=overwrite, **options)

    def save_weights(self, filepath: Any, overwrite: bool = True, **options: Any) -> None:
        """Save the weights in a `.weights.h5` file."""
        FILES["save_weights"](self, filepath, overwrite=overwrite, **options)

    def load_weights(self, filepath: Any, skip_mismatch: bool = False, **options: Any) -> None:
        """Take the weights of a `.weights.h5` or `.keras` file."""
        FILES["load_weights"](self, os.fspath(filepath), skip_mismatch=skip_mismatch, **options)

    def to_json(self, **kwargs: Any) -> str:
        """The config as JSON."""
        return json.dumps(serialize(self), **kwargs)

    # Building.

    def build(self, input_shape: Any = None) -> None:
        """Make the weights for an input of this shape, by tracing `call`."""
        if input_shape is None or self._is_default_call():
            super().build(input_shape)
            return
        inputs = structure.map_shapes(lambda s: KerasTensor(s, self.compute_dtype), input_shape)
        infer_outputs(self.call, (inputs,), {})

    def _is_default_call(self) -> bool:
        return type(self).call is Model.call

    def build_from_config(self, config: dict[str, Any] | None) -> None:
        """Build with the shapes of a saved model, where that works by itself."""
        if not config:
            return
        try:
            super().build_from_config(config)
        except Exception as error:
            warnings.warn(
                f"{self._title} could not be built from its saved shapes: {error}\n"
                "    fix: give it build_from_config(config), or call it before loading weights",
                stacklevel=2,
            )

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """A model made from its config."""
        functional = all(k in config for k in ("name", "layers", "input_layers", "output_layers"))
        if functional and _takes_graph(cls):
            return FUNCTIONAL[1](cls, config, custom_objects)
        return super().from_config(config)


def _takes_graph(cls: type) -> bool:
    """Whether a class is constructed from inputs and outputs."""
    if cls in (Model, FUNCTIONAL[0]):
        return True
    parameters = inspect.signature(cls.__init__).parameters
    kinds = {p.kind for p in parameters.values()}
    both = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD} <= kinds
    return both or list(parameters)[1:3] == ["inputs", "outputs"]


def _make_functional(cls: type) -> type:
    """Put `Functional` in place of `Model` among the bases of a user's class."""
    if cls is Model:
        return FUNCTIONAL[0]
    if cls is object or issubclass(cls, FUNCTIONAL[0]) or not issubclass(cls, Model):
        return cls
    cls.__bases__ = tuple(_make_functional(base) for base in cls.__bases__)
    return cls


@public("keras.models.model_from_json")
def model_from_json(json_string: str, custom_objects: Any = None) -> Any:
    """A model from the JSON of its config."""
    return deserialize(json.loads(json_string), custom_objects)
