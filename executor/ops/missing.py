"""Functions that look past NaN: it counts as a value that is missing."""

from __future__ import annotations

import math

import numpy as np

from ..composite import composite
from ..inputs import to_tensor
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike


@composite
def nan_to_num(
    x: TensorLike, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> TensorLike:
    """x with numbers for NaN and the infinities; None is the dtype's largest."""
    x = to_tensor(x)
    if x.dtype.kind != "f":
        return x
    limits = np.finfo(x.dtype)
    high = float(limits.max) if posinf is None else posinf
    low = float(limits.min) if neginf is None else neginf
    filled = ops["where"](ops["is_nan"](x), nan, x)
    filled = ops["where"](ops["equal"](x, math.inf), high, filled)
    return ops["where"](ops["equal"](x, -math.inf), low, filled)


@composite
def fmax(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """The larger of two; of a number and NaN the number."""
    return _either("maximum", x1, x2)


@composite
def fmin(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """The smaller of two; of a number and NaN the number."""
    return _either("minimum", x1, x2)


def _either(choose: str, x1: TensorLike, x2: TensorLike) -> TensorLike:
    x1, x2 = to_tensor(x1), to_tensor(x2)
    if x1.dtype.kind != "f" and x2.dtype.kind != "f":
        return ops[choose](x1, x2)
    first, second = ops["is_nan"](x1), ops["is_nan"](x2)
    left, right = ops["where"](first, x2, x1), ops["where"](second, x1, x2)
    return ops[choose](left, right)


@composite
def nansum(x: TensorLike, axis: object = None, keepdims: bool = False) -> TensorLike:
    """The sum of the values that are no NaN."""
    return ops["sum"](_filled(x, 0.0), axis=axis, keepdims=keepdims)


@composite
def nanmean(x: TensorLike, axis: object = None, keepdims: bool = False) -> TensorLike:
    """The mean of the values that are no NaN."""
    return nansum(x, axis, keepdims) / _count(x, axis, keepdims)


@composite
def nanstd(x: TensorLike, axis: object = None, keepdims: bool = False) -> TensorLike:
    """The standard deviation of the values that are no NaN."""
    away = ops["square"](_filled(x, 0.0) - nanmean(x, axis, True))
    there = ops["logical_not"](ops["is_nan"](x))
    total = ops["sum"](ops["where"](there, away, 0), axis=axis, keepdims=keepdims)
    return ops["sqrt"](total / _count(x, axis, keepdims))


@composite
def nanmax(x: TensorLike, axis: object = None, keepdims: bool = False) -> TensorLike:
    """The largest value that is no NaN, NaN where all are."""
    return _extreme("max", -math.inf, x, axis, keepdims)


@composite
def nanmin(x: TensorLike, axis: object = None, keepdims: bool = False) -> TensorLike:
    """The smallest value that is no NaN, NaN where all are."""
    return _extreme("min", math.inf, x, axis, keepdims)


def _extreme(name: str, least: float, x: TensorLike, axis: object, keepdims: bool) -> TensorLike:
    x = to_tensor(x)
    if x.dtype.kind != "f":
        return ops[name](x, axis=axis, keepdims=keepdims)
    found = ops[name](_filled(x, least), axis=axis, keepdims=keepdims)
    return ops["where"](_count(x, axis, keepdims) > 0, found, math.nan)


def _filled(x: TensorLike, value: float) -> TensorLike:
    x = to_tensor(x)
    return ops["where"](ops["is_nan"](x), value, x) if x.dtype.kind == "f" else x


def _count(x: TensorLike, axis: object, keepdims: bool) -> TensorLike:
    x = to_tensor(x)
    if x.dtype.kind != "f":
        x = ops["cast"](x, "float32")
    there = ops["cast"](ops["logical_not"](ops["is_nan"](x)), x.dtype.name)
    return ops["sum"](there, axis=axis, keepdims=keepdims)
