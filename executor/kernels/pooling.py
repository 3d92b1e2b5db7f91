"""Pooling windows over images, channels last, and their gradients.

One dimension is two with a height of 1; global pooling is a reduction.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from .jit import Array, kernel, thread_count
from .matmul import bounds
from .memory import STACK, clear, copy, run_of

_SERIAL_SIZE = 60_000  # elements of input below which one thread is faster


def pool_geometry(size: tuple[int, int], strides: tuple[int, int], pads: tuple[int, int]) -> Array:
    """What pooling needs besides its arrays; `pads` are those at top and left."""
    return np.array([*size, *strides, *pads], np.int64)


@kernel
def _pieces(x: Array) -> int:
    return 1 if x.size < _SERIAL_SIZE else thread_count()


@kernel
def _clipped(start: int, size: int, length: int) -> tuple[int, int]:
    """The part of a window that lies inside."""
    return max(start, 0), min(start + size, length)


@kernel
def _run(x: Array, image: int, y: int, left: int, first: int, count: int) -> Array:
    """Channels first.. of one pixel."""
    _, height, width, channels = x.shape
    return run_of(x, ((image * height + y) * width + left) * channels + first, count)


@kernel
def _max_pixel(
    x: Array, image: int, rows: tuple[int, int], columns: tuple[int, int], out: Array
) -> None:
    """The largest of a window, channel by channel; NaN stays NaN."""
    copy(_run(x, image, rows[0], columns[0], 0, out.size), out)
    for y in range(rows[0], rows[1]):
        for z in range(columns[0], columns[1]):
            seen = _run(x, image, y, z, 0, out.size)
            for c in range(out.size):
                old, new = out[c], seen[c]
                out[c] = old if old >= new or old != old else new


@kernel(parallel=True)
def max_pool2d(x: Array, geometry: Array, out: Array) -> None:
    """(n, h, w, c) -> (n, oh, ow, c)."""
    (_, height, width, channels), (n, out_h, out_w, _) = x.shape, out.shape
    pieces = _pieces(x)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, n * out_h, 1)
        for line in range(first, last):
            top = line % out_h * geometry[2] - geometry[4]
            rows = _clipped(top, geometry[0], height)
            for z in range(out_w):
                left = z * geometry[3] - geometry[5]
                columns = _clipped(left, geometry[1], width)
                target = run_of(out, (line * out_w + z) * channels, channels)
                _max_pixel(x, line // out_h, rows, columns, target)


@kernel
def _send_max(
    x: Array, y: Array, left: Array, at: tuple[int, int], rows: tuple[int, int],
    columns: tuple[int, int], out: Array,
) -> None:  # fmt: skip
    """Give what comes from above to the first of a window that equals its largest."""
    (image, first), zero = at, out.dtype.type(0)
    for row in range(rows[0], rows[1]):
        for z in range(columns[0], columns[1]):
            seen = _run(x, image, row, z, first, left.size)
            target = _run(out, image, row, z, first, left.size)
            for c in range(left.size):
                above = left[c]
                hit = seen[c] == y[c]
                target[c] += above if hit else zero
                left[c] = zero if hit else above


@kernel
def _max_grad_image(
    x: Array, y: Array, g: Array, geometry: Array, image: int, left: Array, out: Array
) -> None:
    (_, height, width, channels), (_, out_h, out_w, _) = x.shape, y.shape
    clear(run_of(out, image * height * width * channels, height * width * channels))
    for line in range(out_h):
        rows = _clipped(line * geometry[2] - geometry[4], geometry[0], height)
        for z in range(out_w):
            columns = _clipped(z * geometry[3] - geometry[5], geometry[1], width)
            for first in range(0, channels, STACK):
                count = min(channels - first, STACK)
                above = left[:count]
                copy(_run(g, image, line, z, first, count), above)
                largest = _run(y, image, line, z, first, count)
                _send_max(x, largest, above, (image, first), rows, columns, out)


@kernel(parallel=True)
def max_pool2d_grad(x: Array, y: Array, g: Array, geometry: Array, out: Array) -> None:
    """(n, h, w, c), (n, oh, ow, c) twice -> (n, h, w, c): to the first largest."""
    n, pieces = x.shape[0], _pieces(x)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, n, 1)
        left = np.empty(STACK, x.dtype)
        for image in range(first, last):
            _max_grad_image(x, y, g, geometry, image, left, out)


@kernel(parallel=True)
def avg_pool2d(x: Array, geometry: Array, out: Array) -> None:
    """(n, h, w, c) -> (n, oh, ow, c); padding does not count."""
    (_, height, width, channels), (n, out_h, out_w, _) = x.shape, out.shape
    pieces = _pieces(x)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, n * out_h, 1)
        for line in range(first, last):
            rows = _clipped(line % out_h * geometry[2] - geometry[4], geometry[0], height)
            for z in range(out_w):
                columns = _clipped(z * geometry[3] - geometry[5], geometry[1], width)
                target = run_of(out, (line * out_w + z) * channels, channels)
                _mean_pixel(x, line // out_h, rows, columns, target)


@kernel
def _mean_pixel(
    x: Array, image: int, rows: tuple[int, int], columns: tuple[int, int], out: Array
) -> None:
    clear(out)
    for y in range(rows[0], rows[1]):
        for z in range(columns[0], columns[1]):
            seen = _run(x, image, y, z, 0, out.size)
            for c in range(out.size):
                out[c] += seen[c]
    share = out.dtype.type(1) / ((rows[1] - rows[0]) * (columns[1] - columns[0]))
    for c in range(out.size):
        out[c] *= share


@kernel
def _mean_grad_image(g: Array, geometry: Array, image: int, out: Array) -> None:
    (_, height, width, channels), (_, out_h, out_w, _) = out.shape, g.shape
    clear(run_of(out, image * height * width * channels, height * width * channels))
    for line in range(out_h):
        rows = _clipped(line * geometry[2] - geometry[4], geometry[0], height)
        for z in range(out_w):
            columns = _clipped(z * geometry[3] - geometry[5], geometry[1], width)
            count = (rows[1] - rows[0]) * (columns[1] - columns[0])
            share, above = out.dtype.type(1) / count, _run(g, image, line, z, 0, channels)
            for y in range(rows[0], rows[1]):
                for k in range(columns[0], columns[1]):
                    target = _run(out, image, y, k, 0, channels)
                    for c in range(channels):
                        target[c] += above[c] * share


@kernel(parallel=True)
def avg_pool2d_grad(g: Array, geometry: Array, out: Array) -> None:
    """(n, oh, ow, c) -> (n, h, w, c)."""
    n, pieces = out.shape[0], _pieces(out)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, n, 1)
        for image in range(first, last):
            _mean_grad_image(g, geometry, image, out)
