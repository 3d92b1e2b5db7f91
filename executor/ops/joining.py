"""Arrays put together, taken apart and turned, in NumPy's less common ways."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..composite import composite
from ..inputs import freeze, to_tensor
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike


def _at_least(x: TensorLike, rank: int) -> TensorLike:
    """NumPy's atleast_nd: (n,) is a row of a matrix, and a matrix gets depth 1."""
    x = to_tensor(x)
    if len(x.shape) >= rank:
        return x
    if rank == 3 and len(x.shape) == 2:
        return ops["expand_dims"](x, -1)
    if rank == 3 and len(x.shape) == 1:
        return ops["reshape"](x, (1, -1, 1))
    return ops["reshape"](x, (1,) * (rank - len(x.shape)) + tuple(x.shape))


@composite
def vstack(xs: Sequence[TensorLike]) -> TensorLike:
    """Rows below one another."""
    return ops["concatenate"]([_at_least(x, 2) for x in xs], 0)


@composite
def hstack(xs: Sequence[TensorLike]) -> TensorLike:
    """Columns beside one another."""
    parts = [_at_least(x, 1) for x in xs]
    return ops["concatenate"](parts, 0 if len(parts[0].shape) == 1 else 1)


@composite
def dstack(xs: Sequence[TensorLike]) -> TensorLike:
    """Along the third axis."""
    return ops["concatenate"]([_at_least(x, 3) for x in xs], 2)


@composite
def append(x1: TensorLike, x2: TensorLike, axis: int | None = None) -> TensorLike:
    """x2 after x1 along an axis; both flat for None."""
    if axis is None:
        return ops["concatenate"]([ops["ravel"](x1), ops["ravel"](x2)], 0)
    return ops["concatenate"]([x1, x2], axis)


@composite
def array_split(x: TensorLike, sections: object, axis: int = 0) -> list[TensorLike]:
    """Parts of nearly equal length, the longer ones first; or cut at indices."""
    x = to_tensor(x)
    count = freeze(sections)
    if not isinstance(count, int):
        return ops["split"](x, count, axis)
    long, rest = divmod(x.shape[axis], count)
    return ops["split"](x, None, axis, [long + (i < rest) for i in range(count)])


@composite
def meshgrid(xs: Sequence[TensorLike], indexing: str = "xy") -> list[TensorLike]:
    """(n,), (m,), ... -> grids of coordinates."""
    flat = [ops["ravel"](x) for x in xs]
    order = list(range(len(flat)))
    if indexing == "xy" and len(flat) > 1:
        order[:2] = [1, 0]
    shape = [0] * len(flat)
    for i, place in enumerate(order):
        shape[place] = flat[i].shape[0]
    grids = []
    for i, x in enumerate(flat):
        own = [1] * len(flat)
        own[order[i]] = x.shape[0]
        grids.append(ops["broadcast_to"](ops["reshape"](x, tuple(own)), tuple(shape)))
    return grids


@composite
def rot90(x: TensorLike, k: int = 1) -> TensorLike:
    """The first two axes turned by k quarters."""
    x = to_tensor(x)
    turned = k % 4
    if turned == 2:
        return ops["flip"](x, (0, 1))
    if turned == 1:
        return ops["flip"](ops["swapaxes"](x, 0, 1), 0)
    return ops["swapaxes"](ops["flip"](x, 0), 0, 1) if turned == 3 else x


@composite
def diff(x: TensorLike, n: int = 1, axis: int = -1) -> TensorLike:
    """Differences of neighbours, n times over."""
    x = to_tensor(x)
    at = axis % len(x.shape)
    for _ in range(n):
        steps = x.shape[at]
        x = ops["slice_axis"](x, at, 1, steps) - ops["slice_axis"](x, at, 0, steps - 1)
    return x


@composite
def diag(x: TensorLike, k: int = 0) -> TensorLike:
    """(n,) -> the matrix with this diagonal; a matrix -> its diagonal."""
    x = to_tensor(x)
    if len(x.shape) == 1:
        size = x.shape[0] + abs(k)
        start = k if k >= 0 else -k * size
        picks = start + np.arange(x.shape[0], dtype=np.int32) * (size + 1)
        return ops["reshape"](ops["add_rows"](x, picks, size * size), (size, size))
    return _diagonal(x, k)


def _diagonal(x: TensorLike, k: int = 0) -> TensorLike:
    """(..., m, n) -> (..., length of the diagonal)."""
    m, n = x.shape[-2:]
    length = max(min(m + min(k, 0), n - max(k, 0)), 0)
    start = k if k >= 0 else -k * n
    picks = start + np.arange(length, dtype=np.int32) * (n + 1)
    flat = ops["reshape"](x, (*x.shape[:-2], m * n))
    return ops["gather"](flat, picks, len(x.shape) - 2)


@composite
def matrix_diag(x: TensorLike) -> TensorLike:
    """(..., n) -> (..., n, n) with x on the diagonal."""
    x = to_tensor(x)
    return ops["expand_dims"](x, -1) * np.eye(x.shape[-1], dtype=x.dtype)


@composite
def matrix_diag_part(x: TensorLike) -> TensorLike:
    """(..., m, n) -> (..., min(m, n)), the diagonals."""
    return _diagonal(to_tensor(x))


@composite
def trace(x: TensorLike) -> TensorLike:
    """(..., m, n) -> (...), the sums of the diagonals."""
    return ops["sum"](_diagonal(to_tensor(x)), axis=-1)
