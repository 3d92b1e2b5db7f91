"""Small public functions that are a few ops each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np

from ...analyzer.mismatch import Mismatch
from ..composite import composite
from ..dtypes import dtype_name
from ..inputs import freeze, to_tensor
from ..op import Case, Op, Traits
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import loops, rules
from .windows import is_first

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
def moments(x: TensorLike, axes: object, keepdims: bool = False) -> tuple[TensorLike, TensorLike]:
    """Mean and variance over the axes."""
    return ops["mean"](x, axes, keepdims), ops["var"](x, axes, keepdims)


@composite
def scalar_mul(x1: TensorLike, x2: TensorLike) -> TensorLike:
    """A number times a tensor."""
    return x1 * to_tensor(x2)


@composite
def bias_add(x: TensorLike, bias: TensorLike, data_format: str | None = None) -> TensorLike:
    """(batch, ..., c), (c,) -> (batch, ..., c)."""
    x, bias = to_tensor(x), to_tensor(bias)
    if is_first(data_format):
        bias = ops["reshape"](bias, (bias.shape[0], *[1] * (len(x.shape) - 2)))
    return x + bias


@composite
def l2_loss(x: TensorLike) -> TensorLike:
    """Half the sum of squares."""
    return ops["sum"](ops["square"](x)) / 2


@composite
def compute_average_loss(
    x: TensorLike, sample_weight: TensorLike | None = None, global_batch_size: int | None = None
) -> TensorLike:
    """The weighted sum over examples, divided by the batch size."""
    x = to_tensor(x)
    weighted = x if sample_weight is None else x * sample_weight
    return ops["sum"](weighted) / (x.shape[0] if global_batch_size is None else global_batch_size)


@composite
def in_top_k(targets: TensorLike, predictions: TensorLike, k: int) -> TensorLike:
    """(batch,), (batch, classes) -> (batch,): the target is among the k largest; ties count."""
    predictions = to_tensor(predictions)
    picks = ops["expand_dims"](ops["cast"](targets, "int32"), -1)
    chosen = ops["take_along_axis"](predictions, picks, -1)
    above = ops["sum"](ops["cast"](predictions > chosen, "int32"), axis=-1)
    return ops["logical_and"](above < k, ops["is_finite"](ops["squeeze"](chosen, -1)))


@composite
def slice_(x: TensorLike, begin: object, size: object) -> TensorLike:
    """A block: from `begin`, so many along each axis; -1 is the rest."""
    parts = zip(freeze(begin), freeze(size), strict=True)
    return ops["getitem"](x, tuple(slice(b, None if n == -1 else b + n) for b, n in parts))


@composite
def set_shape(x: TensorLike, shape: object) -> TensorLike:
    """x, whose shape must be this one where it says a number."""
    x = to_tensor(x)
    wanted = freeze(shape)
    fits = wanted is None or (
        len(wanted) == len(x.shape)
        and all(w is None or w == d for w, d in zip(wanted, x.shape, strict=True))
    )
    if not fits:
        raise Mismatch("shape", f"shape {wanted}", {"tensor": x.shape})
    return x


@composite
def to_numpy(x: TensorLike) -> np.ndarray:
    """The values as an array."""
    return np.array(to_tensor(x))


@composite
def dtype_of(x: TensorLike) -> str:
    """The dtype's name."""
    return to_tensor(x).dtype.name


@composite
def isclose(
    x1: TensorLike,
    x2: TensorLike,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    equal_nan: bool = False,
) -> TensorLike:
    """|x1 - x2| <= atol + rtol |x2|, element by element."""
    x1, x2 = to_tensor(x1), to_tensor(x2)
    close = ops["logical_or"](x1 == x2, ops["abs"](x1 - x2) <= atol + rtol * ops["abs"](x2))
    if not equal_nan:
        return close
    return ops["logical_or"](close, ops["logical_and"](ops["is_nan"](x1), ops["is_nan"](x2)))


@composite
def saturate_cast(x: TensorLike, dtype: str) -> TensorLike:
    """x in another dtype, cut to what that can hold."""
    x, name = to_tensor(x), dtype_name(dtype)
    if np.dtype(name).kind in "iu":
        limits = np.iinfo(name)
        x = ops["clip"](x, limits.min, limits.max)
    return ops["cast"](x, name)


@composite
def digitize(x: TensorLike, bins: TensorLike) -> TensorLike:
    """The number of bins that end at or before each value."""
    return ops["search"](bins, x, "right")
