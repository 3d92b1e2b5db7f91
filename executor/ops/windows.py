"""Sliding windows over the middle axes of channels-last arrays: sizes, padding, layouts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...analyzer import shapes
from ...analyzer.mismatch import Mismatch
from ..inputs import freeze
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike

Pads = tuple[tuple[int, int], ...]


def per_axis(value: object, count: int, data_format: str | None = None) -> tuple[int, ...]:
    """One number for all axes, one for each, or (TensorFlow) with batch and channels."""
    given = freeze(value)
    if given is None:
        return (1,) * count
    if not isinstance(given, tuple):
        return (given,) * count
    if len(given) == count + 2:
        return given[2:] if is_first(data_format) else given[1:-1]
    return given * count if len(given) == 1 else given


def padding_of(
    padding: Any, sizes: Sequence[int], spans: Sequence[int], strides: Sequence[int]
) -> Pads:
    """Explicit (before, after) for "valid", "same" or "causal"; `spans` with dilation."""
    if not isinstance(padding, str):  # TensorFlow's explicit pairs, batch and channels too
        pairs = freeze(padding)
        return tuple(pairs[1:-1]) if len(pairs) == len(sizes) + 2 else tuple(pairs)
    mode = padding.lower()
    if mode == "valid":
        return ((0, 0),) * len(sizes)
    if mode == "causal":
        return tuple((span - 1, 0) for span in spans)
    pads = []
    for size, span, stride in zip(sizes, spans, strides, strict=True):
        total = max((-(-size // stride) - 1) * stride + span - size, 0)
        pads.append((total // 2, total - total // 2))
    return tuple(pads)


def span_of(kernel: Sequence[int], dilation: Sequence[int]) -> tuple[int, ...]:
    """How many steps a dilated kernel covers."""
    return tuple((k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True))


def out_sizes(
    sizes: Sequence[int], spans: Sequence[int], strides: Sequence[int], pads: Pads
) -> tuple[int, ...]:
    """Windows along each axis."""
    return tuple(
        int(shapes.window(n + sum(pad), span, stride, 1, "valid"))  # type: ignore[arg-type]
        for n, span, stride, pad in zip(sizes, spans, strides, pads, strict=True)
    )


def channels_last(x: TensorLike, data_format: str | None) -> TensorLike:
    """(batch, channels, ...) -> (batch, ..., channels) where that is the format."""
    if not is_first(data_format):
        return x
    return ops["moveaxis"](x, 1, -1)


def back(x: TensorLike, data_format: str | None) -> TensorLike:
    """The reverse of `channels_last`."""
    return ops["moveaxis"](x, -1, 1) if is_first(data_format) else x


def is_first(data_format: str | None) -> bool:
    """Whether the channels come before the spatial axes."""
    return data_format in ("channels_first", "NCHW", "NCW", "NCDHW")


def as_planes(x: TensorLike) -> TensorLike:
    """(batch, steps, channels) -> (batch, 1, steps, channels); planes as they are."""
    if len(x.shape) == 3:
        return ops["expand_dims"](x, 1)
    if len(x.shape) != 4:
        raise Mismatch("rank", "one or two spatial axes", {"input": x.shape})
    return x


def two(values: Sequence[int], first: int) -> tuple[int, int]:
    """Settings of one spatial axis as those of two."""
    return (first, values[0]) if len(values) == 1 else (values[0], values[1])
