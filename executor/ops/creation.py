"""Tensors from nothing but a shape or a range."""

from __future__ import annotations

import numpy as np

from ..composite import composite
from ..dtypes import default_float, dtype_name
from ..inputs import freeze, to_tensor
from ..tensor import Tensor, TensorLike


def _shape(shape: object) -> tuple[int, ...]:
    given = freeze(shape)
    return given if isinstance(given, tuple) else (given,)


def _name(dtype: object) -> str:
    return default_float() if dtype is None else dtype_name(dtype)


@composite
def zeros(shape: object, dtype: object = None) -> TensorLike:
    """A tensor of zeros."""
    return Tensor.wrap(np.zeros(_shape(shape), _name(dtype)))


@composite
def ones(shape: object, dtype: object = None) -> TensorLike:
    """A tensor of ones."""
    return Tensor.wrap(np.ones(_shape(shape), _name(dtype)))


@composite
def full(shape: object, fill_value: object, dtype: object = None) -> TensorLike:
    """A tensor of one value."""
    value = to_tensor(fill_value, None if dtype is None else dtype_name(dtype))
    return to_tensor(value) * ones(_shape(shape), value.dtype.name)


@composite
def zeros_like(x: TensorLike, dtype: object = None) -> TensorLike:
    """Zeros in the shape of x."""
    x = to_tensor(x)
    return zeros(x.shape, x.dtype.name if dtype is None else dtype)


@composite
def ones_like(x: TensorLike, dtype: object = None) -> TensorLike:
    """Ones in the shape of x."""
    x = to_tensor(x)
    return ones(x.shape, x.dtype.name if dtype is None else dtype)


@composite
def full_like(x: TensorLike, fill_value: object, dtype: object = None) -> TensorLike:
    """One value in the shape of x."""
    x = to_tensor(x)
    return full(x.shape, fill_value, x.dtype.name if dtype is None else dtype)


@composite
def eye(N: int, M: int | None = None, k: int = 0, dtype: object = None) -> TensorLike:
    """(N, M) with ones on diagonal k."""
    return Tensor.wrap(np.eye(freeze(N), None if M is None else freeze(M), k, _name(dtype)))


@composite
def arange(
    start: object, stop: object = None, step: object = 1, dtype: object = None
) -> TensorLike:
    """start, start + step, ... below stop."""
    start, stop, step = freeze(start), freeze(stop), freeze(step)
    if stop is None:
        start, stop = 0, start
    given = (start, stop, step)
    name = dtype_name(dtype) if dtype is not None else None
    if name is None:
        name = default_float() if any(isinstance(v, float) for v in given) else "int32"
    return Tensor.wrap(np.arange(start, stop, step).astype(name))


@composite
def linspace(
    start: object, stop: object, num: int = 50, endpoint: bool = True, dtype: object = None
) -> TensorLike:
    """num values from start to stop, evenly."""
    values = np.linspace(freeze(start), freeze(stop), freeze(num), endpoint)
    return Tensor.wrap(values.astype(_name(dtype)))


@composite
def shape(x: TensorLike) -> tuple[int, ...]:
    """The shape as Python numbers."""
    return tuple(to_tensor(x).shape)
