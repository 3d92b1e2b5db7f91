"""Transposed convolution: the gradient of a convolution, in Keras' and TensorFlow's form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..composite import composite
from ..inputs import freeze, to_tensor
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import windows
from .convolution import convolution_input


@dataclass(frozen=True, slots=True)
class _Settings:
    """Strides, dilation and covered steps along each spatial axis."""

    strides: tuple[int, ...]
    dilation: tuple[int, ...]
    spans: tuple[int, ...]


def _settings(
    w: TensorLike, strides: object, dilations: object, data_format: str | None
) -> _Settings:
    count = len(w.shape) - 2
    dilation = windows.per_axis(dilations, count, data_format)
    spans = windows.span_of(w.shape[:count], dilation)
    return _Settings(windows.per_axis(strides, count, data_format), dilation, spans)


def _size(size: int, span: int, stride: int, padding: str, output_padding: int | None) -> int:
    """Steps that a transposed convolution makes of `size` steps."""
    if output_padding is None:
        return size * stride + (max(span - stride, 0) if padding == "valid" else 0)
    pad = span // 2 if padding == "same" else 0
    return (size - 1) * stride + span - 2 * pad + output_padding


@composite
def conv_transpose(
    x: TensorLike,
    kernel: TensorLike,
    strides: object = 1,
    padding: str = "valid",
    output_padding: object = None,
    data_format: str | None = None,
    dilations: object = 1,
) -> TensorLike:
    """(batch, ..., c), (..., f, c) -> (batch, ..., f): the gradient of a convolution."""
    x, w = windows.channels_last(to_tensor(x), data_format), to_tensor(kernel)
    how = _settings(w, strides, dilations, data_format)
    more = freeze(output_padding)
    count = len(how.strides)
    extra = (None,) * count if more is None else windows.per_axis(more, count)
    sizes = tuple(
        _size(n, span, stride, padding.lower(), one)
        for n, span, stride, one in zip(x.shape[1:-1], how.spans, how.strides, extra, strict=True)
    )
    return windows.back(_transposed(x, w, sizes, how, padding), data_format)


def _transposed(
    x: TensorLike, w: TensorLike, sizes: tuple[int, ...], how: _Settings, padding: str
) -> TensorLike:
    """Channels last, to these spatial sizes."""
    flat = len(sizes) == 1
    pads = _pads(padding.lower(), x.shape[1:-1], sizes, how)
    planes = convolution_input(
        windows.as_planes(x),
        ops["expand_dims"](w, 0) if flat else w,
        (x.shape[0], *((1, *sizes) if flat else sizes), w.shape[-2]),
        windows.two(how.strides, 1),
        windows.two(how.dilation, 1),
        ((0, 0), *pads) if flat else pads,
    )
    return ops["squeeze"](planes, 1) if flat else planes


def _pads(
    mode: str, small: tuple[int, ...], large: tuple[int, ...], how: _Settings
) -> windows.Pads:
    """The padding with which the convolution from large to small would run."""
    pads = []
    for n, size, span, stride in zip(small, large, how.spans, how.strides, strict=True):
        total = max((n - 1) * stride + span - size, 0)
        before = total // 2 if mode == "same" else 0
        pads.append((before, total - before))
    return tuple(pads)


def _to_shape() -> Callable[..., TensorLike]:
    def function(
        x: TensorLike,
        kernel: TensorLike,
        output_shape: object,
        strides: object,
        padding: str = "SAME",
        data_format: str | None = None,
        dilations: object = None,
    ) -> TensorLike:
        """As `conv_transpose`, told the whole shape of its result."""
        x, w = windows.channels_last(to_tensor(x), data_format), to_tensor(kernel)
        how = _settings(w, strides, dilations, data_format)
        wanted = freeze(output_shape)
        sizes = wanted[2:] if windows.is_first(data_format) else wanted[1:-1]
        return windows.back(_transposed(x, w, sizes, how, padding), data_format)

    return function


ops["conv1d_transpose"] = ops["conv2d_transpose"] = _to_shape()
