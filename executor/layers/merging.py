"""Layers that take several tensors."""

from __future__ import annotations

from functools import reduce
from typing import Any

from ...analyzer.specs import merging_layers as specs
from ...analyzer.specs.registry import layers
from .. import functions as f
from .spec_layer import computes


def _aligned(xs: Any) -> list[Any]:
    """Tensors of one rank: axes of size 1 are put behind the batch."""
    rank = max(len(x.shape) for x in xs)
    found = []
    for x in xs:
        while len(x.shape) < rank:
            x = f.expand_dims(x, 1)
        found.append(x)
    return found


def _folded(name: str) -> Any:
    def merge(c: Any, w: Any, xs: Any) -> Any:
        """[(batch, ...), ...] -> (batch, ...)."""
        return reduce(getattr(f, name), _aligned(xs))

    return merge


computes(layers()["Add"])(_folded("add"))
computes(layers()["Multiply"])(_folded("multiply"))
computes(layers()["Maximum"])(_folded("maximum"))
computes(layers()["Minimum"])(_folded("minimum"))
computes(specs.SUBTRACT)(_folded("subtract"))


@computes(layers()["Average"])
def average(c: Any, w: Any, xs: Any) -> Any:
    """[(batch, ...), ...] -> (batch, ...)."""
    return reduce(f.add, _aligned(xs)) / float(len(xs))


@computes(specs.CONCATENATE)
def concatenate(c: Any, w: Any, xs: Any) -> Any:
    """[(..., a, ...), (..., b, ...)] -> (..., a + b, ...)."""
    return f.concatenate(list(xs), axis=c.axis)


@computes(specs.DOT)
def dot(c: Any, w: Any, xs: Any) -> Any:
    """[(batch, ..., n, ...), (batch, ..., n, ...)] -> the sums over n."""
    first, second = xs
    axes = c.axes if isinstance(c.axes, tuple | list) else (c.axes, c.axes)
    axes = (axes[0] % len(first.shape), axes[1] % len(second.shape))
    if c.normalize:
        first = f.l2_normalize(first, axis=axes[0])
        second = f.l2_normalize(second, axis=axes[1])
    return f.batch_dot(first, second, axes)
