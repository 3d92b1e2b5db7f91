"""Images made larger or smaller: by repetition, or between the nearest pixels."""

from __future__ import annotations

import numpy as np

from ..composite import composite
from ..inputs import freeze, to_tensor
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import windows


def _linear_matrix(old: int, new: int) -> np.ndarray:
    """(new, old): each row mixes the two nearest positions, pixel centres aligned."""
    at = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, old - 1)
    matrix = np.zeros((new, old))
    np.add.at(matrix, (np.arange(new), low), 1 - (at - low))
    np.add.at(matrix, (np.arange(new), high), at - low)
    return matrix


def _along(x: TensorLike, axis: int, new: int, interpolation: str) -> TensorLike:
    old = x.shape[axis]
    if old == new:
        return x
    if interpolation == "nearest":
        picks = np.floor((np.arange(new) + 0.5) * old / new).astype(np.int32)
        return ops["take"](x, np.minimum(picks, old - 1), axis)
    matrix = _linear_matrix(old, new).astype(x.dtype)
    flat = ops["reshape"](x, (int(np.prod(x.shape[:axis])), old, -1))
    out = ops["product"](np.broadcast_to(matrix, (flat.shape[0], new, old)), flat)
    return ops["reshape"](out, (*x.shape[:axis], new, *x.shape[axis + 1 :]))


@composite
def resize(
    images: TensorLike,
    size: object,
    interpolation: str = "bilinear",
    data_format: str | None = None,
) -> TensorLike:
    """(batch, h, w, c) -> (batch, size[0], size[1], c), "nearest" or "bilinear"."""
    if interpolation not in ("nearest", "bilinear"):
        raise ValueError(f"interpolation {interpolation!r} is not available")
    x = windows.channels_last(to_tensor(images), data_format)
    first = len(x.shape) - 3
    for k, new in enumerate(freeze(size)):
        x = _along(x, first + k, int(new), interpolation)
    return windows.back(x, data_format)


@composite
def upsample(
    x: TensorLike,
    size: object,
    interpolation: str = "nearest",
    data_format: str | None = None,
) -> TensorLike:
    """(batch, ..., c) -> each spatial axis made `size` times longer."""
    x = windows.channels_last(to_tensor(x), data_format)
    times = windows.per_axis(size, len(x.shape) - 2)
    for k, by in enumerate(times):
        if interpolation == "nearest":
            x = ops["repeat"](x, by, k + 1) if by != 1 else x
        else:
            x = _along(x, k + 1, x.shape[k + 1] * by, interpolation)
    return windows.back(x, data_format)
