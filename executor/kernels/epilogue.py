"""What ends a tile of a product: bias and activation, while the tile is in cache."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import carray, njit, types

from .callbacks import Callback
from .jit import FASTMATH, Array, in_kernels
from .memory import STACK, copy, part, run_of, stack_array
from .opcodes import CODES, apply

_RELU = CODES["relu"]


def _finish(height: int, width: int, bias_: Array, activation: int, out_: Array, step: int) -> None:
    bias, out = part(carray(bias_, (1,)), 0), part(carray(out_, (1,)), 0)
    zero = out.dtype.type(0)
    for i in range(height):
        row = part(out, i * step)
        if activation == _RELU:
            for j in range(width):
                value = row[j] + bias[j]
                row[j] = zero if value < zero else value
        else:
            for j in range(width):
                row[j] += bias[j]
    if activation != 0 and activation != _RELU:
        _activate(activation, out, height, width, step)


@njit(error_model="numpy", fastmath=set(FASTMATH))
def _activate(activation: int, out: Array, height: int, width: int, step: int) -> None:
    """Block by block by way of the stack: a loop that writes what it reads does not
    vectorise."""
    deep, wide = max(STACK // max(width, 1), 1), max(min(width, STACK), 1)
    before, after = stack_array(out), stack_array(out)
    for i in range(0, height, deep):
        rows = min(deep, height - i)
        for j in range(0, width, wide):
            columns = min(wide, width - j)
            for r in range(rows):
                run = before[r * columns : (r + 1) * columns]
                copy(run_of(out, (i + r) * step + j, columns), run)
            block = before[: rows * columns]
            apply(activation, block, block, block, after[: rows * columns])
            for r in range(rows):
                run = after[r * columns : (r + 1) * columns]
                copy(run, run_of(out, (i + r) * step + j, columns))


_callback = Callback(__name__, _finish, "wwpwpw")


def finish_rows(bias: Array, activation: int, out: Array) -> None:
    """(n,), (m, n) -> (m, n): add the bias to the rows of a tile, apply an activation."""
    out += bias
    if activation:
        flat = np.ascontiguousarray(out).reshape(-1)
        result = np.empty_like(flat)
        apply(activation, flat, flat, flat, result)
        out[...] = result.reshape(out.shape)


_call = _callback.intrinsic()


@in_kernels(finish_rows)
def _finish_rows(bias: types.Type, activation: types.Type, out: types.Type) -> Callable[..., None]:
    return lambda bias, activation, out: _call(
        out.shape[0], out.shape[1], part(bias, 0), activation, part(out, 0),
        out.strides[0] // out.itemsize,
    )  # fmt: skip
