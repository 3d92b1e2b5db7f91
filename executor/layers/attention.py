"""Attention: dot-product, additive, multi-head."""

from __future__ import annotations

import math
from typing import Any

from ...analyzer.specs import applied
from ...analyzer.specs import attention_layers as specs
from ...analyzer.specs.base import Args
from .. import functions as f
from .regularization import RandomLayer
from .spec_layer import computes, dims_of


def _masked(c: Any, inputs: Any, scores: Any, mask: Any, causal: bool) -> Any:
    """Scores with what the masks hide far below the rest."""
    value_mask = None if mask is None else mask[1]
    keep = None if value_mask is None else f.expand_dims(f.cast(value_mask, "bool"), -2)
    if causal:
        lower = f.tril(f.ones(scores.shape[-2:], "bool"))
        keep = lower if keep is None else f.logical_and(keep, lower)
    return scores if keep is None else f.where(keep, scores, scores - 1e9)


def _attended(c: Any, inputs: Any, scores: Any, mask: Any, options: dict[str, Any]) -> Any:
    scores = _masked(c, inputs, scores, mask, options["causal"])
    weights = f.softmax(scores, axis=-1)
    if options["training"] and c.dropout > 0:
        weights = f.dropout(weights, c.dropout, seed=c.seed_generator)
    out = f.matmul(weights, inputs[1])
    if mask is not None and mask[0] is not None:
        out = f.where(f.expand_dims(f.cast(mask[0], "bool"), -1), out, f.zeros_like(out))
    return (out, weights) if options["scores"] else out


@computes(specs.ATTENTION, RandomLayer)
def attention(
    c: Any,
    w: Any,
    inputs: Any,
    mask: Any = None,
    training: Any = False,
    return_attention_scores: bool = False,
    use_causal_mask: bool = False,
) -> Any:
    """[(batch, tq, d), (batch, tv, d), (batch, tv, d)] -> (batch, tq, d) (Luong et al.)."""
    query, key = inputs[0], inputs[2] if len(inputs) > 2 else inputs[1]
    if c.score_mode == "dot":
        scores = f.matmul(query, key, transpose_b=True)
        scores = scores * w.scale if c.use_scale else scores
    else:
        wide = f.expand_dims(query, -2) + f.expand_dims(key, -3)
        wide = f.tanh(w.scale * wide if c.use_scale else wide)
        scores = w.concat_score_weight * f.sum(wide, axis=-1)
    options = {"training": training, "scores": return_attention_scores, "causal": use_causal_mask}
    return _attended(c, inputs, scores, mask, options)


@computes(specs.ADDITIVE_ATTENTION, RandomLayer)
def additive_attention(
    c: Any,
    w: Any,
    inputs: Any,
    mask: Any = None,
    training: Any = False,
    return_attention_scores: bool = False,
    use_causal_mask: bool = False,
) -> Any:
    """[(batch, tq, d), (batch, tv, d), (batch, tv, d)] -> (batch, tq, d) (Bahdanau et al.)."""
    query, key = inputs[0], inputs[2] if len(inputs) > 2 else inputs[1]
    wide = f.tanh(f.expand_dims(query, -2) + f.expand_dims(key, -3))
    scores = f.sum(wide * w.scale if c.use_scale else wide, axis=-1)
    options = {"training": training, "scores": return_attention_scores, "causal": use_causal_mask}
    return _attended(c, inputs, scores, mask, options)


def _project(part: Any, x: Any, use_bias: bool) -> Any:
    """(batch, t, d) -> (batch, t, heads, size)."""
    width, heads, size = part.kernel.shape
    y = f.matmul(x, f.reshape(part.kernel, (width, heads * size)))
    if use_bias:
        y = y + f.reshape(part.bias, (heads * size,))
    return f.reshape(y, (*x.shape[:-1], heads, size))


def _keep(masks: dict[str, Any], rank: int, shape: tuple[int, int]) -> Any:
    """The masks of query, value, key, by hand and causal, as one (batch, 1, t, s)."""
    found = []
    if masks["query_mask"] is not None:
        found.append(f.expand_dims(f.cast(masks["query_mask"], "bool"), -1))
    for name in ("value_mask", "key_mask"):
        if masks[name] is not None:
            found.append(f.expand_dims(f.cast(masks[name], "bool"), -2))
    if masks["use_causal_mask"]:
        found.append(f.expand_dims(f.tril(f.ones(shape, "bool")), 0))
    if masks["attention_mask"] is not None:
        found.append(f.cast(masks["attention_mask"], "bool"))
    if not found:
        return None
    keep = found[0]
    for other in found[1:]:
        keep = f.logical_and(keep, other)
    return keep if len(keep.shape) == 4 else f.expand_dims(keep, -3)


class MultiHead(RandomLayer):
    """Attention whose weights depend on the shapes of query, value and key."""

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:
        """Make the projections."""
        shapes = {"query": query_shape, "value": value_shape, "key": key_shape}
        call = {n: dims_of(s) for n, s in shapes.items() if s is not None}
        parameters = self.spec.call_parameters
        config = self._config.with_call(Args(parameters.complete(call), parameters))
        with self._mismatches():
            wanted = applied.built(self.spec, config, call["query"])
        for path, weight in wanted.items():
            self._add(path, weight)
        self.built = True


@computes(specs.MULTI_HEAD_ATTENTION, MultiHead)
def multi_head_attention(
    c: Any,
    w: Any,
    query: Any,
    value: Any = None,
    key: Any = None,
    query_mask: Any = None,
    value_mask: Any = None,
    key_mask: Any = None,
    attention_mask: Any = None,
    return_attention_scores: bool = False,
    training: Any = None,
    use_causal_mask: bool = False,
) -> Any:
    """(batch, t, d), (batch, s, d) -> (batch, t, d) (Vaswani et al., 2017)."""
    if len(query.shape) != 3:
        raise NotImplementedError(f"{c.name}: only inputs (batch, steps, features) are computed")
    key = value if key is None else key
    q = _project(w.query_dense, query, c.use_bias)
    k = _project(w.key_dense, key, c.use_bias)
    v = _project(w.value_dense, value, c.use_bias)
    masks = {"query_mask": query_mask, "value_mask": value_mask, "key_mask": key_mask}
    masks |= {"attention_mask": attention_mask, "use_causal_mask": use_causal_mask}
    keep = _keep(masks, 3, (query.shape[1], key.shape[1]))
    dropping = bool(training) and c.dropout > 0
    if not dropping and not return_attention_scores:
        attended = f.dot_product_attention(q, k, v, mask=keep)
        return _output(c, w, attended)
    scale = 1.0 / math.sqrt(c.key_dim)
    scores = f.einsum("btnh,bsnh->bnts", [q * scale, k])
    if keep is not None:
        scores = f.where(keep, scores, scores - 1e9)
    weights = f.softmax(scores, axis=-1)
    used = f.dropout(weights, c.dropout, seed=c.seed_generator) if dropping else weights
    out = _output(c, w, f.einsum("bnts,bsnh->btnh", [used, v]))
    return (out, weights) if return_attention_scores else out


def _output(c: Any, w: Any, x: Any) -> Any:
    """(batch, t, heads, size) -> (batch, t, d)."""
    kernel = w.output_dense.kernel
    heads, size, *rest = kernel.shape
    width = math.prod(rest)
    y = f.matmul(
        f.reshape(x, (*x.shape[:2], heads * size)), f.reshape(kernel, (heads * size, width))
    )
    if c.use_bias:
        y = y + f.reshape(w.output_dense.bias, (width,))
    return y if len(rest) == 1 else f.reshape(y, (*x.shape[:2], *rest))
