"""Rows of a table by number, and the gradient that adds rows up again."""

from __future__ import annotations

import numpy as np

from ...analyzer import shapes
from ...analyzer.specs.base import Args, TensorType
from ..op import Arrays, Case, Op, Run, Statics
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import rules


def _take_rule(a: Args) -> TensorType:
    """(a, n, b), (...) -> (a, ..., b)."""
    shape, axis = a.x.shape, shapes.normalize_axis(a.axis, len(a.x.shape))
    return TensorType((*shape[:axis], *a.indices.shape, *shape[axis + 1 :]), a.x.dtype)


def _take_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    x, indices = ins
    axis = s.axis % x.ndim
    if axis == 0 and x.ndim > 1 and x.dtype in (np.float32, np.float64):
        return _gather_rows(x, indices, outs[0])
    low, high = -x.shape[axis], x.shape[axis]

    def run() -> None:
        if indices.size and (indices.min() < low or indices.max() >= high):
            raise IndexError(_outside(indices, low, high))
        np.take(x, indices, axis=axis, out=outs[0], mode="wrap")

    return run


def _outside(indices: np.ndarray, low: int, high: int) -> str:
    bad = indices[(indices < low) | (indices >= high)].flat[0]
    return f"index {bad} is outside [0, {high})"


def row_numbers(indices: np.ndarray, rows: int) -> tuple[np.ndarray, Run]:
    """Flat int64 row numbers, and what fills them; negative ones count from the end."""
    flat = indices.reshape(-1)
    numbers = np.empty(flat.size, np.int64)

    def fill() -> None:
        np.copyto(numbers, flat, casting="unsafe")
        if numbers.size and numbers.min() < 0:
            np.add(numbers, rows, out=numbers, where=numbers < 0)

    return numbers, fill


def _gather_rows(x: np.ndarray, indices: np.ndarray, out: np.ndarray) -> Run:
    from ..kernels import embedding  # numba is not needed by who only looks

    numbers, fill = row_numbers(indices, x.shape[0])
    table = x.reshape(x.shape[0], -1 if x.size else 0)
    target = out.reshape(numbers.size, table.shape[1])

    def run() -> None:
        fill()
        if embedding.gather(table, numbers, target) >= 0:
            raise IndexError(_outside(indices, -x.shape[0], x.shape[0]))

    return run


def _take_grad(
    g: TensorLike, out: TensorLike, x: TensorLike, indices: TensorLike, s: Statics
) -> TensorLike:
    axis, rank = s.axis % len(x.shape), len(indices.shape)
    if axis == 0:
        return add_rows(g, indices, x.shape[0])
    order = (*range(axis, axis + rank), *range(axis), *range(axis + rank, len(out.shape)))
    rows = add_rows(ops["transpose"](g, order), indices, x.shape[axis])
    return ops["moveaxis"](rows, 0, axis)


take_rows = Op(
    "take_rows",
    spec=rules.primitive("take_rows", "(x: tensor, indices: tensor, axis=0)", _take_rule),
    kernel=_take_kernel,
    vjp=(_take_grad, None),
    cases=(Case((4, 3), [[0, 3], [1, 1]]), Case((2, 4, 3), [1, 1, 0], axis=1)),
)


def _add_rows_rule(a: Args) -> TensorType:
    """(..., b), (...) -> (rows, b)."""
    rank = len(a.indices.shape)
    return TensorType((a.rows, *a.x.shape[rank:]), a.x.dtype)


def _add_rows_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    x, indices = ins
    out = outs[0]
    numbers, fill = row_numbers(indices, s.rows)
    rows = x.reshape(numbers.size, *out.shape[1:])
    if out.dtype in (np.float32, np.float64) and out.size:
        return _scatter_rows(fill, numbers, rows, out)

    def run() -> None:
        fill()
        out.fill(0)
        np.add.at(out, numbers, rows)

    return run


def _scatter_rows(fill: Run, numbers: np.ndarray, rows: np.ndarray, out: np.ndarray) -> Run:
    from ..kernels import embedding

    wide = rows.reshape(numbers.size, out.size // out.shape[0])
    target = out.reshape(out.shape[0], -1)

    def run() -> None:
        fill()
        embedding.scatter_add(wide, numbers, target)

    return run


add_rows = Op(
    "add_rows",
    spec=rules.primitive("add_rows", "(x: tensor, indices: tensor, rows)", _add_rows_rule),
    kernel=_add_rows_kernel,
    vjp=(lambda g, out, x, indices, s: take_rows(g, indices, 0), None),
    cases=(Case((2, 2, 3), [[0, 3], [1, 1]], rows=4),),
)
