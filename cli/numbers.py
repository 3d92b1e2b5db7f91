"""Numbers, dims and shapes as reports write them."""

from __future__ import annotations

from ..analyzer.dim_text import text
from ..analyzer.dims import Dim, Dims

UNKNOWN = "?"


def shape_text(shape: Dims | None) -> str:
    """`(batch, 28, 28, 1)`; a question mark for an unknown rank."""
    if shape is None:
        return UNKNOWN
    inner = ", ".join(text(dim) for dim in shape)
    return f"({inner},)" if len(shape) == 1 else f"({inner})"


def shapes_text(shapes: tuple[Dims | None, ...]) -> str:
    """Several shapes, each once, in the order of the calls."""
    return ", ".join(dict.fromkeys(shape_text(shape) for shape in shapes)) or UNKNOWN


def count_text(count: Dim | None) -> str:
    """`12,544`, a formula, or a question mark."""
    if count is None:
        return UNKNOWN
    return f"{count:,}" if isinstance(count, int) else text(count)


def cost_text(flops: Dim | None) -> str:
    """`1.2 M`: three digits, with the unit before the thousand."""
    if not isinstance(flops, int):
        return "" if flops is None else text(flops)
    for size, unit in ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k")):
        if flops >= size:
            return f"{flops / size:.3g} {unit}"
    return str(flops)
