"""Functions of mathematics beyond the elementary ones, element by element."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ..composite import composite
from ..inputs import to_tensor
from ..op import Arrays, Case, Op, Run, Statics
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import loops, rules


def _special(name: str) -> Callable[..., object]:
    """A function of scipy.special, which is slow to import and seldom needed."""

    def run(x: np.ndarray, out: np.ndarray) -> None:
        from scipy import special

        getattr(special, name)(x, out)

    return run


def _op(
    name: str,
    function: Callable[..., object],
    grad: Callable[..., object] | None,
    low_high: tuple[float, float] = (-2.0, 2.0),
) -> Op:
    return Op(
        name,
        spec=rules.primitive(name, "(x: tensor)", rules.same_floating),
        kernel=loops.kernel(None, function),
        vjp=None if grad is None else (grad,),
        cases=(Case((2, 3), low_high=low_high), Case((), low_high=low_high), Case((0, 2))),
    )


_op("asinh", np.arcsinh, lambda g, out, x: g * ops["rsqrt"](x * x + 1))
_op("acosh", np.arccosh, lambda g, out, x: g * ops["rsqrt"](x * x - 1), (1.2, 3.0))
_op("atanh", np.arctanh, lambda g, out, x: g / (1 - x * x), (-0.9, 0.9))
_op("cbrt", np.cbrt, lambda g, out, x: g / (3 * out * out), (0.3, 3.0))
_op("exp2", np.exp2, lambda g, out, x: g * out * math.log(2))
_op("trunc", np.trunc, None)
_op(
    "erfc",
    _special("erfc"),
    lambda g, out, x: g * (-2 / math.sqrt(math.pi)) * ops["exp"](-x * x),
)
_op(
    "erfinv",
    _special("erfinv"),
    lambda g, out, x: g * (math.sqrt(math.pi) / 2) * ops["exp"](out * out),
    (-0.9, 0.9),
)
_op("lgamma", _special("gammaln"), lambda g, out, x: g * ops["digamma"](x), (0.3, 4.0))


def _polygamma(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    def run() -> None:
        from scipy.special import polygamma

        np.copyto(outs[0], polygamma(s.order, ins[0]))

    return run


polygamma = Op(
    "polygamma",
    spec=rules.primitive("polygamma", "(x: tensor, order=0)", rules.same_floating),
    kernel=_polygamma,
    vjp=(lambda g, out, x, s: g * polygamma(x, s.order + 1),),
    cases=(Case((2, 3), low_high=(0.5, 4.0)), Case((3,), order=1, low_high=(0.5, 4.0))),
)


@composite
def digamma(x: TensorLike) -> TensorLike:
    """The slope of lgamma."""
    return polygamma(x, 0)


@composite
def deg2rad(x: TensorLike) -> TensorLike:
    """Degrees -> radians."""
    return to_tensor(x) * (math.pi / 180)


@composite
def rad2deg(x: TensorLike) -> TensorLike:
    """Radians -> degrees."""
    return to_tensor(x) * (180 / math.pi)


@composite
def rint(x: TensorLike) -> TensorLike:
    """The nearest integer, the even one of two."""
    return ops["round"](x)


@composite
def logaddexp(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """log(exp(x1) + exp(x2)), without overflow."""
    x1, x2 = to_tensor(x1), to_tensor(x2)
    return ops["maximum"](x1, x2) + ops["log1p"](ops["exp"](-ops["abs"](x1 - x2)))


@composite
def xlogy(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """x1 log(x2), and 0 where x1 is 0."""
    x1, x2 = to_tensor(x1), to_tensor(x2)
    zero = x1 == 0
    return ops["where"](zero, 0, x1 * ops["log"](ops["where"](zero, 1, x2)))


@composite
def xdivy(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """x1 / x2, and 0 where x1 is 0."""
    x1, x2 = to_tensor(x1), to_tensor(x2)
    zero = x1 == 0
    return ops["where"](zero, 0, x1 / ops["where"](zero, 1, x2))


@composite
def multiply_no_nan(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """x1 x2, and 0 where x2 is 0 whatever x1 is."""
    x1, x2 = to_tensor(x1), to_tensor(x2)
    zero = x2 == 0
    return ops["where"](zero, 0, ops["where"](zero, 1, x1) * x2)
