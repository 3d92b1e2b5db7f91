"""Convolution in two dimensions, channels last: forward, transposed, weight gradient.

The multiplying tiles read the image where it lies: neighbouring output pixels are rows
whose windows overlap. One dimension is two with a height of 1; the input gradient of a
convolution is the transposed convolution with the same kernel, and the other way round.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from .epilogue import finish_rows
from .jit import Array, kernel, thread_count
from .matmul import SERIAL_WORK, add_pieces, bounds
from .memory import clear, copy, part
from .tiles import DEPTH, multiply

_MOST_PIECES = 8


def conv_geometry(
    strides: tuple[int, int],
    dilation: tuple[int, int],
    pads: tuple[int, int],
    activation: int = 0,
) -> Array:
    """What a convolution needs besides its arrays; `pads` are those at top and left."""
    return np.array([*strides, *dilation, *pads, activation], np.int64)


def _span(count: int, stride: int, kernel_size: int, dilation: int) -> int:
    """Input positions that so many output positions see."""
    return (count - 1) * stride + (kernel_size - 1) * dilation + 1


def _image_size(
    out: tuple[int, ...], kernel: tuple[int, ...], channels: int, geometry: Array
) -> int:
    sh, sw, dh, dw = (int(v) for v in geometry[:4])
    height = _span(out[1], sh, kernel[0], dh)
    return max(height, 0) * max(_span(out[2], sw, kernel[1], dw), 0) * channels


def conv2d_scratch(
    x_shape: tuple[int, ...],
    kernel_shape: tuple[int, ...],
    out_shape: tuple[int, ...],
    geometry: Array,
) -> tuple[int, int]:
    """The scratch shape for `conv2d`: a padded image for each thread."""
    return thread_count(), _image_size(out_shape, kernel_shape, x_shape[3], geometry)


@kernel
def window(x: Array, image: int, top: int, lines: int, left: int, width: int, out: Array) -> None:
    """Copy a window of an image; outside the image is 0."""
    _, x_height, x_width, channels = x.shape
    first, last = min(max(-left, 0), width), max(min(x_width - left, width), 0)
    for line in range(lines):
        y, to = top + line, part(out, line * width * channels)
        if y < 0 or y >= x_height or last <= first:
            clear(to[: width * channels])
        else:
            start = ((image * x_height + y) * x_width + left + first) * channels
            clear(to[: first * channels])
            copy(part(x, start), to[first * channels : last * channels])
            clear(to[last * channels : width * channels])


@kernel
def _fits(x: Array, geometry: Array, height: int, width: int) -> bool:
    """Whether every window of such an extent lies inside the image."""
    inside = geometry[4] == 0 and geometry[5] == 0
    return inside and height <= x.shape[1] and width <= x.shape[2]


@kernel
def _line(
    source: Array, width: int, channels: int, w: Array, geometry: Array, out: Array, pixels: int
) -> None:
    """One output line from the lines of an image that it sees."""
    kh, kw, depth, filters = w.shape
    step, lines = geometry[1] * channels, geometry[2] * width * channels
    groups = channels // depth
    if groups == 1 and geometry[3] == 1:
        run = kw * depth
        multiply(pixels, filters, kh, run, source, step, lines, 1, part(w, 0),
                 run * filters, filters, out, filters, 0)  # fmt: skip
        return
    share = filters // groups
    for g in range(groups):
        for j in range(kw):
            taken = part(source, j * geometry[3] * channels + g * depth)
            weights = part(w, j * depth * filters + g * share)
            multiply(pixels, share, kh, depth, taken, step, lines, 1, weights,
                     kw * depth * filters, filters, part(out, g * share), filters, j)  # fmt: skip


@kernel
def _dot_line(
    source: Array, width: int, channels: int, w: Array, geometry: Array, out: Array, pixels: int
) -> None:
    """One output line of a single filter: a panel of one column would waste the others."""
    kh, run = w.shape[0], w.shape[1] * channels
    for pixel in range(pixels):
        total = out.dtype.type(0)
        for i in range(kh):
            start = (pixel * geometry[1] + i * geometry[2] * width) * channels
            seen, weights = part(source, start), part(w, i * run)
            for k in range(run):
                total += seen[k] * weights[k]
        out[pixel] = total


@kernel
def line_of(
    source: Array, width: int, channels: int, w: Array, geometry: Array, out: Array, pixels: int
) -> None:
    """One output line of a convolution from the image lines that it sees."""
    if w.shape[3] == 1 and w.shape[2] == channels and geometry[3] == 1:
        _dot_line(source, width, channels, w, geometry, out, pixels)
    else:
        _line(source, width, channels, w, geometry, out, pixels)


@kernel
def _lines(
    x: Array, w: Array, bias: Array, geometry: Array, span: tuple[int, int],
    first: int, last: int, scratch: Array, out: Array,
) -> None:  # fmt: skip
    """Output lines first..last of the whole batch, image by image."""
    _, out_h, out_w, filters = out.shape
    channels, run = x.shape[3], out_w * filters
    fits = _fits(x, geometry, span[0], span[1])
    at = first
    while at < last:
        image = at // out_h
        line = at - image * out_h
        count = min(out_h - line, last - at)
        top = line * geometry[0] - geometry[4]
        height = (count - 1) * geometry[0] + (w.shape[0] - 1) * geometry[2] + 1
        width = x.shape[2] if fits else span[1]
        source = part(x, (image * x.shape[1] + line * geometry[0]) * width * channels)
        if not fits:
            window(x, image, top, height, -geometry[5], width, scratch)
            source = part(scratch, 0)
        for k in range(count):
            seen = part(source, k * geometry[0] * width * channels)
            target = part(out, (at + k) * run)
            line_of(seen, width, channels, w, geometry, target, out_w)
            finish_rows(bias, geometry[6], target[:run].reshape(out_w, filters))
        at += count


@kernel
def extent(w: Array, geometry: Array, out: Array) -> tuple[int, int]:
    """Height and width of what all output pixels see."""
    height = (out.shape[1] - 1) * geometry[0] + (w.shape[0] - 1) * geometry[2] + 1
    return height, (out.shape[2] - 1) * geometry[1] + (w.shape[1] - 1) * geometry[3] + 1


@kernel(parallel=True)
def conv2d(x: Array, w: Array, bias: Array, geometry: Array, scratch: Array, out: Array) -> None:
    """(n, h, w, c), (kh, kw, c / groups, f), (f,) -> (n, oh, ow, f)."""
    lines, span = out.shape[0] * out.shape[1], extent(w, geometry, out)
    pieces = 1 if lines * out.shape[2] * w.size < SERIAL_WORK else scratch.shape[0]
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, lines, 1)
        _lines(x, w, bias, geometry, span, first, last, scratch[piece], out)


def conv2d_weights_scratch(
    x_shape: tuple[int, ...],
    kernel_shape: tuple[int, ...],
    out_shape: tuple[int, ...],
    geometry: Array,
) -> tuple[int, int]:
    """The scratch shape for `conv2d_weights`: a padded image and a sum for each piece."""
    lines = out_shape[0] * out_shape[1]
    pieces = max(min(_MOST_PIECES, lines), 1)
    image = _image_size(out_shape, kernel_shape, x_shape[3], geometry)
    return pieces, image + int(np.prod(kernel_shape))


@kernel
def _weights_block(
    source: Array, width: int, channels: int, g: Array, lines: int, pixels: int,
    geometry: Array, filters: int, out: Array, kernel_shape: tuple[int, int, int],
) -> None:  # fmt: skip
    """Add the products of some output lines and what they see to a weight gradient."""
    kh, kw, depth = kernel_shape
    step = geometry[1] * channels
    row, groups = geometry[0] * width * channels, channels // depth
    share, run = filters // groups, kw * depth
    for i in range(kh):
        seen = part(source, i * geometry[2] * width * channels)
        target = part(out, i * run * filters)
        if groups == 1 and geometry[3] == 1 and filters == 1:
            multiply(1, run, lines, pixels, g, 0, pixels, 1, seen, row, step, target, run, 1)
        elif groups == 1 and geometry[3] == 1:
            multiply(run, filters, lines, pixels, seen, 1, row, step, g,
                     pixels * filters, filters, target, filters, 1)  # fmt: skip
        else:
            for j in range(kw):
                for k in range(groups):
                    taken = part(seen, j * geometry[3] * channels + k * depth)
                    place = part(target, j * depth * filters + k * share)
                    multiply(depth, share, lines, pixels, taken, 1, row, step,
                             part(g, k * share), pixels * filters, filters,
                             place, filters, 1)  # fmt: skip


@kernel
def _weights_piece(
    x: Array, g: Array, geometry: Array, kernel_shape: tuple[int, int, int],
    span: tuple[int, int], first: int, last: int, scratch: Array,
) -> None:  # fmt: skip
    """The weight gradient of output lines first..last, at the end of the scratch."""
    _, g_h, g_w, filters = g.shape
    channels, kh = x.shape[3], kernel_shape[0]
    fits = _fits(x, geometry, span[0], span[1])
    width = x.shape[2] if fits else span[1]
    size = kh * kernel_shape[1] * kernel_shape[2] * filters
    total = scratch[scratch.size - size :]
    clear(total)
    block = max(2 * DEPTH // max(g_w, 1), 1)
    at = first
    while at < last:
        image = at // g_h
        line = at - image * g_h
        count = min(min(g_h - line, last - at), block)
        top = line * geometry[0] - geometry[4]
        height = (count - 1) * geometry[0] + (kh - 1) * geometry[2] + 1
        source = part(x, (image * x.shape[1] + line * geometry[0]) * width * channels)
        if not fits:
            window(x, image, top, height, -geometry[5], width, scratch)
            source = part(scratch, 0)
        _weights_block(source, width, channels, part(g, at * g_w * filters), count,
                       g_w, geometry, filters, total, kernel_shape)  # fmt: skip
        at += count


@kernel(parallel=True)
def conv2d_weights(x: Array, g: Array, geometry: Array, scratch: Array, out: Array) -> None:
    """(n, h, w, c), (n, oh, ow, f) -> (kh, kw, c / groups, f)."""
    pieces, lines = scratch.shape[0], g.shape[0] * g.shape[1]
    shape, span = out.shape[:3], extent(out, geometry, g)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, lines, 1)
        _weights_piece(x, g, geometry, shape, span, first, last, scratch[piece])
    sums = scratch[:, scratch.shape[1] - out.size :]
    add_pieces(sums, part(out, 0))
