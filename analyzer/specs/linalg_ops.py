"""Matrix products and contractions."""

from __future__ import annotations

from .. import shapes
from .base import Args, Case, Fails, OpSpec, TensorType
from .dtypes import promote


def _matmul(a: Args) -> TensorType:
    """(..., m, k), (..., k, n) -> (..., m, n)."""
    return TensorType(shapes.matmul(a.x1.shape, a.x2.shape), promote(a.x1.dtype, a.x2.dtype))


MATMUL = OpSpec(
    "matmul",
    "(x1: tensor, x2: tensor)",
    _matmul,
    names={"keras.ops.matmul": None, "numpy.matmul": None},
    cases=(
        Case("matmul", (2, 3), (3, 4)),
        Case("matmul", (5, 2, 3), (3, 4)),
        Case("matmul", (0, 3), (3, 4)),
        Fails("matmul", (2, 3), (4, 5)),
    ),
)
