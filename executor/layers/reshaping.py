"""Layers that only change the form of their input."""

from __future__ import annotations

from typing import Any

from ...analyzer.specs import reshaping_layers as specs
from .. import functions as f
from .spec_layer import SpecLayer, computes


@computes(specs.FLATTEN)
def flatten(c: Any, w: Any, x: Any) -> Any:
    """(batch, ...) -> (batch, n)."""
    rank = len(x.shape)
    if c.data_format == "channels_first" and rank > 1:
        x = f.transpose(x, (0, *range(2, rank), 1))
    size = 1
    for d in x.shape[1:]:
        size *= d
    return f.reshape(x, (x.shape[0], size))


@computes(specs.RESHAPE)
def reshape(c: Any, w: Any, x: Any) -> Any:
    """(batch, ...) -> (batch, ...target_shape)."""
    return f.reshape(x, (x.shape[0], *c.target_shape))


@computes(specs.PERMUTE)
def permute(c: Any, w: Any, x: Any) -> Any:
    """(batch, ...) -> (batch, ...permuted)."""
    return f.transpose(x, (0, *c.dims))


@computes(specs.REPEAT_VECTOR)
def repeat_vector(c: Any, w: Any, x: Any) -> Any:
    """(batch, features) -> (batch, n, features)."""
    return f.repeat(f.expand_dims(x, 1), c.n, 1)


def _up_sampling1d(c: Any, w: Any, x: Any) -> Any:
    """(batch, steps, features) -> (batch, steps * size, features)."""
    return f.repeat(x, c.size[0], 1)


def _up_sampling2d(c: Any, w: Any, x: Any) -> Any:
    """(batch, rows, columns, channels) -> the same, rows and columns times `size`."""
    return f.upsample(x, c.size, c.interpolation, c.data_format)


computes(specs.UP_SAMPLING[0])(_up_sampling1d)
computes(specs.UP_SAMPLING[1])(_up_sampling2d)


class Bordered(SpecLayer):
    """Keeps its `sides` as pairs, one for each spatial axis."""

    def _set_up(self) -> None:
        for name, param in self.spec.parameters.params.items():
            if param.kind == "sides":
                setattr(self, name, _pairs(getattr(self, name), self.spec.name))


def _pairs(sides: Any, name: str) -> Any:
    """One number for all, one for each axis, or two for each axis -> pairs."""
    count = int(name[-2])
    if count == 1:
        return (sides, sides) if isinstance(sides, int) else tuple(sides)
    if isinstance(sides, int):
        sides = (sides,) * count
    return tuple((s, s) if isinstance(s, int) else tuple(s) for s in sides)


def _borders(c: Any, x: Any, sides: Any) -> list[tuple[int, int]]:
    """The pairs of all axes, batch and channels included."""
    spatial = [sides] if isinstance(sides[0], int) else list(sides)
    first = getattr(c, "data_format", None) == "channels_first"
    return [(0, 0), (0, 0), *spatial] if first else [(0, 0), *spatial, (0, 0)]


def _zero_padding(c: Any, w: Any, x: Any) -> Any:
    """(batch, ...spatial, channels) -> (batch, ...longer, channels)."""
    return f.pad(x, _borders(c, x, c.padding))


def _cropping(c: Any, w: Any, x: Any) -> Any:
    """(batch, ...spatial, channels) -> (batch, ...shorter, channels)."""
    borders = _borders(c, x, c.cropping)
    sizes = zip(borders, x.shape, strict=True)
    return x[tuple(slice(before, size - after) for (before, after), size in sizes)]


for _spec in specs.ZERO_PADDING:
    computes(_spec, Bordered)(_zero_padding)
for _spec in specs.CROPPING:
    computes(_spec, Bordered)(_cropping)
