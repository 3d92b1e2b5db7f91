"""Dtype names and how they combine (Keras' promotion lattice, where both are known)."""

from __future__ import annotations

_NAMES = (
    "bool",
    "uint8",
    "int8",
    "uint16",
    "int16",
    "uint32",
    "int32",
    "uint64",
    "int64",
    "float16",
    "bfloat16",
    "float32",
    "float64",
    "complex64",
    "complex128",
)
_ORDER = {name: rank for rank, name in enumerate(_NAMES)}


def promote(*dtypes: str | None) -> str | None:
    """The dtype of a result computed from all of them; None if one is unknown."""
    if any(d is None or d not in _ORDER for d in dtypes):
        return None
    return max((d for d in dtypes if d), key=_ORDER.__getitem__, default=None)
