"""Activation functions that cut, shrink or project, written in ops."""

from __future__ import annotations

from ..composite import composite
from ..inputs import to_tensor
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike


@composite
def celu(x: TensorLike, alpha: float = 1.0) -> TensorLike:
    """x above 0, alpha (exp(x / alpha) - 1) below."""
    x = to_tensor(x)
    below = alpha * ops["expm1"](ops["minimum"](x, 0) / alpha)
    return ops["maximum"](x, 0) + below


@composite
def hard_tanh(x: TensorLike) -> TensorLike:
    """x cut to [-1, 1]."""
    return ops["clip"](x, -1, 1)


@composite
def tanh_shrink(x: TensorLike) -> TensorLike:
    """x - tanh(x)."""
    x = to_tensor(x)
    return x - ops["tanh"](x)


@composite
def hard_shrink(x: TensorLike, threshold: float = 0.5) -> TensorLike:
    """x, and 0 where |x| is at most the threshold."""
    x = to_tensor(x)
    return ops["where"](ops["abs"](x) > threshold, x, 0)


@composite
def soft_shrink(x: TensorLike, threshold: float = 0.5) -> TensorLike:
    """x moved towards 0 by the threshold, and 0 where it would pass it."""
    x = to_tensor(x)
    beyond = ops["where"](x < -threshold, x + threshold, 0)
    return ops["where"](x > threshold, x - threshold, beyond)


@composite
def squareplus(x: TensorLike, b: float = 4) -> TensorLike:
    """(x + sqrt(x² + b)) / 2."""
    x = to_tensor(x)
    return (x + ops["sqrt"](x * x + b)) / 2


@composite
def sparse_plus(x: TensorLike) -> TensorLike:
    """0 up to -1, x from 1 on, (x + 1)² / 4 between."""
    x = to_tensor(x)
    between = ops["square"](x + 1) / 4
    return ops["where"](x <= -1, 0, ops["where"](x < 1, between, x))


@composite
def sparse_sigmoid(x: TensorLike) -> TensorLike:
    """0 up to -1, 1 from 1 on, (x + 1) / 2 between."""
    x = to_tensor(x)
    return ops["where"](x <= -1, 0, ops["where"](x >= 1, 1, (x + 1) / 2))


@composite
def sparsemax(x: TensorLike, axis: int = -1) -> TensorLike:
    """Weights along `axis`, many of them 0; after Martins and Astudillo, 2016."""
    x = to_tensor(x)
    order = ops["flip"](ops["sort"](x, axis), axis)
    count = x.shape[axis]
    ranks = ops["range"](1, count + 1, 1, dtype=x.dtype.name)
    across = [1] * len(x.shape)
    across[axis] = count
    ranks = ops["reshape"](ranks, tuple(across))
    running = ops["cumsum"](order, axis)
    inside = order - (running - 1) / ranks > 0
    size = ops["sum"](ops["cast"](inside, x.dtype.name), axis=axis, keepdims=True)
    # The paper has the last running sum here. Keras 3.15 adds them all up, and so do we.
    total = ops["sum"](ops["where"](inside, running, 0), axis=axis, keepdims=True)
    return ops["maximum"](x - (total - 1) / size, 0)
