"""Convolution in two dimensions, channels last: forward, and both gradients.

An im2col tile is filled and multiplied while it is in the L2 cache. One dimension is two
with a height of 1; an input gradient is a transposed convolution.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from .blas import gemm, gemm_nt, gemm_tn
from .jit import kernel, thread_count
from .matmul import finish_rows
from .memory import array_at, copy, row_of

_TILE_FLOATS = 49_152  # of an im2col tile: 192 KB beside a weight panel in a 1 MB L2
_SERIAL_WORK = 500_000
_PARTIALS = 8


def conv_geometry(
    strides: tuple[int, int],
    dilation: tuple[int, int],
    pads: tuple[int, int],
    activation: int = 0,
) -> np.ndarray:
    """What a convolution needs besides its arrays; `pads` are those at top and left."""
    return np.array([*strides, *dilation, *pads, activation], np.int64)


def _tile_rows(depth: int, pixels: int) -> int:
    """Output pixels in an im2col tile."""
    return max(min(_TILE_FLOATS // max(depth, 1), 512, pixels), min(32, max(pixels, 1)))


def conv2d_scratch(
    kernel_shape: tuple[int, ...], out_shape: tuple[int, ...]
) -> tuple[int, int, int]:
    """The scratch shape for `conv2d`: a tile for each thread."""
    depth = int(np.prod(kernel_shape[:3]))
    rows = _tile_rows(depth, int(np.prod(out_shape[:3])))
    return thread_count(), rows, depth


@kernel
def _flat(x, start, size):
    """A run of a contiguous array's elements, free of reference counts."""
    return array_at(x.ctypes.data + start * x.itemsize, size, x)


@kernel
def _clear(out):
    for k in range(out.size):
        out[k] = 0


@kernel
def _fill_edge(x, line, left, step, width, depth, channels, row):
    """Copy a window's line column by column where it is dilated, grouped or overhangs."""
    for j in range(row.size // depth):
        part, z = row[j * depth : (j + 1) * depth], left + j * step
        if z < 0 or z >= width:
            _clear(part)
        else:
            copy(_flat(x, line + z * channels, depth), part)


@kernel
def _fill_line(x, start, geometry, shape, top, ox, tile):
    """The im2col rows of neighbouring output pixels; `start` is the image's first element.

    Outside the image is 0.
    """
    (_, height, width, channels), (kh, kw, depth) = x.shape, shape
    run, step = kw * depth, geometry[3]
    dense = step == 1 and depth == channels
    for i in range(kh):
        y = top + i * geometry[2]
        line = start + y * width * channels
        for r in range(tile.shape[0]):
            row = row_of(tile, r)[i * run : (i + 1) * run]
            left = (ox + r) * geometry[1] - geometry[5]
            if y < 0 or y >= height:
                _clear(row)
            elif dense and left >= 0 and left + kw <= width:
                copy(_flat(x, line + left * channels, run), row)
            else:
                _fill_edge(x, line, left, step, width, depth, channels, row)


@kernel
def _fill_tile(x, geometry, shape, out_shape, first, group, tile):
    """The im2col rows of output pixels first.. of the whole batch, for one group."""
    size = x.shape[1] * x.shape[2] * x.shape[3]
    _, out_h, out_w, _ = out_shape
    at, count = 0, tile.shape[0]
    while at < count:
        line = (first + at) // out_w
        ox = first + at - line * out_w
        image = line // out_h
        pixels = min(out_w - ox, count - at)
        top = (line - image * out_h) * geometry[0] - geometry[4]
        start = image * size + group * shape[2]
        _fill_line(x, start, geometry, shape, top, ox, tile[at : at + pixels])
        at += pixels


@kernel
def _conv_tiles(x, w, bias, geometry, first, last, tile, out):
    """Output pixels first..last of the flattened batch."""
    kh, kw, depth, filters = w.shape
    groups, pixels = x.shape[3] // depth, out.size // filters
    weights, flat = w.reshape(kh * kw * depth, filters), out.reshape(pixels, filters)
    share = filters // groups
    for low in range(first, last, tile.shape[0]):
        high = min(low + tile.shape[0], last)
        part = tile[: high - low]
        for g in range(groups):
            f, f1 = g * share, (g + 1) * share
            _fill_tile(x, geometry, (kh, kw, depth), out.shape, low, g, part)
            gemm(part, weights[:, f:f1], 0.0, flat[low:high, f:f1])
        finish_rows(bias, geometry[6], flat[low:high])


@kernel(parallel=True)
def conv2d(
    x: np.ndarray,
    w: np.ndarray,
    bias: np.ndarray,
    geometry: np.ndarray,
    scratch: np.ndarray,
    out: np.ndarray,
) -> None:
    """(n, h, w, c), (kh, kw, c / groups, f), (f,) -> (n, oh, ow, f)."""
    pixels = out.shape[0] * out.shape[1] * out.shape[2]
    pieces = _pieces(pixels, w.size, scratch)
    if pieces == 1:
        _conv_tiles(x, w, bias, geometry, np.int64(0), pixels, scratch[0], out)
    else:
        for piece in prange(pieces):
            first, last = _range(np.int64(piece), pieces, pixels, scratch.shape[1])
            _conv_tiles(x, w, bias, geometry, first, last, scratch[piece], out)


@kernel
def _pieces(pixels, work, scratch):
    """One piece of the output per thread, if there is work for more than one."""
    few = pixels * work < _SERIAL_WORK or pixels <= scratch.shape[1]
    return 1 if few else scratch.shape[0]


@kernel
def _range(piece, pieces, count, step):
    """A piece's range in whole steps, so that steps do not depend on the pieces."""
    steps = (count + step - 1) // step
    first, last = piece * steps // pieces, (piece + 1) * steps // pieces
    return first * step, min(last * step, count)
