"""Depthwise convolution, each channel with filters of its own, and its gradients."""

from __future__ import annotations

from functools import partial

import numpy as np

from ...analyzer.mismatch import Mismatch
from ...analyzer.specs.base import Args, TensorType
from ..composite import composite
from ..inputs import to_tensor
from ..op import Arrays, Case, Op, Run, Statics, Traits
from ..scratch import scratch
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import loops, rules, windows
from .convolution import SETTINGS, _settings, geometry_of


def _rule(a: Args) -> TensorType:
    """(batch, h, w, c), (kh, kw, c, m) -> (batch, h', w', c * m)."""
    x, w = a.x.shape, a.w.shape
    if x[3] != w[2]:
        raise Mismatch("channels", f"{w[2]} input channels", {"input": x, "kernel": w})
    spans = windows.span_of(w[:2], a.dilation)
    middle = windows.out_sizes(x[1:3], spans, a.strides, a.pads)
    return TensorType((x[0], *middle, w[2] * w[3]), a.x.dtype)


@loops.in_float32
def _forward(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import depthwise as kernels

    none = np.zeros(outs[0].shape[3], outs[0].dtype)
    return partial(kernels.depthwise2d, *ins, none, geometry_of(s), outs[0])


@loops.in_float32
def _input(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import depthwise as kernels

    return partial(kernels.depthwise2d_input, *ins, geometry_of(s), outs[0])


@loops.in_float32
def _weights(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import depthwise as kernels

    x, g = ins
    working = scratch(kernels.depthwise2d_weights_scratch(outs[0].shape, g.shape), x.dtype)
    return partial(kernels.depthwise2d_weights, x, g, geometry_of(s), working, outs[0])


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
