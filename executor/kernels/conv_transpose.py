"""Transposed convolution in two dimensions, channels last: the input gradient of `conv2d`."""

from __future__ import annotations

import numpy as np
from numba import prange

from .conv import line_of, window
from .epilogue import finish_rows
from .jit import Array, kernel, thread_count
from .matmul import SERIAL_WORK, bounds
from .memory import clear, part
from .tiles import multiply


def conv2d_transpose_scratch(
    g_shape: tuple[int, ...],
    kernel_shape: tuple[int, ...],
    out_shape: tuple[int, ...],
    geometry: Array,
) -> tuple[int]:
    """The scratch shape for `conv2d_transpose`: the kernel turned, an image per thread."""
    height = out_shape[1] + (kernel_shape[0] - 1) * int(geometry[2])
    width = out_shape[2] + (kernel_shape[1] - 1) * int(geometry[3])
    image = height * width * g_shape[3]
    return (int(np.prod(kernel_shape)) + thread_count() * image,)


@kernel
def _turn(w: Array, groups: int, flip: bool, out: Array) -> None:
    """(kh, kw, c, f) -> (kh, kw, f / groups, c · groups), positions reversed if `flip`."""
    kh, kw, depth, filters = w.shape
    share, wide = filters // groups, depth * groups
    for position in range(kh * kw):
        place = kh * kw - 1 - position if flip else position
        for g in range(groups):
            for c in range(depth):
                source = part(w, (position * depth + c) * filters + g * share)
                target = part(out, place * share * wide + g * depth + c)
                for f in range(share):
                    target[f * wide] = source[f]


@kernel
def _plain_lines(
    g: Array, turned: Array, bias: Array, geometry: Array, kernel_shape: tuple[int, int],
    first: int, last: int, scratch: Array, out: Array,
) -> None:  # fmt: skip
    """Lines first..last where the stride is 1: a convolution with the turned kernel."""
    _, out_h, out_w, channels = out.shape
    (kh, kw), (dh, dw) = kernel_shape, (geometry[2], geometry[3])
    filters, width = g.shape[3], out_w + (kw - 1) * dw
    weights = turned.reshape(kh, kw, turned.size // (kh * kw * channels), channels)
    run, at = out_w * channels, first
    while at < last:
        image = at // out_h
        line = at - image * out_h
        count = min(out_h - line, last - at)
        top, left = line + geometry[4] - (kh - 1) * dh, geometry[5] - (kw - 1) * dw
        window(g, image, top, count + (kh - 1) * dh, left, width, scratch)
        for k in range(count):
            seen, target = part(scratch, k * width * filters), part(out, (at + k) * run)
            line_of(seen, width, filters, weights, geometry, target, out_w)
            finish_rows(bias, geometry[6], target[:run].reshape(out_w, channels))
        at += count


@kernel
def _spread(
    g: Array, start: int, count: int, turned: Array, shape: tuple[int, int, int],
    out: Array, step: int,
) -> None:  # fmt: skip
    """Add what a line's elements send through one kernel position."""
    groups, share, wide = shape
    depth = wide // groups
    for k in range(groups):
        multiply(count, depth, 1, share, part(g, start + k * share), g.shape[3], 0, 1,
                 part(turned, k * depth), 0, wide, part(out, k * depth), step, 1)  # fmt: skip


@kernel
def _strided_line(
    g: Array, turned: Array, geometry: Array, kernel_shape: tuple[int, int], groups: int,
    image: int, y: int, out: Array, pixels: int, channels: int,
) -> None:  # fmt: skip
    """One output line: every kernel position that an input line reaches it through."""
    (kh, kw), (_, g_h, g_w, filters) = kernel_shape, g.shape
    sh, sw = geometry[0], geometry[1]
    shape = (groups, filters // groups, channels)
    for i in range(kh):
        above = y + geometry[4] - i * geometry[2]
        if above % sh != 0 or above < 0 or above // sh >= g_h:
            continue
        line = (image * g_h + above // sh) * g_w
        for j in range(kw):
            shift = j * geometry[3] - geometry[5]
            first = max((-shift + sw - 1) // sw, 0)
            last = min((pixels - 1 - shift) // sw + 1, g_w)
            if first < last:
                weights = part(turned, (i * kw + j) * shape[1] * channels)
                target = part(out, (first * sw + shift) * channels)
                _spread(g, (line + first) * filters, last - first, weights, shape,
                        target, sw * channels)  # fmt: skip


@kernel
def _strided_lines(
    g: Array, turned: Array, bias: Array, geometry: Array, kernel_shape: tuple[int, int],
    groups: int, first: int, last: int, out: Array,
) -> None:  # fmt: skip
    _, out_h, out_w, channels = out.shape
    run = out_w * channels
    for at in range(first, last):
        target = part(out, at * run)[:run]
        clear(target)
        _strided_line(g, turned, geometry, kernel_shape, groups, at // out_h, at % out_h,
                      target, out_w, channels)  # fmt: skip
        finish_rows(bias, geometry[6], target.reshape(out_w, channels))


@kernel(parallel=True)
def conv2d_transpose(
    g: Array, w: Array, bias: Array, geometry: Array, scratch: Array, out: Array
) -> None:
    """(n, oh, ow, f), (kh, kw, c / groups, f), (c,) -> (n, h, w, c)."""
    lines, shape = out.shape[0] * out.shape[1], w.shape[:2]
    groups, threads = out.shape[3] // w.shape[2], thread_count()
    plain = geometry[0] == 1 and geometry[1] == 1
    turned, rest = scratch[: w.size], scratch[w.size :]
    _turn(w, groups, plain, turned)
    pieces = 1 if lines * out.shape[2] * w.size < SERIAL_WORK else threads
    image = rest.size // threads
    for piece in prange(pieces):
        p = np.int64(piece)
        first, last = bounds(p, pieces, lines, 1)
        if plain:
            own = rest[p * image : (p + 1) * image]
            _plain_lines(g, turned, bias, geometry, shape, first, last, own, out)
        else:
            _strided_lines(g, turned, bias, geometry, shape, groups, first, last, out)
