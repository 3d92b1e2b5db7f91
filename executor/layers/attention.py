"""Attention: dot product, additive, multi-head."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...analyzer.specs import attention_layers as specs
from .. import functions as f
from .. import random
from .calling import mask_of, set_mask
from .masks import masks
from .spec_layer import SpecLayer, computes


class AttentionBase(SpecLayer):
    """Drops attention weights in training, where it is told to."""

    def _set_up(self) -> None:
        if self.dropout:
            self.seed_generator = random.SeedGenerator(getattr(self, "seed", None))

    def dropped(self, weights: Any, training: Any) -> Any:
        """The attention weights, some of them 0 in training."""
        if not training or not self.dropout:
            return weights
        return random.dropout(weights, self.dropout, None, self.seed_generator)


def _attend(c: Any, scores: Any, x: Any, call: dict[str, Any]) -> Any:
    """Scores (batch, tq, tv) -> values (batch, tq, dv), and the weights if asked for."""
    q_mask, v_mask = call["mask"][:2] if call["mask"] else (None, None)
    keep = None if v_mask is None else f.expand_dims(v_mask, -2)
    if call["use_causal_mask"]:
        lower = np.tril(np.ones((1, *scores.shape[-2:]), np.bool_))
        keep = lower if keep is None else f.logical_and(keep, lower)
    if keep is not None:
        low = 65504.0 if scores.dtype.name == "float16" else 1e9
        scores = f.where(keep, scores, scores - low)
    weights = c.dropped(f.softmax(scores, -1), call["training"])
    y = f.matmul(weights, x[1])
    if q_mask is not None:
        y = f.where(f.expand_dims(q_mask, -1), y, 0.0)
    return (y, weights) if call["return_attention_scores"] else y


@computes(specs.ATTENTION, AttentionBase)
def attention(c: Any, w: Any, x: Any, **call: Any) -> Any:
    """[(batch, tq, d), (batch, tv, dv), (batch, tv, d)] -> (batch, tq, dv)."""
    q, k = x[0], x[2] if len(x) > 2 else x[1]
    if c.score_mode == "dot":
        scores = f.matmul(q, f.swapaxes(k, -2, -1))
        scores = scores * w.scale if c.use_scale else scores
    else:
        total = f.expand_dims(q, -2) + f.expand_dims(k, -3)
        total = f.tanh(w.scale * total if c.use_scale else total)
        scores = w.concat_score_weight * f.sum(total, axis=-1)
    return _attend(c, scores, x, call)


@computes(specs.ADDITIVE_ATTENTION, AttentionBase)
def additive_attention(c: Any, w: Any, x: Any, **call: Any) -> Any:
    """[(batch, tq, d), (batch, tv, dv), (batch, tv, d)] -> (batch, tq, dv)."""
    q, k = x[0], x[2] if len(x) > 2 else x[1]
    total = f.tanh(f.expand_dims(q, -2) + f.expand_dims(k, -3))
    scores = f.sum(w.scale * total if c.use_scale else total, axis=-1)
    return _attend(c, scores, x, call)


@masks(specs.ATTENTION)
@masks(specs.ADDITIVE_ATTENTION)
def query_mask(c: Any, x: Any, mask: Any) -> Any:
    """The mask of the query."""
    return None if mask is None or mask[0] is None else mask[0]


# Multi-head attention.


class MultiHeadBase(AttentionBase):
    """Builds its projections from the shapes of query, value and key."""

    def build(self, query_shape: Any, value_shape: Any = None, key_shape: Any = None) -> None:
        """Make the projections."""
        shapes = {"value": value_shape or query_shape, "key": key_shape}
        self._build_weights(query_shape, shapes)


def _project(x: Any, part: Any, biased: bool) -> Any:
    """(..., d), kernel (d, heads, size) -> (..., heads, size)."""
    kernel = part.kernel
    width, *shape = kernel.shape
    y = f.matmul(x, f.reshape(kernel, (width, math.prod(shape))))
    y = f.reshape(y, (*x.shape[:-1], *shape))
    return y + part.bias if biased else y


def _unproject(x: Any, part: Any, biased: bool) -> Any:
    """(..., heads, size), kernel (heads, size, ...out) -> (..., ...out)."""
    kernel = part.kernel
    heads, size, *out = kernel.shape
    flat = f.reshape(x, (*x.shape[:-2], heads * size))
    y = f.matmul(flat, f.reshape(kernel, (heads * size, math.prod(out))))
    if len(out) != 1:
        y = f.reshape(y, (*x.shape[:-2], *out))
    return y + part.bias if biased else y


def _whole_mask(c: Any, query: Any, value: Any, given: dict[str, Any]) -> Any:
    """All masks as one (batch, tq, tk), or None."""
    parts = []
    for name, axis in (("query_mask", -1), ("value_mask", -2), ("key_mask", -2)):
        if given[name] is not None:
            parts.append(f.expand_dims(f.cast(given[name], "bool"), axis))
    shape = (1, query.shape[1], value.shape[1])
    if given["use_causal_mask"]:
        parts.append(np.tril(np.ones(shape, np.bool_)))
    if c.sliding_window is not None:
        distance = np.arange(shape[1])[:, None] - np.arange(shape[2])[None]
        parts.append((np.abs(distance) < c.sliding_window)[None])
    if given["attention_mask"] is not None:
        parts.insert(0, f.cast(given["attention_mask"], "bool"))
    whole = None
    for part in parts:
        whole = part if whole is None else f.logical_and(whole, part)
    return whole


@computes(specs.MULTI_HEAD_ATTENTION, MultiHeadBase)
def multi_head_attention(
    c: Any, w: Any, query: Any, value: Any, training: Any, **given: Any
) -> Any:
    """(batch, tq, d), value (batch, tv, dv) -> (batch, tq, d)."""
    key = value if given["key"] is None else given["key"]
    given["query_mask"] = mask_of(query)
    mask = _whole_mask(c, query, value, given)
    q, k, v = (
        _project(x, part, c.use_bias)
        for x, part in ((query, w.query_dense), (key, w.key_dense), (value, w.value_dense))
    )
    scored = given["return_attention_scores"]
    if len(q.shape) == 4 and not c.dropout and not scored:
        y, scores = f.dot_product_attention(q, k, v, None, _for_heads(mask, 4, 1)), None
    else:
        y, scores = _explicit(c, q, k, v, mask, training)
    if c.use_gate:
        y = y * f.sigmoid(_project(query, w._gate_dense, c.use_bias))
    y = _unproject(y, w.output_dense, c.use_bias)
    return (y, scores) if scored else y


def _for_heads(mask: Any, rank: int, axes: int) -> Any:
    """A mask (batch, tq, tk) with an axis for the heads."""
    if mask is None:
        return None
    for _ in range(rank - len(mask.shape)):
        mask = f.expand_dims(mask, -axes * 2 - 1)
    return mask


def _explicit(c: Any, q: Any, k: Any, v: Any, mask: Any, training: Any) -> tuple[Any, Any]:
    """Attention over any axes, with the scores: q (batch, ...rest, ...tq, heads, size)."""
    rank = len(q.shape)
    axes = _attention_axes(c, rank)
    rest = [i for i in range(rank - 2) if i not in axes]
    order = (*rest, rank - 2, *axes, rank - 1)
    rows = [f.transpose(x, order) for x in (q, k, v)]
    lead = [rows[0].shape[i] for i in range(len(rest) + 1)]
    inner = [x.shape[len(lead) : -1] for x in rows]
    qs, ks, vs = (
        f.reshape(x, (*lead, math.prod(n), x.shape[-1])) for x, n in zip(rows, inner, strict=True)
    )
    scores = f.matmul(qs * (1.0 / math.sqrt(c.key_dim)), f.swapaxes(ks, -2, -1))
    scores = f.reshape(scores, (*lead, *inner[0], *inner[1]))
    mask = _for_heads(mask, len(scores.shape), len(axes))
    weights = _masked_softmax(scores, mask, len(axes))
    set_mask(weights, mask)  # Keras' scores carry the mask they were computed with
    dropped = c.dropped(weights, training)
    flat = f.reshape(dropped, (*lead, math.prod(inner[0]), math.prod(inner[1])))
    y = f.reshape(f.matmul(flat, vs), (*lead, *inner[0], vs.shape[-1]))
    return f.transpose(y, tuple(int(i) for i in np.argsort(order))), weights


def _attention_axes(c: Any, rank: int) -> tuple[int, ...]:
    given = c.attention_axes
    if given is None:
        return tuple(range(1, rank - 2))
    given = given if isinstance(given, list | tuple) else (given,)
    return tuple(a if a >= 0 else rank - 1 + a for a in given)


def _masked_softmax(scores: Any, mask: Any, axes: int) -> Any:
    """Weights of sum 1 over the last axes; masked ones are 0."""
    if mask is not None:
        scores = f.where(mask, scores, -3e4 if scores.dtype.name == "float16" else -1e9)
    if axes == 1:
        weights = f.softmax(scores, -1)
    else:
        weights = f.exp(scores - f.logsumexp(scores, tuple(range(-axes, 0)), True))
    return weights if mask is None else f.where(mask, weights, 0.0)
