"""Matrix products: plain, transposed on either side, batched, with bias and activation.

The work is split over threads by rows or columns; every element is summed by one thread
in an order that depends on the shapes alone.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from .epilogue import finish_rows
from .jit import Array, kernel, thread_count
from .memory import accumulate, clear, part, row_of, run_of
from .tiles import gemm, gemm_tn, multiply

# Multiply-adds below which a second thread costs more than it saves (about 9 us).
SERIAL_WORK = 1_000_000
# A weight gradient deeper than this per element is summed in pieces side by side.
_DEEP = 1024
_MOST_PIECES = 8
# Elements of a block that is finished while it is still in the L2 cache.
_CACHED = 32_768


@kernel
def _split(m: int, k: int, n: int) -> int:
    """(rows, columns): how many pieces to cut each into; one of them is 1."""
    threads = thread_count() if m * k * n >= SERIAL_WORK else 1
    return (threads, 1) if m >= n else (1, threads)


@kernel
def bounds(piece: int, pieces: int, length: int, step: int) -> tuple[int, int]:
    """The range of a piece in multiples of a step."""
    steps = (length + step - 1) // step
    first, last = piece * steps // pieces, (piece + 1) * steps // pieces
    return min(first * step, length), min(last * step, length)


@kernel
def _dots(a: Array, b: Array, out: Array) -> None:
    """(m, k), (k, 1) -> (m, 1): a panel of one column would waste the others."""
    x = part(b, 0)[: a.shape[1]]
    for i in range(a.shape[0]):
        row = row_of(a, i)
        total = out.dtype.type(0)
        for k in range(x.size):
            total += row[k] * x[k]
        out[i, 0] = total


@kernel
def _product(a: Array, b: Array, out: Array) -> None:
    if b.shape[1] == 1 and b.strides[0] == b.itemsize:
        _dots(a, b, out)
    else:
        gemm(a, b, 0, out)


@kernel(parallel=True)
def matmul(a: Array, b: Array, out: Array) -> None:
    """(m, k), (k, n) -> (m, n)."""
    (m, n), k = out.shape, a.shape[1]
    rows, columns = _split(m, k, n)
    for piece in prange(rows * columns):
        i, i1 = bounds(np.int64(piece) % rows, rows, m, 1)
        j, j1 = bounds(np.int64(piece) % columns, columns, n, 16)
        _product(a[i:i1], b[:, j:j1], out[i:i1, j:j1])


@kernel(parallel=True)
def transpose(a: Array, out: Array) -> None:
    """(m, n) -> (n, m)."""
    m, n = a.shape
    pieces = thread_count() if a.size >= SERIAL_WORK // 8 else 1
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, n, 1)
        _transpose_columns(a, first, last, out)


@kernel
def transpose_into(a: Array, out: Array) -> None:
    """(m, n) -> (n · m,), flat, by the calling thread."""
    _transpose_columns(a, 0, a.shape[1], out)


@kernel
def _transpose_columns(a: Array, first: int, last: int, out: Array) -> None:
    """Sixteen elements of an output row at a time, from as many input rows in cache."""
    m, n = a.shape
    for i in range(0, m, 16):
        high = min(m - i, 16)
        block = part(a, i * n)
        for j in range(first, last):
            to = part(out, j * m + i)
            for r in range(high):
                to[r] = block[r * n + j]


def matmul_nt_scratch(b_shape: tuple[int, int]) -> tuple[int, int]:
    """The scratch shape for `matmul_nt`: b transposed."""
    return b_shape[1], b_shape[0]


@kernel
def matmul_nt(a: Array, b: Array, scratch: Array, out: Array) -> None:
    """(m, k), (n, k) -> (m, n): a bᵀ, the input gradient of a product."""
    transpose(b, scratch)
    matmul(a, scratch, out)


def matmul_tn_scratch(k: int, m: int, n: int) -> tuple[int, int, int]:
    """The scratch shape for `matmul_tn`: partial products where k is deep and out small."""
    pieces = min(k // _DEEP, _MOST_PIECES)
    return (pieces, m, n) if pieces > 1 and m * n * 16 < k * 1024 else (0, 0, 0)


@kernel(parallel=True)
def matmul_tn(a: Array, b: Array, scratch: Array, out: Array) -> None:
    """(k, m), (k, n) -> (m, n): aᵀ b, the weight gradient of a product."""
    (m, n), (k, pieces) = out.shape, (a.shape[0], scratch.shape[0])
    rows, columns = _split(m, k, n)
    if pieces > 0:
        for piece in prange(pieces):
            i, i1 = bounds(np.int64(piece), pieces, k, 1)
            gemm_tn(a[i:i1], b[i:i1], 0, scratch[piece])
        add_pieces(scratch.reshape(pieces, m * n), run_of(out, 0, m * n))
    elif n == 1 and k > 0:
        multiply(1, m, 1, k, part(b, 0), 0, 0, 1, part(a, 0), 0, m, part(out, 0), m, 0)
    else:
        for piece in prange(rows * columns):
            i, i1 = bounds(np.int64(piece) % rows, rows, m, 1)
            j, j1 = bounds(np.int64(piece) % columns, columns, n, 16)
            gemm_tn(a[:, i:i1], b[:, j:j1], 0, out[i:i1, j:j1])


@kernel(parallel=True)
def add_pieces(pieces: Array, out: Array) -> None:
    """(pieces, n) -> (n,), always in the same order."""
    shares = thread_count() if pieces.size > SERIAL_WORK // 4 else 1
    for share in prange(shares):
        first, last = bounds(np.int64(share), shares, pieces.shape[1], 16)
        clear(out[first:last])
        for piece in range(pieces.shape[0]):
            accumulate(row_of(pieces, piece)[first:last], out[first:last])


@kernel
def _dense_rows(x: Array, w: Array, bias: Array, activation: int, out: Array) -> None:
    """Blocks of rows that are still in cache when they are finished."""
    height, width = out.shape
    step = max(_CACHED // max(width, 1), 64)
    for i in range(0, height, step):
        i1 = min(i + step, height)
        _product(x[i:i1], w, out[i:i1])
        finish_rows(bias, activation, out[i:i1])


@kernel(parallel=True)
def dense(x: Array, w: Array, bias: Array, activation: int, out: Array) -> None:
    """(m, k), (k, n), (n,) -> (m, n): activation(x w + bias); code 0 is none."""
    (m, n), k = out.shape, x.shape[1]
    rows, columns = _split(m, k, n)
    for piece in prange(rows * columns):
        i, i1 = bounds(np.int64(piece) % rows, rows, m, 1)
        j, j1 = bounds(np.int64(piece) % columns, columns, n, 16)
        _dense_rows(x[i:i1], w[:, j:j1], bias[j:j1], activation, out[i:i1, j:j1])


@kernel
def _batch_pieces(count: int, work: int) -> int:
    """How many pieces to run a batch of products in."""
    return 1 if count * work < SERIAL_WORK else min(count, thread_count())


@kernel(parallel=True)
def batch_matmul(a: Array, b: Array, out: Array) -> None:
    """(g, m, k), (g, k, n) -> (g, m, n); a side with one matrix serves all."""
    count, work = out.shape[0], out.shape[1] * out.shape[2] * a.shape[2]
    pieces = _batch_pieces(count, work)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, count, 1)
        for g in range(first, last):
            _product(a[min(g, a.shape[0] - 1)], b[min(g, b.shape[0] - 1)], out[g])


def batch_matmul_nt_scratch(b_shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """The scratch shape for `batch_matmul_nt`: b transposed."""
    return b_shape[0], b_shape[2], b_shape[1]


@kernel(parallel=True)
def batch_matmul_nt(a: Array, b: Array, scratch: Array, out: Array) -> None:
    """(g, m, k), (g, n, k) -> (g, m, n); a side with one matrix serves all."""
    count, work = out.shape[0], out.shape[1] * out.shape[2] * a.shape[2]
    pieces, shared = _batch_pieces(count, work), b.shape[0] == 1
    if shared:
        _transpose_columns(b[0], 0, b.shape[2], scratch[0])
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, count, 1)
        for g in range(first, last):
            turned = scratch[0 if shared else g]
            if not shared:
                _transpose_columns(b[g], 0, b.shape[2], turned)
            _product(a[min(g, a.shape[0] - 1)], turned, out[g])


@kernel(parallel=True)
def batch_matmul_tn(a: Array, b: Array, out: Array) -> None:
    """(g, k, m), (g, k, n) -> (g, m, n); a side with one matrix serves all."""
    count, work = out.shape[0], out.shape[1] * out.shape[2] * a.shape[1]
    pieces = _batch_pieces(count, work)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, count, 1)
        for g in range(first, last):
            gemm_tn(a[min(g, a.shape[0] - 1)], b[min(g, b.shape[0] - 1)], 0, out[g])
