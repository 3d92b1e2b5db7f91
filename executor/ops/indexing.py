"""Reading and writing by position: getitem, take, gather, scatter, one_hot."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ...analyzer import shapes
from ...analyzer.specs.base import Args, TensorType
from ..composite import composite
from ..dtypes import dtype_name
from ..inputs import freeze, to_tensor
from ..op import Arrays, Case, Op, Run, Statics
from ..tensor import OPERATORS as ops
from ..tensor import Tensor, TensorLike
from ..variable import Variable
from . import rules
from .rows import take_rows

# A basic index as static data: ("i", 3), ("s", start, stop, step), ("n",), ("e",).
Coded = tuple[tuple[Any, ...], ...]


def _encode(key: object) -> Coded | None:
    """A basic index in hashable form; None if it holds arrays."""
    parts = key if isinstance(key, tuple) else (key,)
    coded = [_encode_part(p) for p in parts]
    known = [c for c in coded if c is not None]
    return tuple(known) if len(known) == len(coded) else None


def _encode_part(part: object) -> tuple[object, ...] | None:
    if part is None:
        return ("n",)
    if part is Ellipsis:
        return ("e",)
    if isinstance(part, slice):
        return ("s", freeze(part.start), freeze(part.stop), freeze(part.step))
    if isinstance(part, bool | np.bool_):
        return None
    if isinstance(part, int | np.integer):
        return ("i", int(part))
    scalar = isinstance(part, TensorLike) and not part.shape and part.dtype.kind in "iu"
    if scalar and isinstance(part, Tensor | Variable):
        return ("i", int(part))
    return None


def _decode(coded: Coded) -> Any:
    table = {"n": lambda c: None, "e": lambda c: Ellipsis, "i": lambda c: c[1]}
    return tuple(slice(*c[1:]) if c[0] == "s" else table[c[0]](c) for c in coded)


def _basic_rule(a: Args) -> TensorType:
    """NumPy basic indexing on a shape."""
    # A broadcast scalar has the shape without the memory.
    probe = np.broadcast_to(np.empty((), np.int8), a.x.shape)
    return TensorType(probe[_decode(a.key)].shape, a.x.dtype)


def _basic_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    return partial(np.copyto, outs[0], ins[0][_decode(s.key)])


def _basic_grad(g: TensorLike, out: TensorLike, x: TensorLike, s: Statics) -> TensorLike:
    return _place(g, tuple(x.shape), s.key)


_basic = Op(
    "index_basic",
    spec=rules.primitive("index_basic", "(x: tensor, key)", _basic_rule),
    kernel=_basic_kernel,
    vjp=(_basic_grad,),
    cases=(
        Case((4, 3), key=(("s", 1, None, 2), ("i", 0))),
        Case((4, 3), key=(("e",), ("n",), ("s", None, None, -1))),
    ),
)


def _place_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    target = outs[0][_decode(s.key)]

    def run() -> None:
        outs[0].fill(0)
        np.copyto(target, ins[0])

    return run if isinstance(target, np.ndarray) else partial(_place_scalar, s, ins, outs)


def _place_scalar(s: Statics, ins: Arrays, outs: Arrays) -> None:
    outs[0].fill(0)
    outs[0][_decode(s.key)] = ins[0]


_place = Op(
    "index_place",
    spec=rules.primitive(
        "index_place",
        "(x: tensor, shape, key)",
        lambda a: TensorType(tuple(a.shape), a.x.dtype),
    ),
    kernel=_place_kernel,
    vjp=(lambda g, out, x, s: _basic(g, s.key),),
    cases=(Case((2,), shape=(4, 3), key=(("s", 1, None, 2), ("i", 0))),),
)


@composite
def getitem(x: TensorLike, index: object) -> TensorLike:
    """x[index], with NumPy's meaning; a boolean mask needs known values."""
    coded = _encode(index)
    if coded is not None:
        x = to_tensor(x)
        try:
            return _basic(x, coded)
        except IndexError as error:
            raise IndexError(f"{error} (shape {x.shape})") from None
    return _advanced(to_tensor(x), index if isinstance(index, tuple) else (index,))


def _advanced(x: TensorLike, key: tuple[Any, ...]) -> TensorLike:
    if len(key) == 1:
        index = to_tensor(key[0])
        if index.dtype.kind == "b":
            return ops["boolean_mask"](x, index)
        return take(x, index, 0)
    # Read through a table of flat positions: any mixture of arrays and slices.
    positions = np.arange(x.size, dtype=np.int32).reshape(x.shape)
    parts = tuple(np.asarray(p) if isinstance(p, TensorLike | list) else p for p in key)
    return take(ops["reshape"](x, (-1,)), positions[parts], 0)


@composite
def boolean_mask(x: TensorLike, mask: TensorLike, axis: int | None = None) -> TensorLike:
    """The rows where the mask holds; the mask's values must be known."""
    x, axis = to_tensor(x), axis or 0
    held = np.asarray(to_tensor(mask)).astype(bool)
    rank = held.ndim
    shape = (*x.shape[:axis], -1, *x.shape[axis + rank :])
    picks = np.flatnonzero(held).astype(np.int32)
    return take(ops["reshape"](x, shape), picks, axis)


@composite
def nonzero(x: TensorLike) -> tuple[TensorLike, ...]:
    """For each axis the positions where x is not zero; its values must be known."""
    found = np.nonzero(np.asarray(to_tensor(x)))
    return tuple(Tensor(part.astype(np.int32)) for part in found)


@composite
def positions(x: TensorLike) -> TensorLike:
    """Positions (n, rank) where x holds; its values must be known."""
    return Tensor(np.argwhere(np.asarray(to_tensor(x))).astype(np.int64))


@composite
def take(x: TensorLike, indices: TensorLike | np.ndarray, axis: int | None = None) -> TensorLike:
    """(a, n, b), (...) -> (a, ..., b): slices by position; flat for axis None."""
    if axis is None:
        x, axis = ops["reshape"](x, (-1,)), 0
    indices = to_tensor(indices)
    if indices.dtype.kind not in "iu":
        indices = ops["cast"](indices, "int32")
    return take_rows(x, indices, axis)


@composite
def gather(
    x: TensorLike, indices: TensorLike, axis: int | None = None, batch_dims: int = 0
) -> TensorLike:
    """As `take`, the first `batch_dims` axes of both running together."""
    if not batch_dims:
        return take(x, indices, axis)
    x, indices = to_tensor(x), to_tensor(indices)
    batch = batch_dims % len(indices.shape)
    at = batch if axis is None else axis % len(x.shape)
    if at != batch:
        x = ops["moveaxis"](x, at, batch)
    rows, n = int(np.prod(x.shape[:batch], dtype=np.int64)), x.shape[batch]
    flat = ops["reshape"](x, (rows * n, *x.shape[batch + 1 :]))
    start = (np.arange(rows, dtype=indices.dtype) * n).reshape(x.shape[:batch])
    start = start.reshape(*x.shape[:batch], *[1] * (len(indices.shape) - batch))
    out = take(flat, indices + start, 0)
    if at == batch:
        return out
    extra = len(indices.shape) - batch
    targets = tuple(range(at, at + extra))
    return ops["moveaxis"](out, tuple(range(batch, batch + extra)), targets)


@composite
def gather_nd(x: TensorLike, indices: TensorLike, batch_dims: int = 0) -> TensorLike:
    """(d0, ..., dk, rest), (..., k) -> (..., rest)."""
    x, indices = to_tensor(x), to_tensor(indices)
    batch, depth = batch_dims, indices.shape[-1]
    sizes = x.shape[batch : batch + depth]
    steps = np.cumprod([1, *sizes[:0:-1]])[::-1].astype(indices.dtype)
    flat = ops["reshape"](x, (*x.shape[:batch], -1, *x.shape[batch + depth :]))
    positions = ops["sum"](indices * steps, axis=-1)
    return gather(flat, positions, batch, batch)


def _along_axis_rule(a: Args) -> TensorType:
    """(..., n, ...), (..., m, ...) -> (..., m, ...)."""
    axis = a.axis % len(a.x.shape)
    shape = list(shapes.broadcast(a.x.shape[:axis], a.indices.shape[:axis]))
    shape.append(a.indices.shape[axis])
    shape += shapes.broadcast(a.x.shape[axis + 1 :], a.indices.shape[axis + 1 :])
    return TensorType(tuple(shape), a.x.dtype)


def _along_axis_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    def run() -> None:
        np.copyto(outs[0], np.take_along_axis(ins[0], ins[1], s.axis))

    return run


def _put_along_axis(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    g, indices = ins
    out = np.moveaxis(outs[0], s.axis, -1)
    moved = np.moveaxis(indices, s.axis, -1)
    lead = np.indices(moved.shape)[:-1]
    values = np.moveaxis(g, s.axis, -1)

    def run() -> None:
        outs[0].fill(0)
        np.add.at(out, (*lead, moved), values)

    return run


_scatter_along_axis = Op(
    "scatter_along_axis",
    spec=rules.primitive(
        "scatter_along_axis",
        "(x: tensor, indices: tensor, shape, axis)",
        lambda a: TensorType(tuple(a.shape), a.x.dtype),
    ),
    kernel=_put_along_axis,
    vjp=(lambda g, out, x, indices, s: _take_along(g, indices, s.axis), None),
    cases=(Case((2, 2), [[0, 2], [1, 1]], shape=(2, 3), axis=1),),
)
_take_along = Op(
    "take_along",
    spec=rules.primitive("take_along", "(x: tensor, indices: tensor, axis)", _along_axis_rule),
    kernel=_along_axis_kernel,
    vjp=(
        lambda g, out, x, indices, s: _scatter_along_axis(g, indices, tuple(x.shape), s.axis),
        None,
    ),
    cases=(Case((2, 3), [[0, 2], [1, 1]], axis=1),),
)


@composite
def take_along_axis(x: TensorLike, indices: TensorLike, axis: int | None = None) -> TensorLike:
    """(..., n, ...), (..., m, ...) -> (..., m, ...): positions along one axis."""
    x, indices = to_tensor(x), to_tensor(indices)
    if axis is None:
        return _take_along(ops["reshape"](x, (-1,)), ops["reshape"](indices, (-1,)), 0)
    return _take_along(x, indices, axis)


def _one_hot_rule(a: Args) -> TensorType:
    """(...) -> (..., depth)."""
    return TensorType((*a.x.shape, a.depth), a.dtype)


def _one_hot_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    x, out = ins[0].reshape(-1), outs[0].reshape(-1, s.depth)
    classes = np.arange(s.depth, dtype=ins[0].dtype)

    def run() -> None:
        np.copyto(out, x[:, None] == classes)

    return run


_one_hot = Op(
    "one_hot_last",
    spec=rules.primitive("one_hot_last", "(x: tensor, depth, dtype='float32')", _one_hot_rule),
    kernel=_one_hot_kernel,
    vjp=None,
    cases=(Case([0, 2, -1], depth=3), Case([[1], [0]], depth=2)),
)


@composite
def one_hot(
    x: TensorLike,
    num_classes: int,
    axis: int = -1,
    dtype: object = None,
    on_value: object = None,
    off_value: object = None,
) -> TensorLike:
    """(...) -> (..., classes): 1 at the position, 0 elsewhere and for positions outside."""
    x = to_tensor(x)
    name = rules.default_float() if dtype is None else dtype_name(dtype)
    out = _one_hot(x, freeze(num_classes), name)
    if on_value is not None or off_value is not None:
        on, off = 1 if on_value is None else on_value, 0 if off_value is None else off_value
        out = ops["where"](out != 0, on, off)
    return out if axis in (None, -1, len(x.shape)) else ops["moveaxis"](out, -1, axis)


@composite
def multi_hot(x: TensorLike, num_classes: int, dtype: object = None) -> TensorLike:
    """(..., n) -> (..., classes): 1 for each class that occurs among the n."""
    hot = ops["one_hot"](x, num_classes, dtype=dtype)
    return ops["max"](hot, axis=1 if len(to_tensor(x).shape) > 1 else 0)
