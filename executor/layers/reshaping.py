"""Layers that only move, repeat or cut what they get."""

from __future__ import annotations

from typing import Any

from ...analyzer.specs import core_layers
from ...analyzer.specs import reshaping_layers as specs
from ...analyzer.specs.registry import layers
from .. import functions as f
from .spec_layer import computes


@computes(core_layers.IDENTITY)
def identity(c: Any, w: Any, x: Any) -> Any:
    """(...) -> (...)."""
    return x


@computes(specs.FLATTEN)
def flatten(c: Any, w: Any, x: Any) -> Any:
    """(batch, a, b, ...) -> (batch, a * b * ...)."""
    rank = len(x.shape)
    if c.data_format == "channels_first" and rank > 2:
        x = f.transpose(x, (0, *range(2, rank), 1))
    size = 1
    for n in x.shape[1:]:
        size *= n
    return f.reshape(x, (-1, size) if size else (x.shape[0], 0))


@computes(specs.RESHAPE)
def reshape(c: Any, w: Any, x: Any) -> Any:
    """(batch, ...) -> (batch, *target_shape)."""
    target = tuple(-1 if n is None else n for n in c.target_shape)
    return f.reshape(x, (x.shape[0], *target))


@computes(specs.PERMUTE)
def permute(c: Any, w: Any, x: Any) -> Any:
    """(batch, d1, d2, ...) -> the axes in the order of `dims`."""
    return f.transpose(x, (0, *c.dims))


@computes(specs.REPEAT_VECTOR)
def repeat_vector(c: Any, w: Any, x: Any) -> Any:
    """(batch, features) -> (batch, n, features)."""
    return f.repeat(f.expand_dims(x, 1), c.n, axis=1)


def _spread(c: Any, pairs: Any) -> tuple[Any, ...]:
    """Amounts of the spatial axes in the place of those axes."""
    pairs = tuple(p if isinstance(p, tuple | list) else (p, p) for p in pairs)
    if getattr(c, "data_format", None) == "channels_first":
        return ((0, 0), (0, 0), *pairs)
    return ((0, 0), *pairs, (0, 0))


def _amounts(value: Any, axes: int) -> Any:
    """The amounts of each axis as pairs: 1, (1, 2), ((1, 2), (3, 4))."""
    if isinstance(value, int):
        return ((value, value),) * axes
    return (tuple(value),) if axes == 1 and isinstance(value[0], int) else value


@computes(layers()["ZeroPadding1D"])
def zero_padding1d(c: Any, w: Any, x: Any) -> Any:
    """(batch, steps, channels) -> (batch, left + steps + right, channels)."""
    return f.pad(x, _spread(c, _amounts(c.padding, 1)))


@computes(layers()["ZeroPadding2D"])
def zero_padding2d(c: Any, w: Any, x: Any) -> Any:
    """(batch, h, w, channels) -> the same with a border of zeros."""
    return f.pad(x, _spread(c, _amounts(c.padding, 2)))


def _cropped(c: Any, x: Any, pairs: Any) -> Any:
    index = [slice(a, x.shape[i] - b) for i, (a, b) in enumerate(_spread(c, pairs))]
    return x[tuple(index)]


@computes(layers()["Cropping1D"])
def cropping1d(c: Any, w: Any, x: Any) -> Any:
    """(batch, steps, channels) -> the steps between the crops."""
    return _cropped(c, x, _amounts(c.cropping, 1))


@computes(layers()["Cropping2D"])
def cropping2d(c: Any, w: Any, x: Any) -> Any:
    """(batch, h, w, channels) -> what lies inside the crops."""
    return _cropped(c, x, _amounts(c.cropping, 2))


@computes(layers()["UpSampling1D"])
def up_sampling1d(c: Any, w: Any, x: Any) -> Any:
    """(batch, steps, channels) -> (batch, steps * size, channels)."""
    size = c.size[0] if isinstance(c.size, tuple | list) else c.size
    return f.repeat(x, size, axis=1)


@computes(layers()["UpSampling2D"])
def up_sampling2d(c: Any, w: Any, x: Any) -> Any:
    """(batch, h, w, channels) -> (batch, h * a, w * b, channels)."""
    return f.upsample(x, c.size, c.interpolation, c.data_format)
