"""Convolution in one and two dimensions, its transpose, and their gradients.

Three ops are closed under differentiation: `convolution` and its two gradients are each
linear in both inputs, and each one's gradients are the other two.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...analyzer.mismatch import Mismatch
from ...analyzer.specs.base import Args, TensorType
from ..composite import composite
from ..inputs import to_tensor
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


def _window(x: np.ndarray, s: Statics, top: int, left: int, size: tuple[int, ...]) -> np.ndarray:
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


convolution = Op(
    "convolution",
    spec=rules.primitive("convolution", f"(x: tensor, w: tensor, {_SETTINGS})", _rule),
    kernel=_conv_kernel,
    vjp=(
        lambda g, out, x, w, s: convolution_input(g, w, tuple(x.shape), *_settings(s)),
        lambda g, out, x, w, s: convolution_weights(x, g, tuple(w.shape), *_settings(s)),
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
convolution_input = Op(
    "convolution_input",
    spec=rules.primitive(
        "convolution_input",
        f"(g: tensor, w: tensor, shape, {_SETTINGS})",
        lambda a: TensorType(tuple(a.shape), a.g.dtype),
    ),
    kernel=_input_kernel,
    vjp=(
        lambda gg, out, g, w, s: convolution(gg, w, *_settings(s)),
        lambda gg, out, g, w, s: convolution_weights(gg, g, tuple(w.shape), *_settings(s)),
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
convolution_weights = Op(
    "convolution_weights",
    spec=rules.primitive(
        "convolution_weights",
        f"(x: tensor, g: tensor, shape, {_SETTINGS})",
        lambda a: TensorType(tuple(a.shape), a.x.dtype),
    ),
    kernel=_weights_kernel,
    vjp=(
        lambda gg, out, x, g, s: convolution_input(g, gg, tuple(x.shape), *_settings(s)),
        lambda gg, out, x, g, s: convolution(x, gg, *_settings(s)),
    ),
    cases=(
        Case((2, 5, 6, 3), (2, 3, 5, 4), shape=(3, 2, 3, 4)),
        Case((1, 7, 7, 4), (1, 7, 7, 6), shape=(3, 3, 2, 6), pads=((1, 1), (1, 1))),
    ),
    traits=Traits(unify=("*",)),
)


@composite
def conv(
    x: TensorLike,
    kernel: TensorLike,
    strides: object = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilations: object = 1,
) -> TensorLike:
    """(batch, ..., c), (..., c / groups, f) -> (batch, ..., f), 1 or 2 spatial axes."""
    x, w = windows.channels_last(to_tensor(x), data_format), to_tensor(kernel)
    count = len(x.shape) - 2
    step = windows.per_axis(strides, count, data_format)
    dilation = windows.per_axis(dilations, count, data_format)
    spans = windows.span_of(w.shape[:count], dilation)
    pads = windows.padding_of(padding, x.shape[1:-1], spans, step)
    planes = convolution(
        windows.as_planes(x),
        w if count == 2 else ops["expand_dims"](w, 0),
        windows.two(step, 1),
        windows.two(dilation, 1),
        pads if count == 2 else ((0, 0), *pads),
    )
    out = planes if count == 2 else ops["squeeze"](planes, 1)
    return windows.back(out, data_format)


ops["conv1d"] = ops["conv2d"] = conv
