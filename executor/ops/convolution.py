"""Convolution in one and two dimensions, its transpose, and their gradients.

Three ops are closed under differentiation: `conv2d` and its two gradients are each
linear in both inputs, and each one's gradients are the other two.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...analyzer.mismatch import Mismatch
from ...analyzer.specs.base import Args, TensorType
from ..composite import composite
from ..inputs import freeze, to_tensor
from ..op import Arrays, Case, Fails, Op, Run, Statics, Traits
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import rules, windows

_SETTINGS = "strides=(1, 1), dilation=(1, 1), pads=((0, 0), (0, 0))"


def _rule(a: Args) -> TensorType:
    """(batch, h, w, c), (kh, kw, c / groups, f) -> (batch, h', w', f)."""
    x, w = a.x.shape, a.w.shape
    if x[3] % w[2] or w[3] % (x[3] // w[2]):
        raise Mismatch("channels", f"{w[2]} input channels", {"input": x, "kernel": w})
    spans = windows.span_of(w[:2], a.dilation)
    middle = windows.out_sizes(x[1:3], spans, a.strides, a.pads)
    return TensorType((x[0], *middle, w[3]), a.x.dtype)


def _steps(s: Statics, kernel: tuple[int, ...]) -> Iterator[tuple[int, int, int, int]]:
    """For each kernel position: its indices and its offset in the padded input."""
    for i in range(kernel[0]):
        for j in range(kernel[1]):
            yield i, j, i * s.dilation[0], j * s.dilation[1]


def _padded(x: np.ndarray, s: Statics) -> np.ndarray:
    return np.pad(x, ((0, 0), *s.pads, (0, 0))) if any(map(any, s.pads)) else x


def _window(
    x: np.ndarray, s: Statics, top: int, left: int, size: tuple[int, ...]
) -> np.ndarray:
    """What one kernel position sees of the padded input: (batch, h', w', c)."""
    height, width = (size[0] - 1) * s.strides[0] + 1, (size[1] - 1) * s.strides[1] + 1
    return x[:, top : top + height : s.strides[0], left : left + width : s.strides[1]]


def _grouped(x: np.ndarray, groups: int) -> np.ndarray:
    """(..., c) -> (groups, pixels, c / groups)."""
    return x.reshape(-1, groups, x.shape[-1] // groups).transpose(1, 0, 2)


def _by_group(w: np.ndarray, groups: int) -> np.ndarray:
    """(c / groups, f) -> (groups, c / groups, f / groups)."""
    return w.reshape(w.shape[0], groups, -1).transpose(1, 0, 2)


def _conv_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    x, w = ins
    out, groups = outs[0], x.shape[3] // w.shape[2]

    def run() -> None:
        source, total = _padded(x, s), 0
        for i, j, top, left in _steps(s, w.shape):
            seen = _window(source, s, top, left, out.shape[1:3])
            total = total + _grouped(seen, groups) @ _by_group(w[i, j], groups)
        np.copyto(out, total.transpose(1, 0, 2).reshape(out.shape))

    return run


def _input_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    g, w = ins
    out = outs[0]
    groups = out.shape[3] // w.shape[2]
    (up, down), (left_pad, right_pad) = s.pads
    n, height, width, c = out.shape

    def run() -> None:
        wide = np.zeros((n, height + up + down, width + left_pad + right_pad, c), g.dtype)
        rows = _grouped(g, groups)
        for i, j, top, left in _steps(s, w.shape):
            part = rows @ _by_group(w[i, j], groups).transpose(0, 2, 1)
            target = _window(wide, s, top, left, g.shape[1:3])
            target += part.transpose(1, 0, 2).reshape(target.shape)
        np.copyto(out, wide[:, up : up + height, left_pad : left_pad + width])

    return run


def _weights_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    x, g = ins
    out = outs[0]
    groups = x.shape[3] // out.shape[2]

    def run() -> None:
        source, rows = _padded(x, s), _grouped(g, groups)
        for i, j, top, left in _steps(s, out.shape):
            seen = _grouped(_window(source, s, top, left, g.shape[1:3]), groups)
            part = seen.transpose(0, 2, 1) @ rows
            out[i, j] = part.transpose(1, 0, 2).reshape(out.shape[2:])

    return run


def _settings(s: Statics) -> tuple[object, object, object]:
    return s.strides, s.dilation, s.pads


conv2d = Op(
    "conv2d",
    spec=rules.primitive("conv2d", f"(x: tensor, w: tensor, {_SETTINGS})", _rule),
    kernel=_conv_kernel,
    vjp=(
        lambda g, out, x, w, s: conv2d_input(g, w, tuple(x.shape), *_settings(s)),
        lambda g, out, x, w, s: conv2d_weights(x, g, tuple(w.shape), *_settings(s)),
    ),
    cases=(
        Case((2, 5, 6, 3), (3, 2, 3, 4)),
        Case((2, 5, 6, 3), (3, 3, 3, 4), strides=(2, 1), pads=((1, 1), (0, 2))),
        Case((1, 7, 7, 4), (3, 3, 2, 6), dilation=(2, 2), pads=((2, 2), (2, 2))),
        Fails((2, 5, 6, 3), (3, 3, 2, 4)),
        Fails((2, 2, 6, 3), (3, 3, 3, 4)),
    ),
    traits=Traits(unify=("*",)),
)
conv2d_input = Op(
    "conv2d_input",
    spec=rules.primitive(
        "conv2d_input",
        f"(g: tensor, w: tensor, shape, {_SETTINGS})",
        lambda a: TensorType(tuple(a.shape), a.g.dtype),
    ),
    kernel=_input_kernel,
    vjp=(
        lambda gg, out, g, w, s: conv2d(gg, w, *_settings(s)),
        lambda gg, out, g, w, s: conv2d_weights(gg, g, tuple(w.shape), *_settings(s)),
    ),
    cases=(
        Case((2, 3, 5, 4), (3, 2, 3, 4), shape=(2, 5, 6, 3)),
        Case(
            (2, 3, 6, 4),
            (3, 3, 3, 4),
            shape=(2, 5, 6, 3),
            strides=(2, 1),
            pads=((1, 1), (0, 2)),
        ),
    ),
    traits=Traits(unify=("*",)),
)
conv2d_weights = Op(
    "conv2d_weights",
    spec=rules.primitive(
        "conv2d_weights",
        f"(x: tensor, g: tensor, shape, {_SETTINGS})",
        lambda a: TensorType(tuple(a.shape), a.x.dtype),
    ),
    kernel=_weights_kernel,
    vjp=(
        lambda gg, out, x, g, s: conv2d_input(g, gg, tuple(x.shape), *_settings(s)),
        lambda gg, out, x, g, s: conv2d(x, gg, *_settings(s)),
    ),
    cases=(
        Case((2, 5, 6, 3), (2, 3, 5, 4), shape=(3, 2, 3, 4)),
        Case((1, 7, 7, 4), (1, 7, 7, 6), shape=(3, 3, 2, 6), pads=((1, 1), (1, 1))),
    ),
    traits=Traits(unify=("*",)),
)


@composite
def conv(
    inputs: TensorLike,
    kernel: TensorLike,
    strides: object = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: object = 1,
) -> TensorLike:
    """(batch, ..., c), (..., c / groups, f) -> (batch, ..., f), 1 or 2 spatial axes."""
    x, w = windows.channels_last(to_tensor(inputs), data_format), to_tensor(kernel)
    count = len(x.shape) - 2
    step = windows.per_axis(strides, count)
    dilation = windows.per_axis(dilation_rate, count)
    spans = windows.span_of(w.shape[:count], dilation)
    pads = windows.padding_of(padding, x.shape[1:-1], spans, step)
    planes = conv2d(
        windows.as_planes(x),
        w if count == 2 else ops["expand_dims"](w, 0),
        windows.two(step, 1),
        windows.two(dilation, 1),
        pads if count == 2 else ((0, 0), *pads),
    )
    out = planes if count == 2 else ops["squeeze"](planes, 1)
    return windows.back(out, data_format)


def transposed_size(
    size: int, span: int, stride: int, padding: str, output_padding: int | None
) -> int:
    """Steps that a transposed convolution makes of `size` steps."""
    if output_padding is None:
        return size * stride + (max(span - stride, 0) if padding == "valid" else 0)
    pad = span // 2 if padding == "same" else 0
    return (size - 1) * stride + span - 2 * pad + output_padding


@composite
def conv_transpose(
    inputs: TensorLike,
    kernel: TensorLike,
    strides: object = 1,
    padding: str = "valid",
    output_padding: object = None,
    data_format: str | None = None,
    dilation_rate: object = 1,
) -> TensorLike:
    """(batch, ..., c), (..., f, c) -> (batch, ..., f): the gradient of a convolution."""
    x, w = windows.channels_last(to_tensor(inputs), data_format), to_tensor(kernel)
    count = len(x.shape) - 2
    step = windows.per_axis(strides, count)
    dilation = windows.per_axis(dilation_rate, count)
    spans = windows.span_of(w.shape[:count], dilation)
    extra = (
        (None,) * count
        if freeze(output_padding) is None
        else windows.per_axis(output_padding, count)
    )
    mode = padding.lower()
    sizes = tuple(
        transposed_size(n, span, stride, mode, more)
        for n, span, stride, more in zip(x.shape[1:-1], spans, step, extra, strict=True)
    )
    pads = _transposed_pads(mode, x.shape[1:-1], sizes, spans, step)
    middle = sizes if count == 2 else (1, *sizes)
    planes = conv2d_input(
        windows.as_planes(x),
        w if count == 2 else ops["expand_dims"](w, 0),
        (x.shape[0], *middle, w.shape[-2]),
        windows.two(step, 1),
        windows.two(dilation, 1),
        pads if count == 2 else ((0, 0), *pads),
    )
    out = planes if count == 2 else ops["squeeze"](planes, 1)
    return windows.back(out, data_format)


def _transposed_pads(
    mode: str,
    small: tuple[int, ...],
    large: tuple[int, ...],
    spans: tuple[int, ...],
    strides: tuple[int, ...],
) -> windows.Pads:
    """The padding with which the convolution from large to small would run."""
    pads = []
    for n, size, span, stride in zip(small, large, spans, strides, strict=True):
        total = max((n - 1) * stride + span - size, 0)
        before = total // 2 if mode == "same" else 0
        pads.append((before, total - before))
    return tuple(pads)
