"""Scaled dot-product attention, forward and back, one head of one sample at a time.

Queries, keys and values keep the layout (batch, time, heads, depth): the multiplying
tiles read a head's rows where they are, nothing is transposed but each head's keys.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from .jit import Array, kernel, thread_count
from .matmul import SERIAL_WORK, bounds
from .memory import part, run_of
from .softmax import softmax_grad_in_place, softmax_in_place
from .tiles import multiply


def attention_scratch(
    q: tuple[int, ...], k: tuple[int, ...], v: tuple[int, ...]
) -> tuple[int, int]:
    """The scratch shape for `attention` and its gradient: a head for each thread."""
    return thread_count(), k[1] * max(q[3], v[3]) + q[1] * k[1]


@kernel
def _turn_rows(x: Array, start: int, rows: int, step: int, depth: int, out: Array) -> None:
    """(rows, depth) a step apart -> (depth, rows)."""
    for low in range(0, rows, 16):
        count = min(rows - low, 16)
        source = part(x, start + low * step)
        for d in range(depth):
            target = run_of(out, d * rows + low, count)
            for r in range(count):
                target[r] = source[r * step + d]


@kernel
def _pieces(q: Array, k: Array, threads: int) -> int:
    work = q.size * k.shape[1]
    return 1 if work < SERIAL_WORK // 2 else min(threads, q.shape[0] * q.shape[2])


@kernel
def _add_bias(bias: Array, image: int, head: int, t: int, scale: float, row: Array) -> None:
    """Scale a row of scores and add its bias; axes of length 1 serve all."""
    i, j = min(image, bias.shape[0] - 1), min(head, bias.shape[1] - 1)
    steps, wide = bias.shape[2], bias.shape[3]
    start = ((i * bias.shape[1] + j) * steps + min(t, steps - 1)) * wide
    if wide == row.size:
        added = run_of(bias, start, wide)
        for s in range(row.size):
            row[s] = row[s] * scale + added[s]
    else:
        shift = run_of(bias, start, 1)[0]
        for s in range(row.size):
            row[s] = row[s] * scale + shift


@kernel
def _head_weights(
    q: Array, k: Array, bias: Array, scale: float, image: int, head: int, own: Array, out: Array
) -> None:
    """One head's softmax of scores: (t, s)."""
    (_, steps, heads, depth), seen = q.shape, k.shape[1]
    row = heads * depth
    _turn_rows(k, image * seen * row + head * depth, seen, row, depth, own)
    multiply(steps, seen, 1, depth, part(q, image * steps * row + head * depth), row, 0, 1,
             part(own, 0), 0, seen, out, seen, 0)  # fmt: skip
    for t in range(steps):
        scores = run_of(out, t * seen, seen)
        _add_bias(bias, image, head, t, scale, scores)
        softmax_in_place(scores)


@kernel
def _times(x: Array, factors: Array, start: int, out: Array) -> None:
    """Elementwise product with dropout's factors from a flat position on."""
    taken = run_of(factors, start, out.size)
    for k in range(out.size):
        out[k] = x[k] * taken[k]


@kernel(parallel=True)
def attention(
    q: Array, k: Array, v: Array, bias: Array, factors: Array, scale: float,
    scratch: Array, weights: Array, out: Array,
) -> None:  # fmt: skip
    """(b, t, h, d), (b, s, h, d), (b, s, h, e) -> softmax (b, h, t, s), (b, t, h, e).

    bias (b | 1, h | 1, t | 1, s | 1) is added to the scaled scores: a mask is a large
    negative number there. factors: dropout's (b, h, t, s), or (0, 0, 0, 0).
    """
    (_, steps, heads, _), (_, seen, _, deep) = q.shape, v.shape
    jobs, pieces, size = q.shape[0] * heads, _pieces(q, k, scratch.shape[0]), steps * seen
    number = q.dtype.type(scale)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, jobs if size > 0 else 0, 1)
        own = scratch[piece]
        for job in range(first, last):
            image, head = job // heads, job % heads
            soft = run_of(weights, job * size, size)
            _head_weights(q, k, bias, number, image, head, own, soft)
            if factors.size > 0:
                dropped = run_of(own, 0, size)
                _times(soft, factors, job * size, dropped)
                soft = dropped
            row = heads * deep
            multiply(steps, deep, 1, seen, soft, seen, 0, 1,
                     part(v, image * seen * row + head * deep), 0, row,
                     part(out, image * steps * row + head * deep), row, 0)  # fmt: skip


@kernel
def _weights_grad(
    g: Array, v: Array, soft: Array, factors: Array, job: int, scale: float, own: Array, out: Array
) -> None:
    """One head's gradient of the scores before scaling: (t, s)."""
    (_, seen, heads, deep), steps = v.shape, g.shape[1]
    image, head, row = job // heads, job % heads, heads * deep
    _turn_rows(v, image * seen * row + head * deep, seen, row, deep, own)
    multiply(steps, seen, 1, deep, part(g, image * steps * row + head * deep), row, 0, 1,
             part(own, 0), 0, seen, out, seen, 0)  # fmt: skip
    for t in range(steps):
        above, y = run_of(out, t * seen, seen), run_of(soft, t * seen, seen)
        if factors.size > 0:
            taken = run_of(factors, (job * steps + t) * seen, seen)
            for s in range(seen):
                above[s] *= taken[s]
        softmax_grad_in_place(y, scale, above)


@kernel
def _value_grad(g: Array, soft: Array, factors: Array, job: int, own: Array, out: Array) -> None:
    """One head's gradient of the values: (s, e) from the weights used forward."""
    (_, seen, heads, deep), steps = out.shape, g.shape[1]
    image, head, row = job // heads, job % heads, heads * deep
    used = soft
    if factors.size > 0:
        used = run_of(own, 0, steps * seen)
        _times(soft, factors, job * steps * seen, used)
    multiply(seen, deep, 1, steps, used, 1, 0, seen, part(g, image * steps * row + head * deep),
             0, row, part(out, image * seen * row + head * deep), row, 0)  # fmt: skip


@kernel(parallel=True)
def attention_grad(
    g: Array, q: Array, k: Array, v: Array, weights: Array, factors: Array, scale: float,
    scratch: Array, dq: Array, dk: Array, dv: Array,
) -> None:  # fmt: skip
    """(b, t, h, e) and what `attention` had and gave -> gradients of q, k, v."""
    (_, steps, heads, depth), seen = q.shape, k.shape[1]
    jobs, pieces, size = q.shape[0] * heads, _pieces(q, k, scratch.shape[0]), steps * seen
    number, row = q.dtype.type(scale), heads * depth
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, jobs if size > 0 else 0, 1)
        own = scratch[piece]
        for job in range(first, last):
            image, head = job // heads, job % heads
            soft, scores = run_of(weights, job * size, size), run_of(own, own.size - size, size)
            _value_grad(g, soft, factors, job, scores, dv)
            _weights_grad(g, v, soft, factors, job, number, own, scores)
            at, to = image * steps * row + head * depth, image * seen * row + head * depth
            multiply(steps, depth, 1, seen, scores, seen, 0, 1, part(k, to), 0, row,
                     part(dq, at), row, 0)  # fmt: skip
            multiply(seen, depth, 1, steps, scores, 1, 0, seen, part(q, at), 0, row,
                     part(dk, to), row, 0)  # fmt: skip
