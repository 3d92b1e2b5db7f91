"""From losses per sample to one number: ranks brought together, masks, weights, reductions."""

from __future__ import annotations

import math
from typing import Any

from .. import functions as f
from ..inputs import to_tensor

REDUCTIONS = ("sum_over_batch_size", "sum", None, "none", "mean", "mean_with_sample_weight")


def check_reduction(reduction: Any) -> Any:
    """The reduction, if it is one."""
    if reduction == "auto":  # Keras 2's name of the default
        return "sum_over_batch_size"
    if reduction not in REDUCTIONS:
        known = ", ".join(repr(r) for r in REDUCTIONS)
        raise ValueError(f"a loss needs a reduction out of {known}, got {reduction!r}")
    return reduction


def same_rank(left: Any, right: Any) -> tuple[Any, Any]:
    """Two tensors whose ranks differ by a last axis of 1, brought to one rank."""
    return _shrunk(left, right) if len(left.shape) > len(right.shape) else _swapped(left, right)


def _swapped(left: Any, right: Any) -> tuple[Any, Any]:
    right, left = _shrunk(right, left)
    return left, right


def _shrunk(larger: Any, smaller: Any) -> tuple[Any, Any]:
    if len(larger.shape) == len(smaller.shape) + 1 and larger.shape[-1] == 1:
        if len(smaller.shape) == 1:
            return larger, f.expand_dims(smaller, -1)
        return f.squeeze(larger, -1), smaller
    return larger, smaller


def with_mask(weight: Any, mask: Any, dtype: str, reduction: Any) -> Any:
    """Sample weights with a mask merged in; under a mean, masked entries do not count."""
    if mask is None:
        return weight
    scale = f.cast(mask, dtype)
    if reduction in ("mean", "sum_over_batch_size"):
        total = float(math.prod(mask.shape))
        scale = f.where(f.cast(mask, "bool"), f.divide_no_nan(total, f.sum(scale)), 0.0)
        scale = f.cast(scale, dtype)
    if weight is None:
        return scale
    scale, weight = same_rank(scale, f.cast(weight, dtype))
    return weight * scale


def weighted(values: Any, weight: Any, mask: Any, reduction: Any, dtype: str) -> Any:
    """(batch, ...) losses -> the loss, or the losses where nothing is reduced."""
    values = to_tensor(values, dtype)
    weight = None if weight is None else to_tensor(weight, dtype)
    weight = with_mask(weight, mask, dtype, reduction)
    if weight is not None:
        values, weight = same_rank(values, f.cast(weight, dtype))
        values = values * weight
    return _reduced(values, weight, reduction)


def _reduced(values: Any, weight: Any, reduction: Any) -> Any:
    if reduction in (None, "none") or tuple(values.shape) in ((), (0,)):
        return values
    total = f.sum(values)
    if reduction == "sum":
        return total
    if reduction == "mean_with_sample_weight" and weight is not None:
        return f.divide_no_nan(total, f.sum(weight))
    return total / float(max(math.prod(values.shape), 1))
