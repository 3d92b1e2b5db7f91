"""Matrix products and contractions."""

from __future__ import annotations

from collections.abc import Sequence

from .. import shapes
from ..dims import Dims, same
from ..mismatch import Mismatch
from . import dtypes
from .agreement import common_dtype
from .base import Args, Call, OpSpec, TensorType
from .spelling import spelled


def _matmul(a: Args) -> TensorType:
    """(..., m, k), (..., k, n) -> (..., m, n)."""
    left, right = a.x1.shape, a.x2.shape
    if a.library in dtypes.TENSORFLOW and min(len(left), len(right)) < 2:
        raise Mismatch("matmul-rank", "matrices", {"left": left, "right": right})
    if a.transpose_a or a.adjoint_a:
        left = _swapped(left)
    if a.transpose_b or a.adjoint_b:
        right = _swapped(right)
    return TensorType(shapes.matmul(left, right), _product_dtype(a))


def _swapped(shape: Dims) -> Dims:
    """(..., m, n) -> (..., n, m)."""
    return (*shape[:-2], shape[-1], shape[-2]) if len(shape) > 1 else shape


def _product_dtype(a: Args) -> str | None:
    dtype = common_dtype([a.x1, a.x2], a.library)
    both_bytes = a.x1.dtype == a.x2.dtype == "int8"
    return "int32" if a.library == "keras" and both_bytes else dtype


_TF_MATMUL = (
    "(a: x1, b: x2, transpose_a=False, transpose_b=False, adjoint_a=False, adjoint_b=False, "
    "a_is_sparse: _ = False, b_is_sparse: _ = False, output_type: _ = None, "
    "grad_a: _ = False, grad_b: _ = False, name: _ = None)"
)
_CASES = (
    Call((2, 3), (3, 4)),
    Call((5, 2, 3), (3, 4)),
    Call((0, 3), (3, 4)),
    Call((5, 1, 2, 3), (4, 3, 2)),
    Call((2, 3), (3,)),
    Call((3,), (3, 2)),
    Call((3,), (3,)),
    Call((), (3,)),
    Call((2, 3), (3, 4), of="int32"),
    Call((2, 3), (3, 4), of=("float32", "int32")),
    Call((2, 3), (4, 5)),
    Call((2, 2, 3), (3, 3, 2)),
)

MATMUL = OpSpec(
    "matmul",
    "(x1: tensor, x2: tensor, transpose_a=False, transpose_b=False, adjoint_a=False, "
    "adjoint_b=False)",
    _matmul,
    names=spelled(
        "tf.matmul tf.linalg.matmul keras.ops.matmul numpy.matmul",
        tf=_TF_MATMUL,
        keras="(x1, x2)",
        numpy="(x1, x2, /, out: _ = None, *, axes: _ = None, axis: _ = None, "
        "keepdims: _ = False, casting: _ = 'same_kind', order: _ = 'K', dtype: _ = None, "
        "subok: _ = True, signature: _ = None)",
    ),
    cases=(
        *_CASES,
        Call((3, 2), (3, 4), transpose_a=True),
        Call((5, 2, 3), (5, 4, 3), transpose_b=True),
        Call((5, 2, 3), (5, 3, 4), transpose_b=True),
    ),
)


def _dot(a: Args) -> TensorType:
    """(..., k), (..., k, n) -> (..., ..., n): the last axis against the last but one."""
    left, right = a.x1.shape, a.x2.shape
    dtype = _product_dtype(a)
    if a.library == "backend" and min(len(left), len(right)) < 2:
        raise Mismatch("matmul-rank", "matrices", {"left": left, "right": right})
    if not left or not right:
        return TensorType(left or right, dtype)
    inner = right[-2] if len(right) > 1 else right[0]
    if same(left[-1], inner) is False:
        raise Mismatch(
            "matmul",
            "equal inner dims",
            {"left": left, "right": right},
            {"left inner": left[-1], "right inner": inner},
        )
    return TensorType((*left[:-1], *right[:-2], *right[1:][-1:]), dtype)


DOT = OpSpec(
    "dot",
    "(x1: tensor, x2: tensor)",
    _dot,
    names={
        "keras.ops.dot": None,
        "keras.backend.dot": "(x: x1, y: x2)",
        "numpy.dot": "(a: x1, b: x2, out: _ = None)",
        "numpy.ndarray.dot": "(self: x1, other: x2, /, out: _ = None)",
    },
    cases=(*_CASES, Call((2, 3), (5, 3, 4))),
)


def _matvec(a: Args) -> TensorType:
    """(..., m, k), (..., k) -> (..., m)."""
    left = _swapped(a.a.shape) if a.transpose_a or a.adjoint_a else a.a.shape
    if len(left) < 2 or not a.b.shape:
        raise Mismatch("matmul-rank", "a matrix and a vector", {"left": left, "right": a.b.shape})
    shape = shapes.matmul(left, (*a.b.shape, 1))[:-1]
    return TensorType(shape, common_dtype([a.a, a.b], a.library))


MATVEC = OpSpec(
    "matvec",
    "(a: tensor, b: tensor, transpose_a=False, adjoint_a=False)",
    _matvec,
    names={
        "tf.linalg.matvec": (
            "(a, b, transpose_a=False, adjoint_a=False, a_is_sparse: _ = False, "
            "b_is_sparse: _ = False, name: _ = None)"
        )
    },
    cases=(
        Call((2, 3), (3,)),
        Call((5, 2, 3), (5, 3)),
        Call((2, 3), (2,), transpose_a=True),
        Call((2, 3), (2,)),
    ),
)


def _tensordot(a: Args) -> TensorType:
    """Contract the axes of one tensor with those of the other."""
    left, right = _contracted(a.axes, len(a.x1.shape), len(a.x2.shape))
    for i, j in zip(left, right, strict=True):
        if same(a.x1.shape[i], a.x2.shape[j]) is False:
            raise Mismatch(
                "matmul",
                "contracted axes of equal sizes",
                {"left": a.x1.shape, "right": a.x2.shape},
                {"left axis": i, "right axis": j},
            )
    rows = [d for k, d in enumerate(a.x1.shape) if k not in left]
    columns = [d for k, d in enumerate(a.x2.shape) if k not in right]
    return TensorType((*rows, *columns), _product_dtype(a))


def _contracted(axes: object, left: int, right: int) -> tuple[list[int], list[int]]:
    if isinstance(axes, int):
        if axes > min(left, right):
            raise Mismatch("axis", f"at most {min(left, right)} axes", {"axes": axes})
        return list(range(left - axes, left)), list(range(axes))
    first, second = (_listed(part) for part in axes)  # type: ignore[attr-defined]
    if len(first) != len(second):
        raise Mismatch("axis", "as many axes left as right", {"axes": axes})
    return (
        [shapes.normalize_axis(k, left) for k in first],
        [shapes.normalize_axis(k, right) for k in second],
    )


def _listed(part: object) -> Sequence[int]:
    return [part] if isinstance(part, int) else list(part)  # type: ignore[call-overload]


TENSORDOT = OpSpec(
    "tensordot",
    "(x1: tensor, x2: tensor, axes: axis = 2)",
    _tensordot,
    names={
        "tf.tensordot": "(a: x1, b: x2, axes, name: _ = None)",
        "tf.linalg.tensordot": "(a: x1, b: x2, axes, name: _ = None)",
        "keras.ops.tensordot": None,
        "numpy.tensordot": "(a: x1, b: x2, axes=2)",
    },
    cases=(
        Call((2, 3), (3, 4), axes=1),
        Call((2, 3, 4), (3, 4, 5), axes=2),
        Call((2, 3), (4, 5), axes=0),
        Call((2, 3, 4), (4, 3, 5), axes=[[1, 2], [1, 0]]),
        Call((2, 3, 4), (5, 4), axes=[-1, 1]),
        Call((2, 3), (4, 5), axes=1),
        Call((2, 3), (3, 4), axes=3),
    ),
)


def _outer(a: Args) -> TensorType:
    """(m,), (n,) -> (m, n), of the flattened tensors."""
    sizes = [shapes.product(x.shape) for x in (a.x1, a.x2)]
    return TensorType(tuple(sizes), common_dtype([a.x1, a.x2], a.library))


OUTER = OpSpec(
    "outer",
    "(x1: tensor, x2: tensor)",
    _outer,
    names={"keras.ops.outer": None, "numpy.outer": "(a: x1, b: x2, out: _ = None)"},
    cases=(Call((2,), (3,)), Call((2, 2), (3,))),
)


def _batch_dot(a: Args) -> TensorType:
    """(batch, ..., k, ...), (batch, ..., k, ...) -> (batch, ..., ...), at least rank 2."""
    left, right = a.x1.shape, a.x2.shape
    if min(len(left), len(right)) < 2:
        raise Mismatch("matmul-rank", "batched tensors", {"left": left, "right": right})
    i, j = _batch_axes(a.axes, left, right)
    if same(left[i], right[j]) is False:
        raise Mismatch(
            "matmul",
            "equal inner dims",
            {"left": left, "right": right},
            {"left inner": left[i], "right inner": right[j]},
        )
    rows = [d for k, d in enumerate(left) if k != i]
    columns = [d for k, d in enumerate(right) if k not in (0, j)]
    shape = (*rows, *columns)
    return TensorType(shape if len(shape) > 1 else (*shape, 1), _product_dtype(a))


def _batch_axes(axes: object, left: Dims, right: Dims) -> tuple[int, int]:
    if axes is None:
        return len(left) - 1, len(right) - 1 if len(right) == 2 else len(right) - 2
    i, j = (axes, axes) if isinstance(axes, int) else axes  # type: ignore[misc]
    return shapes.normalize_axis(i, len(left)), shapes.normalize_axis(j, len(right))


BATCH_DOT = OpSpec(
    "batch_dot",
    "(x1: tensor, x2: tensor, axes: axis = None)",
    _batch_dot,
    names={"keras.backend.batch_dot": "(x: x1, y: x2, axes=None)"},
    cases=(
        Call((5, 3), (5, 3), axes=1),
        Call((5, 2, 3), (5, 4, 3), axes=2),
        Call((5, 2, 3), (5, 3, 4)),
        Call((5, 2, 3), (5, 3), axes=[2, 1]),
        Call((5, 2, 3), (5, 4, 2), axes=2),
    ),
)
