"""Ops that look up, choose and scatter elements."""

from __future__ import annotations

from ..dims import Dims, product, same, symbol
from ..mismatch import Mismatch
from ..shapes import normalize_axis
from ..unknown import Undecided
from . import content, dtypes
from .agreement import common_dtype
from .base import Args, Call, OpSpec, TensorType
from .pairwise import broadcast
from .spelling import spelled


def check_indices(indices: TensorType, library: str) -> None:
    """Indices are integers; `Mismatch` where they provably are not."""
    dtype = indices.dtype
    wrong = dtype in dtypes.INEXACT or (
        library in dtypes.TENSORFLOW and dtype in ("bool", "string")
    )
    if wrong and indices.shape != (0,):
        raise Mismatch("index-dtype", "integer indices", {"indices": dtype})


def _gather(a: Args) -> TensorType:
    """(before, n, after), (...) -> (before, ..., after)."""
    shape, indices = a.x.shape, a.indices.shape
    check_indices(a.indices, a.library)
    if a.axis is None and a.library not in dtypes.TENSORFLOW:
        return TensorType(indices, a.x.dtype)
    batch = a.batch_dims if a.batch_dims >= 0 else a.batch_dims + len(indices)
    axis = normalize_axis(batch if a.axis is None else a.axis, len(shape))
    _check_batch(batch, axis, shape, indices)
    return TensorType((*shape[:axis], *indices[batch:], *shape[axis + 1 :]), a.x.dtype)


def _check_batch(batch: int, axis: int, shape: Dims, indices: Dims) -> None:
    """The first `batch` axes of both agree, and lie before `axis`."""
    if batch > axis:
        raise Mismatch("gather-rank", f"at least {batch} batch axes", {"indices": indices})
    for have, want in zip(shape[:batch], indices[:batch], strict=True):
        if same(have, want) is False:
            raise Mismatch("gather", "equal batch axes", {"input": shape, "indices": indices})


def _fold_gather(a: Args) -> object:
    picked = a.indices.content
    axis = normalize_axis(a.axis or 0, len(a.x.shape))
    block = content.block(picked)
    size = a.x.shape[axis]
    plain = all(isinstance(i, int) and -size <= i < size for i in block.flat)
    flat = a.axis is None and a.library not in dtypes.TENSORFLOW
    if a.batch_dims or flat or not plain:
        return None
    rows = content.take(a.x.content, [int(i) for i in block.flat], axis)  # type: ignore
    shape = (*a.x.shape[:axis], *block.shape, *a.x.shape[axis + 1 :])
    return content.reshape(rows, shape)


GATHER = OpSpec(
    "gather",
    "(x: tensor, indices: tensor, axis: axis = None, batch_dims=0)",
    _gather,
    names={
        "tf.gather": "(params: x, indices, validate_indices: _ = None, axis=None, batch_dims=0, "
        "name: _ = None)",
        "tf.nn.embedding_lookup": "(params: x, ids: indices, max_norm: _ = None, name: _ = None)",
        "keras.ops.take": "(x, indices, axis=None)",
        "keras.backend.gather": "(reference: x, indices)",
        "numpy.take": "(a: x, indices, axis=None, out: _ = None, mode: _ = 'raise')",
        "numpy.ndarray.take": "(self: x, indices, /, axis=None, out: _ = None, mode: _ = 'raise')",
    },
    fold=_fold_gather,
    cases=(
        Call((5, 3), (2,), of=("float32", "int32")),
        Call((5, 3), (2, 4), axis=0, of=("float32", "int32")),
        Call((5, 3), (2,), axis=1, of=("float32", "int64")),
        Call((5, 3), (), axis=-1, of=("float32", "int32")),
        Call((4, 5, 3), (4, 2), axis=1, batch_dims=1, of=("float32", "int32")),
        Call((5, 3), (2,), axis=2, of=("float32", "int32")),
        Call((5, 3), (2,), axis=0, of=("float32", "float32")),
    ),
)


def _gather_nd(a: Args) -> TensorType:
    """(d0, ..., dk, rest), (..., k) -> (..., rest)."""
    batch = a.batch_dims or 0
    shape, indices = a.x.shape, a.indices.shape
    check_indices(a.indices, a.library)
    depth = indices[-1] if indices else 0
    if not indices or not isinstance(depth, int):
        raise Undecided("depth of gather_nd")
    if depth + batch > len(shape):
        raise Mismatch(
            "gather-rank", f"at least {depth + batch} axes", {"input": shape, "indices": indices}
        )
    return TensorType((*indices[:-1], *shape[batch + depth :]), a.x.dtype)


GATHER_ND = OpSpec(
    "gather_nd",
    "(x: tensor, indices: tensor, batch_dims=0)",
    _gather_nd,
    names={
        "tf.gather_nd": "(params: x, indices, batch_dims=0, name: _ = None, "
        "bad_indices_policy: _ = '')"
    },
    cases=(
        Call((5, 3), (4, 2), of=("float32", "int32")),
        Call((5, 3), (4, 1), of=("float32", "int32")),
        Call((2, 5, 3), (2, 4, 1), batch_dims=1, of=("float32", "int32")),
        Call((5, 3), (4, 3), of=("float32", "int32")),
    ),
)


def _take_along_axis(a: Args) -> TensorType:
    """(..., n, ...), (..., m, ...) -> (..., m, ...)."""
    check_indices(a.indices, a.library)
    if a.axis is None:
        return TensorType((product(a.indices.shape),), a.x.dtype)
    if len(a.x.shape) != len(a.indices.shape):
        raise Mismatch(
            "gather-rank",
            "indices of the same rank",
            {"input": a.x.shape, "indices": a.indices.shape},
        )
    axis = normalize_axis(a.axis, len(a.x.shape))
    parts = [TensorType((*t.shape[:axis], 1, *t.shape[axis + 1 :]), None) for t in (a.x, a.indices)]
    shape = broadcast(parts) or ()
    return TensorType((*shape[:axis], a.indices.shape[axis], *shape[axis + 1 :]), a.x.dtype)


TAKE_ALONG_AXIS = OpSpec(
    "take_along_axis",
    "(x: tensor, indices: tensor, axis: axis = None)",
    _take_along_axis,
    names={
        "keras.ops.take_along_axis": None,
        "numpy.take_along_axis": "(arr: x, indices, axis=-1)",
    },
    cases=(
        Call((5, 3), (5, 2), axis=1, of=("float32", "int64")),
        Call((5, 3), (1, 3), axis=0, of=("float32", "int64")),
        Call((5, 3), (5,), axis=1, of=("float32", "int64")),
    ),
)


def _where(a: Args) -> object:
    """condition, x1, x2 -> their broadcast; the condition alone -> its places."""
    if a.x1 is None or a.x2 is None:
        return _places(a)
    shape = broadcast([a.condition, a.x1, a.x2])
    return TensorType(shape, common_dtype([a.x1, a.x2], a.library))


def _places(a: Args) -> object:
    if a.condition.shape is None:
        raise Undecided("rank unknown")
    rank, count = len(a.condition.shape), symbol("matches", 0)
    if a.library in dtypes.TENSORFLOW:
        return TensorType((count, rank), "int64")
    dtype = "int64" if a.library == "numpy" else "int32"
    return tuple(TensorType((count,), dtype) for _ in range(rank))


def _fold_where(a: Args) -> object:
    if a.x1 is None or a.x2 is None:
        raise Undecided("where without values")
    contents = (a.condition.content, a.x1.content, a.x2.content)
    return content.apply(lambda c, x, y: x if c else y, *contents)


WHERE = OpSpec(
    "where",
    "(condition: tensor, x1: tensor = None, x2: tensor = None)",
    _where,
    names={
        "tf.where": "(condition, x: x1 = None, y: x2 = None, name: _ = None)",
        "keras.ops.where": None,
        "numpy.where": "(condition, x: x1 = None, y: x2 = None, /)",
    },
    any_rank=True,
    cases=(
        Call((2, 3), (2, 3), (2, 3), of=("bool", "float32", "float32")),
        Call((2, 1), (3,), (), of=("bool", "float32", "float32")),
        Call((2, 3), (2, 4), (2, 3), of=("bool", "float32", "float32")),
        Call((2, 3), (2, 3), (2, 3), of=("bool", "float32", "int32")),
    ),
)


def _one_hot(a: Args) -> TensorType:
    """(...) -> (..., classes), the new axis at `axis`."""
    rank = len(a.x.shape) + 1
    axis = normalize_axis(-1 if a.axis is None else a.axis, rank)
    if a.library != "keras":
        check_indices(a.x, a.library)
    dtype = a.dtype
    if dtype is None and a.on_value is not None:
        dtype = a.on_value.dtype
    shape = (*a.x.shape[:axis], a.num_classes, *a.x.shape[axis:])
    return TensorType(shape, dtype or "float32")


ONE_HOT = OpSpec(
    "one_hot",
    "(x: tensor, num_classes: size, axis: axis = -1, dtype: dtype = None, "
    "on_value: tensor = None, off_value: tensor = None)",
    _one_hot,
    names={
        "tf.one_hot": "(indices: x, depth: num_classes, on_value=None, off_value=None, "
        "axis=None, dtype=None, name: _ = None)",
        "keras.ops.one_hot": "(x, num_classes, axis=-1, dtype=None, sparse: _ = False)",
        "keras.backend.one_hot": "(indices: x, num_classes)",
    },
    cases=(
        Call((4,), of="int32", num_classes=10),
        Call((4, 5), of="int64", num_classes=3, axis=-1),
        Call((4, 5), of="int32", num_classes=3, axis=0),
        Call((4, 5), of="int32", num_classes=3, axis=1, dtype="int32"),
        Call((), of="int32", num_classes=3),
        Call((4, 5), of="int32", num_classes=3, axis=3),
        Call((4,), of="float32", num_classes=10),
    ),
)


def _boolean_mask(a: Args) -> TensorType:
    """(d0, ..., dk, rest), bool (d0, ..., dk) -> (matches, rest)."""
    start = a.axis or 0
    return TensorType(masked(a.x.shape, a.mask.shape, start), a.x.dtype)


def masked(shape: Dims, mask: Dims, start: int) -> Dims:
    """The shape that a boolean mask over axes from `start` leaves."""
    end = start + len(mask)
    if not mask or end > len(shape):
        raise Mismatch("mask-rank", "a mask of at most the rank", {"input": shape, "mask": mask})
    for have, want in zip(shape[start:end], mask, strict=True):
        if same(have, want) is False:
            raise Mismatch("mask", "a mask of the input's axes", {"input": shape, "mask": mask})
    return (*shape[:start], symbol("matches", 0), *shape[end:])


BOOLEAN_MASK = OpSpec(
    "boolean_mask",
    "(x: tensor, mask: tensor, axis: axis = None)",
    _boolean_mask,
    names={"tf.boolean_mask": "(tensor: x, mask, axis=None, name: _ = 'boolean_mask')"},
    cases=(Call((4, 3), (3,), of=("float32", "bool")),),
)


def _sequence_mask(a: Args) -> TensorType:
    """lengths (...) -> (..., maxlen)."""
    longest = symbol("maxlen", 0) if a.maxlen is None else a.maxlen
    return TensorType((*a.x.shape, longest), a.dtype or "bool")


SEQUENCE_MASK = OpSpec(
    "sequence_mask",
    "(x: tensor, maxlen=None, dtype: dtype = None)",
    _sequence_mask,
    names={"tf.sequence_mask": "(lengths: x, maxlen=None, dtype='bool', name: _ = None)"},
    cases=(
        Call((4,), of="int32", maxlen=7),
        Call((4, 2), of="int32", maxlen=7, dtype="float32"),
    ),
)


def _band_part(a: Args) -> TensorType:
    """(..., m, n) -> (..., m, n)."""
    if len(a.x.shape) < 2:
        raise Mismatch("rank", "a matrix", {"input": a.x.shape})
    return TensorType(a.x.shape, a.x.dtype)


BAND_PART = OpSpec(
    "band_part",
    "(x: tensor, num_lower, num_upper)",
    _band_part,
    names={"tf.linalg.band_part": "(input: x, num_lower, num_upper, name: _ = None)"},
    cases=(
        Call((3, 3), num_lower=-1, num_upper=0),
        Call((2, 3, 4), num_lower=0, num_upper=-1),
        Call((3,), num_lower=-1, num_upper=0),
    ),
)


def _triangle(a: Args) -> TensorType:
    """(..., m, n) -> (..., m, n); NumPy makes a square of a vector."""
    shape = a.x.shape
    if len(shape) == 1 and a.library == "numpy":
        return TensorType((*shape, *shape), a.x.dtype)
    return _band_part(a)


def _triangle_names(name: str) -> dict[str, str | None]:
    return spelled(f"keras.ops.{name} numpy.{name}", numpy="(m: x, k=0)")


_TRIANGLE_CASES = (Call((3, 3)), Call((2, 3, 4), k=1), Call((3,)))
TRIL = OpSpec("tril", "(x: tensor, k=0)", _triangle, _triangle_names("tril"), cases=_TRIANGLE_CASES)
TRIU = OpSpec("triu", "(x: tensor, k=0)", _triangle, _triangle_names("triu"), cases=_TRIANGLE_CASES)


def _sort(a: Args) -> TensorType:
    """(..., n, ...) -> (..., n, ...)."""
    if a.axis is None:
        return TensorType((product(a.x.shape),), a.x.dtype)
    normalize_axis(a.axis, len(a.x.shape))
    return TensorType(a.x.shape, a.x.dtype)


def _argsort(a: Args) -> TensorType:
    """(..., n, ...) -> the places of (..., n, ...) in order."""
    return TensorType(_sort(a).shape, "int64" if a.library == "numpy" else "int32")


_ARGSORT_METHOD = "(self: x, /, axis=-1, kind: _ = None, order: _ = None, *, stable: _ = None)"


def _sort_names(name: str) -> dict[str, str | None]:
    stable = "stable: _ = False, " if name == "argsort" else ""
    return spelled(
        f"tf.{name} keras.ops.{name} numpy.{name}",
        tf=f"(values: x, axis=-1, direction='ASCENDING', {stable}name: _ = None)",
        keras="(x, axis=-1)",
        numpy="(a: x, axis=-1, kind: _ = None, order: _ = None, *, stable: _ = None)",
    ) | ({} if name == "sort" else {"numpy.ndarray.argsort": _ARGSORT_METHOD})


_SORT = "(x: tensor, axis: axis = -1, direction='ASCENDING')"
_SORT_CASES = (Call((2, 3)), Call((2, 3), axis=0), Call((2, 3), axis=2))
SORT = OpSpec("sort", _SORT, _sort, _sort_names("sort"), cases=_SORT_CASES)
ARGSORT = OpSpec("argsort", _SORT, _argsort, _sort_names("argsort"), cases=_SORT_CASES)


def _top_k(a: Args) -> tuple[TensorType, TensorType]:
    """(..., n) -> values (..., k), places (..., k)."""
    if not a.x.shape:
        raise Mismatch("rank", "at least one axis", {"input": a.x.shape})
    if isinstance(a.k, int) and isinstance(a.x.shape[-1], int) and a.k > a.x.shape[-1]:
        raise Mismatch("top-k", f"at least {a.k} elements", {"input": a.x.shape}, {"k": a.k})
    shape = (*a.x.shape[:-1], a.k)
    return TensorType(shape, a.x.dtype), TensorType(shape, a.dtype or "int32")


TOP_K = OpSpec(
    "top_k",
    "(x: tensor, k: size = 1, dtype: dtype = None)",
    _top_k,
    names=spelled(
        "tf.nn.top_k tf.math.top_k keras.ops.top_k",
        tf="(input: x, k=1, sorted: _ = True, index_type: dtype = 'int32', name: _ = None)",
        keras="(x, k, sorted: _ = True)",
    ),
    cases=(Call((2, 5), k=3), Call((5,), k=1), Call((2, 3), k=4)),
)
