"""Shapes by tracing: run a function on sizes only, and see which outputs vary with None.

Unknown sizes are filled with a number, twice with different ones; what differs between
the two runs depends on an unknown size and is None again. Nothing is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from .. import structure
from ..context import tracing
from ..tensor import TensorLike
from ..trace import Trace
from .keras_tensor import KerasTensor, symbolic_leaves

# Large primes: no layer has them as a size of its own, and they divide nothing.
_FILLS = (1201, 1213)


def infer_outputs(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Symbolic outputs of a function for symbolic arguments."""
    unknown = any(None in t.shape for t in symbolic_leaves(args, kwargs))
    runs = [_run(function, args, kwargs, fill) for fill in _FILLS[: 1 + unknown]]
    first = structure.flatten(runs[0])
    others = structure.flatten(runs[-1])
    return structure.pack(runs[0], map(_merged, first, others))


def _merged(first: Any, second: Any) -> Any:
    if not isinstance(first, TensorLike):
        return first
    pairs = zip(first.shape, second.shape, strict=True)
    shape = [a if a == b else None for a, b in pairs]
    return KerasTensor(shape, first.dtype.name)


def _run(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], fill: int
) -> Any:
    trace = Trace()
    made: dict[int, Any] = {}

    def traced(leaf: Any) -> Any:
        if not isinstance(leaf, KerasTensor):
            return leaf
        if id(leaf) not in made:
            shape = tuple(fill if d is None else d for d in leaf.shape)
            value = trace.input(shape, np.dtype(leaf.dtype))
            made[id(leaf)] = value
            value.keras_mask = None if leaf.keras_mask is None else traced(leaf.keras_mask)
        return made[id(leaf)]

    with tracing(trace), _filling(fill):
        given = structure.map_structure(traced, args)
        return function(*given, **structure.map_structure(traced, kwargs))


@contextmanager
def _filling(fill: int) -> Iterator[None]:
    KerasTensor._fills.append(fill)
    try:
        yield
    finally:
        KerasTensor._fills.pop()
