"""Order: sorting, the largest elements, searching in a sorted sequence."""

from __future__ import annotations

import numpy as np

from ...analyzer.specs.base import TensorType
from ..composite import composite
from ..inputs import freeze, to_tensor
from ..op import Case, Op, Traits
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import rules

_argsort = Op(
    "argsort_along",
    spec=rules.primitive(
        "argsort_along", "(x: tensor, axis=-1)", lambda a: TensorType(a.x.shape, "int32")
    ),
    kernel=lambda s, ins, outs: (
        lambda: np.copyto(outs[0], np.argsort(ins[0], axis=s.axis, kind="stable"), casting="unsafe")
    ),
    vjp=None,
    cases=(Case((3, 4)), Case((3, 4), axis=0)),
)


@composite
def argsort(x: TensorLike, axis: int | None = -1, direction: str = "ASCENDING") -> TensorLike:
    """Positions that sort x, ties in order; flat for axis None."""
    x = to_tensor(x)
    x = -x if direction == "DESCENDING" else x
    return _argsort(ops["reshape"](x, (-1,)), 0) if axis is None else _argsort(x, axis)


@composite
def sort(x: TensorLike, axis: int = -1, direction: str = "ASCENDING") -> TensorLike:
    """x in rising or falling order along an axis."""
    return ops["take_along_axis"](x, ops["argsort"](x, axis, direction), axis)


@composite
def top_k(x: TensorLike, k: int = 1) -> tuple[TensorLike, TensorLike]:
    """(..., n) -> values and positions (..., k) of the largest, falling."""
    x = to_tensor(x)
    order = ops["argsort"](-x, -1)
    picks = ops["slice_axis"](order, len(x.shape) - 1, 0, freeze(k))
    return ops["take_along_axis"](x, picks, -1), picks


search = Op(
    "search",
    spec=rules.primitive(
        "search",
        "(sorted_sequence: tensor, values: tensor, side='left')",
        lambda a: TensorType(a.values.shape, "int32"),
    ),
    kernel=lambda s, ins, outs: (
        lambda: np.copyto(outs[0], np.searchsorted(ins[0], ins[1], s.side), casting="unsafe")
    ),
    vjp=None,
    cases=(Case([1.0, 2.0, 3.0], [0.5, 2.0, 9.0]),),
    traits=Traits(unify=("*",)),
)


@composite
def searchsorted(x: TensorLike, values: TensorLike) -> TensorLike:
    """Where the values go into sorted x."""
    return search(x, values)
