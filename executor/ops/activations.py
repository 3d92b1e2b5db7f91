"""Activation functions that are faster or steadier as one kernel, and those written in ops."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..composite import composite
from ..inputs import to_tensor
from ..op import Case, Op, Statics, Traits, fills
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import rules

_CASES = (Case((2, 3)), Case((3,)), Case([-400.0, 0.0, 400.0]))


def _activation(
    name: str, function: Callable[..., object], grad: Callable[..., object]
) -> Op:
    return Op(
        name,
        spec=rules.primitive(name, "(x: tensor)", rules.same_floating),
        kernel=fills(function),
        vjp=(grad,),
        cases=_CASES,
        traits=Traits(elementwise=name, inplace=(0,)),
    )


def _sigmoid(x: np.ndarray, out: np.ndarray) -> None:
    np.multiply(x, 0.5, out)  # by tanh: no overflow on either side
    np.tanh(out, out)
    np.multiply(out, 0.5, out)
    np.add(out, 0.5, out)


def _relu(x: np.ndarray, out: np.ndarray) -> None:
    np.maximum(x, 0, out=out)


def _relu_grad(g: TensorLike, out: TensorLike, x: TensorLike) -> TensorLike:
    return ops["where"](out > 0, g, 0)


def _softplus(x: np.ndarray, out: np.ndarray) -> None:
    np.logaddexp(x, np.zeros((), x.dtype), out)


_rectify = _activation("rectify", _relu, _relu_grad)
sigmoid = _activation("sigmoid", _sigmoid, lambda g, out, x: g * out * (1 - out))
softplus = _activation("softplus", _softplus, lambda g, out, x: g * ops["sigmoid"](x))


@composite
def relu(
    x: TensorLike,
    negative_slope: float = 0.0,
    max_value: float | None = None,
    threshold: float = 0.0,
) -> TensorLike:
    """max(x, 0); with a slope below the threshold and a largest value if asked."""
    if negative_slope == 0 and threshold == 0:
        return _rectify(x) if max_value is None else ops["clip"](x, 0.0, max_value)
    x = to_tensor(x)
    high = x if max_value is None else ops["minimum"](x, max_value)
    return ops["where"](x >= threshold, high, negative_slope * (x - threshold))


@composite
def linear(x: TensorLike) -> TensorLike:
    """x itself."""
    return to_tensor(x)


@composite
def exponential(x: TensorLike) -> TensorLike:
    """exp(x)."""
    return ops["exp"](x)


@composite
def mish(x: TensorLike) -> TensorLike:
    """x * tanh(softplus(x))."""
    return x * ops["tanh"](ops["softplus"](x))


@composite
def silu(x: TensorLike, beta: float = 1.0) -> TensorLike:
    """x * sigmoid(beta * x)."""
    return x * ops["sigmoid"](x if beta == 1.0 else beta * x)


@composite
def gelu(x: TensorLike, approximate: bool = False) -> TensorLike:
    """x times the normal distribution function, by tanh or exactly."""
    if approximate:
        inner = float(np.sqrt(2 / np.pi)) * (x + 0.044715 * x * x * x)
        return 0.5 * x * (1 + ops["tanh"](inner))
    return 0.5 * x * (1 + ops["erf"](x * float(np.sqrt(0.5))))


@composite
def elu(x: TensorLike, alpha: float = 1.0) -> TensorLike:
    """x where positive, alpha * (exp(x) - 1) elsewhere."""
    low = ops["expm1"](ops["minimum"](x, 0))
    return ops["where"](x > 0, x, alpha * low)


@composite
def selu(x: TensorLike) -> TensorLike:
    """The scaled elu."""
    return 1.0507009873554805 * ops["elu"](x, 1.6732632423543772)


@composite
def leaky_relu(x: TensorLike, negative_slope: float = 0.2) -> TensorLike:
    """x where positive, negative_slope * x elsewhere."""
    return ops["where"](x > 0, x, negative_slope * x)


@composite
def relu6(x: TensorLike) -> TensorLike:
    """min(max(x, 0), 6)."""
    return ops["clip"](x, 0.0, 6.0)


@composite
def hard_sigmoid(x: TensorLike) -> TensorLike:
    """clip(x / 6 + 0.5, 0, 1)."""
    return ops["clip"](x / 6.0 + 0.5, 0.0, 1.0)


@composite
def hard_silu(x: TensorLike) -> TensorLike:
    """x * hard_sigmoid(x)."""
    return x * ops["hard_sigmoid"](x)


@composite
def softsign(x: TensorLike) -> TensorLike:
    """x / (|x| + 1)."""
    return x / (ops["abs"](x) + 1)


@composite
def log_sigmoid(x: TensorLike) -> TensorLike:
    """log(sigmoid(x)) = -softplus(-x)."""
    return -ops["softplus"](-x)


def _axis(s: Statics) -> int:
    return -1 if s.axis is None else s.axis


def _softmax_rule(a: object) -> object:
    return rules.same_floating(a)


def _bind_softmax(s: Statics, ins: list[np.ndarray], outs: list[np.ndarray]) -> Callable:
    x, out, axis = ins[0], outs[0], _axis(s)

    def run() -> None:
        np.subtract(x, x.max(axis=axis, keepdims=True), out)
        np.exp(out, out)
        np.divide(out, out.sum(axis=axis, keepdims=True), out)

    return run


def _softmax_grad(g: TensorLike, out: TensorLike, x: TensorLike, s: Statics) -> TensorLike:
    total = ops["sum"](g * out, axis=_axis(s), keepdims=True)
    return (g - total) * out


softmax = Op(
    "softmax",
    spec=rules.primitive("softmax", "(x: tensor, axis=-1)", _softmax_rule),
    kernel=_bind_softmax,
    vjp=(_softmax_grad,),
    cases=(Case((2, 3)), Case((2, 3), axis=0), Case([[-400.0, 400.0]])),
)


def _bind_log_softmax(
    s: Statics, ins: list[np.ndarray], outs: list[np.ndarray]
) -> Callable:
    x, out, axis = ins[0], outs[0], _axis(s)

    def run() -> None:
        np.subtract(x, x.max(axis=axis, keepdims=True), out)
        total = np.exp(out).sum(axis=axis, keepdims=True)
        np.subtract(out, np.log(total), out)

    return run


def _log_softmax_grad(
    g: TensorLike, out: TensorLike, x: TensorLike, s: Statics
) -> TensorLike:
    total = ops["sum"](g, axis=_axis(s), keepdims=True)
    return g - ops["exp"](out) * total


log_softmax = Op(
    "log_softmax",
    spec=rules.primitive("log_softmax", "(x: tensor, axis=-1)", _softmax_rule),
    kernel=_bind_log_softmax,
    vjp=(_log_softmax_grad,),
    cases=(Case((2, 3)), Case((2, 3), axis=0), Case([[-400.0, 400.0]])),
)
