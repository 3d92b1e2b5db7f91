"""Normalisation by moments: over the batch, over features, over groups."""

from __future__ import annotations

from ..composite import composite
from ..inputs import freeze, to_tensor
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import rules

EPSILON = 1e-7  # where Keras says None: keras.backend.epsilon()


def _aligned(p: TensorLike, shape: tuple[int, ...], axis: int) -> TensorLike:
    """(c,) -> (1, ..., c, ..., 1), ready to broadcast against x."""
    axis %= len(shape)
    p = to_tensor(p)
    if axis == len(shape) - 1 or len(p.shape) != 1:
        return p
    return ops["reshape"](p, tuple(shape[i] if i == axis else 1 for i in range(len(shape))))


@composite
def batch_normalization(
    x: TensorLike,
    mean: TensorLike,
    variance: TensorLike,
    axis: int = -1,
    offset: TensorLike | None = None,
    scale: TensorLike | None = None,
    epsilon: float = 1e-3,
) -> TensorLike:
    """(x - mean) / sqrt(variance + epsilon) * scale + offset along one axis."""
    x = to_tensor(x)
    factor = ops["rsqrt"](to_tensor(variance) + epsilon)
    if scale is not None:
        factor = factor * scale
    shift = -to_tensor(mean) * factor
    if offset is not None:
        shift = shift + offset
    return x * _aligned(factor, x.shape, axis) + _aligned(shift, x.shape, axis)


@composite
def batch_norm_train(
    x: TensorLike,
    scale: TensorLike | None = None,
    offset: TensorLike | None = None,
    axis: int = -1,
    epsilon: float = 1e-3,
) -> tuple[TensorLike, TensorLike, TensorLike]:
    """(..., c) -> normalised by the batch's own moments; mean (c,) and variance (c,)."""
    x = to_tensor(x)
    axis %= len(x.shape)
    channels = x.shape[axis]
    last = axis == len(x.shape) - 1
    moved = x if last else ops["moveaxis"](x, axis, -1)
    rows = ops["reshape"](moved, (x.size // max(channels, 1), channels))
    scale = ops["ones"]((channels,), x.dtype.name) if scale is None else scale
    offset = ops["zeros"]((channels,), x.dtype.name) if offset is None else offset
    y, mean, variance = ops["batch_norm"](rows, scale, offset, epsilon)
    y = ops["reshape"](y, moved.shape)
    return y if last else ops["moveaxis"](y, -1, axis), mean, variance


@composite
def layer_normalization(
    x: TensorLike,
    gamma: TensorLike | None = None,
    beta: TensorLike | None = None,
    axis: object = -1,
    epsilon: float | None = None,
) -> TensorLike:
    """(..., features) -> the same with mean 0 and variance 1 along `axis`, then scaled."""
    x, epsilon = to_tensor(x), EPSILON if epsilon is None else epsilon
    axes = rules.axes_of(freeze(axis), len(x.shape))
    if axes != tuple(range(len(x.shape) - len(axes), len(x.shape))):
        return _layer_norm_in_ops(x, gamma, beta, axes, epsilon)
    width = 1
    for i in axes:
        width *= x.shape[i]
    rows = ops["reshape"](x, (x.size // max(width, 1), width))
    dtype = x.dtype.name
    gamma = ops["ones"]((width,), dtype) if gamma is None else ops["reshape"](gamma, (width,))
    beta = ops["zeros"]((width,), dtype) if beta is None else ops["reshape"](beta, (width,))
    y, _, _ = ops["layer_norm"](rows, gamma, beta, epsilon)
    return ops["reshape"](y, x.shape)


def _layer_norm_in_ops(
    x: TensorLike,
    gamma: TensorLike | None,
    beta: TensorLike | None,
    axes: tuple[int, ...],
    epsilon: float,
) -> TensorLike:
    """The same over axes that do not lie together at the end."""
    shape = tuple(d if i in axes else 1 for i, d in enumerate(x.shape))
    centred = x - ops["mean"](x, axis=axes, keepdims=True)
    variance = ops["mean"](ops["square"](centred), axis=axes, keepdims=True)
    out = centred * ops["rsqrt"](variance + epsilon)
    if gamma is not None:
        out = out * ops["reshape"](gamma, shape)
    return out if beta is None else out + ops["reshape"](beta, shape)


@composite
def rms_normalization(
    x: TensorLike,
    scale: TensorLike | None = None,
    axis: object = -1,
    epsilon: float | None = None,
) -> TensorLike:
    """x divided by its root mean square along `axis`, then scaled."""
    x, epsilon = to_tensor(x), EPSILON if epsilon is None else epsilon
    power = ops["mean"](ops["square"](x), axis=axis, keepdims=True)
    out = x * ops["rsqrt"](power + epsilon)
    return out if scale is None else out * scale


@composite
def normalize_op(
    x: TensorLike, axis: object = -1, order: float = 2, epsilon: float | None = None
) -> TensorLike:
    """x divided by its norm of that order along `axis`, which counts as `epsilon` at least."""
    x, epsilon = to_tensor(x), EPSILON if epsilon is None else epsilon
    if order == 2:
        return ops["l2_normalize"](x, axis, epsilon * epsilon)
    length = ops["norm"](x, ord=order, axis=axis, keepdims=True)
    return x / ops["maximum"](length, epsilon)


@composite
def group_normalization(
    x: TensorLike,
    groups: int,
    gamma: TensorLike | None = None,
    beta: TensorLike | None = None,
    axis: int = -1,
    epsilon: float = 1e-3,
) -> TensorLike:
    """Normalised within each sample and group of channels."""
    x = to_tensor(x)
    rank = len(x.shape)
    axis %= rank
    channels = x.shape[axis]
    split = (*x.shape[:axis], groups, channels // groups, *x.shape[axis + 1 :])
    parts = ops["reshape"](x, split)
    axes = tuple(i for i in range(1, rank + 1) if i != axis)
    mean, variance = ops["moments"](parts, axes, True)
    shape = tuple(channels if i == axis else 1 for i in range(rank))
    wide = tuple(
        groups if i == axis else channels // groups if i == axis + 1 else 1 for i in range(rank + 1)
    )
    out = (parts - mean) * ops["rsqrt"](variance + epsilon)
    if gamma is not None:
        out = out * ops["reshape"](gamma, wide)
    out = ops["reshape"](out, x.shape)
    return out if beta is None else out + ops["reshape"](beta, shape)
