"""Every tensor function by name: `functions.matmul(x, w)`, ops and composites alike."""

from __future__ import annotations

from typing import Any

from . import ops as _ops
from .tensor import OPERATORS


def __getattr__(name: str) -> Any:
    try:
        return OPERATORS[name]
    except KeyError:
        raise AttributeError(f"no tensor function is named {name!r}") from None


def __dir__() -> list[str]:
    return sorted(OPERATORS)


__all__ = ["_ops"]
