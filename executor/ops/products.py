"""Matrix products and contractions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ...analyzer import shapes
from ...analyzer.specs.base import Args, TensorType
from ...analyzer.specs.dtypes import promote
from ..composite import composite
from ..inputs import freeze, to_tensor
from ..op import Arrays, Case, Fails, Op, Run, Statics, Traits
from ..scratch import scratch
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import rules


def _flipped(shape: tuple[int, ...], flip: bool) -> tuple[int, ...]:
    return (*shape[:-2], shape[-1], shape[-2]) if flip else tuple(shape)


def _rule(a: Args) -> TensorType:
    """(..., m, k), (..., k, n) -> (..., m, n), each operand transposed if asked."""
    left = _flipped(a.x1.shape, a.transpose_a)
    right = _flipped(a.x2.shape, a.transpose_b)
    return TensorType(shapes.matmul(left, right), promote(a.x1.dtype, a.x2.dtype))


def _swap(x: np.ndarray, flip: bool) -> np.ndarray:
    return x.swapaxes(-1, -2) if flip else x


def _kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    a, b = ins
    out = outs[0]
    depth = a.shape[-2 if s.transpose_a else -1]
    if out.dtype in _FLOATS and out.size * depth >= _SMALL:
        run = _tiled(s, _three(a), _three(b), _three(out))
        if run is not None:
            return run
    left, right = _swap(a, s.transpose_a), _swap(b, s.transpose_b)
    return partial(np.matmul, left, right, out)


# Fewer multiply-adds than this are cheaper through NumPy's own call.
_SMALL = 4096
_FLOATS = (np.float32, np.float64)


def _three(x: np.ndarray) -> np.ndarray:
    """(..., m, n) -> (g, m, n)."""
    return x.reshape(-1, *x.shape[-2:])


def _tiled(s: Statics, a: np.ndarray, b: np.ndarray, out: np.ndarray) -> Run | None:
    """The product by the tiles of kernels/; None where batches mix or both are turned."""
    from ..kernels import matmul as kernels  # numba is not needed by who only looks

    count = out.shape[0]
    if a.shape[0] not in (1, count) or b.shape[0] not in (1, count):
        return None
    if s.transpose_a and s.transpose_b:
        return None
    if count == 1:
        return _tiled_one(s, a[0], b[0], out[0])
    if s.transpose_a:
        return partial(kernels.batch_matmul_tn, a, b, out)
    if s.transpose_b:
        working = scratch(kernels.batch_matmul_nt_scratch(b.shape), out.dtype)
        return partial(kernels.batch_matmul_nt, a, b, working, out)
    return partial(kernels.batch_matmul, a, b, out)


def _tiled_one(s: Statics, a: np.ndarray, b: np.ndarray, out: np.ndarray) -> Run:
    from ..kernels import matmul as kernels

    if s.transpose_a:
        shape = kernels.matmul_tn_scratch(a.shape[0], *out.shape)
        return partial(kernels.matmul_tn, a, b, scratch(shape, out.dtype), out)
    if s.transpose_b:
        working = scratch(kernels.matmul_nt_scratch(b.shape), out.dtype)
        return partial(kernels.matmul_nt, a, b, working, out)
    return partial(kernels.matmul, a, b, out)


def _left(g: TensorLike, out: TensorLike, x: TensorLike, y: TensorLike, s: Statics) -> TensorLike:
    if s.transpose_a:
        return product(y, g, s.transpose_b, True)
    return product(g, y, False, not s.transpose_b)


def _right(g: TensorLike, out: TensorLike, x: TensorLike, y: TensorLike, s: Statics) -> TensorLike:
    if s.transpose_b:
        return product(g, x, True, s.transpose_a)
    return product(x, g, not s.transpose_a, False)


product = Op(
    "product",
    spec=rules.primitive(
        "product", "(x1: tensor, x2: tensor, transpose_a=False, transpose_b=False)", _rule
    ),
    kernel=_kernel,
    vjp=(_left, _right),
    cases=(
        Case((2, 3), (3, 4)),
        Case((3, 2), (4, 3), transpose_a=True, transpose_b=True),
        Case((5, 2, 3), (3, 4)),
        Case((0, 3), (3, 4)),
        Fails((2, 3), (4, 5)),
    ),
    traits=Traits(unify=("*",)),
)


@composite
def matmul(
    x1: TensorLike,
    x2: TensorLike,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
) -> TensorLike:
    """(..., m, k), (..., k, n) -> (..., m, n); vectors as in NumPy."""
    x1, x2 = to_tensor(x1), to_tensor(x2)
    if transpose_a or adjoint_a or transpose_b or adjoint_b:
        return product(x1, x2, transpose_a or adjoint_a, transpose_b or adjoint_b)
    if len(x1.shape) > 1 and len(x2.shape) > 1:
        return _folded(x1, x2)
    out_shape = shapes.matmul(x1.shape, x2.shape)
    left = ops["expand_dims"](x1, 0) if len(x1.shape) == 1 else x1
    right = ops["expand_dims"](x2, -1) if len(x2.shape) == 1 else x2
    return ops["reshape"](product(left, right), out_shape)


def _folded(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """A stack times one matrix is one larger product: (..., m, k) as (... * m, k)."""
    if len(x1.shape) <= 2 or len(x2.shape) != 2:
        return product(x1, x2)
    out_shape = shapes.matmul(x1.shape, x2.shape)
    rows = ops["reshape"](x1, (x1.size // max(x1.shape[-1], 1), x1.shape[-1]))
    return ops["reshape"](product(rows, x2), out_shape)


@composite
def dot(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """Over the last axis of x1 and the second last of x2, as NumPy's dot."""
    x1, x2 = to_tensor(x1), to_tensor(x2)
    if not x1.shape or not x2.shape:
        return ops["multiply"](x1, x2)
    return ops["tensordot"](x1, x2, ((-1,), (-2 if len(x2.shape) > 1 else -1,)))


@composite
def tensordot(x1: TensorLike, x2: TensorLike, axes: object = 2) -> TensorLike:
    """Over the given axes of both; the other axes follow in order."""
    x1, x2 = to_tensor(x1), to_tensor(x2)
    left, right = _dot_axes(freeze(axes), len(x1.shape), len(x2.shape))
    free1 = [i for i in range(len(x1.shape)) if i not in left]
    free2 = [i for i in range(len(x2.shape)) if i not in right]
    inner = int(np.prod([x1.shape[i] for i in left], dtype=np.int64))
    a = ops["reshape"](_ordered(x1, (*free1, *left)), (-1, inner))
    b = ops["reshape"](_ordered(x2, (*right, *free2)), (inner, -1))
    shape = (*[x1.shape[i] for i in free1], *[x2.shape[i] for i in free2])
    return ops["reshape"](product(a, b), shape)


def _ordered(x: TensorLike, order: tuple[int, ...]) -> TensorLike:
    return x if order == tuple(range(len(order))) else ops["transpose"](x, order)


def _dot_axes(axes: Any, rank1: int, rank2: int) -> tuple[list[int], list[int]]:
    if isinstance(axes, int):
        return list(range(rank1 - axes, rank1)), list(range(axes))
    left, right = ((a,) if isinstance(a, int) else a for a in axes)
    return [i % rank1 for i in left], [i % rank2 for i in right]


@composite
def matvec(
    a: TensorLike, b: TensorLike, transpose_a: bool = False, adjoint_a: bool = False
) -> TensorLike:
    """(..., m, n), (..., n) -> (..., m)."""
    column = product(a, ops["expand_dims"](b, -1), transpose_a or adjoint_a, False)
    return ops["squeeze"](column, -1)


@composite
def matrix_transpose(x: TensorLike) -> TensorLike:
    """(..., m, n) -> (..., n, m)."""
    return ops["swapaxes"](x, -1, -2)


@composite
def batch_dot(x1: TensorLike, x2: TensorLike, axes: object = None) -> TensorLike:
    """(batch, ...), (batch, ...) -> the other axes in order, one axis of each summed."""
    x1, x2 = to_tensor(x1), to_tensor(x2)
    rank1, rank2 = len(x1.shape), len(x2.shape)
    given = freeze(axes)
    if given is None:
        given = (rank1 - 1, rank2 - 2 if rank2 > 2 else rank2 - 1)
    left, right = (given, given) if isinstance(given, int) else given
    left, right = left % rank1, right % rank2
    rest1 = [i for i in range(1, rank1) if i != left]
    rest2 = [i for i in range(1, rank2) if i != right]
    batch, inner = x1.shape[0], x1.shape[left]
    a = ops["reshape"](_ordered(x1, (0, *rest1, left)), (batch, -1, inner))
    b = ops["reshape"](_ordered(x2, (0, right, *rest2)), (batch, inner, -1))
    shape = (batch, *[x1.shape[i] for i in rest1], *[x2.shape[i] for i in rest2])
    return ops["reshape"](product(a, b), shape if len(shape) > 1 else (batch, 1))


@composite
def outer(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """(n,), (m,) -> (n, m)."""
    return ops["reshape"](x1, (-1, 1)) * ops["reshape"](x2, (1, -1))


@composite
def inner(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """(..., n), (... , n) -> the products summed over n; a scalar multiplies."""
    x1, x2 = to_tensor(x1), to_tensor(x2)
    if not x1.shape or not x2.shape:
        return x1 * x2
    return ops["tensordot"](x1, x2, [[-1], [-1]])


def _band_rule(a: Args) -> TensorType:
    return a.x


def _band_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    m, n = ins[0].shape[-2:]
    down = np.subtract.outer(np.arange(m), np.arange(n))
    keep = np.ones((m, n), bool)
    if s.num_lower >= 0:
        keep &= down <= s.num_lower
    if s.num_upper >= 0:
        keep &= -down <= s.num_upper
    return partial(np.multiply, ins[0], keep, outs[0])


band_part = Op(
    "band_part",
    spec=rules.primitive("band_part", "(x: tensor, num_lower, num_upper)", _band_rule),
    kernel=_band_kernel,
    vjp=(lambda g, out, x, s: band_part(g, s.num_lower, s.num_upper),),
    cases=(
        Case((3, 4), num_lower=-1, num_upper=0),
        Case((2, 3, 3), num_lower=1, num_upper=-1),
    ),
)


def _triangle(k: int, lower: bool) -> Callable[[np.ndarray], np.ndarray]:
    return partial(np.tril if lower else np.triu, k=k)


@composite
def tril(x: TensorLike, k: int = 0) -> TensorLike:
    """The lower triangle up to diagonal k, 0 above."""
    x = to_tensor(x)
    keep = _triangle(k, True)(np.ones(x.shape[-2:], np.bool_))
    return ops["where"](keep, x, 0)


@composite
def triu(x: TensorLike, k: int = 0) -> TensorLike:
    """The upper triangle from diagonal k, 0 below."""
    x = to_tensor(x)
    keep = _triangle(k, False)(np.ones(x.shape[-2:], np.bool_))
    return ops["where"](keep, x, 0)
