"""Lambda, Rescaling, EinsumDense: layers that compute what they are told."""

from __future__ import annotations

from typing import Any

from ...analyzer.specs import core_layers, einsum_layers
from ...analyzer.specs.registry import layers
from .. import functions as f
from .arguments import call_signature
from .spec_layer import computes


@computes(core_layers.LAMBDA)
def lambda_(c: Any, w: Any, x: Any, mask: Any = None, training: Any = None) -> Any:
    """(...) -> what the function returns."""
    given = dict(c.arguments or {})
    takes = call_signature(c.function)
    for name, value in (("mask", mask), ("training", training)):
        if value is not None and takes.takes(name):
            given.setdefault(name, value)
    return c.function(x, **given)


@computes(einsum_layers.EINSUM_DENSE)
def einsum_dense(c: Any, w: Any, x: Any, training: Any = None) -> Any:
    """The contraction the equation says, plus the bias, through the activation."""
    y = f.einsum(c.equation, [x, w.kernel])
    return c.activation(y if c.bias_axes is None else y + w.bias)


if "Rescaling" in layers():

    @computes(layers()["Rescaling"])
    def rescaling(c: Any, w: Any, x: Any) -> Any:
        """(...) -> (...) * scale + offset."""
        return f.cast(x, c.compute_dtype) * c.scale + c.offset
