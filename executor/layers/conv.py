"""Convolutions, transposed, depthwise and separable ones included."""

from __future__ import annotations

from typing import Any

from ...analyzer.specs.registry import layers
from .. import functions as f
from .spec_layer import computes


def finish(c: Any, w: Any, y: Any) -> Any:
    """The bias on the channels, then the activation."""
    if c.use_bias:
        first = c.data_format == "channels_first"
        shape = (1, -1, *[1] * (len(y.shape) - 2))
        y = y + (f.reshape(w.bias, shape) if first else w.bias)
    return c.activation(y)


def _conv(c: Any, w: Any, x: Any) -> Any:
    """(batch, ..., channels) -> (batch, ..., filters)."""
    padding = c.padding
    if padding == "causal":
        left = (c.kernel_size[0] - 1) * c.dilation_rate[0]
        first = c.data_format == "channels_first"
        x = f.pad(x, ((0, 0), (0, 0), (left, 0)) if first else ((0, 0), (left, 0), (0, 0)))
        padding = "valid"
    y = f.conv(x, w.kernel, c.strides, padding, c.data_format, c.dilation_rate)
    return finish(c, w, y)


def _conv_transpose(c: Any, w: Any, x: Any) -> Any:
    """(batch, ..., channels) -> (batch, ..., filters)."""
    y = f.conv_transpose(
        x, w.kernel, c.strides, c.padding, c.output_padding, c.data_format, c.dilation_rate
    )
    return finish(c, w, y)


def _depthwise(c: Any, w: Any, x: Any) -> Any:
    """(batch, ..., channels) -> (batch, ..., channels * depth_multiplier)."""
    y = f.depthwise_conv(x, w.kernel, c.strides, c.padding, c.data_format, c.dilation_rate)
    return finish(c, w, y)


def _separable(c: Any, w: Any, x: Any) -> Any:
    """(batch, ..., channels) -> (batch, ..., filters)."""
    y = f.depthwise_conv(
        x, w.depthwise_kernel, c.strides, c.padding, c.data_format, c.dilation_rate
    )
    return finish(c, w, f.conv(y, w.pointwise_kernel, 1, "valid", c.data_format))


for _name in ("Conv1D", "Conv2D"):
    computes(layers()[_name])(_conv)
for _name in ("Conv1DTranspose", "Conv2DTranspose"):
    computes(layers()[_name])(_conv_transpose)
for _name in ("DepthwiseConv1D", "DepthwiseConv2D"):
    computes(layers()[_name])(_depthwise)
for _name in ("SeparableConv1D", "SeparableConv2D"):
    computes(layers()[_name])(_separable)
