"""Normalisation over batches, features, groups and vectors."""

from __future__ import annotations

from typing import Any

from ...analyzer.specs import normalization_layers as specs
from .. import functions as f
from ..dtypes import is_float
from .spec_layer import computes

_EPSILON = 1e-7


def _single(axis: Any) -> int:
    return axis[0] if isinstance(axis, list | tuple) else axis


def _wide(x: Any) -> Any:
    """Half precision is normalised in single precision."""
    narrow = is_float(x.dtype) and x.dtype.itemsize < 4
    return f.cast(x, "float32") if narrow else x


def _optional(c: Any, w: Any) -> tuple[Any, Any]:
    """gamma and beta, None where the layer has none."""
    return (w.gamma if c.scale else None), (w.beta if c.center else None)


@computes(specs.BATCH_NORMALIZATION)
def batch_normalization(c: Any, w: Any, x: Any, training: Any, mask: Any) -> Any:
    """(...) -> (...), each channel normalised by the batch or by the running statistics."""
    if c.renorm:
        raise NotImplementedError(f"{c._title}: renorm=True is not computed")
    dtype, x, axis = x.dtype.name, _wide(x), _single(c.axis)
    gamma, beta = _optional(c, w)
    if not (training and c.trainable):
        statistics = (w.moving_mean, w.moving_variance)
        y = f.batch_normalization(x, *statistics, axis, beta, gamma, c.epsilon)
        return f.cast(y, dtype)
    if mask is None:
        y, mean, variance = f.batch_norm_train(x, gamma, beta, axis, c.epsilon)
    else:
        mean, variance = _masked_moments(x, mask, axis)
        y = f.batch_normalization(x, mean, variance, axis, beta, gamma, c.epsilon)
    for name, value in (("moving_mean", mean), ("moving_variance", variance)):
        variable = w.variable(name)
        value = f.stop_gradient(value)
        variable.assign(variable.value * c.momentum + value * (1.0 - c.momentum))
    return f.cast(y, dtype)


def _masked_moments(x: Any, mask: Any, axis: int) -> tuple[Any, Any]:
    """(...) -> mean (c,), variance (c,) of the entries that are there."""
    axes = tuple(i for i in range(len(x.shape)) if i != axis % len(x.shape))
    there = f.broadcast_to(f.expand_dims(mask, -1), x.shape)
    count = f.sum(f.cast(there, x.dtype.name), axis=axes, keepdims=True) + _EPSILON
    mean = f.sum(f.where(there, x, 0.0), axis=axes, keepdims=True) / count
    squares = f.square(f.where(there, x - mean, 0.0))
    variance = f.sum(squares, axis=axes) / f.reshape(count, (-1,))
    return f.reshape(mean, (-1,)), variance


@computes(specs.LAYER_NORMALIZATION)
def layer_normalization(c: Any, w: Any, x: Any) -> Any:
    """(...) -> (...), each sample normalised along `axis`."""
    axis = tuple(c.axis) if isinstance(c.axis, list) else c.axis
    if c.rms_scaling:
        return _scaled_by_variance(c, w, x, axis)
    y = f.layer_normalization(_wide(x), *_optional(c, w), axis, c.epsilon)
    return f.cast(y, x.dtype.name)


def _scaled_by_variance(c: Any, w: Any, x: Any, axis: Any) -> Any:
    """(...) -> (...), divided by the root of the variance and scaled, not centred."""
    axes = axis if isinstance(axis, tuple) else (axis,)
    inverse = f.rsqrt(f.var(x, axis=axis, keepdims=True) + c.epsilon)
    shape = [1] * len(x.shape)
    for a in axes:
        shape[a] = x.shape[a]
    return x * inverse * f.reshape(w.gamma, tuple(shape))


@computes(specs.GROUP_NORMALIZATION)
def group_normalization(c: Any, w: Any, x: Any) -> Any:
    """(...) -> (...), each group of channels normalised within its sample."""
    axis = _single(c.axis)
    groups = x.shape[axis] if c.groups == -1 else c.groups
    y = f.group_normalization(_wide(x), groups, *_optional(c, w), axis, c.epsilon)
    return f.cast(y, x.dtype.name)


@computes(specs.UNIT_NORMALIZATION)
def unit_normalization(c: Any, w: Any, x: Any) -> Any:
    """(...) -> (...), vectors of length 1 along `axis`."""
    axis = tuple(c.axis) if isinstance(c.axis, list) else c.axis
    squares = f.sum(f.square(x), axis=axis, keepdims=True)
    return x * f.minimum(f.rsqrt(squares), 1e12)


@computes(specs.RMS_NORMALIZATION)
def rms_normalization(c: Any, w: Any, x: Any) -> Any:
    """(...) -> (...), vectors of root mean square 1 along `axis`."""
    return f.rms_normalization(x, w.scale, c.axis, c.epsilon)
