"""Softmax and its logarithm."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...analyzer.specs.base import Args, TensorType
from ..op import Case, Op, Statics
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import rules


def _axis(s: Statics) -> int:
    return -1 if s.axis is None else s.axis


def _softmax_rule(a: Args) -> TensorType:
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


def _bind_log_softmax(s: Statics, ins: list[np.ndarray], outs: list[np.ndarray]) -> Callable:
    x, out, axis = ins[0], outs[0], _axis(s)

    def run() -> None:
        np.subtract(x, x.max(axis=axis, keepdims=True), out)
        total = np.exp(out).sum(axis=axis, keepdims=True)
        np.subtract(out, np.log(total), out)

    return run


def _log_softmax_grad(g: TensorLike, out: TensorLike, x: TensorLike, s: Statics) -> TensorLike:
    total = ops["sum"](g, axis=_axis(s), keepdims=True)
    return g - ops["exp"](out) * total


log_softmax = Op(
    "log_softmax",
    spec=rules.primitive("log_softmax", "(x: tensor, axis=-1)", _softmax_rule),
    kernel=_bind_log_softmax,
    vjp=(_log_softmax_grad,),
    cases=(Case((2, 3)), Case((2, 3), axis=0), Case([[-400.0, 400.0]])),
)
