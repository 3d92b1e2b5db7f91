"""Small public functions that are a few ops each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np

from ..composite import composite
from ..inputs import to_tensor
from ..op import Case, Op, Traits
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import loops, rules

round_ = Op(
    "round",
    spec=rules.primitive("round", "(x: tensor)", rules.same),
    kernel=loops.kernel("round", lambda x, out: np.round(x, 0, out)),
    vjp=None,
    cases=(Case((2, 3)), Case([0.5, 1.5, -0.5])),
    traits=Traits(elementwise="round"),
)


@composite
def add_n(xs: Sequence[TensorLike]) -> TensorLike:
    """The sum of tensors of one shape."""
    return reduce(ops["add"], xs)


@composite
def divide_no_nan(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """x1 / x2, and 0 where x2 is 0."""
    x2 = to_tensor(x2)
    zero = x2 == 0
    return ops["where"](zero, 0, x1 / ops["where"](zero, 1, x2))


@composite
def ravel(x: TensorLike) -> TensorLike:
    """(...) -> (size,)."""
    return ops["reshape"](x, (-1,))


@composite
def batch_flatten(x: TensorLike) -> TensorLike:
    """(batch, ...) -> (batch, size)."""
    x = to_tensor(x)
    return ops["reshape"](x, (x.shape[0], -1 if x.size else 0))


@composite
def l2_normalize(x: TensorLike, axis: object = None, epsilon: float = 1e-12) -> TensorLike:
    """x divided by its length along the axes."""
    x = to_tensor(x)
    total = ops["sum"](ops["square"](x), axis=axis, keepdims=True)
    return x * ops["rsqrt"](ops["maximum"](total, epsilon))


@composite
def clip_by_norm(x: TensorLike, clip_norm: TensorLike, axes: object = None) -> TensorLike:
    """x scaled down so that its norm along the axes is at most `clip_norm`."""
    x = to_tensor(x)
    total = ops["sum"](ops["square"](x), axis=axes, keepdims=True)
    positive = total > 0
    length = ops["sqrt"](ops["where"](positive, total, 1))
    length = ops["where"](positive, length, total)
    return x * clip_norm / ops["maximum"](length, clip_norm)


@composite
def moments(
    x: TensorLike, axes: object, keepdims: bool = False
) -> tuple[TensorLike, TensorLike]:
    """Mean and variance over the axes."""
    return ops["mean"](x, axes, keepdims), ops["var"](x, axes, keepdims)
