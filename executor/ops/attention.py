"""Scaled dot-product attention."""

from __future__ import annotations

import math

import numpy as np

from ..composite import composite
from ..inputs import to_tensor
from ..tensor import OPERATORS as ops
from ..tensor import Tensor, TensorLike


@composite
def dot_product_attention(
    query: TensorLike,
    key: TensorLike,
    value: TensorLike,
    bias: TensorLike | None = None,
    mask: TensorLike | None = None,
    scale: float | None = None,
    is_causal: bool = False,
) -> TensorLike:
    """(batch, t, heads, d), (batch, s, heads, d) twice -> (batch, t, heads, d)."""
    q, k, v = to_tensor(query), to_tensor(key), to_tensor(value)
    scale = 1.0 / math.sqrt(k.shape[-1]) if scale is None else scale
    scores = ops["einsum"]("BTNH,BSNH->BNTS", [q, k]) * scale
    if bias is not None:
        scores = scores + bias
    if is_causal:
        keep = Tensor(np.tril(np.ones(scores.shape[-2:], np.bool_)))
        mask = keep if mask is None else ops["logical_and"](mask, keep)
    if mask is not None:
        low = 0.7 * float(np.finfo(scores.dtype).min)
        scores = ops["where"](mask, scores, low)
    weights = ops["softmax"](scores, -1)
    return ops["einsum"]("BNTS,BSNH->BTNH", [weights, v])
