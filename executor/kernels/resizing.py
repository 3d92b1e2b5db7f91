"""Copies that change an image's size: windows (padding, cropping), repetition, bilinear."""

from __future__ import annotations

import numpy as np
from numba import prange

from .conv import window
from .jit import Array, kernel, thread_count
from .matmul import bounds
from .memory import accumulate, clear, copy, run_of

_SERIAL_SIZE = 60_000


@kernel(parallel=True)
def window2d(x: Array, top: int, left: int, out: Array) -> None:
    """(n, h, w, c) -> (n, oh, ow, c): from (top, left) on; outside the image is 0.

    Padding has a negative origin, cropping a positive one; each is the other's gradient.
    """
    n, height, width, channels = out.shape
    pieces = 1 if out.size < _SERIAL_SIZE else thread_count()
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, n, 1)
        for image in range(first, last):
            size = height * width * channels
            window(x, image, top, height, left, width, run_of(out, image * size, size))


@kernel(parallel=True)
def repeat2d(x: Array, rows: int, columns: int, out: Array) -> None:
    """(n, h, w, c) -> (n, h · rows, w · columns, c): each pixel repeated."""
    n, height, width, channels = x.shape
    pieces = 1 if out.size < _SERIAL_SIZE else thread_count()
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, n * height, 1)
        for line in range(first, last):
            wide = width * columns * channels
            start = line * rows * wide
            for z in range(width):
                pixel = run_of(x, (line * width + z) * channels, channels)
                for k in range(columns):
                    copy(pixel, run_of(out, start + (z * columns + k) * channels, channels))
            for row in range(1, rows):
                copy(run_of(out, start, wide), run_of(out, start + row * wide, wide))


@kernel(parallel=True)
def repeat2d_grad(g: Array, rows: int, columns: int, out: Array) -> None:
    """(n, h · rows, w · columns, c) -> (n, h, w, c): the sum over the repetitions."""
    n, height, width, channels = out.shape
    pieces = 1 if g.size < _SERIAL_SIZE else thread_count()
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, n * height, 1)
        for line in range(first, last):
            wide = width * columns * channels
            for z in range(width):
                target = run_of(out, (line * width + z) * channels, channels)
                clear(target)
                for row in range(rows):
                    start = (line * rows + row) * wide + z * columns * channels
                    for k in range(columns):
                        accumulate(run_of(g, start + k * channels, channels), target)


@kernel
def _source(place: int, length: int, source: int) -> tuple[int, int, float]:
    """The two neighbours of an output position and the weight of the second."""
    at = (place + 0.5) * source / length - 0.5
    low = np.floor(at)
    first = min(max(int(low), 0), source - 1)
    return first, min(max(int(low) + 1, 0), source - 1), at - low


@kernel
def _corners(y: int, z: int, out: Array, x: Array, image: int) -> tuple:
    """Flat positions of the four pixels around an output pixel, and the two weights."""
    _, height, width, channels = x.shape
    y0, y1, v = _source(y, out.shape[1], height)
    z0, z1, u = _source(z, out.shape[2], width)
    up, down = (image * height + y0) * width, (image * height + y1) * width
    places = ((up + z0) * channels, (up + z1) * channels,
              (down + z0) * channels, (down + z1) * channels)  # fmt: skip
    return places, x.dtype.type(v), x.dtype.type(u)


@kernel
def _blend(x: Array, at: tuple[int, int, int, int], v: float, u: float, out: Array) -> None:
    a, b = run_of(x, at[0], out.size), run_of(x, at[1], out.size)
    c, d = run_of(x, at[2], out.size), run_of(x, at[3], out.size)
    for k in range(out.size):
        upper, lower = a[k] + (b[k] - a[k]) * u, c[k] + (d[k] - c[k]) * u
        out[k] = upper + (lower - upper) * v


@kernel(parallel=True)
def bilinear2d(x: Array, out: Array) -> None:
    """(n, h, w, c) -> (n, oh, ow, c): between pixel centres, edges repeated."""
    n, height, width, channels = out.shape
    pieces = 1 if out.size < _SERIAL_SIZE else thread_count()
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, n * height, 1)
        for line in range(first, last):
            for z in range(width):
                at, v, u = _corners(line % height, z, out, x, line // height)
                _blend(x, at, v, u, run_of(out, (line * width + z) * channels, channels))


@kernel(parallel=True)
def bilinear2d_grad(g: Array, out: Array) -> None:
    """(n, oh, ow, c) -> (n, h, w, c)."""
    (n, height, width, channels), pieces = g.shape, 1 if g.size < _SERIAL_SIZE else thread_count()
    size = out.shape[1] * out.shape[2] * channels
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, n, 1)
        for image in range(first, last):
            clear(run_of(out, image * size, size))
            for line in range(image * height, (image + 1) * height):
                for z in range(width):
                    at, v, u = _corners(line % height, z, g, out, image)
                    above = run_of(g, (line * width + z) * channels, channels)
                    _add_scaled(above, (1 - v) * (1 - u), run_of(out, at[0], channels))
                    _add_scaled(above, (1 - v) * u, run_of(out, at[1], channels))
                    _add_scaled(above, v * (1 - u), run_of(out, at[2], channels))
                    _add_scaled(above, v * u, run_of(out, at[3], channels))


@kernel
def _add_scaled(x: Array, scale: float, out: Array) -> None:
    factor = out.dtype.type(scale)
    for k in range(out.size):
        out[k] += x[k] * factor
