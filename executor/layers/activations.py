"""Activation functions, and what `activation=` may be."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any

from .. import functions as f
from ..api import object_named, offer, public
from .keras_tensor import symbolic_leaves
from .registered import registered_name, registered_object
from .serialize import deserialize, serialize
from .symbolic import call_symbolically

_functions: dict[str, Callable[..., Any]] = {}


def _activation(*aliases: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def activation(x: Any, *args: Any, **kwargs: Any) -> Any:
            if symbolic_leaves(x):
                return call_symbolically(function, (x, *args), kwargs, function.__name__)
            return function(x, *args, **kwargs)

        for name in (function.__name__, *aliases):
            _functions[name] = activation
            offer(activation, f"keras.activations.{name}")
        return activation

    return register


@_activation()
def relu(
    x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> Any:
    """max(x, 0), with a slope below the threshold and a ceiling."""
    if not negative_slope and max_value is None and not threshold:
        return f.relu(x)
    above = x if max_value is None else f.minimum(x, max_value)
    if threshold:
        above = f.where(f.greater(x, threshold), above, 0.0)
        return above - negative_slope * f.relu(threshold - x) if negative_slope else above
    return f.relu(above) - negative_slope * f.relu(-x) if negative_slope else f.relu(above)


@_activation()
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    """x, or x * slope below 0."""
    return f.leaky_relu(x, negative_slope)


@_activation()
def relu6(x: Any) -> Any:
    """min(max(x, 0), 6)."""
    return f.relu6(x)


@_activation()
def softmax(x: Any, axis: Any = -1) -> Any:
    """exp(x) / sum(exp(x)) along an axis."""
    return f.softmax(x, axis)


@_activation()
def log_softmax(x: Any, axis: int = -1) -> Any:
    """The logarithm of softmax."""
    return f.log_softmax(x, axis)


@_activation()
def elu(x: Any, alpha: float = 1.0) -> Any:
    """x, or alpha * (exp(x) - 1) below 0."""
    return f.elu(x, alpha)


@_activation()
def celu(x: Any, alpha: float = 1.0) -> Any:
    """max(x, 0) + min(0, alpha * (exp(x / alpha) - 1))."""
    return f.maximum(x, 0.0) + alpha * f.expm1(f.minimum(x, 0.0) / alpha)


@_activation()
def selu(x: Any) -> Any:
    """The scaled exponential unit."""
    return f.selu(x)


@_activation()
def gelu(x: Any, approximate: bool = False) -> Any:
    """x * P(normal < x)."""
    return f.gelu(x, approximate)


@_activation()
def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x))."""
    return f.sigmoid(x)


@_activation()
def tanh(x: Any) -> Any:
    """The hyperbolic tangent."""
    return f.tanh(x)


@_activation()
def softplus(x: Any) -> Any:
    """log(1 + exp(x))."""
    return f.softplus(x)


@_activation()
def softsign(x: Any) -> Any:
    """x / (1 + |x|)."""
    return f.softsign(x)


@_activation("swish")
def silu(x: Any) -> Any:
    """x * sigmoid(x)."""
    return f.silu(x)


@_activation()
def exponential(x: Any) -> Any:
    """exp(x)."""
    return f.exp(x)


@_activation()
def hard_sigmoid(x: Any) -> Any:
    """min(max(x / 6 + 0.5, 0), 1)."""
    return f.hard_sigmoid(x)


@_activation("hard_swish")
def hard_silu(x: Any) -> Any:
    """x * hard_sigmoid(x)."""
    return f.hard_silu(x)


@_activation()
def hard_tanh(x: Any) -> Any:
    """min(max(x, -1), 1)."""
    return f.clip(x, -1.0, 1.0)


@_activation()
def log_sigmoid(x: Any) -> Any:
    """The logarithm of sigmoid."""
    return f.log_sigmoid(x)


@_activation()
def mish(x: Any) -> Any:
    """x * tanh(softplus(x))."""
    return x * f.tanh(f.softplus(x))


@_activation()
def tanh_shrink(x: Any) -> Any:
    """x - tanh(x)."""
    return x - f.tanh(x)


@_activation()
def linear(x: Any) -> Any:
    """x."""
    return x


@public("keras.activations.get")
def get(identifier: Any) -> Any:
    """An activation function from its name, config, or itself; None is linear."""
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        found = _functions.get(identifier) or registered_object(identifier)
        if found is None:
            known = ", ".join(sorted(_functions))
            raise ValueError(f"{identifier!r} is not the name of an activation; there are: {known}")
        return found
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if not callable(identifier):
        raise ValueError(f"an activation is a name or a function, got {identifier!r}")
    return identifier


@public("keras.activations.serialize")
def serialize_activation(activation: Any) -> Any:
    """The name of a built-in activation, the config of another."""
    if object_named(f"keras.activations.{getattr(activation, '__name__', '')}") is activation:
        return activation.__name__
    config = serialize(activation)
    if isinstance(activation, types.FunctionType) and activation.__name__ != "<lambda>":
        config["config"] = registered_name(activation)
    return config


offer(deserialize, "keras.activations.deserialize")
