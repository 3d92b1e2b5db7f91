"""Softmax and its logarithm along an axis, with their gradients."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ..op import Arrays, Case, Kernel, Op, Run, Statics, Traits
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import loops, rules


def _axis(s: Statics) -> Any:
    return -1 if s.axis is None else s.axis


def _kernel(name: str, function: Callable[..., np.ndarray]) -> Kernel:
    """Rows go to the kernel of this name, other axes to NumPy."""

    @loops.in_float32
    def bind(s: Statics, ins: Arrays, outs: Arrays) -> Run:
        from ..kernels import softmax  # numba is not needed by who only looks

        axis, rank = _axis(s), outs[0].ndim
        if rank and axis in (-1, rank - 1) and ins[0].dtype == outs[0].dtype:
            width = outs[0].shape[-1]
            rows = [a.reshape(-1 if width else 0, width) for a in (*ins, *outs)]
            return partial(getattr(softmax, name), *rows)
        return lambda: np.copyto(outs[0], function(axis, *ins))

    return bind


def _softmax(axis: Any, x: np.ndarray) -> np.ndarray:
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _softmax_slope(axis: Any, g: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (g - (g * y).sum(axis=axis, keepdims=True)) * y


def _log_softmax(axis: Any, x: np.ndarray) -> np.ndarray:
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def _log_softmax_slope(axis: Any, g: np.ndarray, y: np.ndarray) -> np.ndarray:
    return g - np.exp(y) * g.sum(axis=axis, keepdims=True)


_CASES = (Case((2, 3)), Case((2, 3, 2), axis=1), Case([[-400.0, 400.0]]))
_PAIRS = (Case((2, 3), (2, 3)), Case((2, 3, 2), (2, 3, 2), axis=1))
softmax = Op(
    "softmax",
    spec=rules.primitive("softmax", "(x: tensor, axis=-1)", rules.same_floating),
    kernel=_kernel("softmax", _softmax),
    vjp=(lambda g, out, x, s: _softmax_grad(g, out, s.axis),),
    cases=_CASES,
)


def _total(x: TensorLike, s: Statics) -> TensorLike:
    return ops["sum"](x, axis=_axis(s), keepdims=True)


def _second(
    gg: TensorLike, out: TensorLike, g: TensorLike, y: TensorLike, s: Statics
) -> TensorLike:
    return gg * (g - _total(g * y, s)) - g * _total(gg * y, s)


_softmax_grad = Op(
    "softmax_grad",
    spec=rules.primitive("softmax_grad", "(x: tensor, y: tensor, axis=-1)", rules.same),
    kernel=_kernel("softmax_grad", _softmax_slope),
    vjp=(lambda gg, out, g, y, s: _softmax_grad(gg, y, s.axis), _second),
    cases=_PAIRS,
    traits=Traits(inplace=((0, 0),)),
)
log_softmax = Op(
    "log_softmax",
    spec=rules.primitive("log_softmax", "(x: tensor, axis=-1)", rules.same_floating),
    kernel=_kernel("log_softmax", _log_softmax),
    vjp=(lambda g, out, x, s: _log_softmax_grad(g, out, s.axis),),
    cases=_CASES,
)


def _of_g(gg: TensorLike, out: TensorLike, g: TensorLike, y: TensorLike, s: Statics) -> TensorLike:
    return gg - _total(gg * ops["exp"](y), s)


def _of_y(gg: TensorLike, out: TensorLike, g: TensorLike, y: TensorLike, s: Statics) -> TensorLike:
    return -gg * ops["exp"](y) * _total(g, s)


_log_softmax_grad = Op(
    "log_softmax_grad",
    spec=rules.primitive("log_softmax_grad", "(x: tensor, y: tensor, axis=-1)", rules.same),
    kernel=_kernel("log_softmax_grad", _log_softmax_slope),
    vjp=(_of_g, _of_y),
    cases=_PAIRS,
)
