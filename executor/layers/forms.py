"""Shapes between Keras' form (None, lists, tuples, dicts) and that of the specs (dims)."""

from __future__ import annotations

from functools import cache
from typing import Any

from ...analyzer.dims import symbol
from .. import structure
from .keras_tensor import KerasTensor


def dims_of(shape: Any) -> Any:
    """Keras' shapes -> dims: a tuple for one tensor, a list for several."""
    if shape is None:
        return None
    if structure.is_shape(shape):
        return tuple(_dim(i, d) for i, d in enumerate(shape))
    children = [shape[k] for k in structure.keys(shape)] if isinstance(shape, dict) else shape
    return [dims_of(s) for s in children]


def _dim(position: int, size: int | None) -> Any:
    if size is not None:
        return size
    return _batch() if position == 0 else symbol(f"d{position}", static=False)


@cache
def _batch() -> Any:
    return symbol("batch", static=False)


def structure_shape(value: Any) -> Any:
    """The shapes of tensors in their structure; None for what is no tensor."""
    return structure.map_structure(lambda t: tuple(t.shape) if hasattr(t, "shape") else None, value)


def call_dims(value: Any) -> Any:
    """A call argument as specs see it: dims in place of tensors."""
    if not structure.is_nested(value) and not hasattr(value, "shape"):
        return value
    return dims_of(structure_shape(value))


def tensors_of(shapes: Any, dtype: str) -> Any:
    """Dims -> symbolic tensors; the outermost list becomes a tuple, as in Keras 3."""
    if isinstance(shapes, list):
        return tuple(tensors_of(s, dtype) for s in shapes)
    return KerasTensor([d if isinstance(d, int) else None for d in shapes], dtype)
