"""Batch and layer normalisation of rows, each with its moments and gradients in one op."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...analyzer.mismatch import Mismatch
from ...analyzer.specs.base import Args, TensorType
from ..op import DECOMPOSED, Arrays, Case, Fails, Op, Run, Statics, Traits
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import rules

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


def _batch_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    (x, gamma, beta), (y, mean, variance) = ins, outs

    def run() -> None:
        np.mean(x, axis=0, out=mean)
        np.subtract(x, mean, out=y)
        np.mean(np.square(y), axis=0, out=variance)
        np.multiply(y, gamma / np.sqrt(variance + s.epsilon), out=y)
        np.add(y, beta, out=y)

    return run


def _batch_grad_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    (g, x, gamma, mean, variance), (dx, dgamma, dbeta) = ins, outs

    def run() -> None:
        r = 1 / np.sqrt(variance + s.epsilon)
        normal = (x - mean) * r
        np.sum(g, axis=0, out=dbeta)
        np.sum(g * normal, axis=0, out=dgamma)
        n = x.shape[0]
        np.multiply(gamma * r, g - dbeta / n - normal * (dgamma / n), out=dx)

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
    spec=rules.primitive("batch_norm", _SIGNATURE, _rule(1)),
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


def _layer_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    (x, gamma, beta), (y, mean, r) = ins, outs

    def run() -> None:
        np.mean(x, axis=1, out=mean)
        np.subtract(x, mean[:, None], out=y)
        np.divide(1, np.sqrt(np.mean(np.square(y), axis=1) + s.epsilon), out=r)
        np.multiply(y, r[:, None], out=y)
        np.multiply(y, gamma, out=y)
        np.add(y, beta, out=y)

    return run


def _layer_grad_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    (g, x, gamma, mean, r), (dx, dgamma, dbeta) = ins, outs

    def run() -> None:
        normal = (x - mean[:, None]) * r[:, None]
        np.sum(g, axis=0, out=dbeta)
        np.sum(g * normal, axis=0, out=dgamma)
        scaled = g * gamma
        along = np.mean(scaled * normal, axis=1, keepdims=True)
        rest = scaled - np.mean(scaled, axis=1, keepdims=True) - normal * along
        np.multiply(rest, r[:, None], out=dx)

    return run


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
