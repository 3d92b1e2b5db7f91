"""More kernel cases: statistics, softmax, attention, sequences, optimisers, pooling."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from dryfit.executor.kernels import (
    attention,
    embedding,
    gru,
    lstm,
    normalization,
    opcodes,
    optimizers,
    pooling,
    random,
    reduce,
    resizing,
    softmax,
)

from .kernel_cases import Case, Scratch, cases, rng

Step = Callable[..., tuple[np.ndarray, ...]]


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def soft(x: np.ndarray) -> np.ndarray:
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


# ---------------------------------------------------------------- reductions


def reduce_cases() -> Iterator[Case]:
    for shape in ((3, 4, 5), (1, 200_000, 3), (7, 900, 1), (2, 1, 6), (0, 3, 2), (300, 2, 300)):
        x, label = rng(str(shape)).normal(size=shape) + 0.5, "x".join(map(str, shape))
        scratch = Scratch(reduce.reduce_scratch(shape))
        yield from cases(f"sum-{label}", reduce.sum_axis, (x, 1.0, scratch), [x.sum(1)], 3)
        share = 1 / shape[1]
        yield from cases(f"mean-{label}", reduce.sum_axis, (x, share, scratch), [x.mean(1)], 3)
        yield from cases(f"max-{label}", reduce.extreme_axis, (x, 1.0), [x.max(1)])
        yield from cases(f"min-{label}", reduce.extreme_axis, (x, -1.0), [x.min(1)])
        if x.size < 1000:
            yield from cases(f"prod-{label}", reduce.prod_axis, (x,), [x.prod(1)])
            sums = x.cumsum(1)
            yield from cases(f"cumsum-{label}", reduce.cumsum_axis, (x, 0), [sums], 3)
            yield from cases(f"exclusive-{label}", reduce.cumsum_axis, (x, 1), [sums - x], 3)


# ---------------------------------------------------------------- normalisation, softmax


def row_cases() -> Iterator[Case]:
    for rows, n in ((6, 5), (5000, 17), (0, 4)):
        r = rng(f"rows{rows}")
        x, gamma, beta = r.normal(size=(rows, n)) * 2 + 3, r.normal(size=n), r.normal(size=n)
        label, empty = f"{rows}x{n}", rows == 0
        mean, variance = (np.zeros(n), np.zeros(n)) if empty else (x.mean(0), x.var(0))
        scratch = Scratch(normalization.column_scratch(x.shape))
        want = [mean, variance]
        yield from cases(f"moments-{label}", normalization.column_moments, (x, scratch), want)
        normal = (x - mean) / np.sqrt(variance + 0.1) * gamma + beta
        arguments = (x, mean, variance, gamma, beta, 0.1, opcodes.CODES["relu"], Scratch((n,)))
        want = [np.maximum(normal, 0)]
        yield from cases(f"norm-{label}", normalization.normalize_columns, arguments, want, 3)
        middle, inverse = x.mean(1), 1 / np.sqrt(x.var(1) + 0.1)
        normal = (x - middle[:, None]) * inverse[:, None] * gamma + beta
        want = [middle, inverse, normal]
        yield from cases(
            f"layer_norm-{label}", normalization.layer_norm, (x, gamma, beta, 0.1), want, 3
        )
        yield from cases(f"softmax-{label}", softmax.softmax, (x,), [soft(x)])
        total = np.log(np.exp(x).sum(-1))
        yield from cases(f"logsumexp-{label}", softmax.logsumexp, (x,), [total], 3)
        labels = r.integers(0, n, rows)
        want = [total - x[np.arange(rows), labels], soft(x)]
        yield from cases(
            f"sparse_entropy-{label}", softmax.sparse_cross_entropy, (x, labels), want, 3
        )


def attention_cases() -> Iterator[Case]:
    for b, t, s, h, d, e in ((2, 4, 6, 3, 5, 2), (4, 60, 50, 2, 16, 16), (0, 3, 3, 2, 2, 2)):
        r = rng(f"attention{b}")
        q, k, v = (r.normal(size=(b, n, h, w)) for n, w in ((t, d), (s, d), (s, e)))
        bias = np.where(r.uniform(size=(max(b, 1), 1, 1, s)) < 0.2, -1e9, 0.0)
        scores = np.einsum("bthd,bshd->bhts", q, k) * 0.3 + bias[:b]
        want = [soft(scores), np.einsum("bhts,bshe->bthe", soft(scores), v)]
        scratch = Scratch(attention.attention_scratch(q.shape, k.shape, v.shape))
        arguments = (q, k, v, bias, np.zeros((0, 0, 0, 0)), 0.3, scratch)
        yield from cases(f"attention-{b}x{t}", attention.attention, arguments, want, 3)


# ---------------------------------------------------------------- sequences


def scan(
    step: Step, x: np.ndarray, states: Sequence[np.ndarray], mask: np.ndarray, settings: Sequence
) -> list[np.ndarray]:
    """Outputs in the order of computation, then every state before each step and after."""
    masked, zeroed, backwards = settings
    now, kept, outs = list(states), [[s] for s in states], []
    order = range(x.shape[1])
    for t in reversed(order) if backwards else order:
        new = step(x[:, t], *now)
        on = mask[:, t, None] != 0 if masked else np.ones((len(x), 1), bool)
        now = [np.where(on, n, o) for n, o in zip(new, now, strict=True)]
        before = np.zeros_like(new[0]) if zeroed or not outs else outs[-1]
        outs.append(np.where(on, new[0], before))
        for states_so_far, state in zip(kept, now, strict=True):
            states_so_far.append(state)
    return [np.stack(outs, 1), *(np.stack(k, 1) for k in kept)]


def lstm_step(r: np.ndarray) -> Step:
    def step(x: np.ndarray, h: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, ...]:
        i, f, g, o = np.split(x + h @ r, 4, -1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        return sigmoid(o) * np.tanh(c), c

    return step


def gru_step(r: np.ndarray, bias: np.ndarray) -> Step:
    def step(x: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, ...]:
        xz, xr, xh = np.split(x, 3, -1)
        rz, rr, rh = np.split(h @ r + bias, 3, -1)
        z = sigmoid(xz + rz)
        return (z * h + (1 - z) * np.tanh(xh + sigmoid(xr + rr) * rh),)

    return step


def gru_before_step(r: np.ndarray) -> Step:
    u = r.shape[0]

    def step(x: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, ...]:
        xz, xr, xh = np.split(x, 3, -1)
        z, reset = sigmoid(xz + h @ r[:, :u]), sigmoid(xr + h @ r[:, u : 2 * u])
        return (z * h + (1 - z) * np.tanh(xh + (reset * h) @ r[:, 2 * u :]),)

    return step


def on_projection(kernel: Callable[..., None], saved: Sequence[int]) -> Callable[..., None]:
    """The kernel with the projection first and only outputs and states as results.

    `saved` are the shapes of what the kernel keeps besides.
    """

    def run(x: np.ndarray, *arguments: np.ndarray) -> None:
        if kernel is lstm.lstm:
            *given, out, hidden, cells = arguments
            kernel(*given, x, hidden, cells, out)
            return
        *given, out, hidden = arguments
        kept = [np.empty((*x.shape[:2], n), x.dtype) for n in saved]
        kernel(*given, x, *kept, hidden, out)

    return run


def sequence_cases() -> Iterator[Case]:
    for b, t, u in ((3, 5, 4), (40, 12, 32), (2, 0, 3)):
        for name, settings in (
            ("plain", (False, False, False)),
            ("masked", (True, False, False)),
            ("zeroed-back", (True, True, True)),
        ):
            r = rng(f"{b}{name}")
            mask = (r.uniform(size=(b, t)) > 0.4).astype(np.uint8)
            options, h, c = lstm.sequence_options(*settings), *r.normal(size=(2, b, u))
            sizes, label = (b, t, u), f"{b}x{t}-{name}"
            for cell, wide in (("lstm", 4), ("gru", 3), ("gru_before", 3), ("simple_rnn", 1)):
                x, w = r.normal(size=(b, t, wide * u)), r.normal(size=(u, wide * u)) / u**0.5
                yield from _sequence(f"{cell}-{label}", cell, x, w, h, c, mask, options, sizes)


def _sequence(
    name: str, cell: str, x: np.ndarray, w: np.ndarray, h: np.ndarray, c: np.ndarray,
    mask: np.ndarray, options: np.ndarray, sizes: tuple[int, int, int],
) -> Iterator[Case]:  # fmt: skip
    b, t, u = sizes
    bias, settings = rng(name).normal(size=3 * u), [bool(v) for v in options]
    scratch, tanh = Scratch(gru.gru_scratch(b, u)), opcodes.CODES["tanh"]
    kernel, given, step, states, saved = {
        "lstm": (lstm.lstm, (h, c, w, mask, options), lstm_step(w), [h, c], ()),
        "gru": (gru.gru, (h, w, bias, mask, options, scratch), gru_step(w, bias), [h], (u,)),
        "gru_before": (gru.gru_before, (h, w, mask, options), gru_before_step(w), [h], (u,)),
        "simple_rnn": (gru.simple_rnn, (h, w, mask, options, tanh),
                       lambda x, h: (np.tanh(x + h @ w),), [h], ()),
    }[cell]  # fmt: skip
    if t == 0:
        want = [np.zeros((b, 0, u)), *(s[:, None] for s in states)]
    else:
        want = scan(step, x, states, mask, settings)
    yield from cases(name, on_projection(kernel, saved), (x, *given), want, 4)


# ---------------------------------------------------------------- optimisers, the rest


def optimizer_cases() -> Iterator[Case]:
    for size in (5, 70_001, 0):
        r = rng(f"optimizer{size}")
        g, w, m = r.normal(size=(3, size))
        v, rate = r.uniform(0.1, 1, size=size), np.array([0.01])
        fresh = m + (g - m) * (1 - 0.9)
        square = v + (g * g - v) * (1 - 0.999)
        table = {
            "sgd": (optimizers.sgd, (g, rate), [w], [w - 0.01 * g]),
            "momentum": (optimizers.sgd_momentum, (g, rate, 0.9, 0), [w, m],
                         [w + 0.9 * m - 0.01 * g, 0.9 * m - 0.01 * g]),
            "nesterov": (optimizers.sgd_momentum, (g, rate, 0.9, 1), [w, m],
                         [w + 0.9 * (0.9 * m - 0.01 * g) - 0.01 * g, 0.9 * m - 0.01 * g]),
            "adam": (optimizers.adam, (g, rate, np.array([0.02]), 0.9, 0.999, 1e-7), [w, m, v],
                     [w - 0.02 * w - 0.01 * fresh / (np.sqrt(square) + 1e-7), fresh, square]),
            "nadam": (optimizers.nadam, (g, np.array([0.01, 0.8, 0.3, 1.5]), 0.9, 0.999, 1e-7),
                      [w, m, v],
                      [w - 0.01 * (0.8 * fresh + 0.3 * g) / (np.sqrt(1.5 * square) + 1e-7),
                       fresh, square]),
            "adagrad": (optimizers.adagrad, (g, rate, 1e-7), [w, v],
                        [w - 0.01 * g / np.sqrt(v + g * g + 1e-7), v + g * g]),
        }  # fmt: skip
        for name, (kernel, given, state, want) in table.items():
            yield from cases(f"{name}-{size}", in_place(kernel, len(state)), (*given, *state), want)
        yield from _rmsprop_cases(size, g, w, m, v, rate)
        want = [np.array([(g * g).sum()])]
        scratch = Scratch(optimizers.norm_scratch(size))
        yield from cases(f"norm-{size}", optimizers.sum_squares, (g, scratch), want)


def _rmsprop_cases(size: int, *arrays: np.ndarray) -> Iterator[Case]:
    g, w, m, v, rate = arrays
    mean, v = m / 9, v + m * m
    power = 0.9 * v + 0.1 * g * g
    centre = 0.9 * mean + 0.1 * g
    plain = 0.01 * g / np.sqrt(power + 1e-3)
    step = 0.01 * g / np.sqrt(power - centre**2 + 1e-3) + 0.5 * m
    kernel = in_place(optimizers.rmsprop, 4)
    given = (g, rate, 0.9, 0.0, 1e-3, 0, w, v, mean, m)
    yield from cases(f"rmsprop-{size}", kernel, given, [w - plain, power, mean, m])
    given = (g, rate, 0.9, 0.5, 1e-3, 1, w, v, mean, m)
    want = [w - step, power, centre, step]
    yield from cases(f"rmsprop-centred-{size}", kernel, given, want, 30)


def in_place(kernel: Callable[..., None], count: int) -> Callable[..., None]:
    """A kernel that changes its last arrays, with results apart."""

    def run(*arguments: np.ndarray) -> None:
        given, outs = arguments[:-count], arguments[-count:]
        kernel(*given)
        for state, out in zip(given[-count:], outs, strict=True):
            out[...] = state

    return run


def image_cases() -> Iterator[Case]:
    x = rng("image").normal(size=(2, 5, 6, 3))
    geometry = pooling.pool_geometry((3, 2), (2, 2), (1, 0))
    rows = [(0, 2), (1, 4), (3, 5)]
    parts = [[x[:, a:b, 2 * z : 2 * z + 2] for z in range(3)] for a, b in rows]
    largest = np.stack([np.stack([p.max((1, 2)) for p in row], 1) for row in parts], 1)
    mean = np.stack([np.stack([p.mean((1, 2)) for p in row], 1) for row in parts], 1)
    yield from cases("max_pool", pooling.max_pool2d, (x, geometry), [largest])
    yield from cases("avg_pool", pooling.avg_pool2d, (x, geometry), [mean])
    want = [x.repeat(2, 1).repeat(3, 2)]
    yield from cases("repeat", resizing.repeat2d, (x, 2, 3), want)
    want = [np.pad(x, ((0, 0), (1, 2), (3, 0), (0, 0)))]
    yield from cases("pad", resizing.window2d, (x, -1, -3), want)
    yield from cases("crop", resizing.window2d, (x, 1, 2), [x[:, 1:4, 2:4]])
    yield from cases("bilinear", resizing.bilinear2d, (x,), [_bilinear(x, 10, 4)])


def _bilinear(x: np.ndarray, height: int, width: int) -> np.ndarray:
    for axis, size in ((1, height), (2, width)):
        length = x.shape[axis]
        at = np.clip((np.arange(size) + 0.5) * length / size - 0.5, 0, length - 1)
        low = np.floor(at).astype(int)
        weight = (at - low).reshape([-1 if k == axis else 1 for k in range(4)])
        upper = np.take(x, np.minimum(low + 1, length - 1), axis)
        x = np.take(x, low, axis) * (1 - weight) + upper * weight
    return x


def table_cases() -> Iterator[Case]:
    for rows, width, count in ((6, 3, 4), (5000, 8, 9000), (4, 2, 0)):
        r = rng(f"table{rows}")
        table, ids = r.normal(size=(rows, width)), r.integers(0, rows, count)
        yield from cases(f"gather-{rows}", embedding.gather, (table, ids), [table[ids]])
        g, want = r.normal(size=(count, width)), np.zeros((rows, width))
        np.add.at(want, ids, g)
        yield from cases(f"scatter-{rows}", embedding.scatter_add, (g, ids), [want])


# ---------------------------------------------------------------- random numbers

GOLDEN, MIX1, MIX2 = (
    np.uint64(v) for v in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)


def mixed(z: np.ndarray) -> np.ndarray:
    """The finisher of splitmix64."""
    with np.errstate(over="ignore"):
        z = (z ^ (z >> np.uint64(30))) * MIX1
        z = (z ^ (z >> np.uint64(27))) * MIX2
        return z ^ (z >> np.uint64(31))


def uniform(seed: np.ndarray, size: int, stream: int = 0) -> np.ndarray:
    """Element i depends on the seed and i alone."""
    words = seed.astype(np.uint64)
    with np.errstate(over="ignore"):
        key = mixed(mixed(words[:1] * GOLDEN + np.uint64(stream)) + (words[1:] + 1) * GOLDEN)
        bits = mixed(key + (np.arange(size, dtype=np.uint64) + np.uint64(1)) * GOLDEN)
    return (bits >> np.uint64(40)).astype(np.float64) * 2.0**-24


def random_cases() -> Iterator[Case]:
    seed = np.array([7, 3], np.uint32)
    for size in (40, 40_003, 0):
        u, x = uniform(seed, size), rng(str(size)).normal(size=size)
        keep = (u >= 0.3) / 0.7
        yield from cases(f"uniform-{size}", random.uniform, (seed, -1.0, 3.0), [4 * u - 1])
        away = np.sqrt(-2 * np.log1p(-u)) * np.cos(2 * np.pi * uniform(seed, size, 1))
        yield from cases(f"normal-{size}", random.normal, (seed, 1.0, 2.0), [1 + 2 * away])
        yield from cases(f"dropout-{size}", random.dropout, (x, seed, 0.3), [x * keep])
        yield from cases(f"mask-{size}", random.dropout_mask, (seed, 0.3), [keep])


ALL = [
    *reduce_cases(),
    *row_cases(),
    *attention_cases(),
    *sequence_cases(),
    *optimizer_cases(),
    *image_cases(),
    *table_cases(),
    *random_cases(),
]
