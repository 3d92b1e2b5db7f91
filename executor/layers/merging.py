"""Layers that take a list of tensors and give one."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

from ...analyzer.specs import merging_layers as specs
from ...analyzer.specs.base import LayerSpec
from .. import functions as f
from ..api import object_named, offer
from .spec_layer import computes


def _aligned(xs: list[Any]) -> list[Any]:
    """Inputs of one rank: smaller ones get axes of 1 behind the batch axis."""
    rank = max(len(x.shape) for x in xs)
    return [
        f.reshape(x, (*x.shape[:1], *(1,) * (rank - len(x.shape)), *x.shape[1:]))
        if len(x.shape) < rank
        else x
        for x in xs
    ]


def _folded(combine: Callable[[Any, Any], Any]) -> Callable[[Any, Any, Any], Any]:
    def merge(c: Any, w: Any, x: Any) -> Any:
        return reduce(combine, _aligned(list(x)))

    return merge


for _spec, _combine in (
    (specs.ADD, lambda a, b: a + b),
    (specs.SUBTRACT, lambda a, b: a - b),
    (specs.MULTIPLY, lambda a, b: a * b),
    (specs.MAXIMUM, lambda a, b: f.maximum(a, b)),
    (specs.MINIMUM, lambda a, b: f.minimum(a, b)),
):
    computes(_spec)(_folded(_combine))


@computes(specs.AVERAGE)
def average(c: Any, w: Any, x: Any) -> Any:
    """[(batch, ...), ...] -> (batch, ...)."""
    return reduce(lambda a, b: a + b, _aligned(list(x))) / float(len(x))


@computes(specs.CONCATENATE)
def concatenate(c: Any, w: Any, x: Any) -> Any:
    """[(..., a, ...), (..., b, ...)] -> (..., a + b, ...)."""
    return f.concatenate(list(x), c.axis)


@computes(specs.DOT)
def dot(c: Any, w: Any, x: Any) -> Any:
    """[(batch, ..., k, ...), (batch, ..., k, ...)] -> (batch, ..., ...)."""
    pair = c.axes if isinstance(c.axes, list | tuple) else (c.axes, c.axes)
    axes = [a % len(t.shape) for a, t in zip(pair, x, strict=True)]
    left, right = x
    if c.normalize:
        left, right = (
            t * f.rsqrt(f.maximum(f.sum(f.square(t), axis=a, keepdims=True), 1e-12))
            for t, a in zip(x, axes, strict=True)
        )
    return f.batch_dot(left, right, tuple(axes))


def _functional(spec: LayerSpec) -> None:
    """Offer the function form of a layer: `add([a, b])`."""
    assert spec.function is not None
    name, _ = spec.function

    def merge(inputs: Any, **kwargs: Any) -> Any:
        cls = object_named(f"keras.layers.{spec.name}")
        return cls(**kwargs)(inputs)

    merge.__name__, merge.__doc__ = name, f"{spec.name} as a function."
    offer(merge, f"keras.layers.{name}")


for _spec in (
    specs.ADD,
    specs.SUBTRACT,
    specs.MULTIPLY,
    specs.AVERAGE,
    specs.MAXIMUM,
    specs.MINIMUM,
    specs.CONCATENATE,
    specs.DOT,
):
    _functional(_spec)
