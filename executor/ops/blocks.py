"""Blocks of pixels and their channels: one kept as the other."""

from __future__ import annotations

from ..composite import composite
from ..inputs import to_tensor
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from .windows import is_first


@composite
def space_to_depth(x: TensorLike, block_size: int, data_format: str | None = None) -> TensorLike:
    """(batch, h b, w b, c) -> (batch, h, w, b b c)."""
    x, b = to_tensor(x), block_size
    if is_first(data_format):
        n, c, height, width = x.shape
        parts = ops["reshape"](x, (n, c, height // b, b, width // b, b))
        moved = ops["transpose"](parts, (0, 3, 5, 1, 2, 4))
        return ops["reshape"](moved, (n, b * b * c, height // b, width // b))
    n, height, width, c = x.shape
    parts = ops["reshape"](x, (n, height // b, b, width // b, b, c))
    moved = ops["transpose"](parts, (0, 1, 3, 2, 4, 5))
    return ops["reshape"](moved, (n, height // b, width // b, b * b * c))


@composite
def depth_to_space(x: TensorLike, block_size: int, data_format: str | None = None) -> TensorLike:
    """(batch, h, w, b b c) -> (batch, h b, w b, c)."""
    x, b = to_tensor(x), block_size
    if is_first(data_format):
        n, depth, height, width = x.shape
        c = depth // (b * b)
        parts = ops["reshape"](x, (n, b, b, c, height, width))
        moved = ops["transpose"](parts, (0, 3, 4, 1, 5, 2))
        return ops["reshape"](moved, (n, c, height * b, width * b))
    n, height, width, depth = x.shape
    c = depth // (b * b)
    parts = ops["reshape"](x, (n, height, width, b, b, c))
    moved = ops["transpose"](parts, (0, 1, 3, 2, 4, 5))
    return ops["reshape"](moved, (n, height * b, width * b, c))
