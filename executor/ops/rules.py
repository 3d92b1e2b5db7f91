"""Shape rules of primitives that have no public name, and short forms for common ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...analyzer import shapes
from ...analyzer.specs.base import Args, OpSpec, TensorType
from ...analyzer.specs.dtypes import promote
from ..dtypes import FLOATS, default_float
from ..inputs import to_tensor
from ..tensor import TensorLike


def primitive(name: str, signature: str, result: Callable[[Args], object]) -> OpSpec:
    """The spec of an op that only the executor knows."""
    return OpSpec(name, signature, result, names={})


def floating(dtype: str | None) -> str | None:
    """The dtype of a function into the reals: floats stay, the rest becomes the default."""
    return dtype if dtype is None or dtype in FLOATS else default_float()


def same(a: Args) -> TensorType:
    """(...) -> (...), same dtype."""
    return a.x


def same_floating(a: Args) -> TensorType:
    """(...) -> (...), a float dtype."""
    return TensorType(a.x.shape, floating(a.x.dtype))


def to_bool(a: Args) -> TensorType:
    """(...) -> (...), bool."""
    return TensorType(a.x.shape, "bool")


def broadcast(a: Args) -> TensorType:
    """(..., a), (..., a or 1) -> (..., a)."""
    x, y = a.x1, a.x2
    return TensorType(
        shapes.broadcast(x.shape, y.shape),
        promote(x.dtype, y.dtype),
    )


def broadcast_floating(a: Args) -> TensorType:
    """As `broadcast`, a float dtype."""
    both = broadcast(a)
    return TensorType(both.shape, floating(both.dtype))


def broadcast_bool(a: Args) -> TensorType:
    """As `broadcast`, bool."""
    return TensorType(broadcast(a).shape, "bool")


def axes_of(axis: Any, rank: int) -> tuple[int, ...]:
    """None (all), one axis or several, as sorted non-negative axes."""
    if axis is None:
        return tuple(range(rank))
    given = axis if isinstance(axis, tuple | list) else (axis,)
    return tuple(sorted({shapes.normalize_axis(int(i), rank) for i in given}))


def reduced(a: Args) -> TensorType:
    """(..., n, ...) -> (..., ...) without the axes, or with 1 in their place."""
    shape = a.x.shape
    axes = axes_of(a.axis, len(shape))
    kept = [1 if i in axes else d for i, d in enumerate(shape) if a.keepdims or i not in axes]
    return TensorType(tuple(kept), a.x.dtype)


def reduced_to(dtype: str) -> Callable[[Args], TensorType]:
    """As `reduced`, with a fixed dtype."""

    def rule(a: Args) -> TensorType:
        return TensorType(reduced(a).shape, dtype)

    return rule


def as_float(x: object) -> TensorLike:
    """Integers and booleans as floats, floats as they are."""
    x = to_tensor(x)
    return to_tensor(x, floating(x.dtype.name))
