"""Ops that put elements at given places, and that count or find them."""

from __future__ import annotations

from ..dims import Dims, same, symbol
from ..mismatch import Mismatch
from ..shapes import broadcast
from ..unknown import Undecided
from . import dtypes
from .agreement import common_dtype
from .base import Args, Call, OpSpec, TensorType
from .gather_ops import check_indices
from .reduce_ops import averaged, reduced
from .spelling import spelled


def _check_updates(shape: Dims, indices: Dims, updates: Dims) -> None:
    """indices (..., k), updates (..., rest) for a tensor (d1, ..., dk, rest)."""
    depth = indices[-1] if indices else None
    if not isinstance(depth, int):
        raise Undecided("depth of the indices")
    if depth > len(shape):
        raise Mismatch("gather-rank", f"at least {depth} axes", {"tensor": shape})
    wanted = (*indices[:-1], *shape[depth:])
    pairs = zip(wanted, updates, strict=False)
    if len(wanted) != len(updates) or any(same(a, b) is False for a, b in pairs):
        raise Mismatch("scatter", f"updates of shape {wanted}", {"updates": updates})


def _scatter_nd(a: Args) -> TensorType:
    """indices, updates, a shape -> a tensor of that shape."""
    check_indices(a.indices, a.library)
    _check_updates(a.shape, a.indices.shape, a.updates.shape)
    return TensorType(a.shape, a.updates.dtype)


SCATTER_ND = OpSpec(
    "scatter_nd",
    "(indices: tensor, updates: tensor, shape: shape)",
    _scatter_nd,
    names={
        "tf.scatter_nd": "(indices, updates, shape, bad_indices_policy: _ = '', name: _ = None)",
        "keras.ops.scatter": "(indices, values: updates, shape)",
    },
    cases=(
        Call((2, 1), (2,), shape=(8,), of=("int32", "float32")),
        Call((2, 1), (2, 3), shape=(8, 3), of=("int32", "float32")),
        Call((2, 1), (3,), shape=(8,), of=("int32", "float32")),
    ),
)


def _update(a: Args) -> TensorType:
    """tensor, indices, updates -> the tensor changed there."""
    check_indices(a.indices, a.library)
    _check_updates(a.x.shape, a.indices.shape, a.updates.shape)
    return TensorType(a.x.shape, common_dtype([a.x, a.updates], a.library))


_UPDATE = "(x: tensor, indices: tensor, updates: tensor)"
_UPDATE_CASES = (
    Call((8,), (2, 1), (2,), of=("float32", "int32", "float32")),
    Call((8, 3), (2, 1), (2, 3), of=("float32", "int32", "float32")),
    Call((8,), (2, 1), (3,), of=("float32", "int32", "float32")),
)


def _update_op(suffix: str) -> OpSpec:
    name = f"tensor_scatter_nd_{suffix}"
    policy = "bad_indices_policy: _ = '', name: _ = None)"
    rest = "name: _ = None)" if suffix == "update" else policy
    return OpSpec(
        name,
        _UPDATE,
        _update,
        {f"tf.{name}": f"(tensor: x, indices, updates, {rest}"},
        cases=_UPDATE_CASES,
    )


UPDATES = tuple(_update_op(s) for s in ("add", "sub", "max", "min", "update"))
SCATTER_UPDATE = OpSpec(
    "scatter_update",
    _UPDATE,
    _update,
    {"keras.ops.scatter_update": "(inputs: x, indices, updates, reduction: _ = None)"},
    cases=_UPDATE_CASES,
)


def _unique(a: Args) -> tuple[TensorType, TensorType]:
    """(n,) -> values (k,), places (n,)."""
    if len(a.x.shape) != 1:
        raise Mismatch("rank", "a vector", {"input": a.x.shape})
    found = TensorType((symbol("unique", 0),), a.x.dtype)
    return found, TensorType(a.x.shape, a.dtype or "int32")


UNIQUE = OpSpec(
    "unique",
    "(x: tensor, dtype: dtype = None)",
    _unique,
    names={"tf.unique": "(x, out_idx: dtype = 'int32', name: _ = None)"},
    cases=(Call((4,), of="int32"), Call((2, 2), of="int32")),
)


def _numpy_unique(a: Args) -> object:
    """(...) -> values (k,), with what else is asked for."""
    if a.axis is not None:
        raise Undecided("unique along an axis")
    count = symbol("unique", 0)
    values = TensorType((count,), a.x.dtype)
    extra = [TensorType((count,), "int64")] if a.return_index else []
    if a.return_inverse:
        extra.append(TensorType(a.x.shape, "int64"))
    if a.return_counts:
        extra.append(TensorType((count,), "int64"))
    return (values, *extra) if extra else values


NUMPY_UNIQUE = OpSpec(
    "numpy_unique",
    "(x: tensor, return_index=False, return_inverse=False, return_counts=False, axis: axis = None)",
    _numpy_unique,
    names={
        "numpy.unique": "(ar: x, return_index=False, return_inverse=False, "
        "return_counts=False, axis=None, *, equal_nan: _ = True, sorted: _ = True)"
    },
    cases=(
        Call((4,), of="int32"),
        Call((2, 2), of="int32"),
        Call((4,), return_counts=True, of="int64"),
        Call((2, 2), return_index=True, return_inverse=True, of="int64"),
    ),
)


def _nonzero(a: Args) -> tuple[TensorType, ...]:
    """(...) -> one (k,) of places per axis."""
    count = symbol("nonzero", 0)
    dtype = "int64" if a.library == "numpy" else "int32"
    return tuple(TensorType((count,), dtype) for _ in a.x.shape)


NONZERO = OpSpec(
    "nonzero",
    "(x: tensor)",
    _nonzero,
    names={
        "keras.ops.nonzero": None,
        "numpy.nonzero": "(a: x)",
        "numpy.ndarray.nonzero": "(self: x, /)",
    },
    cases=(Call((4,), of="int32"), Call((2, 3), of="int32")),
)
ARGWHERE = OpSpec(
    "argwhere",
    "(x: tensor)",
    lambda a: TensorType((symbol("nonzero", 0), len(a.x.shape)), "int64"),
    names={"numpy.argwhere": "(a: x)"},
    cases=(Call((4,), of="int32"), Call((2, 3), of="int32")),
)


def _count_nonzero(a: Args) -> TensorType:
    """(..., axis, ...) -> (..., ...)."""
    default = "int32" if a.library == "keras" else "int64"
    return TensorType(reduced(a.x.shape, a.axis, a.keepdims), a.dtype or default)


COUNT_NONZERO = OpSpec(
    "count_nonzero",
    "(x: tensor, axis: axis = None, keepdims=False, dtype: dtype = None)",
    _count_nonzero,
    names={
        "tf.math.count_nonzero": "(input: x, axis=None, keepdims=None, dtype='int64', "
        "name: _ = None)",
        "keras.ops.count_nonzero": "(x, axis=None)",
        "numpy.count_nonzero": "(a: x, axis=None, *, keepdims=False)",
    },
    cases=(Call((2, 3), axis=1), Call((2, 3), axis=(0, 1), of="int32"), Call((2, 3), axis=2)),
)


def _bincount(a: Args) -> TensorType:
    """(n,) integers -> counts."""
    if a.library == "numpy" and len(a.x.shape) != 1:
        raise Mismatch("rank", "a vector", {"input": a.x.shape})
    plain = a.weights is None
    dtype = {"numpy": "int64", "keras": "int32"}.get(a.library, a.dtype or "int32")
    shape = (*a.x.shape[:-1], symbol("bins", 0)) if a.library == "keras" else (symbol("bins", 0),)
    return TensorType(shape, dtype if plain else None)


BINCOUNT = OpSpec(
    "bincount",
    "(x: tensor, weights: tensor = None, minlength=0, dtype: dtype = None)",
    _bincount,
    names={
        "keras.ops.bincount": "(x, weights=None, minlength=0, sparse: _ = False)",
        "numpy.bincount": "(x, /, weights=None, minlength=0)",
    },
    cases=(Call((5,), of="int32"), Call((2, 3), of="int32")),
)


def _confusion_matrix(a: Args) -> TensorType:
    """(n,), (n,) -> (classes, classes)."""
    size = symbol("classes", 0) if a.num_classes is None else a.num_classes
    return TensorType((size, size), a.dtype or "int32")


CONFUSION_MATRIX = OpSpec(
    "confusion_matrix",
    "(labels: tensor, predictions: tensor, num_classes=None, dtype: dtype = None)",
    _confusion_matrix,
    names={
        "tf.math.confusion_matrix": "(labels, predictions, num_classes=None, "
        "weights: _ = None, dtype='int32', name: _ = None)"
    },
    cases=(Call((4,), (4,), num_classes=3, of="int32"),),
)


def _segment(a: Args) -> TensorType:
    """(n, ...), (n,), count -> (count, ...)."""
    if len(a.segment_ids.shape) == 1 and same(a.x.shape[0], a.segment_ids.shape[0]) is False:
        raise Mismatch("batch", "one id per row", {"data": a.x.shape, "ids": a.segment_ids.shape})
    count = symbol("segments", 0) if a.num_segments is None else a.num_segments
    return TensorType((count, *a.x.shape[len(a.segment_ids.shape) :]), a.x.dtype)


def _segment_op(kind: str) -> OpSpec:
    return OpSpec(
        f"segment_{kind}",
        "(x: tensor, segment_ids: tensor, num_segments=None)",
        _segment,
        {
            f"tf.math.segment_{kind}": "(data: x, segment_ids, name: _ = None)",
            f"tf.math.unsorted_segment_{kind}": "(data: x, segment_ids, num_segments, "
            "name: _ = None)",
        }
        | (
            {}
            if kind == "mean"
            else {
                f"keras.ops.segment_{kind}": "(data: x, segment_ids, num_segments=None, "
                "sorted: _ = False)"
            }
        ),
        cases=(Call((4, 3), (4,), num_segments=5, of=("float32", "int32")),),
    )


SEGMENTS = tuple(_segment_op(k) for k in ("sum", "mean", "max", "min", "prod"))


def _searchsorted(a: Args) -> TensorType:
    """(..., n), (..., m) -> places (..., m)."""
    return TensorType(a.values.shape, "int64" if a.library == "numpy" else "int32")


SEARCHSORTED = OpSpec(
    "searchsorted",
    "(x: tensor, values: tensor)",
    _searchsorted,
    names={
        "tf.searchsorted": "(sorted_sequence: x, values, side: _ = 'left', "
        "out_type: _ = 'int32', name: _ = None)",
        "keras.ops.searchsorted": "(sorted_sequence: x, values, side: _ = 'left')",
        "numpy.searchsorted": "(a: x, v: values, side: _ = 'left', sorter: _ = None)",
    },
    cases=(Call((5,), (3,)),),
)
DIGITIZE = OpSpec(
    "digitize",
    "(x: tensor, bins: tensor)",
    lambda a: TensorType(a.x.shape, "int64" if a.library == "numpy" else "int32"),
    names={"keras.ops.digitize": None, "numpy.digitize": "(x, bins, right: _ = False)"},
    cases=(Call((2, 3), bins=[0.2, 0.5]),),
)


def _close(a: Args) -> TensorType:
    """(...), (...) -> bool (...)."""
    return TensorType(broadcast(a.x1.shape, a.x2.shape), "bool")


ISCLOSE = OpSpec(
    "isclose",
    "(x1: tensor, x2: tensor, rtol=1e-05, atol=1e-08, equal_nan=False)",
    _close,
    names={
        "keras.ops.isclose": None,
        "numpy.isclose": "(a: x1, b: x2, rtol=1e-05, atol=1e-08, equal_nan=False)",
    },
    cases=(Call((2, 3), (3,)), Call((2, 3), (4,))),
)


def _middle(a: Args) -> TensorType:
    """(..., axis, ...) -> (..., ...)."""
    dtype = averaged(a.x.dtype, a.library) if a.x.dtype else None
    return TensorType(reduced(a.x.shape, a.axis, a.keepdims), dtype)


MEDIAN = OpSpec(
    "median",
    "(x: tensor, axis: axis = None, keepdims=False)",
    _middle,
    names=spelled(
        "keras.ops.median numpy.median",
        numpy="(a: x, axis=None, out: _ = None, overwrite_input: _ = False, keepdims=False)",
    ),
    cases=(Call((2, 3)), Call((2, 3), axis=1), Call((2, 3), axis=1, keepdims=True)),
)


def _percentile(a: Args) -> TensorType:
    """(..., axis, ...), q (...) -> (q..., ..., ...)."""
    kept = reduced(a.x.shape, a.axis, a.keepdims) or ()
    dtype = averaged(a.x.dtype, a.library) if a.x.dtype in dtypes.FLOATS else None
    return TensorType((*a.q.shape, *kept), dtype)


PERCENTILE = OpSpec(
    "percentile",
    "(x: tensor, q: tensor, axis: axis = None, keepdims=False)",
    _percentile,
    names={
        "numpy.percentile": "(a: x, q, axis=None, out: _ = None, overwrite_input: _ = False, "
        "method: _ = 'linear', keepdims=False, *, weights: _ = None)",
        "numpy.quantile": "(a: x, q, axis=None, out: _ = None, overwrite_input: _ = False, "
        "method: _ = 'linear', keepdims=False, *, weights: _ = None)",
    },
    cases=(
        Call((2, 3), q=0.5, of="float64"),
        Call((2, 3), q=[0.1, 0.9], axis=1, of="float64"),
    ),
)
