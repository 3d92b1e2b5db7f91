"""The dtype that several tensors of one call are computed in, by library."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from ..mismatch import Mismatch
from . import dtypes
from .base import TensorType

# Tensors of these kinds keep their dtype in TensorFlow; arrays and literals adapt.
_FIRM = ("tensor", "variable", "keras")


def common_dtype(tensors: Sequence[TensorType], library: str) -> str | None:
    """One dtype for all; in TensorFlow `Mismatch` where firm ones provably differ."""
    names = [t.dtype for t in tensors]
    if any(n is None for n in names):
        return None
    if library not in dtypes.TENSORFLOW:
        if _open(tensors):
            return None
        return dtypes.promote(*names, library=library)
    firm = [t for t in tensors if t.kind in _FIRM and t.dtype not in ("int", "float")]
    for first, second in itertools.pairwise(firm):
        if first.dtype != second.dtype:
            raise Mismatch(
                "dtype",
                "tensors of one dtype",
                {"first": first.dtype, "second": second.dtype},
            )
    if firm:
        _check_literals(firm[0], tensors)
        return firm[0].dtype
    return _loose(names)


def _open(tensors: Sequence[TensorType]) -> bool:
    """Whether a variable of Keras or TensorFlow, which promote differently, meets others."""
    kinds = {t.kind for t in tensors}
    strong = {t.dtype for t in tensors if t.kind}
    return len(strong) > 1 and "variable" in kinds and "keras" not in kinds


def _check_literals(firm: TensorType, tensors: Sequence[TensorType]) -> None:
    """A float literal does not become an integer tensor."""
    for t in tensors:
        if t.dtype == "float" and firm.dtype in dtypes.INTEGERS:
            raise Mismatch(
                "dtype", f"{firm.dtype} values", {"first": firm.dtype, "second": "float"}
            )


def _loose(names: Sequence[str | None]) -> str | None:
    """Arrays and literals alone: the dtype that is plain, or None."""
    strong = {n for n in names if n not in ("int", "float")}
    if len(strong) == 1:
        return strong.pop()
    return None if strong else ("float" if "float" in names else "int")
