"""`Input`: where the data of a functional model comes in."""

from __future__ import annotations

from typing import Any

from ...analyzer.mismatch import Mismatch
from ...analyzer.specs.base import Args
from ...analyzer.specs.core_layers import INPUT_LAYER
from .. import structure
from ..api import public
from ..dtypes import default_float, dtype_name
from ..errors import from_mismatch
from .base import Layer
from .keras_tensor import KerasTensor, Node
from .policy import Policy


@public("keras.layers.InputLayer")
class InputLayer(Layer):
    """The first layer of a functional model: its output is the symbolic input."""

    def __init__(
        self, shape: Any = None, batch_size: int | None = None, dtype: Any = None, **options: Any
    ) -> None:
        name = options.pop("name", None)
        tensor = options.pop("input_tensor", None)
        batch_shape = options.pop("batch_shape", options.pop("batch_input_shape", None))
        self.optional = options.pop("optional", False)
        self.sparse, self.ragged = bool(options.pop("sparse", False)), options.pop("ragged", None)
        super().__init__(name=name, **options)
        if tensor is not None:
            batch_shape, dtype = tensor.shape, dtype or tensor.dtype
        elif batch_shape is None:
            _check(self._title, {"shape": shape, "batch_shape": None, "batch_size": batch_size})
            batch_shape = (batch_size, *shape)
        elif shape is not None:
            _check(self._title, {"shape": shape, "batch_shape": batch_shape, "batch_size": None})
        self.batch_shape = tuple(None if d is None else int(d) for d in batch_shape)
        self.dtype_policy = Policy(dtype_name(dtype or default_float()))
        self.supports_masking = True
        self.built = True
        output = tensor
        if output is None:
            output = KerasTensor(self.batch_shape, self.dtype, self.name)
        Node(self, (), {}, output)

    @property
    def batch_size(self) -> int | None:
        """The size of the batch axis."""
        return self.batch_shape[0]

    def call(self) -> Any:
        """An input has nothing to compute."""
        raise NotImplementedError("an InputLayer is not called")

    def get_config(self) -> dict[str, Any]:
        """Shape, dtype and name."""
        return {
            "batch_shape": self.batch_shape,
            "dtype": self.dtype,
            "sparse": self.sparse,
            "ragged": bool(self.ragged),
            "name": self.name,
            **({"optional": True} if self.optional else {}),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> InputLayer:
        """An input made from its config."""
        return cls(**{k: v for k, v in config.items() if k != "trainable"})


def _check(what: str, values: dict[str, Any]) -> None:
    signature = INPUT_LAYER.parameters
    try:
        if INPUT_LAYER.check is not None:
            INPUT_LAYER.check(Args(signature.complete(values), signature))
    except Mismatch as mismatch:
        raise from_mismatch(what, mismatch) from None
    if not structure.is_shape(values["shape"]):
        raise ValueError(f"{what} needs a shape of sizes, got {values['shape']!r}")


@public("keras.Input", "keras.layers.Input")
def Input(
    shape: Any = None, batch_size: int | None = None, dtype: Any = None, **options: Any
) -> KerasTensor:
    """The symbolic input of a functional model: `Input((28, 28, 1))`."""
    options["input_tensor"] = options.pop("tensor", None)
    layer = InputLayer(shape, batch_size, dtype, **options)
    return layer.output
