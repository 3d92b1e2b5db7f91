"""Tensors from nothing but a shape or a range."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..composite import composite
from ..dtypes import default_float, dtype_name
from ..inputs import freeze, to_tensor
from ..tensor import OPERATORS as ops
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
def eye(
    rows: int,
    columns: int | None = None,
    k: int = 0,
    batch_shape: object = None,
    dtype: object = None,
) -> TensorLike:
    """(*batch_shape, rows, columns) with ones on diagonal k."""
    one = np.eye(freeze(rows), None if columns is None else freeze(columns), k, _name(dtype))
    lead = () if batch_shape is None else _shape(batch_shape)
    return Tensor.wrap(np.ascontiguousarray(np.broadcast_to(one, (*lead, *one.shape))))


@composite
def range_(start: Any, stop: Any = None, step: Any = None, dtype: object = None) -> TensorLike:
    """start, start + step, ... below stop."""
    start, stop = freeze(start), freeze(stop)
    step = 1 if step is None else freeze(step)
    if stop is None:
        start, stop = 0, start
    given = (start, stop, step)
    name = dtype_name(dtype) if dtype is not None else None
    if name is None:
        name = default_float() if any(isinstance(v, float) for v in given) else "int32"
    return Tensor.wrap(np.arange(start, stop, step).astype(name))


@composite
def linspace(
    start: object, stop: object, num: int = 50, dtype: object = None, endpoint: bool = True
) -> TensorLike:
    """num values from start to stop, evenly."""
    values = np.linspace(freeze(start), freeze(stop), freeze(num), endpoint)
    return Tensor.wrap(values.astype(_name(dtype)))


@composite
def empty(shape: object, dtype: object = None) -> TensorLike:
    """A tensor of which only the shape counts; zeros."""
    return zeros(shape, dtype)


@composite
def shape(x: TensorLike, dtype: object = None) -> TensorLike:
    """The shape as a tensor of integers; shapes are known, so its values are, too."""
    name = "int32" if dtype is None else dtype_name(dtype)
    return Tensor.wrap(np.array(to_tensor(x).shape, name))


@composite
def static_shape(x: TensorLike) -> tuple[int, ...]:
    """The shape as Python numbers."""
    return tuple(to_tensor(x).shape)


@composite
def size(x: TensorLike, dtype: object = None) -> TensorLike:
    """The number of elements as a tensor."""
    name = "int32" if dtype is None else dtype_name(dtype)
    return Tensor.wrap(np.array(to_tensor(x).size, name))


@composite
def static_size(x: TensorLike, axis: int | None = None) -> int:
    """The number of elements, of all or one axis, as a Python number."""
    x = to_tensor(x)
    return x.size if axis is None else x.shape[axis]


@composite
def rank(x: TensorLike) -> TensorLike:
    """The number of axes as a tensor."""
    return Tensor.wrap(np.array(len(to_tensor(x).shape), np.int32))


@composite
def ndim(x: TensorLike) -> int:
    """The number of axes as a Python number."""
    return len(to_tensor(x).shape)


@composite
def constant(x: object, dtype: object = None, shape: object = None) -> TensorLike:
    """A tensor of given values, one value spread over `shape`."""
    value = to_tensor(x, None if dtype is None else dtype_name(dtype))
    if shape is None:
        return value
    wanted = _shape(shape)
    if value.size == 1:
        return ops["broadcast_to"](ops["reshape"](value, ()), wanted)
    return ops["reshape"](value, wanted)


@composite
def sequence_mask(x: TensorLike, maxlen: int | None = None, dtype: object = None) -> TensorLike:
    """(...) -> (..., maxlen), True before the length."""
    lengths = to_tensor(x)
    if maxlen is None:
        maxlen = int(np.asarray(lengths).max(initial=0))
    steps = np.arange(freeze(maxlen), dtype=lengths.dtype)
    mask = steps < ops["expand_dims"](lengths, -1)
    return mask if dtype is None else ops["cast"](mask, dtype)
