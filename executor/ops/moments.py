"""Batch and layer normalisation of rows, each with its moments and gradients in one op."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ...analyzer.mismatch import Mismatch
from ...analyzer.specs.base import Args, TensorType
from ..op import DECOMPOSED, Arrays, Case, Fails, Op, Run, Statics, Traits
from ..scratch import scratch
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import loops, rules

_SIGNATURE = "(x: tensor, gamma: tensor, beta: tensor, epsilon=1e-3)"
_GRAD = "(g: tensor, x: tensor, gamma: tensor, mean: tensor, spread: tensor, epsilon=1e-3)"
Three = tuple[TensorLike, TensorLike, TensorLike]


def _rule(kept: int) -> Callable[[Args], object]:
    """(n, c), (c,), (c,) -> (n, c) and two moments, along axis `kept`."""

    def rule(a: Args) -> tuple[TensorType, ...]:
        if a.gamma.shape != a.x.shape[1:] or a.beta.shape != a.x.shape[1:]:
            raise Mismatch("channels", "one scale per column", {"input": a.x.shape})
        moment = TensorType((a.x.shape[kept],), a.x.dtype)
        return a.x, moment, moment

    return rule


def _grad_rule(a: Args) -> tuple[TensorType, ...]:
    """As the inputs x, gamma, beta."""
    return a.x, a.gamma, a.gamma


def _pull(name: str, of_moments: Callable[..., TensorLike]) -> Callable[..., object]:
    """The gradients by one op; those of the moments, where asked for, by primitive ops."""

    def vjp(
        g: list[TensorLike | None], out: list[TensorLike], x: TensorLike, gamma: TensorLike,
        beta: TensorLike, s: Statics,
    ) -> list[TensorLike | None]:  # fmt: skip
        parts: list[TensorLike | None] = [None, None, None]
        if g[0] is not None:
            parts = list(ops[name](g[0], x, gamma, out[1], out[2], s.epsilon))
        if g[1] is not None or g[2] is not None:
            more = of_moments(*[0.0 if k is None else k for k in g[1:]], out, x)
            parts[0] = more if parts[0] is None else parts[0] + more
        return parts

    return vjp


def _of_batch(
    g_mean: TensorLike, g_variance: TensorLike, out: list[TensorLike], x: TensorLike
) -> TensorLike:
    return (g_variance * 2 * (x - out[1]) + g_mean) / float(x.shape[0])


def _of_layer(
    g_mean: TensorLike, g_r: TensorLike, out: list[TensorLike], x: TensorLike
) -> TensorLike:
    mean, r = ops["expand_dims"](out[1], 1), ops["expand_dims"](out[2], 1)
    g_mean, g_r = (ops["reshape"](k, (-1, 1)) for k in (g_mean, g_r))
    return (g_mean - g_r * r * r * r * (x - mean)) / float(x.shape[1])


@loops.in_float32
def _batch_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import normalization as kernels  # numba is not needed by who only looks
    from ..kernels.opcodes import CODES

    (x, gamma, beta), (y, mean, variance) = ins, outs
    sums = scratch(kernels.column_scratch(x.shape), x.dtype)
    scales = np.empty(x.shape[1], x.dtype)
    code = CODES[s.activation] if s.activation else 0
    settings = (x, mean, variance, gamma, beta, s.epsilon, code, scales, y)

    def run() -> None:
        kernels.column_moments(x, sums, mean, variance)
        kernels.normalize_columns(*settings)

    return run


@loops.in_float32
def _batch_grad_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import normalization as kernels

    (g, x, gamma, mean, variance), (dx, dgamma, dbeta) = ins, outs
    sums = scratch(kernels.column_scratch(x.shape), x.dtype)

    def run() -> None:
        kernels.column_gradients(g, x, mean, variance, s.epsilon, sums, dgamma, dbeta)
        kernels.batch_norm_grad(g, x, mean, variance, gamma, dgamma, dbeta, s.epsilon, sums, dx)

    return run


def _batch_grad_in_ops(
    g: TensorLike, x: TensorLike, gamma: TensorLike, mean: TensorLike, spread: TensorLike,
    s: Statics,
) -> Three:  # fmt: skip
    mean, variance = ops["moments"](x, (0,))
    r = ops["rsqrt"](variance + s.epsilon)
    normal = (x - mean) * r
    dbeta, dgamma = ops["sum"](g, axis=0), ops["sum"](g * normal, axis=0)
    n = float(x.shape[0])
    return gamma * r * (g - dbeta / n - normal * (dgamma / n)), dgamma, dbeta


batch_norm = Op(
    "batch_norm",
    spec=rules.primitive("batch_norm", f"{_SIGNATURE[:-1]}, activation='')", _rule(1)),
    kernel=_batch_kernel,
    vjp=_pull("batch_norm_grad", _of_batch),
    cases=(Case((5, 3), (3,), (3,)), Fails((5, 3), (5,), (3,))),
)
batch_norm_grad = Op(
    "batch_norm_grad",
    spec=rules.primitive("batch_norm_grad", _GRAD, _grad_rule),
    kernel=_batch_grad_kernel,
    vjp=DECOMPOSED,
    cases=(),
    traits=Traits(decompose=_batch_grad_in_ops),
)


@loops.in_float32
def _layer_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import normalization as kernels

    (x, gamma, beta), (y, mean, r) = ins, outs
    return partial(kernels.layer_norm, x, gamma, beta, s.epsilon, mean, r, y)


@loops.in_float32
def _layer_grad_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import normalization as kernels

    (g, x, gamma, mean, r), (dx, dgamma, dbeta) = ins, outs
    sums = scratch(kernels.column_scratch(x.shape), x.dtype)
    return partial(kernels.layer_norm_grad, g, x, mean, r, gamma, sums, dx, dgamma, dbeta)


def _layer_grad_in_ops(
    g: TensorLike, x: TensorLike, gamma: TensorLike, mean: TensorLike, spread: TensorLike,
    s: Statics,
) -> Three:  # fmt: skip
    mean, variance = ops["moments"](x, (1,), True)
    r = ops["rsqrt"](variance + s.epsilon)
    normal = (x - mean) * r
    scaled = g * gamma
    along = ops["mean"](scaled * normal, axis=1, keepdims=True)
    dx = (scaled - ops["mean"](scaled, axis=1, keepdims=True) - normal * along) * r
    return dx, ops["sum"](g * normal, axis=0), ops["sum"](g, axis=0)


layer_norm = Op(
    "layer_norm",
    spec=rules.primitive("layer_norm", _SIGNATURE, _rule(0)),
    kernel=_layer_kernel,
    vjp=_pull("layer_norm_grad", _of_layer),
    cases=(Case((5, 3), (3,), (3,)), Fails((5, 3), (5,), (3,))),
)
layer_norm_grad = Op(
    "layer_norm_grad",
    spec=rules.primitive("layer_norm_grad", _GRAD, _grad_rule),
    kernel=_layer_grad_kernel,
    vjp=DECOMPOSED,
    cases=(),
    traits=Traits(decompose=_layer_grad_in_ops),
)
