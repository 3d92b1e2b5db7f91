"""Attention: dot product, additive, multi-head, grouped queries."""

from __future__ import annotations

from ..dims import Dim, Dims, is_static, mod, product, same
from ..mismatch import Mismatch
from ..shapes import broadcast
from ..unknown import Undecided
from .base import Args, Case, Fails, LayerSpec, Mask, Outputs, Training, Weight
from .parts import weight

_NAMES = ("query", "value", "key")


def _tensors(c: Args, x: Dims | list[Dims]) -> list[Dims]:
    """[query, value(, key)] -> query, value, key."""
    if not isinstance(x, list):
        hint = "Attention()([query, value])"
        raise Mismatch("not-a-list", "a list [query, value(, key)]", {"": x}, {}, hint)
    if len(x) not in (2, 3):
        got = {f"input {i + 1}": s for i, s in enumerate(x)}
        raise Mismatch("arity", "a list [query, value(, key)]", got, {"inputs": len(x)})
    return [*x[:2], x[2] if len(x) == 3 else x[1]]


def _unfit(needs: str, tensors: list[Dims], late: bool = True) -> Mismatch:
    return Mismatch("attention", needs, dict(zip(_NAMES, tensors, strict=True)), late=late)


def _scores(c: Args, q: Dims, v: Dims, k: Dims, additive: bool) -> Dims:
    """(..., tq, d), (..., tk, d) -> (..., tq, tk)."""
    if min(len(q), len(v), len(k)) < 2:
        raise _unfit("query and key of at least 2 axes", [q, v, k])
    wide = additive and (same(q[-1], 1) or same(k[-1], 1))
    if same(q[-1], k[-1]) is False and not wide:
        raise _unfit("query and key with equal last axes", [q, v, k])
    if same(k[-2], v[-2]) is False:
        raise _unfit("key and value of equal length", [q, v, k])
    return (*q[:-1], k[-2])


def _attended(additive: bool, c: Args, x: Dims | list[Dims]) -> Outputs:
    """[(batch, tq, d), (batch, tv, dv), (batch, tv, d)] -> (batch, tq, dv)."""
    q, v, k = _tensors(c, x)
    summed = additive or c.score_mode == "concat"
    scores = _scores(c, q, v, k, summed)
    out = (*q[:-1], v[-1])
    return [out, scores] if c.call.get("return_attention_scores") else out


def _attention_weights(c: Args, x: Dims | list[Dims]) -> dict[str, Weight]:
    _tensors(c, x)
    made = {"scale": Weight((), "ones")} if c.use_scale else {}
    if c.score_mode == "concat":
        made["concat_score_weight"] = Weight((), "ones")
    return made


def _additive_weights(c: Args, x: Dims | list[Dims]) -> dict[str, Weight]:
    q, _, _ = _tensors(c, x)
    return {"scale": Weight((q[-1],), "glorot_uniform")} if c.use_scale else {}


def _dropping(c: Args) -> Training:
    return Training.DIFFERS if c.dropout > 0 else Training.SAME


def _list_flops(c: Args, x: list[Dims], y: Outputs) -> Dim:
    """Scores and their product with the values, of one sample."""
    q, v, k = _tensors(c, x)
    return 2 * product(q[1:-1]) * k[-2] * (q[-1] + v[-1])


_LIST_CALL = (
    "(inputs: tensors, mask: mask = None, training: flag = False, "
    "return_attention_scores: flag = False, use_causal_mask: flag = False)"
)
ATTENTION = LayerSpec(
    "Attention",
    "(use_scale: flag = False, score_mode: choice('dot', 'concat') = 'dot', "
    "dropout: number = 0.0, seed=None)",
    output=lambda c, x: _attended(False, c, x),
    weights=_attention_weights,
    mask=Mask.CONSUME_PASS,
    training=_dropping,
    call=_LIST_CALL,
    flops=_list_flops,
    cases=(
        Case("Attention()", [(2, 5, 8), (2, 7, 8)]),
        Case("Attention(use_scale=True)", [(2, 5, 8), (2, 7, 4), (2, 7, 8)]),
        Case("Attention(score_mode='concat')", [(2, 5, 8), (2, 7, 8)]),
        Case("Attention(dropout=0.5)", [(2, 5, 8), (2, 7, 8)], return_attention_scores=True),
        Case("Attention()", [(None, None, 8), (None, None, 8)]),
        Fails("Attention()", (2, 5, 16)),
        Fails("Attention()", [(2, 5, 16)]),
        Fails("Attention()", [(2, 5, 16), (2, 7, 8)]),
        Fails("Attention()", [(2, 5, 8), (2, 7, 8), (2, 6, 8)]),
        Fails("Attention(score_mode='sum')", [(2, 5, 8), (2, 7, 8)]),
    ),
)
ADDITIVE_ATTENTION = LayerSpec(
    "AdditiveAttention",
    "(use_scale: flag = True, dropout: number = 0.0)",
    output=lambda c, x: _attended(True, c, x),
    weights=_additive_weights,
    mask=Mask.CONSUME_PASS,
    training=_dropping,
    call=_LIST_CALL,
    flops=_list_flops,
    cases=(
        Case("AdditiveAttention()", [(2, 5, 8), (2, 7, 8)]),
        Case("AdditiveAttention(use_scale=False)", [(2, 5, 8), (2, 7, 8), (2, 7, 8)]),
        Fails("AdditiveAttention()", (2, 5, 16)),
        Fails("AdditiveAttention()", [(2, 5, 16), (2, 7, 8)]),
    ),
)


def _value_and_key(c: Args) -> tuple[Dims, Dims]:
    value = c.call.get("value")
    if value is None:
        raise Undecided("attention outside a call")
    key = c.call.get("key")
    return value, value if key is None else key


def _same_as_keras(left: Dim, right: Dim) -> bool:
    """Whether `left == right` in Keras, None equal to None alone; True when undecided."""
    return same(left, right) is not False and is_static(left) == is_static(right)


def _key_fits_value(q: Dims, v: Dims, k: Dims) -> None:
    agree = len(v) == len(k) and all(map(_same_as_keras, v[1:-1], k[1:-1]))
    if not agree:
        raise _unfit("value and key equal on all but the last axis", [q, v, k], late=False)


def _projection(c: Args, width: Dim, shape: Dims) -> dict[str, Weight]:
    """An EinsumDense kernel (width, ...shape) and its bias (...shape)."""
    plain = weight(c, "kernel", (width, *shape))
    fans = ((0,), tuple(range(1, len(shape) + 1)))
    kernel = Weight(
        plain.shape, plain.initializer, True, None, plain.regularizer, plain.constraint, fans
    )
    return {"kernel": kernel} | ({"bias": weight(c, "bias", shape)} if c.use_bias else {})


def _output_projection(c: Args, heads: Dims, out: Dims) -> dict[str, Weight]:
    """An EinsumDense kernel (heads, size, ...out) and its bias (...out)."""
    plain = weight(c, "kernel", (*heads, *out))
    fans = ((0, 1), tuple(range(2, len(out) + 2)))
    kernel = Weight(
        plain.shape, plain.initializer, True, None, plain.regularizer, plain.constraint, fans
    )
    return {"kernel": kernel} | ({"bias": weight(c, "bias", out)} if c.use_bias else {})


def _grouped(parts: dict[str, dict[str, Weight]]) -> dict[str, Weight]:
    return {f"{group}/{name}": w for group, made in parts.items() for name, w in made.items()}


def _out_axes(c: Args, q: Dims) -> Dims:
    shape = c.output_shape
    if not shape:
        return (q[-1],)
    return tuple(shape) if isinstance(shape, tuple | list) else (shape,)


def _heads_weights(c: Args, q: Dims) -> dict[str, Weight]:
    """query, key, value (features, heads, size) and output (heads, size, ...)."""
    value, key = _value_and_key(c)
    _key_fits_value(q, value, key)
    depth = c.value_dim or c.key_dim
    parts = {"query_dense": _projection(c, q[-1], (c.num_heads, c.key_dim))}
    parts["key_dense"] = _projection(c, key[-1], (c.num_heads, c.key_dim))
    if c.use_gate:
        parts["_gate_dense"] = _projection(c, q[-1], (c.num_heads, depth))
    parts["value_dense"] = _projection(c, value[-1], (c.num_heads, depth))
    parts["output_dense"] = _output_projection(c, (c.num_heads, depth), _out_axes(c, q))
    return _grouped(parts)


def _heads_output(c: Args, q: Dims) -> Outputs:
    """(batch, tq, d), value (batch, tv, dv) -> (batch, tq, d), scores (batch, heads, tq, tv)."""
    value, key = _value_and_key(c)
    _key_fits_value(q, value, key)
    if len(q) != len(value):
        raise _unfit("query and value with equally many axes", [q, value, key])
    _mask_fits(c, q, key)
    out = (*q[:-1], *_out_axes(c, q))
    if not c.call.get("return_attention_scores"):
        return out
    axes = c.attention_axes
    if axes is None:
        return [out, (q[0], c.num_heads, *q[1:-1], *key[1:-1])]
    chosen = [a % len(q) for a in (axes if isinstance(axes, tuple | list) else (axes,))]
    rest = [d for i, d in enumerate(q[:-1]) if i not in chosen]
    return [out, (*rest, c.num_heads, *(q[a] for a in chosen), *(key[a] for a in chosen))]


def _mask_fits(c: Args, q: Dims, key: Dims) -> None:
    """attention_mask broadcasts to (batch, tq, tk)."""
    mask = c.call.get("attention_mask")
    if not isinstance(mask, tuple) or len(q) != 3 or len(mask) > 3:
        return
    try:
        broadcast(mask, (q[0], q[1], key[1]))
    except Mismatch:
        got = {"attention_mask": mask, "scores": (q[0], q[1], key[1])}
        needs = "an attention_mask that broadcasts to the scores"
        raise Mismatch("mask-shape", needs, got, late=True) from None


def _heads_flops(c: Args, q: Dims, y: Outputs) -> Dim:
    """Projections and products of one sample; of itself where the call is not known."""
    value, key = (q, q) if c.call.get("value") is None else _value_and_key(c)
    depth = c.value_dim or c.key_dim
    tq, tk = product(q[1:-1]), product(key[1:-1])
    projected = tq * q[-1] * (c.key_dim + depth) + tk * (key[-1] * c.key_dim + value[-1] * depth)
    return 2 * c.num_heads * (projected + tq * tk * (c.key_dim + depth))


_HEADS = (
    "sliding_window: size = None, flash_attention=None, "
    "kernel_initializer: initializer = 'glorot_uniform', "
    "bias_initializer: initializer = 'zeros', kernel_regularizer: regularizer = None, "
    "bias_regularizer: regularizer = None, activity_regularizer: regularizer = None, "
    "kernel_constraint: constraint = None, bias_constraint: constraint = None, "
    "use_gate: flag = False, seed=None"
)
_HEADS_CALL = (
    "(query: tensor, value: tensor, key: tensor = None, query_mask: mask = None, "
    "value_mask: mask = None, key_mask: mask = None, attention_mask: mask = None, "
    "return_attention_scores: flag = False, training: flag = None, "
    "use_causal_mask: flag = False)"
)
MULTI_HEAD_ATTENTION = LayerSpec(
    "MultiHeadAttention",
    "(num_heads: loose_size, key_dim: size, value_dim: loose_size = None, dropout: number = 0.0, "
    f"use_bias: flag = True, output_shape=None, attention_axes: axes = None, {_HEADS})",
    output=_heads_output,
    weights=_heads_weights,
    mask=Mask.CONSUME_PASS,
    training=_dropping,
    call=_HEADS_CALL,
    flops=_heads_flops,
    cases=(
        Case("MultiHeadAttention(2, 8)", (2, 5, 16), value=(2, 5, 16)),
        Case("MultiHeadAttention(2, 4, value_dim=3)", (2, 5, 8), value=(2, 7, 6), key=(2, 7, 9)),
        Case("MultiHeadAttention(2, 4, output_shape=3)", (2, 5, 8), value=(2, 5, 8)),
        Case("MultiHeadAttention(2, 4, use_bias=False)", (None, None, 8), value=(None, None, 8)),
        Case("MultiHeadAttention(2, 4, use_gate=True)", (2, 5, 8), value=(2, 5, 8)),
        Case("MultiHeadAttention(2, 4, dropout=0.5)", (2, 5, 8), value=(2, 5, 8)),
        Case(
            "MultiHeadAttention(2, 4)",
            (2, 5, 8),
            value=(2, 7, 8),
            return_attention_scores=True,
        ),
        Case(
            "MultiHeadAttention(2, 4, attention_axes=(2, 3))",
            (2, 3, 4, 5, 8),
            value=(2, 3, 4, 5, 8),
            return_attention_scores=True,
        ),
        Case("MultiHeadAttention(2, 4)", (2, 5, 8), value=(2, 5, 8), attention_mask=(2, 5, 5)),
        Fails("MultiHeadAttention(2, 8)", (2, 5, 16), value=(2, 7, 16), key=(2, 6, 16)),
        Fails("MultiHeadAttention(2, 8)", (2, 5, 16), value=(2, 16)),
        Fails("MultiHeadAttention(0, 8)", (2, 5, 16), value=(2, 5, 16)),
        Fails("MultiHeadAttention(2, 8.0)", (2, 5, 16), value=(2, 5, 16)),
        Fails("MultiHeadAttention(2, 4)", (2, 5, 8), value=(2, 5, 8), attention_mask=(2, 4, 4)),
        Fails("MultiHeadAttention(2, 4)", (None, 5, None), value=(None, 5, 8)),
    ),
)


def _check_groups(c: Args) -> None:
    if same(mod(c.num_query_heads, c.num_key_value_heads), 0) is False:
        names = {n: getattr(c, n) for n in ("num_query_heads", "num_key_value_heads")}
        raise Mismatch("groups", "query heads divisible by key and value heads", {}, names)


def _grouped_weights(c: Args, q: Dims) -> dict[str, Weight]:
    value, key = _value_and_key(c)
    few, many = (c.num_key_value_heads, c.head_dim), (c.num_query_heads, c.head_dim)
    parts = {"_query_dense": _projection(c, q[-1], many)}
    parts["_key_dense"] = _projection(c, key[-1], few)
    if c.use_gate:
        parts["_gate_dense"] = _projection(c, q[-1], many)
    parts["_value_dense"] = _projection(c, value[-1], few)
    parts["_output_dense"] = _output_projection(c, many, (q[-1],))
    return _grouped(parts)


def _grouped_output(c: Args, q: Dims) -> Outputs:
    """(batch, tq, d), value (batch, tv, d) -> (batch, tq, d), scores (batch, heads, tq, tv)."""
    value, key = _value_and_key(c)
    if not _same_as_keras(q[-1], value[-1]):
        raise _unfit("query and value with equal last axes", [q, value, key], late=False)
    _key_fits_value(q, value, key)
    out = tuple(q)
    if not c.call.get("return_attention_scores"):
        return out
    return [out, (q[0], c.num_query_heads, q[1], key[1])]


GROUP_QUERY_ATTENTION = LayerSpec(
    "GroupQueryAttention",
    "(head_dim: late_size, num_query_heads: late_size, num_key_value_heads: late_size, "
    f"dropout: number = 0.0, use_bias: flag = True, {_HEADS})",
    output=_grouped_output,
    weights=_grouped_weights,
    mask=Mask.CONSUME_PASS,
    training=_dropping,
    call=_HEADS_CALL,
    check=_check_groups,
    cases=(
        Case("GroupQueryAttention(4, 6, 2)", (2, 5, 8), value=(2, 7, 8)),
        Case(
            "GroupQueryAttention(4, 6, 3, use_bias=False)",
            (2, 5, 8),
            value=(2, 7, 8),
            return_attention_scores=True,
        ),
        Fails("GroupQueryAttention(4, 6, 4)", (2, 5, 8), value=(2, 7, 8)),
        Fails("GroupQueryAttention(4, 6, 2)", (2, 5, 8), value=(2, 7, 9)),
    ),
)
