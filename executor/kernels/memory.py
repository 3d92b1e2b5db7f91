"""Arrays at addresses: lets a kernel choose among its buffers at no cost."""

from __future__ import annotations

import ctypes

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, overload

from .jit import kernel


def array_at(address: int, size: int, like: np.ndarray) -> np.ndarray:
    """(size,) of `like`'s dtype at an address, not owned; numba slices count references,
    which in a tile's inner loop would cost more than the tile."""
    memory = (ctypes.c_char * (size * like.itemsize)).from_address(int(address))
    return np.frombuffer(memory, like.dtype)


def _fill(context, builder, made, data, size, item) -> None:
    """Set the fields of a contiguous 1-D array that owns nothing."""
    item = context.get_constant(types.intp, item)
    made.data, made.itemsize, made.nitems = data, item, size
    made.shape = cgutils.pack_array(builder, [size])
    made.strides = cgutils.pack_array(builder, [item])
    made.meminfo = cgutils.get_null_value(made.meminfo.type)
    made.parent = cgutils.get_null_value(made.parent.type)


@intrinsic
def _view(typing, address, size, like):
    array = types.Array(like.dtype, 1, "C")

    def codegen(context, builder, signature, args):
        made = context.make_array(array)(context, builder)
        kind = context.get_data_type(like.dtype)
        data = builder.inttoptr(args[0], made.data.type)
        _fill(context, builder, made, data, args[1], context.get_abi_sizeof(kind))
        return made._getvalue()

    return array(types.intp, types.intp, like), codegen


@overload(array_at, jit_options={"forceinline": True})
def _array_at(address, size, like):
    return lambda address, size, like: _view(address, size, like)


def part(x: np.ndarray, start: int) -> np.ndarray:
    """The elements of a dense array from a flat position on, as `array_at`."""
    return array_at(x.ctypes.data + start * x.itemsize, max(x.size - start, 0), x)


@overload(part, jit_options={"forceinline": True})
def _part(x, start):
    return lambda x, start: array_at(x.ctypes.data + start * x.itemsize, x.size - start, x)


def row_of(matrix: np.ndarray, row: int) -> np.ndarray:
    """(rows, n) -> (n,): one row, known to be dense even where `matrix` is a block of
    columns; a loop over an array of unknown inner stride does not vectorise."""
    return array_at(matrix.ctypes.data + row * matrix.strides[0], matrix.shape[1], matrix)


@overload(row_of, jit_options={"forceinline": True})
def _row_of(matrix, row):
    def body(matrix, row):
        address = matrix.ctypes.data + row * matrix.strides[0]
        return array_at(address, matrix.shape[1], matrix)

    return body


STACK = 512


def stack_array(like: np.ndarray) -> np.ndarray:
    """(STACK,) of `like`'s dtype on the stack: a block's temporary, gone on return."""
    return np.empty(STACK, like.dtype)


@intrinsic
def _stack(typing, like):
    array = types.Array(like.dtype, 1, "C")

    def codegen(context, builder, signature, args):
        made = context.make_array(array)(context, builder)
        kind = context.get_data_type(like.dtype)
        size = context.get_constant(types.intp, STACK)
        data = cgutils.alloca_once(builder, kind, size=size)
        _fill(context, builder, made, data, size, context.get_abi_sizeof(kind))
        return made._getvalue()

    return array(like), codegen


@overload(stack_array, jit_options={"forceinline": True})
def _stack_array(like):
    return lambda like: _stack(like)


@kernel
def copy(source: np.ndarray, out: np.ndarray) -> None:
    """(n,) -> (n,). Only `out[i]` with a plain loop variable vectorises (an offset may be
    negative to numba), and `out[:] = source` costs two seconds of compilation."""
    for i in range(out.size):
        out[i] = source[i]
