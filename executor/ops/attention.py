"""Scaled dot-product attention: one op forward, one backward."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from ...analyzer.mismatch import Mismatch
from ...analyzer.specs.base import Args, TensorType
from ..composite import composite
from ..inputs import to_tensor
from ..op import DECOMPOSED, Arrays, Case, Fails, Op, Run, Statics, Traits
from ..scratch import scratch
from ..tensor import OPERATORS as ops
from ..tensor import Tensor, TensorLike
from . import loops, rules

_SIGNATURE = "(q: tensor, k: tensor, v: tensor, bias: tensor, factors: tensor = None, scale=1.0)"


def _rule(a: Args) -> tuple[TensorType, TensorType]:
    """(b, t, n, d), (b, s, n, d), (b, s, n, e) -> (b, t, n, e), weights (b, n, t, s)."""
    (batch, steps, heads, depth), (_, seen, _, _) = a.q.shape, a.k.shape
    if a.k.shape[::2] != (batch, heads) or a.k.shape[3] != depth or a.v.shape[:3] != a.k.shape[:3]:
        got = {"query": a.q.shape, "key": a.k.shape, "value": a.v.shape}
        raise Mismatch("attention", "queries, keys and values that fit", got)
    out = TensorType((batch, steps, heads, a.v.shape[3]), a.q.dtype)
    return out, TensorType((batch, heads, steps, seen), a.q.dtype)


@loops.in_float32
def _kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import attention as kernels  # numba is not needed by who only looks

    q, k, v, bias, *rest = ins
    out, weights = outs
    factors = rest[0] if rest else np.empty((0, 0, 0, 0), q.dtype)
    working = scratch(kernels.attention_scratch(q.shape, k.shape, v.shape), q.dtype)
    return partial(kernels.attention, q, k, v, bias, factors, s.scale, working, weights, out)


@loops.in_float32
def _grad_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import attention as kernels

    g, q, k, v, _, weights, *rest = ins
    factors = rest[0] if rest else np.empty((0, 0, 0, 0), q.dtype)
    working = scratch(kernels.attention_scratch(q.shape, k.shape, v.shape), q.dtype)
    settings = (g, q, k, v, weights, factors, s.scale, working)
    return partial(kernels.attention_grad, *settings, *outs)


def _in_ops(
    q: TensorLike, k: TensorLike, v: TensorLike, bias: TensorLike,
    factors: TensorLike | None, scale: float,
) -> TensorLike:  # fmt: skip
    scores = ops["einsum"]("BTNH,BSNH->BNTS", [q, k]) * scale + bias
    weights = ops["softmax"](scores, -1)
    if factors is not None:
        weights = weights * factors
    return ops["einsum"]("BNTS,BSNH->BTNH", [weights, v])


def _grad_in_ops(
    g: TensorLike, q: TensorLike, k: TensorLike, v: TensorLike, bias: TensorLike,
    weights: TensorLike, factors: TensorLike | None, s: Statics,
) -> list[TensorLike]:  # fmt: skip
    from ..tape import GradientTape  # the tape stands on ops

    with GradientTape() as tape:
        tape.watch([q, k, v])
        out = _in_ops(q, k, v, bias, factors, s.scale)
    return tape.gradient(out, [q, k, v], output_gradients=g)


def _pull(
    g: list[TensorLike | None], out: list[TensorLike], q: TensorLike, k: TensorLike,
    v: TensorLike, bias: TensorLike, factors: TensorLike | None, s: Statics,
) -> list[TensorLike | None]:  # fmt: skip
    parts = attention_grad(g[0], q, k, v, bias, out[1], factors, s.scale)
    return [*parts, None, None]


_SHAPES = ((2, 3, 2, 4), (2, 5, 2, 4), (2, 5, 2, 3))
# The bias is a mask: a constant (integers here). One that learns is left to other ops.
_MASK = np.array([0, -1, 0, -9, 1]).reshape(1, 1, 1, 5)
_FACTORS = 2 * (np.arange(60) % 3 > 0).astype(np.int64).reshape(2, 2, 3, 5)
attention = Op(
    "attention",
    spec=rules.primitive("attention", _SIGNATURE, _rule),
    kernel=_kernel,
    vjp=_pull,
    cases=(
        Case(*_SHAPES, _MASK, scale=0.5),
        Case(*_SHAPES, _MASK, _FACTORS),
        Fails((2, 3, 2, 4), (2, 5, 2, 3), (2, 5, 2, 3), (1, 1, 1, 1)),
    ),
    traits=Traits(unify=("*",), saved=1),
)
attention_grad = Op(
    "attention_grad",
    spec=rules.primitive(
        "attention_grad",
        "(g: tensor, q: tensor, k: tensor, v: tensor, bias: tensor, weights: tensor, "
        "factors: tensor = None, scale=1.0)",
        lambda a: (a.q, a.k, a.v),
    ),
    kernel=_grad_kernel,
    vjp=DECOMPOSED,
    cases=(),
    traits=Traits(decompose=_grad_in_ops),
)


def mask_bias(mask: TensorLike | None, dtype: np.dtype, rank: int = 4) -> TensorLike:
    """What to add to scores: 0 where the mask holds, a very negative number elsewhere."""
    if mask is None:
        return Tensor.wrap(np.zeros((1,) * rank, dtype))
    mask = to_tensor(mask)
    mask = ops["reshape"](mask, (*(1,) * (rank - len(mask.shape)), *mask.shape))
    low = np.array(0.7 * float(np.finfo(dtype).min), dtype)
    return ops["where"](mask, np.zeros((), dtype), low)


def _causal(mask: TensorLike | None, steps: int, seen: int) -> TensorLike:
    keep = Tensor.wrap(np.tril(np.ones((steps, seen), np.bool_)))
    return keep if mask is None else ops["logical_and"](mask, keep)


@composite
def dot_product_attention(
    query: TensorLike,
    key: TensorLike,
    value: TensorLike,
    bias: TensorLike | None = None,
    mask: TensorLike | None = None,
    scale: Any = None,
    is_causal: bool = False,
    *,
    factors: TensorLike | None = None,
) -> TensorLike:
    """(b, t, heads, d), (b, s, heads, d) twice -> (b, t, heads, d).

    mask (b, heads, t, s) or smaller, True where attention is paid; `factors` are those of
    a dropout of the weights.
    """
    q, k, v = to_tensor(query), to_tensor(key), to_tensor(value)
    k, v = (_for_all_heads(x, q.shape[2]) for x in (k, v))
    number = 1.0 / math.sqrt(k.shape[-1]) if scale is None else scale
    if is_causal:
        mask = _causal(mask, q.shape[1], k.shape[1])
    if bias is None and isinstance(number, int | float):
        return attention(q, k, v, mask_bias(mask, q.dtype), factors, float(number))[0]
    added = mask_bias(mask, q.dtype)
    return _in_ops(q, k, v, added if bias is None else added + bias, factors, number)


def _for_all_heads(x: TensorLike, heads: int) -> TensorLike:
    """Keys or values of fewer heads, each serving a group of the queries' heads."""
    return x if x.shape[2] == heads else ops["repeat"](x, heads // x.shape[2], 2)
