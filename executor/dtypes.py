"""Dtype names, NumPy dtypes and the defaults for Python numbers."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..analyzer.specs.dtypes import promote

FLOATS = frozenset({"float16", "float32", "float64"})
_WEAK = {bool: "bool", int: "int32", float: "float32"}
_default = ["float32"]


def default_float() -> str:
    """The dtype of Python floats and of new weights."""
    return _default[0]


def set_default_float(name: str) -> None:
    """Change the dtype of Python floats and of new weights."""
    if name not in FLOATS:
        raise ValueError(f"floatx must be one of {sorted(FLOATS)}, got {name!r}")
    _default[0] = name


@lru_cache(maxsize=256)
def dtype_name(dtype: object) -> str:
    """The name of a dtype given as a name, a NumPy dtype, a Python type or a façade's."""
    if isinstance(dtype, str):
        return np.dtype(dtype).name
    if dtype is float:
        return default_float()
    if dtype in _WEAK:
        return _WEAK[dtype]  # type: ignore[index]
    name = getattr(dtype, "name", None)
    return name if isinstance(name, str) else np.dtype(dtype).name  # type: ignore[arg-type]


def is_float(dtype: object) -> bool:
    """Whether values of this dtype can carry a gradient."""
    return np.dtype(dtype).kind == "f"  # type: ignore[arg-type]


def common(strong: list[str], weak: list[type]) -> str:
    """The dtype of a mix of arrays and Python numbers; numbers adapt to the arrays."""
    name = promote(*strong) if strong else None
    for kind in weak:
        if name is None:
            name = default_float() if kind is float else _WEAK[kind]
        elif kind is float and name not in FLOATS:
            name = default_float()
        elif kind is int and name == "bool":
            name = "int32"
    return name or default_float()
