"""Reductions over one axis of (outer, axis, inner), whichever axis that was.

Sums of a trailing axis are taken in vectors of partial sums and long ones in blocks, so
that the error does not grow with the length; those of a leading axis row by row.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from .jit import Array, kernel, thread_count
from .matmul import bounds
from .memory import clear, copy, row_of, run_of

_SERIAL_SIZE = 60_000  # elements below which one thread is faster
_BLOCK = 512
_PIECES = 16


@kernel
def _pieces(x: Array) -> int:
    return 1 if x.size < _SERIAL_SIZE else thread_count()


@kernel
def sum_run(x: Array) -> float:
    """(n,) -> the sum, block by block, the blocks' sums in double precision."""
    total = 0.0
    for start in range(0, x.size, _BLOCK):
        block, here = x.dtype.type(0), run_of(x, start, min(_BLOCK, x.size - start))
        for k in range(here.size):
            block += here[k]
        total += block
    return x.dtype.type(total)


def reduce_scratch(shape: tuple[int, int, int]) -> tuple[int, int]:
    """The scratch shape for the sums of (outer, axis, inner): pieces of a long axis."""
    outer, axis, inner = shape
    pieces = min(_PIECES, outer * axis * inner // _SERIAL_SIZE) if outer < 4 else 0
    return (pieces, outer * inner) if pieces > 1 and axis >= pieces else (0, 0)


@kernel
def _add_rows(x: Array, start: int, rows: int, out: Array) -> None:
    """Add rows of a matrix, in blocks that are summed on their own for precision."""
    inner = out.size
    if inner == 1:
        out[0] += sum_run(run_of(x, start, rows))
        return
    for k in range(rows):
        row = run_of(x, start + k * inner, inner)
        for j in range(inner):
            out[j] += row[j]


@kernel(parallel=True)
def sum_axis(x: Array, scale: float, scratch: Array, out: Array) -> None:
    """(outer, axis, inner) -> (outer, inner): scale times the sum; a mean has 1 / axis."""
    (outer, axis, inner), parts = x.shape, scratch.shape[0]
    factor = out.dtype.type(scale)
    if parts > 0:
        for part in prange(parts):
            first, last = bounds(np.int64(part), parts, axis, 1)
            sums = scratch[part]
            clear(sums)
            for o in range(outer):
                start = (o * axis + first) * inner
                _add_rows(x, start, last - first, run_of(sums, o * inner, inner))
        _add_parts(scratch, run_of(out, 0, outer * inner))
    else:
        pieces = _pieces(x)
        for piece in prange(pieces):
            first, last = bounds(np.int64(piece), pieces, outer, 1)
            for o in range(first, last):
                target = row_of(out, o)
                clear(target)
                _add_rows(x, o * axis * inner, axis, target)
    if scale != 1.0:
        for k in range(outer):
            for j in range(inner):
                out[k, j] *= factor


@kernel
def _add_parts(parts: Array, out: Array) -> None:
    clear(out)
    for k in range(parts.shape[0]):
        row = row_of(parts, k)
        for j in range(out.size):
            out[j] += row[j]


@kernel
def _extreme_rows(x: Array, start: int, axis: int, sign: float, out: Array) -> None:
    """The largest of sign · x along the axis; NaN stays NaN."""
    inner = out.size
    copy(run_of(x, start, inner), out)
    for k in range(1, axis):
        row = run_of(x, start + k * inner, inner)
        for j in range(inner):
            old, new = out[j], row[j]
            keep = old * sign >= new * sign or old != old
            out[j] = old if keep else new


@kernel
def _extreme_run(row: Array, sign: float) -> float:
    top, bad = row[0], 0
    for k in range(row.size):
        top = row[k] if row[k] * sign > top * sign else top
        bad += row[k] != row[k]
    return row.dtype.type(np.nan) if bad > 0 else top


@kernel(parallel=True)
def extreme_axis(x: Array, sign: float, out: Array) -> None:
    """(outer, axis, inner) -> (outer, inner): the maximum (sign 1) or minimum (-1)."""
    (outer, axis, inner), pieces, way = x.shape, _pieces(x), x.dtype.type(sign)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, outer, 1)
        for o in range(first, last):
            if inner == 1:
                out[o, 0] = _extreme_run(run_of(x, o * axis, axis), way)
            else:
                _extreme_rows(x, o * axis * inner, axis, way, row_of(out, o))


@kernel(parallel=True)
def arg_extreme_axis(x: Array, sign: float, out: Array) -> None:
    """(outer, axis, inner) -> int64 (outer, inner): where it is first; NaN comes first."""
    (outer, axis, inner), pieces, way = x.shape, _pieces(x), x.dtype.type(sign)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, outer, 1)
        for o in range(first, last):
            for j in range(inner):
                best, at = x[o, 0, j], 0
                for k in range(1, axis):
                    value = x[o, k, j]
                    if (value * way > best * way or value != value) and best == best:
                        best, at = value, k
                out[o, j] = at


@kernel
def _product_rows(x: Array, start: int, axis: int, out: Array) -> None:
    for j in range(out.size):
        out[j] = 1
    for k in range(axis):
        row = run_of(x, start + k * out.size, out.size)
        for j in range(out.size):
            out[j] *= row[j]


@kernel(parallel=True)
def prod_axis(x: Array, out: Array) -> None:
    """(outer, axis, inner) -> (outer, inner)."""
    (outer, axis, inner), pieces = x.shape, _pieces(x)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, outer, 1)
        for o in range(first, last):
            _product_rows(x, o * axis * inner, axis, row_of(out, o))


@kernel
def _running_sums(x: Array, inner: int, exclusive: int, out: Array) -> None:
    for k in range(out.size):
        before = out[k - inner] if k >= inner else x.dtype.type(0)
        if exclusive != 0:
            out[k] = before + x[k - inner] if k >= inner else before
        else:
            out[k] = before + x[k]


@kernel(parallel=True)
def cumsum_axis(x: Array, exclusive: int, out: Array) -> None:
    """(outer, axis, inner) -> the same: sums up to each position, or before it."""
    (outer, axis, inner), pieces = x.shape, _pieces(x)
    size = axis * inner
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, outer, 1)
        for o in range(first, last):
            _running_sums(run_of(x, o * size, size), inner, exclusive, run_of(out, o * size, size))
