"""Activation functions by name."""

from __future__ import annotations

from collections.abc import Mapping

from .base import NamedSpec

# What the values of an activation are: the loss rules compare it with what a loss expects.
_RANGE: Mapping[str, str] = {
    "softmax": "distribution",
    "sparsemax": "distribution",
    "sigmoid": "probability",
    "hard_sigmoid": "probability",
    "sparse_sigmoid": "probability",
    "linear": "any",
    "tanh": "[-1, 1]",
    "hard_tanh": "[-1, 1]",
    "softsign": "[-1, 1]",
    "relu": ">= 0",
    "relu6": ">= 0",
    "softplus": ">= 0",
    "squareplus": ">= 0",
    "sparse_plus": ">= 0",
    "exponential": ">= 0",
    "log_softmax": "<= 0",
    "log_sigmoid": "<= 0",
}


def _activation(
    name: str, more: str = "", also: tuple[str, ...] = (), keras2: tuple[str, ...] | None = None
) -> NamedSpec:
    """An activation function of `x` and `more`, in Keras 2 only if `keras2` says so."""
    return NamedSpec(
        "activation",
        name,
        f"(x: tensor{', ' if more else ''}{more})",
        identifiers=(name, *also),
        functions=(name, *also),
        function=f"(x: tensor{', ' if more else ''}{more})",
        keras2=keras2,
        facts={"gives": _RANGE.get(name, "any")},
    )


# Keras 2 also takes the names of its activation layers.
_RELU_KERAS2 = ("relu", "ReLU", "PReLU", "ThresholdedReLU")
COMMON_ACTIVATIONS = (
    _activation("relu", "negative_slope=0.0, max_value=None, threshold=0.0", (), _RELU_KERAS2),
    _activation("elu", "alpha=1.0", (), ("elu", "ELU")),
    _activation("exponential"),
    _activation("gelu", "approximate=False"),
    _activation("hard_sigmoid"),
    _activation("leaky_relu", "negative_slope=0.2", (), ("leaky_relu", "LeakyReLU")),
    _activation("linear"),
    _activation("log_softmax", "axis=-1"),
    _activation("mish"),
    _activation("selu"),
    _activation("sigmoid"),
    _activation("relu6"),
    _activation("silu", "", ("swish",)),
    _activation("softmax", "axis=-1", (), ("softmax", "Softmax")),
    _activation("softplus"),
    _activation("softsign"),
    _activation("tanh"),
)
KERAS3_ACTIVATIONS = (
    _activation("celu", "alpha=1.0", (), ()),
    _activation("glu", "axis=-1", (), ()),
    _activation("hard_shrink", "threshold=0.5", (), ()),
    _activation("hard_silu", "", ("hard_swish",), ()),
    _activation("hard_tanh", "", (), ()),
    _activation("log_sigmoid", "", (), ()),
    _activation("soft_shrink", "threshold=0.5", (), ()),
    _activation("sparse_plus", "", (), ()),
    _activation("sparse_sigmoid", "", (), ()),
    _activation("sparsemax", "axis=-1", (), ()),
    _activation("squareplus", "b=4", (), ()),
    _activation("tanh_shrink", "", (), ()),
    _activation("threshold", "threshold, default_value", (), ()),
)
