"""Dense, embeddings, and the layers that mark or pass on."""

from __future__ import annotations

import inspect
from typing import Any

from ...analyzer.specs import core_layers as specs
from ...analyzer.specs.base import Args
from ...analyzer.specs.einsum_layers import EINSUM_DENSE
from ...analyzer.specs.preprocessing_layers import RESCALING
from .. import functions as f
from .. import structure
from ..dtypes import is_float
from . import regularizers
from .abstract import infer_outputs
from .masks import masks
from .spec_layer import SpecLayer, computes


@computes(specs.DENSE)
def dense(c: Any, w: Any, x: Any) -> Any:
    """(batch, ..., features) -> (batch, ..., units)."""
    y = f.matmul(x, w.kernel)
    return c.activation(y + w.bias if c.use_bias else y)


@computes(EINSUM_DENSE)
def einsum_dense(c: Any, w: Any, x: Any) -> Any:
    """(...) -> (...), as the equation says."""
    y = f.einsum(c.equation, [x, w.kernel])
    return c.activation(y + w.bias if c.bias_axes is not None else y)


class EmbeddingBase(SpecLayer):
    """Takes first values by `weights=[values]`, as Keras 2 did."""

    def build(self, input_shape: Any = None) -> None:
        """Make the table; its shape does not depend on the input."""
        super().build((None,) if input_shape is None else input_shape)
        if self._given_weights is not None:
            self.set_weights(list(self._given_weights))


@computes(specs.EMBEDDING, EmbeddingBase)
def embedding(c: Any, w: Any, x: Any) -> Any:
    """(...) class numbers -> (..., output_dim)."""
    ids = x if x.dtype.kind in "iu" else f.cast(x, "int32")
    return f.take(w.embeddings, ids, 0)


@masks(specs.EMBEDDING)
def embedding_mask(c: Any, x: Any, mask: Any) -> Any:
    """Every number but 0 is there."""
    return f.not_equal(x, 0)


@masks(specs.MASKING)
def masking_mask(c: Any, x: Any, mask: Any) -> Any:
    """A step is there if any of its features differs from the mask value."""
    return f.any(f.not_equal(x, c.mask_value), axis=-1)


@computes(specs.MASKING)
def masking(c: Any, w: Any, x: Any) -> Any:
    """(batch, steps, features) -> the same, masked steps set to 0."""
    there = f.any(f.not_equal(x, c.mask_value), axis=-1, keepdims=True)
    return x * f.cast(there, x.dtype.name)


@computes(specs.IDENTITY)
def identity(c: Any, w: Any, x: Any) -> Any:
    """(...) -> (...)."""
    return structure.map_structure(f.identity, x)


class ActivityBase(SpecLayer):
    """Its penalty is that of an activity regularizer."""

    def _set_up(self) -> None:
        self.activity_regularizer = regularizers.L1L2(l1=self.l1, l2=self.l2)

    def get_config(self) -> dict[str, Any]:
        """The constructor arguments."""
        config = super().get_config()
        config.pop("activity_regularizer", None)
        return config


@computes(specs.ACTIVITY_REGULARIZATION, ActivityBase)
def activity_regularization(c: Any, w: Any, x: Any) -> Any:
    """(...) -> (...)."""
    return x


class LambdaBase(SpecLayer):
    """A user's function as a layer; its output shape is found by tracing it."""

    def _set_up(self) -> None:
        self.arguments = self.arguments or {}
        shape = self.__dict__.pop("output_shape", None)
        object.__setattr__(self, "_output_shape", shape)
        self.supports_masking = self.mask is not None

    def _mask_rule(self) -> Any:
        return specs.LAMBDA.mask_rule(Args({"mask": self.mask}, specs.LAMBDA.parameters))

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Symbolic outputs, by running the function on sizes."""
        return infer_outputs(self.call, args, kwargs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The declared shape, or the one found by tracing."""
        shape = self._output_shape
        if callable(shape):
            return shape(input_shape)
        if shape is not None:
            return (input_shape[0], *shape)
        return super(SpecLayer, self).compute_output_shape(input_shape)

    def build(self, input_shape: Any = None) -> None:
        """A function has no weights."""
        self.built = True

    def compute_mask(self, inputs: Any, mask: Any = None, **kwargs: Any) -> Any:
        """What the `mask` argument says."""
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def get_config(self) -> dict[str, Any]:
        """The constructor arguments."""
        config = super().get_config()
        if self._output_shape is not None:
            config["output_shape"] = self._output_shape
        return config


@computes(specs.LAMBDA, LambdaBase)
def lambda_(c: Any, w: Any, x: Any, mask: Any, training: Any) -> Any:
    """(...) -> whatever the function returns."""
    names = inspect.signature(c.function).parameters
    extra = {"mask": mask, "training": training}
    return c.function(x, **c.arguments, **{n: v for n, v in extra.items() if n in names})


@computes(RESCALING)
def rescaling(c: Any, w: Any, x: Any) -> Any:
    """(...) -> (...) * scale + offset."""
    x = x if is_float(x.dtype) else f.cast(x, c.compute_dtype)
    return x * c.scale + c.offset
