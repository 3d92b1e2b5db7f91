"""Arithmetic and comparisons, element by element, with NumPy broadcasting."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..op import Case, Fails, Op, Traits, Vjp
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import loops, rules

_PAIRS = (
    Case((2, 3), (2, 3)),
    Case((2, 3), (3,)),
    Case((2, 1), (4, 1, 3)),
    Case((0, 3), (3,)),
)
_BAD = Fails((2, 3), (2, 4))
# The operations that kernels/elementwise.py knows, under its names.
_CODES = {
    "add": "add",
    "subtract": "sub",
    "multiply": "mul",
    "divide": "div",
    "power": "pow",
    "maximum": "max",
    "minimum": "min",
    "squared_difference": "squared_difference",
    "floor_divide": "floordiv",
    "mod": "mod",
    "equal": "eq",
    "not_equal": "ne",
    "less": "lt",
    "less_equal": "le",
    "greater": "gt",
    "greater_equal": "ge",
    "logical_and": "and",
    "logical_or": "or",
    "negative": "neg",
    "abs": "abs",
    "square": "square",
    "sign": "sign",
    "floor": "floor",
    "ceil": "ceil",
    "round": "round",
    "exp": "exp",
    "expm1": "expm1",
    "log": "log",
    "log1p": "log1p",
    "sqrt": "sqrt",
    "rsqrt": "rsqrt",
    "reciprocal": "reciprocal",
    "sin": "sin",
    "cos": "cos",
    "tanh": "tanh",
    "logical_not": "not",
    "is_nan": "isnan",
    "is_finite": "isfinite",
    "erf": "erf",
}
_SIGNATURE = "(x1: tensor, x2: tensor)"


def _binary(
    name: str,
    function: Callable[..., object],
    vjp: Vjp | None,
    rule: Callable[..., object] = rules.broadcast,
    cases: tuple[Case, ...] = _PAIRS,
) -> Op:
    return Op(
        name,
        spec=rules.primitive(name, _SIGNATURE, rule),
        kernel=loops.kernel(_CODES.get(name), function),
        vjp=vjp,
        cases=(*cases, _BAD),
        traits=Traits(unify=("*",), elementwise=_CODES.get(name, ""), inplace=((0, 0), (0, 1))),
    )


add = _binary("add", np.add, (lambda g, out, x, y: g, lambda g, out, x, y: g))
subtract = _binary("subtract", np.subtract, (lambda g, out, x, y: g, lambda g, out, x, y: -g))
multiply = _binary(
    "multiply", np.multiply, (lambda g, out, x, y: g * y, lambda g, out, x, y: g * x)
)
divide = _binary(
    "divide",
    np.true_divide,
    (lambda g, out, x, y: g / y, lambda g, out, x, y: -g * out / y),
    rules.broadcast_floating,
    (Case((2, 3), (2, 3), low_high=(0.5, 2.0)), Case((2, 3), (3,), low_high=(0.5, 2.0))),
)


def _power_base(g: TensorLike, out: TensorLike, x: TensorLike, y: TensorLike) -> TensorLike:
    return g * y * ops["power"](x, y - 1)


def _power_exponent(g: TensorLike, out: TensorLike, x: TensorLike, y: TensorLike) -> TensorLike:
    # log is taken where the base is positive only: x ** 2 has no gradient to its 2 at x < 0.
    safe = ops["where"](x > 0, x, 1)
    return g * out * ops["where"](x > 0, ops["log"](safe), 0)


power = _binary(
    "power",
    np.power,
    (_power_base, _power_exponent),
    cases=(Case((2, 3), (2, 3), low_high=(0.5, 2.0)),),
)


def _chosen(first: bool, compare: str) -> Callable[..., object]:
    def grad(g: TensorLike, out: TensorLike, x: TensorLike, y: TensorLike) -> TensorLike:
        takes = ops[compare](x, y)
        return ops["where"](takes, g, 0) if first else ops["where"](takes, 0, g)

    return grad


maximum = _binary(
    "maximum", np.maximum, (_chosen(True, "greater_equal"), _chosen(False, "greater_equal"))
)
minimum = _binary(
    "minimum", np.minimum, (_chosen(True, "less_equal"), _chosen(False, "less_equal"))
)
squared_difference = _binary(
    "squared_difference",
    lambda x, y, out: np.square(np.subtract(x, y, out), out),
    (lambda g, out, x, y: 2 * g * (x - y), lambda g, out, x, y: 2 * g * (y - x)),
)
atan2 = _binary(
    "atan2",
    np.arctan2,
    (
        lambda g, out, x, y: g * y / (x * x + y * y),
        lambda g, out, x, y: -g * x / (x * x + y * y),
    ),
    rules.broadcast_floating,
)
floor_divide = _binary(
    "floor_divide",
    np.floor_divide,
    None,
    cases=(Case((2, 3), (2, 3), low_high=(0.5, 2.0)),),
)
mod = _binary(
    "mod",
    np.mod,
    (lambda g, out, x, y: g, lambda g, out, x, y: -g * ops["floor_divide"](x, y)),
    cases=(Case((2, 3), (2, 3), low_high=(0.6, 2.0)),),
)

for _name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"):
    _binary(_name, getattr(np, _name), None, rules.broadcast_bool)
for _name in ("logical_and", "logical_or", "logical_xor"):
    _binary(_name, getattr(np, _name), None, rules.broadcast_bool)
for _name in ("bitwise_and", "bitwise_or", "bitwise_xor"):
    _binary(_name, getattr(np, _name), None, cases=(Case([1, 2, 3], [3, 1, 2]),))


def _unary(
    name: str,
    function: Callable[..., object],
    grad: Callable[..., object] | None,
    rule: Callable[..., object] = rules.same_floating,
    low_high: tuple[float, float] = (-2.0, 2.0),
) -> Op:
    return Op(
        name,
        spec=rules.primitive(name, "(x: tensor)", rule),
        kernel=loops.kernel(_CODES.get(name), function),
        vjp=None if grad is None else (grad,),
        cases=(Case((2, 3), low_high=low_high), Case((), low_high=low_high), Case((0, 2))),
        traits=Traits(elementwise=_CODES.get(name, ""), inplace=((0, 0),)),
    )


_unary("negative", np.negative, lambda g, out, x: -g, rules.same)
_unary("abs", np.absolute, lambda g, out, x: g * ops["sign"](x), rules.same)
_unary("square", np.square, lambda g, out, x: 2 * g * x, rules.same)
_unary("sign", np.sign, lambda g, out, x: ops["zeros_like"](x), rules.same)
_unary("floor", np.floor, None)
_unary("ceil", np.ceil, None)
_unary("exp", np.exp, lambda g, out, x: g * out)
_unary("expm1", np.expm1, lambda g, out, x: g * (out + 1))
_unary("log", np.log, lambda g, out, x: g / x, low_high=(0.2, 3.0))
_unary("log1p", np.log1p, lambda g, out, x: g / (x + 1), low_high=(-0.5, 3.0))
_unary("log2", np.log2, lambda g, out, x: g / (x * float(np.log(2))), low_high=(0.2, 3.0))
_unary("log10", np.log10, lambda g, out, x: g / (x * float(np.log(10))), low_high=(0.2, 3.0))
_unary("sqrt", np.sqrt, lambda g, out, x: g * 0.5 / out, low_high=(0.2, 3.0))
_unary(
    "rsqrt",
    lambda x, out: np.true_divide(1, np.sqrt(x, out), out),
    lambda g, out, x: g * -0.5 * out / x,
    low_high=(0.2, 3.0),
)
_unary(
    "reciprocal",
    lambda x, out: np.true_divide(1, x, out),
    lambda g, out, x: -g * out * out,
    low_high=(0.4, 3.0),
)
_unary("sin", np.sin, lambda g, out, x: g * ops["cos"](x))
_unary("cos", np.cos, lambda g, out, x: -g * ops["sin"](x))
_unary("tan", np.tan, lambda g, out, x: g * (1 + out * out), low_high=(-1.0, 1.0))
_unary("asin", np.arcsin, lambda g, out, x: g * ops["rsqrt"](1 - x * x), low_high=(-0.9, 0.9))
_unary(
    "acos",
    np.arccos,
    lambda g, out, x: -g * ops["rsqrt"](1 - x * x),
    low_high=(-0.9, 0.9),
)
_unary("atan", np.arctan, lambda g, out, x: g / (1 + x * x))
_unary("sinh", np.sinh, lambda g, out, x: g * ops["cosh"](x))
_unary("cosh", np.cosh, lambda g, out, x: g * ops["sinh"](x))
_unary("tanh", np.tanh, lambda g, out, x: ops["tanh_grad"](g, out))
_unary("logical_not", np.logical_not, None, rules.to_bool)
Op(
    "bitwise_not",
    spec=rules.primitive("bitwise_not", "(x: tensor)", rules.same),
    kernel=loops.kernel(None, np.bitwise_not),
    vjp=None,
    cases=(Case([1, 2, 3]),),
)
_unary("is_nan", np.isnan, None, rules.to_bool)
_unary("is_inf", np.isinf, None, rules.to_bool)
_unary("is_finite", np.isfinite, None, rules.to_bool)


def _erf(x: np.ndarray, out: np.ndarray) -> None:
    from scipy.special import erf  # a second of imports, for one function

    erf(x, out)


_unary("erf", _erf, lambda g, out, x: g * float(2 / np.sqrt(np.pi)) * ops["exp"](-x * x))
