"""Dims from what a program gives as a shape: None is an axis Keras does not know."""

from __future__ import annotations

from ..dims import Dim, Dims, Expr, symbol
from ..specs.base import Inputs
from ..unknown import Unknown
from ..values import Value


def axis(dim: Value, position: int, batch: Dim | None = None) -> Dim:
    """One entry of a shape; `batch` stands for None at position 0."""
    if isinstance(dim, int | Expr) and not isinstance(dim, bool):
        return dim
    if dim is None:
        if position == 0 and batch is not None:
            return batch
        return symbol("batch" if position == 0 else f"axis{position}", static=False)
    return symbol("batch" if position == 0 else f"axis{position}")


def dims_from(shape: Value, batch: Dim | None = None) -> Inputs | None:
    """A shape or a structure of shapes as dims; None where it is not known."""
    if isinstance(shape, dict):
        shape = [shape[k] for k in sorted(shape, key=str)]
    if not isinstance(shape, list | tuple) or isinstance(shape, Unknown):
        return None
    if any(isinstance(d, list | tuple) for d in shape):
        parts = [dims_from(d, batch) for d in shape]
        return None if any(p is None for p in parts) else parts  # type: ignore[return-value]
    return tuple(axis(d, i, batch) for i, d in enumerate(shape))


def is_shape(dims: Inputs | None) -> bool:
    """Whether dims are those of one tensor."""
    return isinstance(dims, tuple)


__all__ = ["Dims", "axis", "dims_from", "is_shape"]
