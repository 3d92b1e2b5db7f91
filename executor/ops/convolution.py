"""Convolution in one and two dimensions, its transpose, and their gradients.

Three ops are closed under differentiation: `convolution` and its two gradients are each
linear in both inputs, and each one's gradients are the other two.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from ...analyzer.mismatch import Mismatch
from ...analyzer.specs.base import Args, TensorType
from ..composite import composite
from ..inputs import to_tensor
from ..op import Arrays, Case, Fails, Op, Run, Statics, Traits
from ..scratch import scratch
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import loops, rules, windows

SETTINGS = "strides=(1, 1), dilation=(1, 1), pads=((0, 0), (0, 0))"


def conv_rule(a: Args) -> TensorType:
    """(batch, h, w, c), (kh, kw, c / groups, f) -> (batch, h', w', f)."""
    x, w = a.x.shape, a.w.shape
    if x[3] % w[2] or w[3] % (x[3] // w[2]):
        raise Mismatch("channels", f"{w[2]} input channels", {"input": x, "kernel": w})
    spans = windows.span_of(w[:2], a.dilation)
    middle = windows.out_sizes(x[1:3], spans, a.strides, a.pads)
    return TensorType((x[0], *middle, w[3]), a.x.dtype)


def geometry_of(s: Statics, activation: int = 0) -> np.ndarray:
    """The settings as the kernels read them; they need the padding at the start only."""
    from ..kernels.conv import conv_geometry  # numba is not needed by who only looks

    before = (s.pads[0][0], s.pads[1][0])
    return conv_geometry(s.strides, s.dilation, before, activation)


def bind_forward(ins: Arrays, bias: np.ndarray, geometry: np.ndarray, out: np.ndarray) -> Run:
    """(n, h, w, c), (kh, kw, c / groups, f), bias (f,) -> (n, h', w', f)."""
    from ..kernels import conv

    x, w = ins
    working = scratch(conv.conv2d_scratch(x.shape, w.shape, out.shape, geometry), x.dtype)
    return partial(conv.conv2d, x, w, bias, geometry, working, out)


def bind_backward(ins: Arrays, bias: np.ndarray, geometry: np.ndarray, out: np.ndarray) -> Run:
    """(n, h', w', f), (kh, kw, c / groups, f), bias (c,) -> (n, h, w, c)."""
    from ..kernels import conv_transpose as kernels

    g, w = ins
    shape = kernels.conv2d_transpose_scratch(g.shape, w.shape, out.shape, geometry)
    working = scratch(shape, g.dtype)
    return partial(kernels.conv2d_transpose, g, w, bias, geometry, working, out)


@loops.in_float32
def _conv_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    none = np.zeros(outs[0].shape[3], outs[0].dtype)
    return bind_forward(ins, none, geometry_of(s), outs[0])


@loops.in_float32
def _input_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    none = np.zeros(outs[0].shape[3], outs[0].dtype)
    return bind_backward(ins, none, geometry_of(s), outs[0])


@loops.in_float32
def _weights_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import conv

    x, g = ins
    out, geometry = outs[0], geometry_of(s)
    shape = conv.conv2d_weights_scratch(x.shape, out.shape, g.shape, geometry)
    return partial(conv.conv2d_weights, x, g, geometry, scratch(shape, x.dtype), out)


def _settings(s: Statics) -> tuple[object, object, object]:
    return s.strides, s.dilation, s.pads


convolution = Op(
    "convolution",
    spec=rules.primitive("convolution", f"(x: tensor, w: tensor, {SETTINGS})", conv_rule),
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
        f"(g: tensor, w: tensor, shape, {SETTINGS})",
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
        f"(x: tensor, g: tensor, shape, {SETTINGS})",
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
