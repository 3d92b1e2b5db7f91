"""Writing by position, segments of rows, counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...analyzer.specs.base import Args, TensorType
from ..composite import composite
from ..inputs import freeze, to_tensor
from ..op import Arrays, Case, Op, Run, Statics
from ..tensor import OPERATORS as ops
from ..tensor import Tensor, TensorLike
from . import rules


def _flat_positions(indices: TensorLike, sizes: tuple[int, ...]) -> TensorLike:
    """(..., k) positions in the first k axes -> (...) in those axes as one."""
    steps = np.cumprod([1, *sizes[:0:-1]])[::-1].astype(indices.dtype)
    wrapped = ops["where"](indices < 0, indices + np.array(sizes, indices.dtype), indices)
    return ops["sum"](wrapped * steps, axis=-1)


def _folded(x: TensorLike, depth: int) -> tuple[TensorLike, int]:
    """x with its first `depth` axes as one, and the length of that axis."""
    rows = int(np.prod(x.shape[:depth], dtype=np.int64))
    return ops["reshape"](x, (rows, *x.shape[depth:])), rows


@composite
def scatter_nd(indices: TensorLike, updates: TensorLike, shape: object) -> TensorLike:
    """Zeros of a shape with the updates added at positions."""
    indices, wanted = to_tensor(indices), freeze(shape)
    depth = indices.shape[-1]
    rows = int(np.prod(wanted[:depth], dtype=np.int64))
    flat = ops["add_rows"](updates, _flat_positions(indices, wanted[:depth]), rows)
    return ops["reshape"](flat, wanted)


@composite
def tensor_scatter_nd_add(x: TensorLike, indices: TensorLike, updates: TensorLike) -> TensorLike:
    """x with the updates added at positions."""
    x = to_tensor(x)
    return x + scatter_nd(indices, to_tensor(updates, x.dtype.name), x.shape)


@composite
def tensor_scatter_nd_sub(x: TensorLike, indices: TensorLike, updates: TensorLike) -> TensorLike:
    """x with the updates subtracted at positions."""
    x = to_tensor(x)
    return x - scatter_nd(indices, to_tensor(updates, x.dtype.name), x.shape)


def _place_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    x, indices, updates = ins
    flat, rows = indices.reshape(-1), updates.reshape(indices.size, *x.shape[1:])

    def run() -> None:
        np.copyto(outs[0], x)
        if s.how == "put":
            outs[0][flat] = rows
        else:
            (np.maximum if s.how == "max" else np.minimum).at(outs[0], flat, rows)

    return run


def _placed_x(
    g: TensorLike, out: TensorLike, x: TensorLike, indices: TensorLike, updates: TensorLike,
    s: Statics,
) -> TensorLike:  # fmt: skip
    if s.how == "put":
        return _place(g, indices, ops["zeros_like"](updates), "put")
    return ops["where"](out == x, g, 0)


def _placed_updates(
    g: TensorLike, out: TensorLike, x: TensorLike, indices: TensorLike, updates: TensorLike,
    s: Statics,
) -> TensorLike:  # fmt: skip
    taken = ops["take"](g, indices, 0)
    if s.how == "put":
        return taken
    return ops["where"](ops["take"](out, indices, 0) == updates, taken, 0)


def _place_rule(a: Args) -> TensorType:
    """(n, ...), (k,), (k, ...) -> (n, ...)."""
    return a.x


_place = Op(
    "place_rows",
    spec=rules.primitive(
        "place_rows", "(x: tensor, indices: tensor, updates: tensor, how='put')", _place_rule
    ),
    kernel=_place_kernel,
    vjp=(_placed_x, None, _placed_updates),
    cases=(
        Case((4, 3), [2, 0], (2, 3)),
        Case((4, 3), [2, 0], (2, 3), how="max"),
        Case((4, 3), [2, 0], (2, 3), how="min"),
    ),
)


def _placed(x: TensorLike, indices: TensorLike, updates: TensorLike, how: str) -> TensorLike:
    x, indices = to_tensor(x), to_tensor(indices)
    depth = indices.shape[-1]
    flat, _ = _folded(x, depth)
    positions = _flat_positions(indices, x.shape[:depth])
    updates = to_tensor(updates, x.dtype.name)
    return ops["reshape"](_place(flat, positions, updates, how), x.shape)


@composite
def tensor_scatter_nd_update(x: TensorLike, indices: TensorLike, updates: TensorLike) -> TensorLike:
    """x with the updates in the place of what is at positions."""
    return _placed(x, indices, updates, "put")


ops["scatter_update"] = tensor_scatter_nd_update


@composite
def tensor_scatter_nd_max(x: TensorLike, indices: TensorLike, updates: TensorLike) -> TensorLike:
    """x with the larger of itself and the updates at positions."""
    return _placed(x, indices, updates, "max")


@composite
def tensor_scatter_nd_min(x: TensorLike, indices: TensorLike, updates: TensorLike) -> TensorLike:
    """x with the smaller of itself and the updates at positions."""
    return _placed(x, indices, updates, "min")


def _segments(segment_ids: TensorLike, num_segments: object) -> tuple[TensorLike, int]:
    ids = to_tensor(segment_ids)
    if num_segments is None:
        return ids, int(np.asarray(ids).max(initial=-1)) + 1
    return ids, freeze(num_segments)


@composite
def segment_sum(
    x: TensorLike, segment_ids: TensorLike, num_segments: int | None = None
) -> TensorLike:
    """(n, b), (n,) -> (segments, b): rows of the same id added up."""
    ids, count = _segments(segment_ids, num_segments)
    return ops["add_rows"](x, ids, count)


@composite
def segment_mean(
    x: TensorLike, segment_ids: TensorLike, num_segments: int | None = None
) -> TensorLike:
    """(n, b), (n,) -> (segments, b): the mean of rows of the same id, 0 without any."""
    x = to_tensor(x)
    ids, count = _segments(segment_ids, num_segments)
    ones = ops["ones"]((x.shape[0],), x.dtype.name)
    rows = ops["maximum"](ops["add_rows"](ones, ids, count), 1)
    rows = ops["reshape"](rows, (count, *[1] * (len(x.shape) - 1)))
    return ops["add_rows"](x, ids, count) / rows


def _extreme(
    x: TensorLike, segment_ids: TensorLike, num_segments: int | None, how: str
) -> TensorLike:
    x = to_tensor(x)
    ids, count = _segments(segment_ids, num_segments)
    info = np.finfo(x.dtype) if x.dtype.kind == "f" else np.iinfo(x.dtype)
    start = info.min if how == "max" else info.max
    return _place(np.full((count, *x.shape[1:]), start, x.dtype), ids, x, how)


@composite
def segment_max(
    x: TensorLike, segment_ids: TensorLike, num_segments: int | None = None
) -> TensorLike:
    """(n, b), (n,) -> (segments, b): the largest of rows of the same id."""
    return _extreme(x, segment_ids, num_segments, "max")


@composite
def segment_min(
    x: TensorLike, segment_ids: TensorLike, num_segments: int | None = None
) -> TensorLike:
    """(n, b), (n,) -> (segments, b): the smallest of rows of the same id."""
    return _extreme(x, segment_ids, num_segments, "min")


@composite
def segment_prod(
    x: TensorLike, segment_ids: TensorLike, num_segments: int | None = None
) -> TensorLike:
    """(n, b), (n,) -> (segments, b): the product of rows of the same id; ids known."""
    x = to_tensor(x)
    ids, count = _segments(segment_ids, num_segments)
    known = np.asarray(ids)
    rows = [np.flatnonzero(known == i).astype(np.int32) for i in range(count)]
    return ops["stack"]([ops["prod"](ops["take"](x, r, 0), axis=0) for r in rows], 0)


@composite
def bincount(x: TensorLike, weights: TensorLike | None = None, minlength: int = 0) -> TensorLike:
    """(n,) -> how often each number occurs, or the sums of weights; values known."""
    x = to_tensor(x)
    count = max(int(np.asarray(x).max(initial=-1)) + 1, freeze(minlength))
    given = ops["ones"](x.shape, "int32") if weights is None else weights
    if len(x.shape) == 1:
        return ops["add_rows"](given, x, count)
    rows = np.arange(x.shape[0], dtype=x.dtype)[:, None] * count
    flat = ops["add_rows"](given, x + rows, x.shape[0] * count)
    return ops["reshape"](flat, (x.shape[0], count))


@composite
def confusion_matrix(
    labels: TensorLike, predictions: TensorLike, num_classes: int | None = None
) -> TensorLike:
    """(n,), (n,) -> (classes, classes): how often each pair occurs."""
    labels, predictions = to_tensor(labels), to_tensor(predictions)
    if num_classes is None:
        both = [np.asarray(labels).max(initial=0), np.asarray(predictions).max(initial=0)]
        num_classes = int(max(both)) + 1
    ones = ops["ones"](labels.shape, "int32")
    cells = ops["cast"](labels, "int32") * num_classes + ops["cast"](predictions, "int32")
    flat = ops["add_rows"](ones, cells, num_classes * num_classes)
    return ops["reshape"](flat, (num_classes, num_classes))


@composite
def unique(x: TensorLike) -> tuple[TensorLike, TensorLike]:
    """(n,) -> the values in order of appearance, and where each element is; values known."""
    values, first, inverse = np.unique(
        np.asarray(to_tensor(x)), return_index=True, return_inverse=True
    )
    order = np.argsort(first)
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    return Tensor(values[order]), Tensor(place[inverse].astype(np.int32))


@composite
def slice_update(x: TensorLike, start: Sequence[int], updates: TensorLike) -> TensorLike:
    """x with a block replaced by `updates`, from `start` on."""
    x, updates = to_tensor(x), to_tensor(updates)
    begin = freeze(start)
    sides = [
        (b, size - b - part) for b, size, part in zip(begin, x.shape, updates.shape, strict=True)
    ]
    inside = np.zeros(x.shape, bool)
    block = zip(begin, updates.shape, strict=True)
    inside[tuple(slice(b, b + n) for b, n in block)] = True
    return ops["where"](inside, ops["pad"](updates, sides), x)
