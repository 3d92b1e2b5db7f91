"""Activation functions that are faster or steadier as one kernel, and those written in ops."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ..composite import composite
from ..inputs import to_tensor
from ..op import OPS, Case, Op, Traits
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import loops, rules

_CASES = (Case((2, 3)), Case((3,)), Case([-400.0, 0.0, 400.0]))


def _activation(
    name: str, code: str, function: Callable[..., object], grad: Callable[..., object]
) -> Op:
    return Op(
        name,
        spec=rules.primitive(name, "(x: tensor)", rules.same_floating),
        kernel=loops.kernel(code, function),
        vjp=(grad,),
        cases=_CASES,
        traits=Traits(elementwise=code, inplace=((0, 0),)),
    )


def _grad_of(
    name: str, code: str, function: Callable[..., object], second: Callable[..., object]
) -> Op:
    """g times the slope, from the result y or the input x: (g, y) -> like g."""
    return Op(
        name,
        spec=rules.primitive(name, "(x1: tensor, x2: tensor)", rules.broadcast),
        kernel=loops.kernel(code, function),
        vjp=(lambda gg, out, g, y: OPS[name](gg, y), second),
        cases=(Case((2, 3), (2, 3), low_high=(0.1, 0.9)),),
        traits=Traits(unify=("*",), elementwise=code, inplace=((0, 0), (0, 1))),
    )


def _relu(x: np.ndarray, out: np.ndarray) -> None:
    np.maximum(x, 0, out=out)


def _relu_grad(g: np.ndarray, y: np.ndarray, out: np.ndarray) -> None:
    np.multiply(g, y > 0, out=out)


def _sigmoid(x: np.ndarray, out: np.ndarray) -> None:
    np.multiply(x, 0.5, out=out)  # by tanh: no overflow on either side
    np.tanh(out, out=out)
    np.multiply(out, 0.5, out=out)
    np.add(out, 0.5, out=out)


def _softplus(x: np.ndarray, out: np.ndarray) -> None:
    np.logaddexp(x, np.zeros((), x.dtype), out=out)


def _into(value: Callable[..., np.ndarray]) -> Callable[..., None]:
    """A function with `out` from an expression."""

    def run(*arrays: np.ndarray, out: np.ndarray) -> None:
        np.copyto(out, value(*arrays))

    return run


def _logistic(x: np.ndarray) -> np.ndarray:
    return 0.5 * np.tanh(0.5 * x) + 0.5


def _erf(x: np.ndarray) -> np.ndarray:
    from scipy.special import erf  # slow to import, and few models need it

    return erf(x)


_ROOT_HALF, _DENSITY = math.sqrt(0.5), 1 / math.sqrt(2 * math.pi)
_ROOT, _CUBE = math.sqrt(2 / math.pi), 0.044715


def _gelu(x: np.ndarray) -> np.ndarray:
    return 0.5 * x * (1 + _erf(x * _ROOT_HALF))


def _gelu_grad(g: np.ndarray, x: np.ndarray) -> np.ndarray:
    slope = 0.5 * (1 + _erf(x * _ROOT_HALF)) + x * _DENSITY * np.exp(-0.5 * x * x)
    return g * slope


def _gelu_tanh(x: np.ndarray) -> np.ndarray:
    return 0.5 * x * (1 + np.tanh(_ROOT * (x + _CUBE * x * x * x)))


def _gelu_tanh_grad(g: np.ndarray, x: np.ndarray) -> np.ndarray:
    t = np.tanh(_ROOT * (x + _CUBE * x * x * x))
    return g * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * _ROOT * (1 + 3 * _CUBE * x * x))


def _silu_grad(g: np.ndarray, x: np.ndarray) -> np.ndarray:
    s = _logistic(x)
    return g * s * (1 + x * (1 - s))


def _second_silu(gg: TensorLike, out: TensorLike, g: TensorLike, x: TensorLike) -> TensorLike:
    s = ops["sigmoid"](x)
    return gg * g * s * (1 - s) * (2 + x * (1 - 2 * s))


def _second_gelu(gg: TensorLike, out: TensorLike, g: TensorLike, x: TensorLike) -> TensorLike:
    return gg * g * _DENSITY * ops["exp"](-0.5 * x * x) * (2 - x * x)


def _second_gelu_tanh(gg: TensorLike, out: TensorLike, g: TensorLike, x: TensorLike) -> TensorLike:
    t = ops["tanh"](_ROOT * (x + _CUBE * x * x * x))
    first = _ROOT * (1 + 3 * _CUBE * x * x)
    slope = (1 - t * t) * (first + x * (3 * _ROOT * _CUBE * x - t * first * first))
    return gg * g * slope


_grad_of("relu_grad", "relu_grad_y", _relu_grad, lambda gg, out, g, y: ops["zeros_like"](y))
_grad_of(
    "tanh_grad",
    "tanh_grad_y",
    _into(lambda g, y: g * (1 - y * y)),
    lambda gg, out, g, y: -2 * gg * g * y,
)
_grad_of(
    "sigmoid_grad",
    "sigmoid_grad_y",
    _into(lambda g, y: g * y * (1 - y)),
    lambda gg, out, g, y: gg * g * (1 - 2 * y),
)
_grad_of("silu_grad", "silu_grad_x", _into(_silu_grad), _second_silu)
_grad_of("gelu_grad", "gelu_grad_x", _into(_gelu_grad), _second_gelu)
_grad_of("gelu_tanh_grad", "gelu_tanh_grad_x", _into(_gelu_tanh_grad), _second_gelu_tanh)

_rectify = _activation("rectify", "relu", _relu, lambda g, out, x: ops["relu_grad"](g, out))
sigmoid = _activation("sigmoid", "sigmoid", _sigmoid, lambda g, out, x: ops["sigmoid_grad"](g, out))
softplus = _activation("softplus", "softplus", _softplus, lambda g, out, x: g * ops["sigmoid"](x))
_swish = _activation(
    "swish",
    "silu",
    _into(lambda x: x * _logistic(x)),
    lambda g, out, x: ops["silu_grad"](g, x),
)
_gelu_exact = _activation(
    "gelu_exact", "gelu", _into(_gelu), lambda g, out, x: ops["gelu_grad"](g, x)
)
_gelu_approximate = _activation(
    "gelu_tanh",
    "gelu_tanh",
    _into(_gelu_tanh),
    lambda g, out, x: ops["gelu_tanh_grad"](g, x),
)


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
    return _swish(x) if beta == 1.0 else x * ops["sigmoid"](beta * x)


@composite
def gelu(x: TensorLike, approximate: bool = False) -> TensorLike:
    """x times the normal distribution function, by tanh or exactly."""
    return _gelu_approximate(x) if approximate else _gelu_exact(x)


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
