"""Decompositions, inverses and solutions of linear systems."""

from __future__ import annotations

from ..dims import Dims, minimum, same
from ..mismatch import Mismatch
from .agreement import common_dtype
from .base import Args, Call, OpSpec, TensorType
from .elementwise_ops import floating
from .spelling import spelled


def _matrix(x: TensorType) -> Dims:
    if len(x.shape) < 2:
        raise Mismatch("rank", "a matrix", {"input": x.shape})
    return x.shape


def _square(x: TensorType) -> Dims:
    shape = _matrix(x)
    if same(shape[-1], shape[-2]) is False:
        raise Mismatch("square", "a square matrix", {"input": shape})
    return shape


def _like_square(a: Args) -> TensorType:
    """(..., n, n) -> (..., n, n)."""
    return TensorType(_square(a.x), _dtype(a))


def _dtype(a: Args) -> str | None:
    return floating(a.x.dtype, a.library) if a.x.dtype else None


_X = "(x: tensor)"
_CASES = (Call((3, 3)), Call((2, 3, 3)), Call((2, 3)), Call((3,)))
INVERSE = OpSpec(
    "inv",
    _X,
    _like_square,
    names={
        "tf.linalg.inv": "(input: x, adjoint: _ = False, name: _ = None)",
        "keras.ops.inv": None,
        "numpy.linalg.inv": "(a: x)",
    },
)
CHOLESKY = OpSpec(
    "cholesky",
    _X,
    _like_square,
    names={
        "tf.linalg.cholesky": "(input: x, name: _ = None)",
        "keras.ops.cholesky": "(x, upper: _ = False)",
        "numpy.linalg.cholesky": "(a: x, /, *, upper: _ = False)",
    },
)
DETERMINANT = OpSpec(
    "det",
    _X,
    lambda a: TensorType(_square(a.x)[:-2], _dtype(a)),
    names={
        "tf.linalg.det": "(input: x, name: _ = None)",
        "keras.ops.det": None,
        "numpy.linalg.det": "(a: x)",
    },
    cases=_CASES,
)


def _solve(a: Args) -> TensorType:
    """(..., n, n), (..., n, k) -> (..., n, k)."""
    shape = _square(a.x)
    dtype = common_dtype([a.x, a.rhs], a.library)
    axis = -1 if len(a.rhs.shape) == 1 and a.library != "tf" else -2
    if len(a.rhs.shape) < -axis or same(shape[-1], a.rhs.shape[axis]) is False:
        raise Mismatch("matmul", f"{shape[-1]} rows", {"left": shape, "right": a.rhs.shape})
    return TensorType(a.rhs.shape, dtype)


SOLVE = OpSpec(
    "solve",
    "(x: tensor, rhs: tensor)",
    _solve,
    names={
        "tf.linalg.solve": "(matrix: x, rhs, adjoint: _ = False, name: _ = None)",
        "keras.ops.solve": "(a: x, b: rhs)",
        "numpy.linalg.solve": "(a: x, b: rhs)",
    },
)


def _svd(a: Args) -> object:
    """(..., m, n) -> s (..., k), u (..., m, k), v (..., n, k), k = min(m, n)."""
    *batch, rows, columns = _matrix(a.x)
    rank = minimum(rows, columns)
    dtype = _dtype(a)
    s = TensorType((*batch, rank), dtype)
    if not a.compute_uv:
        return s
    left, right = (rows, columns) if a.full_matrices else (rank, rank)
    u = TensorType((*batch, rows, left), dtype)
    v = TensorType((*batch, columns, right), dtype)
    if a.library == "tf":
        return s, u, v
    return u, s, TensorType((*batch, right, columns), dtype)


SVD = OpSpec(
    "svd",
    "(x: tensor, full_matrices=False, compute_uv=True)",
    _svd,
    names={
        "tf.linalg.svd": "(tensor: x, full_matrices=False, compute_uv=True, name: _ = None)",
        "keras.ops.svd": "(x, full_matrices=True, compute_uv=True)",
        "numpy.linalg.svd": "(a: x, full_matrices=True, compute_uv=True, hermitian: _ = False)",
    },
    cases=(
        Call((3, 4)),
        Call((2, 4, 3), full_matrices=True),
        Call((3, 4), compute_uv=False),
        Call((3,)),
    ),
)


def _qr(a: Args) -> tuple[TensorType, TensorType]:
    """(..., m, n) -> q (..., m, k), r (..., k, n)."""
    *batch, rows, columns = _matrix(a.x)
    rank = minimum(rows, columns)
    dtype = _dtype(a)
    return TensorType((*batch, rows, rank), dtype), TensorType((*batch, rank, columns), dtype)


QR = OpSpec(
    "qr",
    _X,
    _qr,
    names={
        "tf.linalg.qr": "(input: x, full_matrices: _ = False, name: _ = None)",
        "keras.ops.qr": "(x, mode: _ = 'reduced')",
        "numpy.linalg.qr": "(a: x, mode: _ = 'reduced')",
    },
    cases=(Call((3, 4)), Call((5, 4, 3))),
)


def _eigh(a: Args) -> tuple[TensorType, TensorType]:
    """(..., n, n) -> values (..., n), vectors (..., n, n)."""
    shape = _square(a.x)
    return TensorType(shape[:-1], _dtype(a)), TensorType(shape, _dtype(a))


EIGH = OpSpec(
    "eigh",
    _X,
    _eigh,
    names=spelled(
        "tf.linalg.eigh keras.ops.eigh numpy.linalg.eigh",
        tf="(tensor: x, name: _ = None)",
        numpy="(a: x, UPLO: _ = 'L')",
    ),
    cases=(Call((3, 3)),),
)
