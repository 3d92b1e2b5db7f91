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

from .jit import before_loading, callback

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

    def call(
        self, builder: ir.IRBuilder, dtype: types.Type, values: Sequence[ir.Value]
    ) -> None:
        """Write the call; `values` are words and typed pointers."""
        kind = ir.FunctionType(ir.VoidType(), [value.type for value in values])
        word = values[self.kinds.index("w")].type
        space = ir.ArrayType(word, len(_SLOTS))
        table = builder.module.globals.get(self.symbol)
        if table is None:
            table = cgutils.add_global_variable(builder.module, space, self.symbol)
        place = builder.gep(table, [word(0), word(_SLOTS[dtype.name])])
        pointer = builder.inttoptr(builder.load(place), kind.as_pointer())
        builder.call(pointer, values)
