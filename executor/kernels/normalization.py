"""Batch and layer normalisation, forward and backward.

A batch's statistics are taken in pieces that depend on the shape alone; within a piece,
blocks of rows are centred on their own mean, so that a large mean costs no precision.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from .jit import Array, kernel, thread_count
from .matmul import bounds
from .memory import clear, row_of
from .opcodes import CODES

_SERIAL_SIZE = 60_000  # elements below which one thread is faster
_PIECES = 16
_BLOCK = 4096  # elements of a block of rows: it is read twice, the second time from L1
_RELU = CODES["relu"]


def column_scratch(shape: tuple[int, int]) -> tuple[int, int, int]:
    """The scratch shape for what sums over the rows of (rows, n)."""
    return min(_PIECES, max(shape[0] * shape[1] // _BLOCK, 1)), 3, shape[1]


@kernel
def _add_block(x: Array, low: int, high: int, seen: int, moments: Array) -> None:
    """Merge the rows low..high into a mean and a sum of squared distances from it."""
    mean, square, here = row_of(moments, 0), row_of(moments, 1), row_of(moments, 2)
    count = high - low
    clear(here)
    pivot = row_of(x, low)
    for i in range(low, high):
        row = row_of(x, i)
        for j in range(here.size):
            here[j] += row[j] - pivot[j]
    share = x.dtype.type(1) / count
    weight, back = x.dtype.type(count / (seen + count)), x.dtype.type(seen)
    for j in range(here.size):
        here[j] = pivot[j] + here[j] * share
    for i in range(low, high):
        row = row_of(x, i)
        for j in range(here.size):
            distance = row[j] - here[j]
            square[j] += distance * distance
    for j in range(here.size):
        distance = here[j] - mean[j]
        mean[j] += distance * weight
        square[j] += distance * distance * weight * back


@kernel(parallel=True)
def column_moments(x: Array, scratch: Array, mean: Array, variance: Array) -> None:
    """(rows, n) -> (n,) twice: mean and variance over the rows."""
    (rows, n), pieces = x.shape, scratch.shape[0]
    step = max(_BLOCK // max(n, 1), 1)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, rows, 1)
        moments = scratch[piece]
        clear(moments[0])
        clear(moments[1])
        for low in range(first, last, step):
            _add_block(x, low, min(low + step, last), low - first, moments)
    clear(mean)
    clear(variance)
    for piece in range(pieces):
        first, last = bounds(piece, pieces, rows, 1)
        weight = x.dtype.type((last - first) / max(last, 1))
        back = x.dtype.type(first)
        for j in range(n):
            distance = scratch[piece, 0, j] - mean[j]
            mean[j] += distance * weight
            variance[j] += scratch[piece, 1, j] + distance * distance * weight * back
    share = x.dtype.type(1) / max(rows, 1)
    for j in range(n):
        variance[j] *= share


@kernel
def _normalize_row(
    row: Array, mean: Array, scale: Array, beta: Array, activation: int, out: Array
) -> None:
    zero = out.dtype.type(0)
    if activation == _RELU:
        for j in range(out.size):
            value = (row[j] - mean[j]) * scale[j] + beta[j]
            out[j] = zero if value < zero else value
    else:
        for j in range(out.size):
            out[j] = (row[j] - mean[j]) * scale[j] + beta[j]


@kernel(parallel=True)
def normalize_columns(
    x: Array, mean: Array, variance: Array, gamma: Array, beta: Array,
    epsilon: float, activation: int, scratch: Array, out: Array,
) -> None:  # fmt: skip
    """(rows, n), (n,) four times -> (rows, n); activation is that of relu, or 0.

    scratch (n,) holds the scale.
    """
    rows = x.shape[0]
    _scales(variance, gamma, epsilon, scratch)
    pieces = 1 if x.size < _SERIAL_SIZE else thread_count()
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, rows, 1)
        for i in range(first, last):
            _normalize_row(row_of(x, i), mean, scratch, beta, activation, row_of(out, i))


@kernel
def _scales(variance: Array, gamma: Array, epsilon: float, out: Array) -> None:
    add = out.dtype.type(epsilon)
    for j in range(out.size):
        out[j] = gamma[j] / np.sqrt(variance[j] + add)


@kernel
def _add_gradients(g: Array, x: Array, mean: Array, scaled: Array, plain: Array) -> None:
    for j in range(g.size):
        plain[j] += g[j]
        scaled[j] += g[j] * (x[j] - mean[j])


@kernel(parallel=True)
def column_gradients(
    g: Array, x: Array, mean: Array, variance: Array, epsilon: float,
    scratch: Array, dgamma: Array, dbeta: Array,
) -> None:  # fmt: skip
    """(rows, n) twice, (n,) twice -> (n,) twice: gradients of gamma and beta."""
    (rows, n), pieces = x.shape, scratch.shape[0]
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, rows, 1)
        scaled, plain = row_of(scratch[piece], 0), row_of(scratch[piece], 1)
        clear(scaled)
        clear(plain)
        for i in range(first, last):
            _add_gradients(row_of(g, i), row_of(x, i), mean, scaled, plain)
    _sum_columns(scratch, 0, dgamma)
    _sum_columns(scratch, 1, dbeta)
    add = x.dtype.type(epsilon)
    for j in range(n):
        dgamma[j] /= np.sqrt(variance[j] + add)


@kernel
def _sum_columns(pieces: Array, which: int, out: Array) -> None:
    clear(out)
    for piece in range(pieces.shape[0]):
        row = row_of(pieces[piece], which)
        for j in range(out.size):
            out[j] += row[j]


@kernel
def _gradient_factors(
    variance: Array, gamma: Array, dgamma: Array, dbeta: Array, epsilon: float, rows: int,
    factors: Array,
) -> None:  # fmt: skip
    """What each column's gradient is scaled, bent and shifted by."""
    scale, slope, shift = row_of(factors, 0), row_of(factors, 1), row_of(factors, 2)
    one, add = scale.dtype.type(1), scale.dtype.type(epsilon)
    share = one / max(rows, 1)
    for j in range(scale.size):
        inverse = one / np.sqrt(variance[j] + add)
        scale[j] = gamma[j] * inverse
        slope[j] = dgamma[j] * inverse * share
        shift[j] = dbeta[j] * share


@kernel
def _gradient_row(g: Array, x: Array, mean: Array, factors: Array, out: Array) -> None:
    scale, slope, shift = row_of(factors, 0), row_of(factors, 1), row_of(factors, 2)
    for j in range(out.size):
        out[j] = scale[j] * (g[j] - shift[j] - (x[j] - mean[j]) * slope[j])


@kernel(parallel=True)
def batch_norm_grad(
    g: Array, x: Array, mean: Array, variance: Array, gamma: Array, dgamma: Array,
    dbeta: Array, epsilon: float, scratch: Array, out: Array,
) -> None:  # fmt: skip
    """(rows, n) twice, (n,) five times -> (rows, n): through the batch's statistics.

    dgamma and dbeta come from `column_gradients`; scratch as there.
    """
    rows, factors = x.shape[0], scratch[0]
    _gradient_factors(variance, gamma, dgamma, dbeta, epsilon, rows, factors)
    pieces = 1 if x.size < _SERIAL_SIZE else thread_count()
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, rows, 1)
        for i in range(first, last):
            _gradient_row(row_of(g, i), row_of(x, i), mean, factors, row_of(out, i))


@kernel
def _row_moments(row: Array) -> tuple[float, float]:
    """Mean and variance, the latter around the former."""
    total, square = row[0] - row[0], row[0] - row[0]
    for j in range(row.size):
        total += row[j]
    share = row.dtype.type(1) / row.size
    mean = total * share
    for j in range(row.size):
        distance = row[j] - mean
        square += distance * distance
    return mean, square * share


@kernel
def _scale_row(
    row: Array, mean: float, scale: float, gamma: Array, beta: Array, out: Array
) -> None:
    for j in range(out.size):
        out[j] = (row[j] - mean) * scale * gamma[j] + beta[j]


@kernel(parallel=True)
def layer_norm(
    x: Array, gamma: Array, beta: Array, epsilon: float, mean: Array, inverse: Array, out: Array
) -> None:
    """(rows, n), (n,) twice -> (rows,) twice, (rows, n): mean, 1 / deviation, result."""
    (rows, n), one, add = x.shape, x.dtype.type(1), x.dtype.type(epsilon)
    pieces = 1 if x.size < _SERIAL_SIZE or n == 0 else thread_count()
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, rows if n > 0 else 0, 1)
        for i in range(first, last):
            middle, variance = _row_moments(row_of(x, i))
            scale = one / np.sqrt(variance + add)
            mean[i], inverse[i] = middle, scale
            _scale_row(row_of(x, i), middle, scale, gamma, beta, row_of(out, i))


@kernel
def _layer_norm_row(
    above: Array, row: Array, mean: float, inverse: float, gamma: Array, sums: Array, out: Array
) -> None:
    """One row's gradient; its share of those of gamma and beta is added to `sums`."""
    dgamma, dbeta = row_of(sums, 0), row_of(sums, 1)
    plain, scaled = row[0] - row[0], row[0] - row[0]
    for j in range(row.size):
        normal = (row[j] - mean) * inverse
        weighted = above[j] * gamma[j]
        plain += weighted
        scaled += weighted * normal
        dgamma[j] += above[j] * normal
        dbeta[j] += above[j]
    share = row.dtype.type(1) / row.size
    plain, scaled = plain * share, scaled * share
    for j in range(row.size):
        normal = (row[j] - mean) * inverse
        out[j] = inverse * (above[j] * gamma[j] - plain - normal * scaled)


@kernel(parallel=True)
def layer_norm_grad(
    g: Array, x: Array, mean: Array, inverse: Array, gamma: Array, scratch: Array,
    out: Array, dgamma: Array, dbeta: Array,
) -> None:  # fmt: skip
    """(rows, n) twice, (rows,) twice, (n,) -> (rows, n), (n,) twice."""
    rows, pieces = x.shape[0], scratch.shape[0]
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, rows, 1)
        sums = scratch[piece]
        clear(sums[0])
        clear(sums[1])
        for i in range(first, last):
            _layer_norm_row(row_of(g, i), row_of(x, i), mean[i], inverse[i], gamma, sums,
                            row_of(out, i))  # fmt: skip
    _sum_columns(scratch, 0, dgamma)
    _sum_columns(scratch, 1, dbeta)
