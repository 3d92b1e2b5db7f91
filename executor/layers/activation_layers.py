"""Activations as layers."""

from __future__ import annotations

from typing import Any

from ...analyzer.specs import activation_layers as specs
from .. import functions as f
from .spec_layer import computes


@computes(specs.ACTIVATION)
def activation(c: Any, w: Any, x: Any) -> Any:
    """(...) -> (...)."""
    return c.activation(x)


@computes(specs.RELU)
def relu(c: Any, w: Any, x: Any) -> Any:
    """(...) -> (...)."""
    return f.relu(x, c.negative_slope, c.max_value, c.threshold)


@computes(specs.LEAKY_RELU)
def leaky_relu(c: Any, w: Any, x: Any) -> Any:
    """(...) -> (...)."""
    return f.leaky_relu(x, c.negative_slope)


@computes(specs.ELU)
def elu(c: Any, w: Any, x: Any) -> Any:
    """(...) -> (...)."""
    return f.elu(x, c.alpha)


@computes(specs.PRELU)
def prelu(c: Any, w: Any, x: Any) -> Any:
    """(...) -> (...), with a slope learned for each position below 0."""
    return f.relu(x) - w.alpha * f.relu(-x)


@computes(specs.SOFTMAX)
def softmax(c: Any, w: Any, x: Any, mask: Any = None) -> Any:
    """(...) -> (...), what the mask hides gets next to nothing."""
    if mask is not None:
        x = x + (1.0 - f.cast(mask, x.dtype)) * -3e4 if x.dtype == "float16" else _hidden(x, mask)
    axis = c.axis
    if isinstance(axis, tuple | list) and len(axis) > 1:
        return f.exp(x - f.logsumexp(x, axis=tuple(axis), keepdims=True))
    return f.softmax(x, axis=axis[0] if isinstance(axis, tuple | list) else axis)


def _hidden(x: Any, mask: Any) -> Any:
    return x + (1.0 - f.cast(mask, x.dtype)) * -1e9
