"""Pooling over windows and over all positions."""

from __future__ import annotations

from typing import Any

from ...analyzer.specs.registry import layers
from .. import functions as f
from .spec_layer import computes


def _windows(name: str) -> Any:
    def pool(c: Any, w: Any, x: Any) -> Any:
        """(batch, ..., channels) -> (batch, ..., channels)."""
        strides = c.pool_size if c.strides is None else c.strides
        return getattr(f, name)(x, c.pool_size, strides, c.padding, c.data_format)

    return pool


def _spatial(c: Any, x: Any) -> tuple[int, ...]:
    rank = len(x.shape)
    return tuple(range(2, rank) if c.data_format == "channels_first" else range(1, rank - 1))


def _global(name: str) -> Any:
    def pool(c: Any, w: Any, x: Any) -> Any:
        """(batch, ..., channels) -> (batch, channels)."""
        return getattr(f, name)(x, axis=_spatial(c, x), keepdims=c.keepdims)

    return pool


@computes(layers()["GlobalAveragePooling1D"])
def global_average_pooling1d(c: Any, w: Any, x: Any, mask: Any = None) -> Any:
    """(batch, steps, channels) -> (batch, channels), masked steps left out."""
    axis = _spatial(c, x)
    if mask is None:
        return f.mean(x, axis=axis, keepdims=c.keepdims)
    kept = f.expand_dims(f.cast(mask, x.dtype), 1 if axis == (2,) else 2)
    total = f.sum(x * kept, axis=axis, keepdims=c.keepdims)
    return total / f.sum(kept, axis=axis, keepdims=c.keepdims)


for _name in ("MaxPooling1D", "MaxPooling2D"):
    computes(layers()[_name])(_windows("max_pool"))
for _name in ("AveragePooling1D", "AveragePooling2D"):
    computes(layers()[_name])(_windows("average_pool"))
for _name in ("GlobalAveragePooling2D", "GlobalAveragePooling3D"):
    computes(layers()[_name])(_global("mean"))
for _name in ("GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D"):
    computes(layers()[_name])(_global("max"))
