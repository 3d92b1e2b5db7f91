"""Normalisation by the batch, by features, by groups."""

from __future__ import annotations

from typing import Any

from ...analyzer.specs import normalization_layers as specs
from .. import functions as f
from .spec_layer import computes


@computes(specs.BATCH_NORMALIZATION)
def batch_normalization(c: Any, w: Any, x: Any, training: Any = None, mask: Any = None) -> Any:
    """(..., features) -> the same; in training by the batch's moments, which it follows.

    A frozen layer (`trainable=False`) runs in inference mode (Keras' documentation).
    """
    gamma = w.gamma if c.scale else None
    beta = w.beta if c.center else None
    if not (training and c.trainable):
        mean, variance = w.moving_mean, w.moving_variance
        return f.batch_normalization(x, mean, variance, c.axis, beta, gamma, c.epsilon)
    if mask is None:
        y, mean, variance = f.batch_norm_train(x, gamma, beta, c.axis, c.epsilon)
    else:
        mean, variance = _masked_moments(c, x, mask)
        y = f.batch_normalization(x, mean, variance, c.axis, beta, gamma, c.epsilon)
    for name, value in (("moving_mean", mean), ("moving_variance", variance)):
        moving = w.variable(name)
        moving.assign(moving * c.momentum + f.stop_gradient(value) * (1.0 - c.momentum))
    return y


def _masked_moments(c: Any, x: Any, mask: Any) -> tuple[Any, Any]:
    """Mean and variance over the positions the mask keeps."""
    axes = tuple(i for i in range(len(x.shape)) if i != c.axis % len(x.shape))
    kept = f.cast(mask, x.dtype)
    while len(kept.shape) < len(x.shape):
        kept = f.expand_dims(kept, -1)
    kept = f.broadcast_to(kept, x.shape)
    total = f.sum(kept, axis=axes, keepdims=True)
    mean = f.sum(x * kept, axis=axes, keepdims=True) / total
    variance = f.sum(f.square(x - mean) * kept, axis=axes, keepdims=True) / total
    return f.reshape(mean, (-1,)), f.reshape(variance, (-1,))


@computes(specs.LAYER_NORMALIZATION)
def layer_normalization(c: Any, w: Any, x: Any) -> Any:
    """(..., features) -> the same with mean 0 and variance 1 for each sample."""
    gamma = w.gamma if c.scale else None
    beta = w.beta if c.center else None
    return f.layer_normalization(x, gamma, beta, c.axis, c.epsilon)


@computes(specs.GROUP_NORMALIZATION)
def group_normalization(c: Any, w: Any, x: Any) -> Any:
    """(batch, ..., channels) -> normalised within each sample and group."""
    gamma = w.gamma if c.scale else None
    beta = w.beta if c.center else None
    groups = x.shape[c.axis] if c.groups == -1 else c.groups
    return f.group_normalization(x, groups, gamma, beta, c.axis, c.epsilon)


@computes(specs.UNIT_NORMALIZATION)
def unit_normalization(c: Any, w: Any, x: Any) -> Any:
    """(...) -> the same with length 1 along `axis`."""
    axis = tuple(c.axis) if isinstance(c.axis, list) else c.axis
    return f.l2_normalize(x, axis=axis)


@computes(specs.RMS_NORMALIZATION)
def rms_normalization(c: Any, w: Any, x: Any) -> Any:
    """(..., features) -> the same divided by its root mean square."""
    return f.rms_normalization(x, w.scale, c.axis, c.epsilon)
