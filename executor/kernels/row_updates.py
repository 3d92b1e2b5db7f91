"""Optimiser steps that only visit the rows of a table that can change.

A row whose moments are 0 and that gets no gradient stays exactly as it is under Adam, so
rows that no batch has ever read cost nothing. Measured on 26 tables of 100 000 x 8 of
which a tenth was ever read: 5 ms a step, against 25 for all rows.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from .jit import Array, kernel, thread_count
from .matmul import bounds
from .memory import clear, run_of

# What a row's mark says: never read, moments may be non-zero, read in this step.
_ACTIVE, _TOUCHED = 1, 2
_SERIAL_ROWS = 4096


@kernel
def _collect(g: Array, ids: Array, first: int, last: int, marks: Array, sums: Array) -> None:
    """Add up the gradients of the rows first..last that this step read."""
    width = sums.shape[1]
    for k in range(ids.size):
        row = ids[k]
        if first <= row < last:
            above, total = run_of(g, k * width, width), run_of(sums, row * width, width)
            if marks[row] != _TOUCHED:
                clear(total)
                marks[row] = _TOUCHED
            for j in range(width):
                total[j] += above[j]


@kernel
def _adam_row(
    g: Array, alpha: float, keep: tuple[float, float, float], w: Array, m: Array, v: Array
) -> None:
    of_m, of_v, epsilon = keep
    for k in range(w.size):
        mean = m[k] + (g[k] - m[k]) * of_m
        square = v[k] + (g[k] * g[k] - v[k]) * of_v
        m[k], v[k] = mean, square
        w[k] -= mean * alpha / (np.sqrt(square) + epsilon)


@kernel
def _rest_row(alpha: float, keep: tuple[float, float, float], w: Array, m: Array, v: Array) -> None:
    """The same without a gradient."""
    of_m, of_v, epsilon = keep
    for k in range(w.size):
        mean = m[k] - m[k] * of_m
        square = v[k] - v[k] * of_v
        m[k], v[k] = mean, square
        w[k] -= mean * alpha / (np.sqrt(square) + epsilon)


@kernel(parallel=True)
def adam_rows(
    g: Array, ids: Array, alpha: Array, beta_1: float, beta_2: float, epsilon: float,
    marks: Array, sums: Array, w: Array, m: Array, v: Array,
) -> None:  # fmt: skip
    """(n, d), int64 (n,): Adam on (rows, d), three times; `marks` (rows,) are kept.

    `sums` (rows, d) is working memory. Threads own ranges of rows, so the order of the
    sums does not depend on them.
    """
    (rows, width), number = w.shape, w.dtype.type
    keep = (number(1 - beta_1), number(1 - beta_2), number(epsilon))
    pieces = 1 if rows < _SERIAL_ROWS else thread_count()
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, rows, 1)
        _collect(g, ids, first, last, marks, sums)
        for row in range(first, last):
            if marks[row] == 0:
                continue
            at = row * width
            weights, mean, square = run_of(w, at, width), run_of(m, at, width), run_of(v, at, width)
            if marks[row] == _TOUCHED:
                _adam_row(run_of(sums, at, width), alpha[0], keep, weights, mean, square)
                marks[row] = _ACTIVE
            else:
                _rest_row(alpha[0], keep, weights, mean, square)
