"""Depthwise convolution in two dimensions, channels last, and its gradients.

Every channel has kernels of its own, so there is nothing for the multiplying tiles: the
loops run over channels, for each kernel position over the pixels of a line that it meets.
The geometry is that of `conv`.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from .epilogue import finish_rows
from .jit import Array, kernel, thread_count
from .matmul import SERIAL_WORK, add_pieces, bounds
from .memory import clear, part, run_of

_MOST_PIECES = 8


@kernel
def _spread_add(x: Array, w: Array, out: Array) -> None:
    """(c,), (c · m,) -> (c · m,): out += x w, each channel times its own m."""
    if x.size == w.size:
        for k in range(w.size):
            out[k] += x[k] * w[k]
    else:
        share = w.size // max(x.size, 1)
        for c in range(x.size):
            value = x[c]
            target, weights = run_of(out, c * share, share), run_of(w, c * share, share)
            for k in range(share):
                target[k] += value * weights[k]


@kernel
def _fold_add(g: Array, w: Array, out: Array) -> None:
    """(c · m,) twice -> (c,): out += the sum of g w over each channel's m."""
    if g.size == out.size:
        for k in range(out.size):
            out[k] += g[k] * w[k]
    else:
        share = g.size // max(out.size, 1)
        for c in range(out.size):
            above, weights = run_of(g, c * share, share), run_of(w, c * share, share)
            for k in range(share):
                out[c] += above[k] * weights[k]


@kernel
def _met(shift: int, stride: int, length: int, count: int) -> tuple[int, int]:
    """Output positions whose input position, stride · o + shift, lies inside."""
    first = max((-shift + stride - 1) // stride, 0)
    return first, max(min((length - 1 - shift) // stride + 1, count), first)


@kernel
def _forward_line(x: Array, w: Array, geometry: Array, image: int, line: int, out: Array) -> None:
    """One output line; `out` is (ow · c · m,)."""
    (_, height, width, channels), (kh, kw) = x.shape, w.shape[:2]
    wide = channels * w.shape[3]
    clear(out)
    for i in range(kh):
        y = line * geometry[0] - geometry[4] + i * geometry[2]
        if y < 0 or y >= height:
            continue
        start = (image * height + y) * width
        for j in range(kw):
            shift, weights = j * geometry[3] - geometry[5], run_of(w, (i * kw + j) * wide, wide)
            first, last = _met(shift, geometry[1], width, out.size // max(wide, 1))
            for z in range(first, last):
                seen = run_of(x, (start + z * geometry[1] + shift) * channels, channels)
                _spread_add(seen, weights, run_of(out, z * wide, wide))


@kernel(parallel=True)
def depthwise2d(x: Array, w: Array, bias: Array, geometry: Array, out: Array) -> None:
    """(n, h, w, c), (kh, kw, c, m), (c · m,) -> (n, oh, ow, c · m)."""
    (n, out_h, out_w, wide), work = out.shape, out.size * w.shape[0] * w.shape[1]
    pieces, run = 1 if work < SERIAL_WORK else thread_count(), out_w * wide
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, n * out_h, 1)
        for line in range(first, last):
            target = run_of(out, line * run, run)
            _forward_line(x, w, geometry, line // out_h, line % out_h, target)
            finish_rows(bias, geometry[6], target.reshape(out_w, wide))


@kernel
def _input_line(g: Array, w: Array, geometry: Array, image: int, line: int, out: Array) -> None:
    """One line of the input's gradient; `out` is (w · c,)."""
    (_, height, width, wide), (kh, kw, channels, _) = g.shape, w.shape
    clear(out)
    for i in range(kh):
        above = line + geometry[4] - i * geometry[2]
        if above < 0 or above % geometry[0] != 0 or above // geometry[0] >= height:
            continue
        start = (image * height + above // geometry[0]) * width
        for j in range(kw):
            shift, weights = j * geometry[3] - geometry[5], run_of(w, (i * kw + j) * wide, wide)
            first, last = _met(shift, geometry[1], out.size // max(channels, 1), width)
            for z in range(first, last):
                place = (z * geometry[1] + shift) * channels
                sent = run_of(g, (start + z) * wide, wide)
                _fold_add(sent, weights, run_of(out, place, channels))


@kernel(parallel=True)
def depthwise2d_input(g: Array, w: Array, geometry: Array, out: Array) -> None:
    """(n, oh, ow, c · m), (kh, kw, c, m) -> (n, h, w, c)."""
    (n, height, width, channels), work = out.shape, g.size * w.shape[0] * w.shape[1]
    pieces, run = 1 if work < SERIAL_WORK else thread_count(), width * channels
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, n * height, 1)
        for line in range(first, last):
            target = run_of(out, line * run, run)
            _input_line(g, w, geometry, line // height, line % height, target)


@kernel
def _weights_line(
    x: Array, g: Array, geometry: Array, sizes: tuple[int, int], image: int, line: int, out: Array
) -> None:
    """Add an output line's part of the weight gradient; `out` is (kh · kw · c · m,)."""
    (_, height, width, channels), (_, out_h, out_w, wide) = x.shape, g.shape
    kh, kw = sizes
    for i in range(kh):
        y = line * geometry[0] - geometry[4] + i * geometry[2]
        if y < 0 or y >= height:
            continue
        start, above = (image * height + y) * width, (image * out_h + line) * out_w
        for j in range(kw):
            shift, target = j * geometry[3] - geometry[5], run_of(out, (i * kw + j) * wide, wide)
            first, last = _met(shift, geometry[1], width, out_w)
            for z in range(first, last):
                seen = run_of(x, (start + z * geometry[1] + shift) * channels, channels)
                _spread_add(seen, run_of(g, (above + z) * wide, wide), target)


def depthwise2d_weights_scratch(
    kernel_shape: tuple[int, ...], out_shape: tuple[int, ...]
) -> tuple[int, int]:
    """The scratch shape for `depthwise2d_weights`: a sum for each piece."""
    pieces = max(min(_MOST_PIECES, out_shape[0] * out_shape[1]), 1)
    return pieces, int(np.prod(kernel_shape))


@kernel(parallel=True)
def depthwise2d_weights(x: Array, g: Array, geometry: Array, scratch: Array, out: Array) -> None:
    """(n, h, w, c), (n, oh, ow, c · m) -> (kh, kw, c, m)."""
    pieces, out_h, sizes = scratch.shape[0], g.shape[1], out.shape[:2]
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, g.shape[0] * out_h, 1)
        clear(scratch[piece])
        for line in range(first, last):
            image, own = line // out_h, scratch[piece]
            _weights_line(x, g, geometry, sizes, image, line % out_h, own)
    add_pieces(scratch, part(out, 0))
