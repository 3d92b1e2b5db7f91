"""Pooling over windows and over everything."""

from __future__ import annotations

from typing import Any

from ...analyzer.specs import pooling_layers as specs
from .. import functions as f
from .spec_layer import computes


def _max_pool(c: Any, w: Any, x: Any) -> Any:
    """(batch, ...spatial, channels) -> (batch, ...shrunk, channels)."""
    return f.max_pool(x, c.pool_size, c.strides, c.padding, c.data_format)


def _average_pool(c: Any, w: Any, x: Any) -> Any:
    """(batch, ...spatial, channels) -> (batch, ...shrunk, channels)."""
    return f.average_pool(x, c.pool_size, c.strides, c.padding, c.data_format)


def _spatial(c: Any, x: Any) -> tuple[int, ...]:
    """The axes that are pooled away."""
    first = 2 if c.data_format == "channels_first" else 1
    return tuple(range(first, first + len(x.shape) - 2))


def _global_max(c: Any, w: Any, x: Any) -> Any:
    """(batch, ...spatial, channels) -> (batch, channels)."""
    return f.max(x, axis=_spatial(c, x), keepdims=c.keepdims)


def _global_average(c: Any, w: Any, x: Any) -> Any:
    """(batch, ...spatial, channels) -> (batch, channels)."""
    return f.mean(x, axis=_spatial(c, x), keepdims=c.keepdims)


def _global_average1d(c: Any, w: Any, x: Any, mask: Any) -> Any:
    """(batch, steps, channels) -> (batch, channels), over the steps that are there."""
    axes = _spatial(c, x)
    if mask is None:
        return f.mean(x, axis=axes, keepdims=c.keepdims)
    there = f.expand_dims(f.cast(mask, x.dtype.name), 2 if axes == (1,) else 1)
    total = f.sum(x * there, axis=axes, keepdims=c.keepdims)
    return total / f.sum(there, axis=axes, keepdims=c.keepdims)


for _spec in (specs.MAX_POOLING1D, specs.MAX_POOLING2D):
    computes(_spec)(_max_pool)
for _spec in (specs.AVERAGE_POOLING1D, specs.AVERAGE_POOLING2D):
    computes(_spec)(_average_pool)
for _spec in specs.GLOBAL_MAX_POOLING:
    computes(_spec)(_global_max)
computes(specs.GLOBAL_AVERAGE_POOLING[0])(_global_average1d)
for _spec in specs.GLOBAL_AVERAGE_POOLING[1:]:
    computes(_spec)(_global_average)
