"""Softmax over the last axis, its logarithm, and cross-entropy on top of it."""

from __future__ import annotations

import numpy as np
from numba import prange

from .jit import Array, kernel, thread_count
from .matmul import bounds
from .memory import copy, row_of
from .scalars import exp, log

_SERIAL_SIZE = 30_000  # elements below which one thread is faster


@kernel
def _pieces(x: Array) -> int:
    return 1 if x.size < _SERIAL_SIZE or x.shape[1] == 0 else thread_count()


@kernel
def largest(row: Array) -> float:
    """The largest of a row; NaN if there is one."""
    top, bad = row[0], 0
    for j in range(row.size):
        top = row[j] if row[j] > top else top
        bad += row[j] != row[j]
    return row.dtype.type(np.nan) if bad > 0 else top


@kernel
def softmax_in_place(row: Array) -> None:
    """(n,) -> (n,). A row that is -infinity throughout gives NaN, as in NumPy.

    With another array for the result the loop would vectorise only when they differ.
    """
    top, total = largest(row), row.dtype.type(0)
    for j in range(row.size):
        value = exp(row[j] - top)
        row[j] = value
        total += value
    share = row.dtype.type(1) / total
    for j in range(row.size):
        row[j] *= share


@kernel(parallel=True)
def softmax(x: Array, out: Array) -> None:
    """(rows, n) -> (rows, n)."""
    pieces = _pieces(x)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, x.shape[0] if x.size else 0, 1)
        for i in range(first, last):
            copy(row_of(x, i), row_of(out, i))
            softmax_in_place(row_of(out, i))


@kernel
def softmax_grad_in_place(y: Array, scale: float, above: Array) -> None:
    """scale y (g - sum(g y)) in the place of g."""
    total = y.dtype.type(0)
    for j in range(y.size):
        total += above[j] * y[j]
    for j in range(y.size):
        above[j] = scale * y[j] * (above[j] - total)


@kernel(parallel=True)
def softmax_grad(g: Array, y: Array, out: Array) -> None:
    """(rows, n) twice -> (rows, n), from the softmax y."""
    pieces = _pieces(y)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, y.shape[0], 1)
        for i in range(first, last):
            copy(row_of(g, i), row_of(out, i))
            softmax_grad_in_place(row_of(y, i), y.dtype.type(1), row_of(out, i))


@kernel
def _logsumexp_row(row: Array) -> float:
    top, total = largest(row), row.dtype.type(0)
    # Not -infinity minus itself: the row is infinite throughout, or holds infinity.
    shift = top if top - top == 0 else row.dtype.type(0)
    for j in range(row.size):
        total += exp(row[j] - shift)
    return shift + log(total)


@kernel(parallel=True)
def logsumexp(x: Array, out: Array) -> None:
    """(rows, n) -> (rows,)."""
    pieces = _pieces(x)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, x.shape[0], 1)
        for i in range(first, last):
            out[i] = _logsumexp_row(row_of(x, i)) if x.shape[1] > 0 else -np.inf


@kernel
def _log_softmax_row(row: Array, out: Array) -> None:
    top, total = largest(row), row.dtype.type(0)
    for j in range(row.size):
        total += exp(row[j] - top)
    shift = log(total)
    for j in range(row.size):
        out[j] = row[j] - top - shift


@kernel(parallel=True)
def log_softmax(x: Array, out: Array) -> None:
    """(rows, n) -> (rows, n)."""
    pieces = _pieces(x)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, x.shape[0] if x.size else 0, 1)
        for i in range(first, last):
            _log_softmax_row(row_of(x, i), row_of(out, i))


@kernel
def _log_softmax_grad_row(above: Array, y: Array, out: Array) -> None:
    total = y.dtype.type(0)
    for j in range(y.size):
        total += above[j]
    for j in range(y.size):
        out[j] = above[j] - exp(y[j]) * total


@kernel(parallel=True)
def log_softmax_grad(g: Array, y: Array, out: Array) -> None:
    """(rows, n) twice -> (rows, n), from the log-softmax y."""
    pieces = _pieces(y)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, y.shape[0], 1)
        for i in range(first, last):
            _log_softmax_grad_row(row_of(g, i), row_of(y, i), row_of(out, i))


@kernel
def _sparse_row(row: Array, label: int, out: Array) -> float:
    """The loss of a row; its softmax goes to `out`."""
    known, nothing = 0 <= label < row.size, row.dtype.type(np.nan)
    copy(row, out)
    softmax_in_place(out)
    if known:
        return _logsumexp_row(row) - row[label]
    for j in range(out.size):
        out[j] = nothing
    return nothing


@kernel(parallel=True)
def sparse_cross_entropy(x: Array, labels: Array, loss: Array, out: Array) -> None:
    """logits (rows, n), int64 (rows,) -> loss (rows,), softmax (rows, n).

    A label outside 0..n makes its row NaN.
    """
    pieces = _pieces(x)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, x.shape[0], 1)
        for i in range(first, last):
            loss[i] = _sparse_row(row_of(x, i), labels[i], row_of(out, i))


@kernel
def _sparse_grad_row(above: float, label: int, y: Array, out: Array) -> None:
    for j in range(y.size):
        out[j] = y[j] * above
    if 0 <= label < y.size:
        out[label] -= above


@kernel(parallel=True)
def sparse_cross_entropy_grad(g: Array, labels: Array, y: Array, out: Array) -> None:
    """(rows,), int64 (rows,), softmax (rows, n) -> (rows, n)."""
    pieces = _pieces(y)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, y.shape[0], 1)
        for i in range(first, last):
            _sparse_grad_row(g[i], labels[i], row_of(y, i), row_of(out, i))


@kernel(parallel=True)
def cross_entropy(x: Array, labels: Array, loss: Array, out: Array) -> None:
    """logits (rows, n), labels (rows, n) -> loss (rows,), softmax (rows, n)."""
    pieces = _pieces(x)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, x.shape[0] if x.size else 0, 1)
        for i in range(first, last):
            row, wanted = row_of(x, i), row_of(labels, i)
            copy(row, row_of(out, i))
            softmax_in_place(row_of(out, i))
            shift, total = _logsumexp_row(row), x.dtype.type(0)
            for j in range(row.size):
                # A label of 0 does not ask for the logarithm, which may be infinite.
                part = wanted[j] * (shift - row[j])
                total += part if wanted[j] != 0 else x.dtype.type(0)
            loss[i] = total


@kernel
def _cross_grad_row(above: float, wanted: Array, y: Array, out: Array) -> None:
    total = y.dtype.type(0)
    for j in range(y.size):
        total += wanted[j]
    for j in range(y.size):
        out[j] = (y[j] * total - wanted[j]) * above


@kernel(parallel=True)
def cross_entropy_grad(g: Array, labels: Array, y: Array, out: Array) -> None:
    """(rows,), labels (rows, n), softmax (rows, n) -> (rows, n)."""
    pieces = _pieces(y)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, y.shape[0], 1)
        for i in range(first, last):
            _cross_grad_row(g[i], row_of(labels, i), row_of(y, i), row_of(out, i))
