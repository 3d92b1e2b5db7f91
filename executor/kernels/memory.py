"""Arrays at addresses: lets a kernel choose among its buffers at no cost.

Numba's slices count references, atomically; in the inner loop over a tile that would cost
more than the tile. What is made here owns nothing and counts nothing.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.base import BaseContext
from numba.core.typing import Context, Signature
from numba.extending import intrinsic

from .jit import Array, Emit, in_kernels, kernel

STACK = 512


def array_at(address: int, size: int, like: Array) -> Array:
    """(size,) of `like`'s dtype at an address."""
    memory = (ctypes.c_char * (size * like.itemsize)).from_address(int(address))
    return np.frombuffer(memory, like.dtype)


def part(x: Array, start: int) -> Array:
    """The elements of a dense array from a flat position on."""
    return array_at(x.ctypes.data + start * x.itemsize, max(x.size - start, 0), x)


def run_of(x: Array, start: int, size: int) -> Array:
    """(size,): elements of a dense array from a flat position on."""
    return array_at(x.ctypes.data + start * x.itemsize, size, x)


def row_of(matrix: Array, row: int) -> Array:
    """(rows, n) -> (n,): one row, known to be dense even where `matrix` is a block of
    columns; a loop over an array of unknown inner stride does not vectorise."""
    return array_at(matrix.ctypes.data + row * matrix.strides[0], matrix.shape[1], matrix)


def _flat_array(
    context: BaseContext, builder: ir.IRBuilder, array: types.Array, data: ir.Value, size: ir.Value
) -> ir.Value:
    """A contiguous 1-D array value that owns nothing."""
    made = context.make_array(array)(context, builder)
    item = context.get_abi_sizeof(context.get_data_type(array.dtype))
    made.itemsize = context.get_constant(types.intp, item)
    made.data, made.nitems = builder.bitcast(data, made.data.type), size
    made.shape = cgutils.pack_array(builder, [size])
    made.strides = cgutils.pack_array(builder, [made.itemsize])
    made.meminfo = cgutils.get_null_value(made.meminfo.type)
    made.parent = cgutils.get_null_value(made.parent.type)
    return made._getvalue()


@intrinsic
def _view(
    typing: Context, address: types.Type, size: types.Type, like: types.Type
) -> tuple[Signature, Emit]:
    array = types.Array(like.dtype, 1, "C")

    def emit(
        context: BaseContext, builder: ir.IRBuilder, signature: Signature, args: Sequence[ir.Value]
    ) -> ir.Value:
        pointer = context.get_data_type(like.dtype).as_pointer()
        data = builder.inttoptr(args[0], pointer)
        return _flat_array(context, builder, array, data, args[1])

    return array(types.intp, types.intp, like), emit


@intrinsic
def stack_array(typing: Context, like: types.Type) -> tuple[Signature, Emit]:
    """(STACK,) of `like`'s dtype on the stack: a temporary of the calling function.

    Only for compiled code, and by no other function in between, which would end its life.
    """
    array = types.Array(like.dtype, 1, "C")

    def emit(
        context: BaseContext, builder: ir.IRBuilder, signature: Signature, args: Sequence[ir.Value]
    ) -> ir.Value:
        kind = context.get_data_type(like.dtype)
        size = context.get_constant(types.intp, STACK)
        data = cgutils.alloca_once(builder, kind, size=size)
        return _flat_array(context, builder, array, data, size)

    return array(like), emit


@in_kernels(array_at)
def _array_at(address: types.Type, size: types.Type, like: types.Type) -> Callable[..., Array]:
    return lambda address, size, like: _view(address, size, like)


@in_kernels(part)
def _part(x: types.Type, start: types.Type) -> Callable[..., Array]:
    return lambda x, start: _view(x.ctypes.data + start * x.itemsize, x.size - start, x)


@in_kernels(run_of)
def _run_of(x: types.Type, start: types.Type, size: types.Type) -> Callable[..., Array]:
    return lambda x, start, size: _view(x.ctypes.data + start * x.itemsize, size, x)


@in_kernels(row_of)
def _row_of(matrix: types.Type, row: types.Type) -> Callable[..., Array]:
    return lambda matrix, row: _view(
        matrix.ctypes.data + row * matrix.strides[0], matrix.shape[1], matrix
    )


@kernel
def copy(source: Array, out: Array) -> None:
    """(n,) -> (n,). Only `out[i]` with a plain loop variable vectorises (an offset may be
    negative to numba), and `out[:] = source` costs two seconds of compilation."""
    for i in range(out.size):
        out[i] = source[i]


@kernel
def accumulate(x: Array, out: Array) -> None:
    """(n,) -> (n,): out += x."""
    for i in range(out.size):
        out[i] += x[i]


@kernel
def clear(out: Array) -> None:
    """Set a flat array to 0."""
    for i in range(out.size):
        out[i] = 0
