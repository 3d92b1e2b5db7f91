"""Activation functions as layers."""

from __future__ import annotations

from typing import Any

from ...analyzer.specs import activation_layers as specs
from .. import functions as f
from . import activations
from .spec_layer import computes

_LOW = {"float16": -3e4}  # what masked scores become; others take -1e9


@computes(specs.ACTIVATION)
def activation(c: Any, w: Any, x: Any) -> Any:
    """(...) -> (...)."""
    return c.activation(x)


@computes(specs.RELU)
def relu(c: Any, w: Any, x: Any) -> Any:
    """(...) -> (...)."""
    return activations.relu(x, c.negative_slope, c.max_value, c.threshold)


@computes(specs.LEAKY_RELU)
def leaky_relu(c: Any, w: Any, x: Any) -> Any:
    """(...) -> (...)."""
    return activations.leaky_relu(x, c.negative_slope)


@computes(specs.ELU)
def elu(c: Any, w: Any, x: Any) -> Any:
    """(...) -> (...)."""
    return activations.elu(x, c.alpha)


@computes(specs.PRELU)
def prelu(c: Any, w: Any, x: Any) -> Any:
    """(...) -> (...), with a slope that is learnt."""
    return f.relu(x) - w.alpha * f.relu(-x)


@computes(specs.SOFTMAX)
def softmax(c: Any, w: Any, x: Any, mask: Any) -> Any:
    """(...) -> (...), positive and with sum 1 along `axis`; masked entries are 0."""
    if mask is not None:
        mask = mask if mask.dtype == bool else f.greater(mask, 0.5)
        x = f.where(mask, x, _LOW.get(x.dtype.name, -1e9))
    axis = c.axis
    if isinstance(axis, list | tuple) and len(axis) > 1:
        y = f.exp(x - f.logsumexp(x, tuple(axis), True))
    else:
        y = activations.softmax(x, axis[0] if isinstance(axis, list | tuple) else axis)
    return y if mask is None else f.where(mask, y, 0.0)


@computes(specs.THRESHOLDED_RELU)
def thresholded_relu(c: Any, w: Any, x: Any) -> Any:
    """(...) -> (...), 0 up to theta."""
    return x * f.cast(f.greater(x, c.theta), x.dtype.name)
