"""Depthwise convolution, each channel with filters of its own, and its gradients."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...analyzer.mismatch import Mismatch
from ...analyzer.specs.base import Args, TensorType
from ..composite import composite
from ..inputs import to_tensor
from ..op import Arrays, Case, Op, Run, Statics, Traits
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import rules, windows
from .convolution import SETTINGS, _settings


def _rule(a: Args) -> TensorType:
    """(batch, h, w, c), (kh, kw, c, m) -> (batch, h', w', c * m)."""
    x, w = a.x.shape, a.w.shape
    if x[3] != w[2]:
        raise Mismatch("channels", f"{w[2]} input channels", {"input": x, "kernel": w})
    spans = windows.span_of(w[:2], a.dilation)
    middle = windows.out_sizes(x[1:3], spans, a.strides, a.pads)
    return TensorType((x[0], *middle, w[2] * w[3]), a.x.dtype)


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


def _forward(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    x, w = ins
    out = outs[0].reshape(*outs[0].shape[:3], *w.shape[2:])

    def run() -> None:
        source = _padded(x, s)
        out.fill(0)
        for i, j, top, left in _steps(s, w.shape):
            out[...] += _window(source, s, top, left, out.shape[1:3])[..., None] * w[i, j]

    return run


def _input(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    g, w = ins
    rows = g.reshape(*g.shape[:3], *w.shape[2:])
    n, height, width, c = outs[0].shape
    (up, down), (before, after) = s.pads

    def run() -> None:
        wide = np.zeros((n, height + up + down, width + before + after, c), g.dtype)
        for i, j, top, left in _steps(s, w.shape):
            target = _window(wide, s, top, left, g.shape[1:3])
            target += (rows * w[i, j]).sum(-1)
        np.copyto(outs[0], wide[:, up : up + height, before : before + width])

    return run


def _weights(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    x, g = ins
    out = outs[0]
    rows = g.reshape(*g.shape[:3], *out.shape[2:])

    def run() -> None:
        source = _padded(x, s)
        for i, j, top, left in _steps(s, out.shape):
            seen = _window(source, s, top, left, g.shape[1:3])
            np.einsum("bhwc,bhwcm->cm", seen, rows, out=out[i, j])

    return run


depthwise = Op(
    "depthwise",
    spec=rules.primitive("depthwise", f"(x: tensor, w: tensor, {SETTINGS})", _rule),
    kernel=_forward,
    vjp=(
        lambda g, out, x, w, s: depthwise_input(g, w, tuple(x.shape), *_settings(s)),
        lambda g, out, x, w, s: depthwise_weights(x, g, tuple(w.shape), *_settings(s)),
    ),
    cases=(
        Case((2, 5, 6, 3), (3, 2, 3, 2)),
        Case((1, 5, 6, 3), (3, 3, 3, 1), strides=(2, 2), pads=((1, 1), (0, 1))),
    ),
    traits=Traits(unify=("*",)),
)
depthwise_input = Op(
    "depthwise_input",
    spec=rules.primitive(
        "depthwise_input",
        f"(g: tensor, w: tensor, shape, {SETTINGS})",
        lambda a: TensorType(tuple(a.shape), a.g.dtype),
    ),
    kernel=_input,
    vjp=(
        lambda gg, out, g, w, s: depthwise(gg, w, *_settings(s)),
        lambda gg, out, g, w, s: depthwise_weights(gg, g, tuple(w.shape), *_settings(s)),
    ),
    cases=(Case((2, 3, 5, 6), (3, 2, 3, 2), shape=(2, 5, 6, 3)),),
    traits=Traits(unify=("*",)),
)
depthwise_weights = Op(
    "depthwise_weights",
    spec=rules.primitive(
        "depthwise_weights",
        f"(x: tensor, g: tensor, shape, {SETTINGS})",
        lambda a: TensorType(tuple(a.shape), a.x.dtype),
    ),
    kernel=_weights,
    vjp=(
        lambda gg, out, x, g, s: depthwise_input(g, gg, tuple(x.shape), *_settings(s)),
        lambda gg, out, x, g, s: depthwise(x, gg, *_settings(s)),
    ),
    cases=(Case((2, 5, 6, 3), (2, 3, 5, 6), shape=(3, 2, 3, 2)),),
    traits=Traits(unify=("*",)),
)


@composite
def depthwise_conv(
    x: TensorLike,
    kernel: TensorLike,
    strides: object = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilations: object = 1,
) -> TensorLike:
    """(batch, ..., c), (..., c, m) -> (batch, ..., c * m), 1 or 2 spatial axes."""
    x, w = windows.channels_last(to_tensor(x), data_format), to_tensor(kernel)
    count = len(x.shape) - 2
    step = windows.per_axis(strides, count, data_format)
    dilation = windows.per_axis(dilations, count, data_format)
    spans = windows.span_of(w.shape[:count], dilation)
    pads = windows.padding_of(padding, x.shape[1:-1], spans, step)
    planes = depthwise(
        windows.as_planes(x),
        w if count == 2 else ops["expand_dims"](w, 0),
        windows.two(step, 1),
        windows.two(dilation, 1),
        pads if count == 2 else ((0, 0), *pads),
    )
    out = planes if count == 2 else ops["squeeze"](planes, 1)
    return windows.back(out, data_format)


@composite
def separable_conv(
    x: TensorLike,
    depthwise_kernel: TensorLike,
    pointwise_kernel: TensorLike,
    strides: object = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> TensorLike:
    """A depthwise convolution, then one of kernel size 1 over all channels."""
    middle = ops["depthwise_conv"](x, depthwise_kernel, strides, padding, data_format)
    return ops["conv"](middle, pointwise_kernel, 1, "valid", data_format)
