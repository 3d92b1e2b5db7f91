"""Large shared bodies, compiled once per dtype and called through a pointer.

Linked into every kernel that uses them, the elementwise operations or the multiplying
tiles would cost each kernel seconds of compilation. The pointer stands in a table that
compiled kernels find by its symbol; it is filled before any of them is loaded. A call
costs 2 ns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.base import BaseContext
from numba.core.typing import Signature
from numba.extending import intrinsic

from .jit import Emit, before_loading, callback

_SLOTS = {"float32": 0, "float64": 1}


class Callback:
    """A function of words ("w") and pointers ("p") to the elements of arrays."""

    def __init__(self, module: str, function: Callable[..., None], kinds: str) -> None:
        self.symbol = f"dryfit_{function.__name__}"
        self.function, self.kinds = function, kinds
        self._table = np.zeros(len(_SLOTS), np.intp)
        self._compiled: dict[str, object] = {}
        llvm.add_symbol(self.symbol, self._table.ctypes.data)
        before_loading(module, self.ready)

    def ready(self, dtype: str) -> None:
        """Compile or load the body for a dtype."""
        if dtype in self._compiled:
            return
        pointer = types.CPointer(getattr(types, dtype))
        kinds = [types.intp if kind == "w" else pointer for kind in self.kinds]
        self._compiled[dtype] = callback(self.function, types.void(*kinds))
        self._table[_SLOTS[dtype]] = self._compiled[dtype].address

    def intrinsic(self) -> Callable[..., None]:
        """For compiled code: the call, with an array where the body takes a pointer."""
        return intrinsic_of(len(self.kinds), self._typed)

    def _typed(self, arguments: Sequence[types.Type]) -> tuple[Signature, Emit]:
        kinds = [a if isinstance(a, types.Array) else types.intp for a in arguments]
        slot = _SLOTS[kinds[self.kinds.index("p")].dtype.name]

        def emit(
            context: BaseContext,
            builder: ir.IRBuilder,
            signature: Signature,
            values: Sequence[ir.Value],
        ) -> ir.Value:
            values = pointers(context, builder, signature, values)
            self._write_call(builder, values, slot)
            return context.get_dummy_value()

        return types.void(*kinds), emit

    def _write_call(self, builder: ir.IRBuilder, values: Sequence[ir.Value], slot: int) -> None:
        kind = ir.FunctionType(ir.VoidType(), [value.type for value in values])
        word = values[self.kinds.index("w")].type
        table = builder.module.globals.get(self.symbol)
        if table is None:
            space = ir.ArrayType(word, len(_SLOTS))
            table = cgutils.add_global_variable(builder.module, space, self.symbol)
        place = builder.gep(table, [word(0), word(slot)])
        builder.call(builder.inttoptr(builder.load(place), kind.as_pointer()), values)


def pointers(
    context: BaseContext,
    builder: ir.IRBuilder,
    signature: Signature,
    values: Sequence[ir.Value],
) -> list[ir.Value]:
    """Arguments with the data pointer in place of each array."""
    return [
        context.make_array(kind)(context, builder, value).data
        if isinstance(kind, types.Array)
        else value
        for kind, value in zip(signature.args, values, strict=True)
    ]


def intrinsic_of(
    count: int, typed: Callable[[Sequence[types.Type]], tuple[Signature, Emit]]
) -> Callable[..., None]:
    """An intrinsic of so many arguments; numba wants them by name."""
    names = ", ".join(f"v{k}" for k in range(count))
    space: dict[str, object] = {"typed": typed}
    exec(f"def call(typing, {names}):\n    return typed(({names}))", space)
    return intrinsic(space["call"])
