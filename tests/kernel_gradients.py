"""Kernels that come in pairs, forward and back, as functions of float64 arrays.

`test_kernels` compares each pair's gradient with the directional numeric derivative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dryfit.executor.kernels import (
    attention,
    embedding,
    gru,
    lstm,
    normalization,
    opcodes,
    pooling,
    random,
    resizing,
    softmax,
)

Array = NDArray[np.float64]
Forward = Callable[..., list[Array]]


@dataclass(frozen=True)
class Pair:
    """`back(inputs, outputs, gradients of outputs)` -> gradients of the inputs."""

    name: str
    inputs: tuple[Array, ...]
    forward: Forward
    back: Callable[[Sequence[Array], list[Array], list[Array]], list[Array]]


def rng(name: str) -> np.random.Generator:
    return np.random.default_rng(list(name.encode()))


def filled(shape: Sequence[int], like: Array | None = None) -> Array:
    """An output or scratch: NaN until a kernel writes it."""
    return np.full(shape, np.nan, np.float64 if like is None else like.dtype)


def into(kernel: Callable, *arguments: object, shape: Sequence[int]) -> Array:
    like = next(a for a in arguments if isinstance(a, np.ndarray) and a.dtype.kind == "f")
    out = filled(shape, like)
    kernel(*arguments, out)
    return out


def pool_pairs() -> Iterator[Pair]:
    for name, size, strides, pads, out in (
        ("plain", (2, 2), (2, 2), (0, 0), (2, 3, 3, 3)),
        ("overlapping", (3, 2), (1, 2), (1, 0), (2, 6, 3, 3)),
        ("overhanging", (4, 4), (3, 3), (1, 2), (2, 2, 3, 3)),
    ):
        x, geometry = (
            rng(name).normal(size=(2, 6, 6, 3)),
            pooling.pool_geometry(size, strides, pads),
        )
        yield Pair(
            f"max_pool-{name}",
            (x,),
            lambda x, o=out, k=geometry: [into(pooling.max_pool2d, x, k, shape=o)],
            lambda i, o, g, k=geometry: [
                into(pooling.max_pool2d_grad, i[0], o[0], g[0], k, shape=i[0].shape)
            ],
        )
        yield Pair(
            f"avg_pool-{name}",
            (x,),
            lambda x, o=out, k=geometry: [into(pooling.avg_pool2d, x, k, shape=o)],
            lambda i, o, g, k=geometry: [into(pooling.avg_pool2d_grad, g[0], k, shape=i[0].shape)],
        )


def resize_pairs() -> Iterator[Pair]:
    x = rng("resize").normal(size=(2, 3, 4, 5))
    shape = (2, 6, 12, 5)
    yield Pair(
        "repeat",
        (x,),
        lambda x: [into(resizing.repeat2d, x, 2, 3, shape=shape)],
        lambda i, o, g: [into(resizing.repeat2d_grad, g[0], 2, 3, shape=i[0].shape)],
    )
    for out in ((2, 7, 9, 5), (2, 2, 3, 5)):
        yield Pair(
            f"bilinear-{out[1]}",
            (x,),
            lambda x, s=out: [into(resizing.bilinear2d, x, shape=s)],
            lambda i, o, g: [into(resizing.bilinear2d_grad, g[0], shape=i[0].shape)],
        )
    yield Pair(
        "pad",
        (x,),
        lambda x: [into(resizing.window2d, x, -1, -2, shape=(2, 5, 7, 5))],
        lambda i, o, g: [into(resizing.window2d, g[0], 1, 2, shape=i[0].shape)],
    )


def norm_pairs() -> Iterator[Pair]:
    r = rng("norm")
    for rows, n in ((5, 4), (700, 33), (1, 3)):
        x, gamma, beta = r.normal(size=(rows, n)) * 3 + 5, r.normal(size=n), r.normal(size=n)
        yield Pair(f"batch_norm-{rows}", (x, gamma, beta), batch_norm, batch_norm_back)
        yield Pair(f"layer_norm-{rows}", (x, gamma, beta), layer_norm, layer_norm_back)


def batch_norm(x: Array, gamma: Array, beta: Array) -> list[Array]:
    mean, variance = filled(gamma.shape, x), filled(gamma.shape, x)
    scratch = filled(normalization.column_scratch(x.shape), x)
    normalization.column_moments(x, scratch, mean, variance)
    out, own = filled(x.shape, x), filled(gamma.shape, x)
    normalization.normalize_columns(x, mean, variance, gamma, beta, 0.1, 0, own, out)
    return [out, mean, variance]


def batch_norm_back(i: Sequence[Array], o: list[Array], g: list[Array]) -> list[Array]:
    (x, gamma, beta), (_, mean, variance) = i, o
    dgamma, dbeta, dx = filled(gamma.shape), filled(beta.shape), filled(x.shape)
    scratch = filled(normalization.column_scratch(x.shape))
    normalization.column_gradients(g[0], x, mean, variance, 0.1, scratch, dgamma, dbeta)
    arguments = (g[0], x, mean, variance, gamma, dgamma, dbeta, 0.1, scratch)
    normalization.batch_norm_grad(*arguments, dx)
    return [dx, dgamma, dbeta]


def layer_norm(x: Array, gamma: Array, beta: Array) -> list[Array]:
    mean, inverse, out = filled(x.shape[:1], x), filled(x.shape[:1], x), filled(x.shape, x)
    normalization.layer_norm(x, gamma, beta, 0.1, mean, inverse, out)
    return [out, mean, inverse]


def layer_norm_back(i: Sequence[Array], o: list[Array], g: list[Array]) -> list[Array]:
    (x, gamma, beta), (_, mean, inverse) = i, o
    outs = [filled(x.shape), filled(gamma.shape), filled(beta.shape)]
    scratch = filled(normalization.column_scratch(x.shape))
    normalization.layer_norm_grad(g[0], x, mean, inverse, gamma, scratch, *outs)
    return outs


def softmax_pairs() -> Iterator[Pair]:
    r = rng("softmax")
    x, labels = r.normal(size=(7, 5)), r.uniform(size=(7, 5))
    rows, picked = (7,), r.integers(0, 5, 7)
    for name, forward, back in (
        ("softmax", softmax.softmax, softmax.softmax_grad),
        ("log_softmax", softmax.log_softmax, softmax.log_softmax_grad),
    ):
        yield Pair(
            name,
            (x,),
            lambda x, f=forward: [into(f, x, shape=x.shape)],
            lambda i, o, g, f=back: [into(f, g[0], o[0], shape=i[0].shape)],
        )
    yield Pair(
        "cross_entropy",
        (x,),
        lambda x: pair_out(softmax.cross_entropy, x, labels.astype(x.dtype)),
        lambda i, o, g: [into(softmax.cross_entropy_grad, g[0], labels, o[1], shape=x.shape)],
    )
    yield Pair(
        "sparse_cross_entropy",
        (x,),
        lambda x: pair_out(softmax.sparse_cross_entropy, x, picked),
        lambda i, o, g: [
            into(softmax.sparse_cross_entropy_grad, g[0], picked, o[1], shape=x.shape)
        ],
    )
    yield Pair(
        "logsumexp",
        (x,),
        lambda x: [into(softmax.logsumexp, x, shape=rows)],
        lambda i, o, g: [g[0][:, None] * into(softmax.softmax, i[0], shape=i[0].shape)],
    )


def pair_out(kernel: Callable, x: Array, labels: Array) -> list[Array]:
    loss, soft = filled(x.shape[:1], x), filled(x.shape, x)
    kernel(x, labels, loss, soft)
    return [loss, soft]


def attention_pairs() -> Iterator[Pair]:
    r = rng("attention")
    q, k, v = (r.normal(size=(2, t, 3, d)) for t, d in ((4, 5), (6, 5), (6, 2)))
    for name, bias in (
        ("plain", np.zeros((1, 1, 1, 1))),
        ("masked", np.where(r.uniform(size=(2, 1, 1, 6)) < 0.3, -1e9, 0.0)),
        ("causal", np.triu(np.full((1, 1, 4, 6), -1e9), 1)),
    ):
        for drop in (False, True):
            yield _attention_pair(f"{name}{'-dropout' * drop}", (q, k, v), bias, drop)


def _attention_pair(name: str, inputs: tuple[Array, ...], bias: Array, drop: bool) -> Pair:
    q, k, v = (x.shape for x in inputs)
    soft = (q[0], q[2], q[1], k[1])
    factors = (rng(name).uniform(size=soft) > 0.3) / 0.7 if drop else np.zeros((0, 0, 0, 0))

    def forward(x: Array, y: Array, z: Array) -> list[Array]:
        weights, out = filled(soft, x), filled((*q[:3], v[3]), x)
        scratch, kept = filled(attention.attention_scratch(q, k, v), x), factors.astype(x.dtype)
        attention.attention(x, y, z, bias.astype(x.dtype), kept, 0.4, scratch, weights, out)
        return [out, weights]

    def back(i: Sequence[Array], o: list[Array], g: list[Array]) -> list[Array]:
        outs = [filled(x.shape) for x in i]
        scratch = filled(attention.attention_scratch(q, k, v))
        attention.attention_grad(g[0], *i, o[1], factors, 0.4, scratch, *outs)
        return outs

    return Pair(f"attention-{name}", inputs, forward, back)


def other_pairs() -> Iterator[Pair]:
    r = rng("other")
    table, ids = r.normal(size=(6, 3)), np.array([1, 5, 1, 0])
    yield Pair(
        "gather",
        (table,),
        lambda x: [into(embedding.gather, x, ids, shape=(4, 3))],
        lambda i, o, g: [into(embedding.scatter_add, g[0], ids, shape=(6, 3))],
    )
    seed, x = np.array([3, 4], np.uint32), r.normal(size=50)
    yield Pair(
        "dropout",
        (x,),
        lambda x: [into(random.dropout, x, seed, 0.4, shape=(50,))],
        lambda i, o, g: [into(random.dropout, g[0], seed, 0.4, shape=(50,))],
    )


# ---------------------------------------------------------------- sequences

SEQUENCES = {  # masked, zero output where masked, backwards
    "plain": (False, False, False),
    "masked": (True, False, False),
    "zeroed": (True, True, False),
    "backwards": (True, False, True),
}
B, T, U = 3, 5, 4
MASK = np.array([[1, 1, 0, 1, 0], [0, 1, 1, 1, 1], [0, 0, 0, 0, 0]], np.uint8)
CELLS = {"lstm": 4, "gru": 3, "gru_before": 3, "simple_rnn": 1}


def sequence_pairs() -> Iterator[Pair]:
    for cell, gates in CELLS.items():
        for name, settings in SEQUENCES.items():
            r = rng(cell)
            inputs = [r.normal(size=(B, T, gates * U)), r.normal(size=(U, gates * U)) / 2]
            inputs += [r.normal(size=(B, U)) for _ in range(2 if cell == "lstm" else 1)]
            inputs += [r.normal(size=3 * U)] if cell == "gru" else []
            options = lstm.sequence_options(*settings)
            forward, back = FUNCTIONS[cell]
            yield Pair(
                f"{cell}-{name}",
                tuple(inputs),
                lambda *i, f=forward, o=options: f(o, *i),
                lambda i, o, g, f=back, s=options: f(s, i, o, g),
            )


def _states(x: Array) -> Array:
    return filled((B, T + 1, U), x)


def run_lstm(options: Array, x: Array, r: Array, h: Array, c: Array) -> list[Array]:
    gates, hidden, cells, out = x.copy(), _states(x), _states(x), filled((B, T, U), x)
    lstm.lstm(h, c, r, MASK, options, gates, hidden, cells, out)
    return [out, hidden[:, -1].copy(), cells[:, -1].copy(), gates, hidden, cells]


def lstm_back(options: Array, i: Sequence[Array], o: list[Array], g: list[Array]) -> list[Array]:
    _, r, _, _ = i
    dh, dc, dx = g[1].copy(), g[2].copy(), filled((B, T, 4 * U))
    scratch = filled(lstm.lstm_grad_scratch(B, U))
    lstm.lstm_grad(g[0], r, MASK, options, o[3], o[5], scratch, dh, dc, dx)
    return [dx, _weights(o[4], dx, options), dh, dc]


def _weights(hidden: Array, g: Array, options: Array) -> Array:
    scratch = filled(lstm.recurrent_weights_scratch(B, U, g.shape[2]))
    return into(
        lstm.recurrent_weights, hidden, g, options, scratch, shape=(hidden.shape[2], g.shape[2])
    )


def run_gru(options: Array, x: Array, r: Array, h: Array, bias: Array) -> list[Array]:
    gates, inner, hidden, out = x.copy(), filled((B, T, U), x), _states(x), filled((B, T, U), x)
    gates, bias = np.ascontiguousarray(gates), np.ascontiguousarray(bias)
    scratch = filled(gru.gru_scratch(B, U), x)
    gru.gru(h, r, bias, MASK, options, scratch, gates, inner, hidden, out)
    return [out, hidden[:, -1].copy(), gates, inner, hidden]


def gru_back(options: Array, i: Sequence[Array], o: list[Array], g: list[Array]) -> list[Array]:
    dh, back, dx = g[1].copy(), filled((B, T, 3 * U)), filled((B, T, 3 * U))
    scratch = filled(gru.gru_scratch(B, U))
    gru.gru_grad(g[0], i[1], MASK, options, o[2], o[3], o[4], scratch, dh, back, dx)
    return [dx, _weights(o[4], back, options), dh, back.sum((0, 1))]


def run_gru_before(options: Array, x: Array, r: Array, h: Array) -> list[Array]:
    gates, inner, hidden, out = x.copy(), filled((B, T, U), x), _states(x), filled((B, T, U), x)
    gru.gru_before(h, r, MASK, options, gates, inner, hidden, out)
    return [out, hidden[:, -1].copy(), gates, inner, hidden]


def gru_before_back(
    options: Array, i: Sequence[Array], o: list[Array], g: list[Array]
) -> list[Array]:
    dh, dx, scratch = g[1].copy(), filled((B, T, 3 * U)), filled(gru.gru_scratch(B, U))
    gru.gru_before_grad(g[0], i[1], MASK, options, o[2], o[4], scratch, dh, dx)
    gates = _weights(o[4], np.ascontiguousarray(dx[:, :, : 2 * U]), options)
    last = np.einsum("btu,btv->uv", o[3], dx[:, :, 2 * U :])
    return [dx, np.concatenate([gates, last], 1), dh]


def run_simple(options: Array, x: Array, r: Array, h: Array) -> list[Array]:
    gates, hidden, out = x.copy(), _states(x), filled((B, T, U), x)
    gru.simple_rnn(h, r, MASK, options, opcodes.CODES["tanh"], gates, hidden, out)
    return [out, hidden[:, -1].copy(), hidden]


def simple_back(options: Array, i: Sequence[Array], o: list[Array], g: list[Array]) -> list[Array]:
    dh, dx, scratch = g[1].copy(), filled((B, T, U)), filled(gru.gru_scratch(B, U))
    slope = opcodes.CODES["tanh_grad_y"]
    gru.simple_rnn_grad(g[0], i[1], MASK, options, slope, o[2], scratch, dh, dx)
    return [dx, _weights(o[2], dx, options), dh]


FUNCTIONS = {
    "lstm": (run_lstm, lstm_back),
    "gru": (run_gru, gru_back),
    "gru_before": (run_gru_before, gru_before_back),
    "simple_rnn": (run_simple, simple_back),
}
# Outputs that take part in the derivative; the rest is kept for the way back.
TAKEN = {"lstm": 3, "gru": 2, "gru_before": 2, "simple_rnn": 2}


def taken(pair: Pair) -> int:
    """How many of a pair's outputs have gradients."""
    return TAKEN.get(pair.name.split("-")[0], 1)


PAIRS = [
    *pool_pairs(),
    *resize_pairs(),
    *norm_pairs(),
    *softmax_pairs(),
    *attention_pairs(),
    *other_pairs(),
    *sequence_pairs(),
]
