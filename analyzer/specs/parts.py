"""Pieces that several layer families share: weights from arguments, axis layouts."""

from __future__ import annotations

from ..dims import Dim, Dims
from .base import Args, Mask, Weight


def weight(c: Args, name: str, shape: Dims, trainable: bool = True) -> Weight:
    """A weight governed by `<name>_initializer`, `<name>_regularizer`, `<name>_constraint`."""
    return Weight(
        shape,
        c.raw(f"{name}_initializer"),
        trainable,
        None,
        c.raw(f"{name}_regularizer"),
        c.raw(f"{name}_constraint"),
    )


def passes_in_keras3(c: Args) -> Mask:
    """Hands masks on in Keras 3; Keras 2 loses them."""
    return Mask.DROP if c.library == "keras2" else Mask.PASS


def channels_first(c: Args) -> bool:
    """Whether channels stand before the spatial axes."""
    given = c.get("data_format")
    return isinstance(given, str) and given.lower() == "channels_first"


def spatial(c: Args, x: Dims) -> Dims:
    """(batch, ...spatial, channels) -> (...spatial), by `data_format`."""
    return tuple(x[2:]) if channels_first(c) else tuple(x[1:-1])


def channels(c: Args, x: Dims) -> Dim:
    """(batch, ...spatial, channels) -> channels, by `data_format`."""
    return x[1] if channels_first(c) else x[-1]


def arranged(c: Args, batch: Dim, space: Dims, depth: Dim) -> Dims:
    """batch, (...spatial), channels -> one shape, by `data_format`."""
    return (batch, depth, *space) if channels_first(c) else (batch, *space, depth)


def axes_text(*names: str) -> str:
    """("steps", "channels") -> "(batch, steps, channels)"."""
    return f"({', '.join(('batch', *names))})"


SPACE = {1: ("steps",), 2: ("rows", "columns"), 3: ("depth", "rows", "columns")}
