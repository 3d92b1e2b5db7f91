"""Convolutions: plain, transposed, depthwise, separable."""

from __future__ import annotations

from typing import Any

from ...analyzer.specs import conv_layers as specs
from ...analyzer.specs import depthwise_layers as deep
from .. import functions as f
from .spec_layer import computes


def _finished(c: Any, w: Any, y: Any) -> Any:
    """Bias and activation on the outputs of a convolution."""
    if c.use_bias:
        bias = w.bias
        if c.data_format == "channels_first":
            bias = f.reshape(bias, (1, -1, *(1,) * (len(y.shape) - 2)))
        y = y + bias
    return c.activation(y)


def _causal(c: Any, x: Any) -> tuple[Any, str]:
    """Causal padding as zeros in front: what is left is 'valid'."""
    if c.padding != "causal":
        return x, c.padding
    before = c.dilation_rate[0] * (c.kernel_size[0] - 1)
    pads = [(0, 0), (before, 0), (0, 0)]
    if c.data_format == "channels_first":
        pads = [(0, 0), (0, 0), (before, 0)]
    return f.pad(x, pads), "valid"


def _conv(c: Any, w: Any, x: Any) -> Any:
    """(batch, ...spatial, channels) -> (batch, ...spatial, filters)."""
    x, padding = _causal(c, x)
    y = f.conv(x, w.kernel, c.strides, padding, c.data_format, c.dilation_rate)
    return _finished(c, w, y)


def _conv_transpose(c: Any, w: Any, x: Any) -> Any:
    """(batch, ...spatial, channels) -> (batch, ...stretched, filters)."""
    y = f.conv_transpose(
        x, w.kernel, c.strides, c.padding, c.output_padding, c.data_format, c.dilation_rate
    )
    return _finished(c, w, y)


def _depthwise(c: Any, w: Any, x: Any) -> Any:
    """(batch, ...spatial, channels) -> (batch, ...spatial, channels * depth_multiplier)."""
    y = f.depthwise_conv(x, w.kernel, c.strides, c.padding, c.data_format, c.dilation_rate)
    return _finished(c, w, y)


def _separable(c: Any, w: Any, x: Any) -> Any:
    """(batch, ...spatial, channels) -> (batch, ...spatial, filters)."""
    x, padding = _causal(c, x)
    y = f.depthwise_conv(x, w.depthwise_kernel, c.strides, padding, c.data_format, c.dilation_rate)
    y = f.conv(y, w.pointwise_kernel, 1, "valid", c.data_format)
    return _finished(c, w, y)


for _spec in (specs.CONV1D, specs.CONV2D):
    computes(_spec)(_conv)
for _spec in (specs.CONV1D_TRANSPOSE, specs.CONV2D_TRANSPOSE):
    computes(_spec)(_conv_transpose)
for _spec in (deep.DEPTHWISE_CONV1D, deep.DEPTHWISE_CONV2D):
    computes(_spec)(_depthwise)
for _spec in (deep.SEPARABLE_CONV1D, deep.SEPARABLE_CONV2D):
    computes(_spec)(_separable)
