"""NumPy's and Keras' other ways to join, grow, cut and lay out arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .. import shapes
from ..dims import Dim, Dims, Expr, maximum, product, symbol
from ..mismatch import Mismatch
from ..shapes import normalize_axis
from ..unknown import Undecided
from .agreement import common_dtype
from .base import Args, Call, OpSpec, TensorType
from .spelling import spelled


def _grown(shape: Dims, rank: int) -> Dims:
    """At least `rank` axes, as NumPy's atleast_* make them."""
    if rank == 1:
        return shape or (1,)
    if rank == 2:
        return (1, *shape) if len(shape) == 1 else shape or (1, 1)
    grown = _grown(shape, 2)
    return (*grown, 1) if len(grown) == 2 else grown


def _joined(rank: int, axis: Callable[[Sequence[Dims]], int]) -> Callable[[Args], TensorType]:
    def result(a: Args) -> TensorType:
        if a.library == "keras" and rank == 2 and any(len(x.shape) < 2 for x in a.xs):
            raise Undecided("vectors are stacked differently by Keras' backends")
        parts = [_grown(x.shape, rank) for x in a.xs]
        if not parts:
            raise Mismatch("concat", "at least one input", {})
        joined = shapes.concatenate(parts, axis(parts))
        return TensorType(joined, common_dtype(a.xs, a.library))

    return result


def _join_names(name: str) -> dict[str, str | None]:
    return spelled(
        f"keras.ops.{name} numpy.{name}",
        numpy="(tup: xs)"
        if name == "dstack"
        else "(tup: xs, *, dtype: _ = None, casting: _ = 'same_kind')",
    )


_XS = "(xs: tensors)"
_CASES = (Call([(2, 3), (2, 3)]), Call([(3,), (3,)]), Call([(2, 3), (4, 3)]), Call([(), ()]))
HSTACK = OpSpec(
    "hstack",
    _XS,
    _joined(1, lambda parts: 0 if len(parts[0]) == 1 else 1),
    _join_names("hstack"),
    cases=_CASES,
)
VSTACK = OpSpec("vstack", _XS, _joined(2, lambda _: 0), _join_names("vstack"), cases=_CASES)
DSTACK = OpSpec("dstack", _XS, _joined(3, lambda _: 2), _join_names("dstack"), cases=_CASES)


def _column_stack(a: Args) -> TensorType:
    """[(n,) or (n, k)] -> (n, columns)."""
    parts = [(*x.shape, 1) if len(x.shape) == 1 else x.shape for x in a.xs]
    return TensorType(shapes.concatenate(parts, 1), common_dtype(a.xs, a.library))


COLUMN_STACK = OpSpec(
    "column_stack",
    _XS,
    _column_stack,
    names={"numpy.column_stack": "(tup: xs)"},
    cases=(Call([(3,), (3,)]), Call([(3,), (3, 2)]), Call([(3,), (2,)])),
)


def _at_least(rank: int) -> OpSpec:
    def result(a: Args) -> object:
        made = tuple(TensorType(_grown(x.shape, rank), x.dtype) for x in a.xs)
        return made[0] if len(made) == 1 else made

    name = f"atleast_{rank}d"
    cases = (Call([()]), Call([(3,)]), Call([(3,), ()]))
    return OpSpec(name, "(xs: tensors)", result, {f"numpy.{name}": "(*arys: xs)"}, cases=cases)


AT_LEAST = (_at_least(1), _at_least(2), _at_least(3))


def _append(a: Args) -> TensorType:
    """(..., n, ...), (..., m, ...) -> (..., n + m, ...); flat for axis None."""
    dtype = common_dtype([a.x1, a.x2], a.library)
    if a.axis is None:
        return TensorType((product(a.x1.shape) + product(a.x2.shape),), dtype)
    return TensorType(shapes.concatenate([a.x1.shape, a.x2.shape], a.axis), dtype)


APPEND = OpSpec(
    "append",
    "(x1: tensor, x2: tensor, axis: axis = None)",
    _append,
    names={"keras.ops.append": None, "numpy.append": "(arr: x1, values: x2, axis=None)"},
    cases=(Call((2, 3), (4,)), Call((2, 3), (1, 3), axis=0), Call((2, 3), (1, 2), axis=0)),
)


def _meshgrid(a: Args) -> list[TensorType]:
    """[(n,), (m,)] -> two tensors (m, n), or (n, m) for indexing "ij"."""
    sizes = [product(x.shape) for x in a.xs]
    if a.indexing == "xy" and len(sizes) > 1:
        sizes[0], sizes[1] = sizes[1], sizes[0]
    return [TensorType(tuple(sizes), x.dtype) for x in a.xs]


MESHGRID = OpSpec(
    "meshgrid",
    "(xs: tensors, indexing='xy')",
    _meshgrid,
    names={
        # TensorFlow's own signature is (*args, **kwargs).
        "tf.meshgrid": "(*args: xs, indexing='xy', name: _ = None)",
        "keras.ops.meshgrid": "(*x: xs, indexing='xy')",
        "numpy.meshgrid": "(*xi: xs, copy: _ = True, sparse: _ = False, indexing='xy')",
    },
    cases=(Call([(2,), (3,)]), Call([(2,), (3,)], indexing="ij")),
)


def _diag(a: Args) -> TensorType:
    """(n,) -> (n + |k|, n + |k|); (m, n) -> its diagonal."""
    shape = a.x.shape
    if len(shape) == 1:
        return TensorType((shape[0] + abs(a.k),) * 2, a.x.dtype)
    if len(shape) != 2:
        raise Mismatch("rank", "a vector or a matrix", {"input": shape})
    return TensorType((_diagonal_length(shape[0], shape[1], a.k),), a.x.dtype)


def _diagonal_length(rows: Dim, columns: Dim, k: int) -> Dim:
    rows, columns = (rows + k, columns) if k < 0 else (rows, columns - k)
    if isinstance(rows, Expr) or isinstance(columns, Expr):
        return rows if rows == columns else symbol("diagonal", 0)
    return max(0, min(rows, columns))


DIAG = OpSpec(
    "diag",
    "(x: tensor, k=0)",
    _diag,
    names={"keras.ops.diag": None, "numpy.diag": "(v: x, k=0)"},
    cases=(Call((3,)), Call((3,), k=-1), Call((3, 4)), Call((3, 4), k=2), Call((2, 3, 4))),
)


def _matrix_diag(a: Args) -> TensorType:
    """(..., n) -> (..., n, n)."""
    if not a.x.shape:
        raise Mismatch("rank", "at least one axis", {"input": a.x.shape})
    return TensorType((*a.x.shape, a.x.shape[-1]), a.x.dtype)


MATRIX_DIAG = OpSpec(
    "matrix_diag",
    "(x: tensor)",
    _matrix_diag,
    names={
        "tf.linalg.diag": "(diagonal: x, name: _ = 'diag', k: _ = 0, num_rows: _ = -1, "
        "num_cols: _ = -1, padding_value: _ = 0, align: _ = 'RIGHT_LEFT')"
    },
    cases=(Call((3,)), Call((2, 3))),
)


def _matrix_diag_part(a: Args) -> TensorType:
    """(..., m, n) -> (..., min(m, n))."""
    if len(a.x.shape) < 2:
        raise Mismatch("rank", "a matrix", {"input": a.x.shape})
    *batch, rows, columns = a.x.shape
    return TensorType((*batch, _diagonal_length(rows, columns, 0)), a.x.dtype)


MATRIX_DIAG_PART = OpSpec(
    "matrix_diag_part",
    "(x: tensor)",
    _matrix_diag_part,
    names={
        "tf.linalg.diag_part": "(input: x, name: _ = 'diag_part', k: _ = 0, "
        "padding_value: _ = 0, align: _ = 'RIGHT_LEFT')"
    },
    cases=(Call((3, 3)), Call((2, 3, 4)), Call((3,))),
)


def _trace(a: Args) -> TensorType:
    """(..., m, m) -> (...)."""
    if len(a.x.shape) < 2:
        raise Mismatch("rank", "a matrix", {"input": a.x.shape})
    return TensorType(a.x.shape[:-2] if a.library == "tf" else a.x.shape[2:], a.x.dtype)


TRACE = OpSpec(
    "trace",
    "(x: tensor)",
    _trace,
    names={
        "tf.linalg.trace": "(x, name: _ = None)",
        "numpy.trace": "(a: x, offset: _ = 0, axis1: _ = 0, axis2: _ = 1, dtype: _ = None, "
        "out: _ = None)",
    },
    cases=(Call((3, 3)), Call((2, 3, 3)), Call((3,))),
)


def _parts(a: Args) -> list[TensorType]:
    """(..., n, ...) -> parts as equal as can be."""
    axis = normalize_axis(a.axis, len(a.x.shape))
    size, count = a.x.shape[axis], a.sections
    if not isinstance(size, int) or not isinstance(count, int):
        raise Undecided("split of an unknown size")
    sizes = [size // count + (k < size % count) for k in range(count)]
    before, after = a.x.shape[:axis], a.x.shape[axis + 1 :]
    return [TensorType((*before, s, *after), a.x.dtype) for s in sizes]


ARRAY_SPLIT = OpSpec(
    "array_split",
    "(x: tensor, sections, axis: axis = 0)",
    _parts,
    names={
        "keras.ops.array_split": "(x, indices_or_sections: sections, axis=0)",
        "numpy.array_split": "(ary: x, indices_or_sections: sections, axis=0)",
    },
    cases=(Call((7, 2), sections=3), Call((2, 4), sections=2, axis=1)),
)


def _diff(a: Args) -> TensorType:
    """(..., m, ...) -> (..., m - n, ...)."""
    axis = normalize_axis(a.axis, len(a.x.shape))
    size = maximum(a.x.shape[axis] - a.n, 0)
    return TensorType((*a.x.shape[:axis], size, *a.x.shape[axis + 1 :]), a.x.dtype)


DIFF = OpSpec(
    "diff",
    "(x: tensor, n=1, axis: axis = -1)",
    _diff,
    names={
        "keras.ops.diff": "(a: x, n=1, axis=-1)",
        "numpy.diff": "(a: x, n=1, axis=-1, prepend: _ = None, append: _ = None)",
    },
    cases=(Call((2, 5)), Call((2, 5), n=2, axis=1), Call((2, 5), axis=0)),
)


def _rot90(a: Args) -> TensorType:
    """(m, n, ...) -> (n, m, ...) for odd k."""
    shape = list(a.x.shape)
    if len(shape) < 2:
        raise Mismatch("rank", "at least two axes", {"input": a.x.shape})
    if a.k % 2:
        shape[0], shape[1] = shape[1], shape[0]
    return TensorType(tuple(shape), a.x.dtype)


ROT90 = OpSpec(
    "rot90",
    "(x: tensor, k=1)",
    _rot90,
    names={
        "keras.ops.rot90": "(array: x, k=1, axes: _ = (0, 1))",
        "numpy.rot90": "(m: x, k=1, axes: _ = (0, 1))",
    },
    cases=(Call((2, 3)), Call((2, 3), k=2)),
)
