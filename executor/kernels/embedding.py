"""Rows of a table by number, and the gradient that adds rows up again."""

from __future__ import annotations

import numpy as np
from numba import prange

from .jit import Array, kernel, thread_count
from .matmul import bounds
from .memory import accumulate, clear, copy, run_of

_SERIAL_SIZE = 30_000  # elements below which one thread is faster


@kernel
def first_outside(ids: Array, limit: int) -> int:
    """(n,) -> the position of the first number outside 0..limit, or -1."""
    wrong = 0
    for k in range(ids.size):
        wrong += (ids[k] < 0) | (ids[k] >= limit)
    if wrong > 0:
        for k in range(ids.size):
            if ids[k] < 0 or ids[k] >= limit:
                return k
    return -1


@kernel(parallel=True)
def _copy_rows(table: Array, ids: Array, out: Array) -> None:
    width = table.shape[1]
    pieces = 1 if out.size < _SERIAL_SIZE else thread_count()
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, ids.size, 1)
        for k in range(first, last):
            copy(run_of(table, ids[k] * width, width), run_of(out, k * width, width))


@kernel
def gather(table: Array, ids: Array, out: Array) -> int:
    """(rows, d), int64 (n,) -> (n, d); returns the position of the first bad number or -1.

    Nothing is written when there is one.
    """
    wrong = first_outside(ids, table.shape[0])
    if wrong < 0:
        _copy_rows(table, ids, out)
    return wrong


@kernel(parallel=True)
def scatter_add(g: Array, ids: Array, out: Array) -> None:
    """(n, d), int64 (n,) -> (rows, d): zeros plus every row of g where its number says.

    Each thread owns a range of the table's rows and walks all numbers, so that a row is
    summed in the order of its occurrences, whatever the threads.
    """
    rows, width = out.shape
    pieces = 1 if g.size + out.size < _SERIAL_SIZE else thread_count()
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, rows, 1)
        clear(run_of(out, first * width, (last - first) * width))
        for k in range(ids.size):
            if first <= ids[k] < last:
                accumulate(run_of(g, k * width, width), run_of(out, ids[k] * width, width))
