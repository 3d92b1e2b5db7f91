"""Tensor functions that are written in ops: found beside the ops, under the same names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .tensor import OPERATORS

F = TypeVar("F", bound=Callable[..., object])


def composite(function: F) -> F:
    """Register a function written in ops under its own name."""
    name = function.__name__.rstrip("_")
    if name in OPERATORS:
        raise ValueError(f"{name} is declared twice")
    OPERATORS[name] = function
    return function
