"""Ops that join, split, repeat and pad along axes."""

from __future__ import annotations

from collections.abc import Sequence

from .. import shapes
from ..dims import Dim, Dims, less, mod, product, same
from ..mismatch import Mismatch
from ..shapes import normalize_axis
from ..unknown import Undecided
from . import content, dtypes
from .agreement import common_dtype
from .base import Args, Call, OpSpec, TensorType
from .spelling import spelled


def _known(tensors: Sequence[TensorType]) -> list[Dims]:
    """The shapes; `Undecided` where one is not known."""
    found = [t.shape for t in tensors if t.shape is not None]
    if len(found) < len(tensors):
        raise Undecided("rank unknown")
    return found


def _concatenate(a: Args) -> TensorType:
    """[(..., a_i, ...)] -> (..., sum of a_i, ...)."""
    parts = [x.shape for x in a.xs]
    if not parts:
        raise Mismatch("concat", "at least one input", {})
    if a.axis is None:
        total = sum((product(p) for p in parts), 0)
        return TensorType((total,), common_dtype(a.xs, a.library))
    if any(len(p) == 0 for p in parts):
        raise Mismatch("concat-rank", "inputs with axes", {"inputs": tuple(parts)})
    return TensorType(shapes.concatenate(parts, a.axis), common_dtype(a.xs, a.library))


def _fold_concatenate(a: Args) -> object:
    axis = normalize_axis(a.axis or 0, len(a.xs[0].shape))
    return content.concatenate([x.content for x in a.xs], axis)


CONCATENATE = OpSpec(
    "concatenate",
    "(xs: tensors, axis: axis = 0)",
    _concatenate,
    names=spelled(
        "tf.concat keras.ops.concatenate keras.backend.concatenate numpy.concatenate numpy.concat",
        tf="(values: xs, axis, name: _ = 'concat')",
        numpy="(arrays: xs, /, axis=0, out: _ = None, *, dtype: _ = None, "
        "casting: _ = 'same_kind')",
        backend="(tensors: xs, axis=-1)",
    ),
    fold=_fold_concatenate,
    cases=(
        Call([(2, 3), (4, 3)], axis=0),
        Call([(2, 3), (2, 5)], axis=-1),
        Call([(2, 3), (0, 3)], axis=0),
        Call([(2, 3)], axis=0),
        Call([(2, 3), (4, 4)], axis=0),
        Call([(2, 3), (2, 3, 1)], axis=0),
        Call([(2, 3), (2, 3)], axis=2),
        Call([(2,), (3,)], axis=0, of=("float32", "int32")),
    ),
)


def _stack(a: Args) -> TensorType:
    """[(...)] * n -> (..., n, ...)."""
    if not a.xs:
        raise Mismatch("stack", "at least one input", {})
    parts = [x.shape for x in a.xs if x.shape is not None]
    if not parts:
        raise Undecided("rank unknown")
    for other in parts[1:]:
        _check_equal(parts[0], other)
    first = parts[0]
    axis = normalize_axis(a.axis, len(first) + 1)
    shape = (*first[:axis], len(a.xs), *first[axis:])
    return TensorType(shape, common_dtype(a.xs, a.library))


def _check_equal(first: Dims, other: Dims) -> None:
    pairs = zip(first, other, strict=False)
    if len(first) != len(other) or any(same(x, y) is False for x, y in pairs):
        raise Mismatch("stack", "inputs of equal shapes", {"first": first, "other": other})


def _fold_stack(a: Args) -> object:
    joined = tuple(x.content for x in a.xs)
    rank = len(a.xs[0].shape) + 1
    axis = normalize_axis(a.axis, rank)
    order = [*range(1, axis + 1), 0, *range(axis + 1, rank)]
    return content.transpose(joined, order)


STACK = OpSpec(
    "stack",
    "(xs: tensors, axis: axis = 0)",
    _stack,
    names=spelled(
        "tf.stack keras.ops.stack keras.backend.stack numpy.stack",
        tf="(values: xs, axis=0, name: _ = 'stack')",
        numpy="(arrays: xs, axis=0, out: _ = None, *, dtype: _ = None, casting: _ = 'same_kind')",
        keras="(x: xs, axis=0)",
        backend="(x: xs, axis=0)",
    ),
    any_rank=True,
    fold=_fold_stack,
    cases=(
        Call([(2, 3), (2, 3)], axis=0),
        Call([(2, 3), (2, 3)], axis=-1),
        Call([(2, 3), (2, 3)], axis=1),
        Call([(), ()]),
        Call([(2, 3), (2, 4)], axis=0),
        Call([(2, 3), (2, 3)], axis=3),
    ),
)


def _unstack(a: Args) -> list[TensorType]:
    """(..., n, ...) -> [(..., ...)] * n."""
    axis = normalize_axis(a.axis, len(a.x.shape))
    count = a.x.shape[axis] if a.num is None else a.num
    if not isinstance(count, int):
        raise Undecided("unstack of an axis of unknown size")
    if same(count, a.x.shape[axis]) is False:
        raise Mismatch("split", f"{count} parts", {"input": a.x.shape}, {"axis": axis})
    part = (*a.x.shape[:axis], *a.x.shape[axis + 1 :])
    return [TensorType(part, a.x.dtype) for _ in range(count)]


UNSTACK = OpSpec(
    "unstack",
    "(x: tensor, num=None, axis: axis = 0)",
    _unstack,
    names=spelled(
        "tf.unstack keras.ops.unstack numpy.unstack",
        tf="(value: x, num=None, axis=0, name: _ = 'unstack')",
        numpy="(x, /, *, axis=0)",
    ),
    cases=(Call((2, 3)), Call((2, 3), axis=-1), Call((2, 3), num=4), Call((2, 3), axis=2)),
)


def _split(a: Args) -> list[TensorType]:
    """(..., n, ...) -> parts along one axis: equal ones, of given sizes, or cut at indices."""
    axis = normalize_axis(a.axis, len(a.x.shape))
    size = a.x.shape[axis]
    if a.sizes is not None:
        sizes = _sizes(a.sizes, size) if isinstance(a.sizes, tuple | list) else None
        parts = sizes or _equal_parts(a.sizes, size, a.x.shape, axis)
    elif isinstance(a.indices_or_sections, tuple | list):
        parts = _cuts(a.indices_or_sections, size)
    else:
        parts = _equal_parts(a.indices_or_sections, size, a.x.shape, axis)
    before, after = a.x.shape[:axis], a.x.shape[axis + 1 :]
    return [TensorType((*before, p, *after), a.x.dtype) for p in parts]


def _equal_parts(count: object, size: Dim, shape: Dims, axis: int) -> list[Dim]:
    if not isinstance(count, int):
        raise Undecided("split into an unknown number of parts")
    if count < 1 or same(mod(size, count), 0) is False:
        raise Mismatch("split", f"an axis divisible by {count}", {"input": shape}, {"axis": axis})
    return [size // count] * count


def _sizes(sizes: Sequence[Dim], size: Dim) -> list[Dim]:
    rest = [s for s in sizes if s != -1]
    total = sum(rest, 0)
    if len(rest) < len(sizes) - 1 or (len(rest) == len(sizes) and same(total, size) is False):
        raise Mismatch("split", f"sizes that add up to {size}", {"sizes": tuple(sizes)})
    if len(rest) < len(sizes) and less(size, total) is True:
        raise Mismatch("split", f"sizes of at most {size}", {"sizes": tuple(sizes)})
    return [size - total if s == -1 else s for s in sizes]


def _cuts(cuts: Sequence[Dim], size: Dim) -> list[Dim]:
    if not all(isinstance(c, int) for c in (*cuts, size)):
        raise Undecided("split at unknown places")
    length = len(range(size))  # type: ignore[arg-type]
    bounds = [*cuts, length]
    starts = [0, *cuts]
    return [len(range(length)[i:j]) for i, j in zip(starts, bounds, strict=True)]  # type: ignore


SPLIT = OpSpec(
    "split",
    "(x: tensor, indices_or_sections=None, axis: axis = 0, sizes=None)",
    _split,
    names=spelled(
        "tf.split keras.ops.split numpy.split",
        tf="(value: x, num_or_size_splits: sizes, axis=0, num: _ = None, name: _ = 'split')",
        keras="(x, indices_or_sections, axis=0)",
        numpy="(ary: x, indices_or_sections, axis=0)",
    ),
    cases=(
        Call((4, 6), indices_or_sections=2),
        Call((4, 6), indices_or_sections=3, axis=1),
        Call((4, 6), indices_or_sections=[1, 3], axis=1),
        Call((4, 6), indices_or_sections=4, axis=-1),
        Call((4, 6), sizes=2),
        Call((4, 6), sizes=[1, 3], axis=0),
        Call((4, 6), sizes=[1, -1], axis=1),
        Call((4, 6), sizes=[1, 2], axis=1),
        Call((4, 6), sizes=4, axis=1),
        Call((4, 6), sizes=2, axis=2),
    ),
)


def _tile(a: Args) -> TensorType:
    """(d0, d1, ...) -> (d0 * r0, d1 * r1, ...)."""
    shape, repeats = a.x.shape, a.repeats
    if a.library in dtypes.TENSORFLOW and len(shape) != len(repeats):
        raise Mismatch("tile", f"{len(shape)} multiples", {"multiples": repeats})
    rank = max(len(shape), len(repeats))
    padded = (1,) * (rank - len(shape)) + tuple(shape)
    factors = (1,) * (rank - len(repeats)) + tuple(repeats)
    return TensorType(tuple(d * r for d, r in zip(padded, factors, strict=True)), a.x.dtype)


TILE = OpSpec(
    "tile",
    "(x: tensor, repeats: shape)",
    _tile,
    names=spelled(
        "tf.tile keras.ops.tile keras.backend.tile numpy.tile",
        tf="(input: x, multiples: repeats, name: _ = None)",
        backend="(x, n: repeats)",
        numpy="(A: x, reps: repeats)",
    ),
    cases=(
        Call((2, 3), repeats=(2, 1)),
        Call((2, 3), repeats=[1, 0]),
        Call((2, 3), repeats=(4, 2, 1)),
        Call((2, 3), repeats=(2,)),
        Call((3,), repeats=(2,)),
    ),
)


def _repeat(a: Args) -> TensorType:
    """(..., n, ...) -> (..., n * repeats, ...)."""
    shape = a.x.shape
    if a.axis is None:
        shape, axis = (product(shape),), 0
    else:
        axis = normalize_axis(a.axis, len(shape))
    repeats = a.repeats
    if isinstance(repeats, tuple | list):
        if len(repeats) > 1 and same(shape[axis], len(repeats)) is False:
            raise Mismatch("repeat", f"{shape[axis]} repeats", {"repeats": tuple(repeats)})
        size = sum(repeats, 0) if len(repeats) > 1 else shape[axis] * repeats[0]
    else:
        size = shape[axis] * repeats
    return TensorType((*shape[:axis], size, *shape[axis + 1 :]), a.x.dtype)


REPEAT = OpSpec(
    "repeat",
    "(x: tensor, repeats, axis: axis = None)",
    _repeat,
    names=spelled(
        "tf.repeat keras.ops.repeat keras.backend.repeat_elements numpy.repeat",
        tf="(input: x, repeats, axis=None, name: _ = None)",
        backend="(x, rep: repeats, axis)",
        numpy="(a: x, repeats, axis=None)",
    )
    | {"numpy.ndarray.repeat": "(self: x, repeats, /, axis=None)"},
    cases=(
        Call((2, 3), repeats=2),
        Call((2, 3), repeats=2, axis=1),
        Call((2, 3), repeats=[1, 4], axis=0),
        Call((2, 3), repeats=[1, 2, 3], axis=0),
        Call((2, 3), repeats=2, axis=2),
    ),
)


def _pad(a: Args) -> TensorType:
    """(d, ...) -> (before + d + after, ...)."""
    pairs = _pairs(a.pad_width, len(a.x.shape), a.library)
    shape = tuple(b + d + e for d, (b, e) in zip(a.x.shape, pairs, strict=True))
    return TensorType(shape, a.x.dtype)


def _pairs(width: object, rank: int, library: str) -> list[tuple[Dim, Dim]]:
    """(before, after) per axis; NumPy and Keras spread one pair or one number."""
    if not isinstance(width, tuple | list):
        return [(width, width)] * rank  # type: ignore[list-item]
    if library not in dtypes.TENSORFLOW and not any(isinstance(w, tuple | list) for w in width):
        before, after = (width[0], width[0]) if len(width) == 1 else width
        return [(before, after)] * rank
    if library not in dtypes.TENSORFLOW and len(width) == 1:
        width = list(width) * rank
    if len(width) != rank:
        raise Mismatch("pad", f"{rank} pairs", {"paddings": tuple(map(tuple, width))})
    return [tuple(pair) for pair in width]  # type: ignore[misc]


PAD = OpSpec(
    "pad",
    "(x: tensor, pad_width, mode='constant', constant_values=None)",
    _pad,
    names=spelled(
        "tf.pad keras.ops.pad numpy.pad",
        tf="(tensor: x, paddings: pad_width, mode='CONSTANT', constant_values=0, name: _ = None)",
        numpy="(array: x, pad_width, mode='constant', **kwargs: _)",
    ),
    cases=(
        Call((2, 3), pad_width=[[1, 1], [0, 2]]),
        Call((2, 3), pad_width=((0, 0), (1, 0))),
        Call((2, 3), pad_width=[[1, 1]]),
        Call((2, 3), pad_width=[[1, 1], [0, 2], [0, 0]]),
    ),
)


def _add_n(a: Args) -> TensorType:
    """[(...)] -> (...), all of one shape."""
    parts = _known(a.xs)
    for other in parts[1:]:
        _check_equal(parts[0], other)
    return TensorType(parts[0], common_dtype(a.xs, a.library))


ADD_N = OpSpec(
    "add_n",
    "(xs: tensors)",
    _add_n,
    names=spelled("tf.add_n tf.math.add_n", tf="(inputs: xs, name: _ = None)"),
    cases=(Call([(2, 3), (2, 3)]), Call([(2, 3)]), Call([(2, 3), (3,)])),
)
