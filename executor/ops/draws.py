"""Public random functions: shapes and distributions over the seeded primitives."""

from __future__ import annotations

from .. import random
from ..composite import composite
from ..inputs import to_tensor
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike


@composite
def random_uniform(
    shape: object,
    minval: object = 0,
    maxval: object = None,
    dtype: object = None,
    seed: object = None,
) -> TensorLike:
    """Values in [minval, maxval); maxval None is 1."""
    return random.uniform(shape, minval, 1 if maxval is None else maxval, dtype, seed)


@composite
def random_normal(
    shape: object,
    mean: object = 0.0,
    stddev: object = 1.0,
    dtype: object = None,
    seed: object = None,
) -> TensorLike:
    """Values of the normal distribution."""
    return random.normal(shape, mean, stddev, dtype, seed)


@composite
def truncated_normal(
    shape: object,
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: object = None,
    seed: object = None,
) -> TensorLike:
    """Normal values within two standard deviations."""
    return random.truncated_normal(shape, mean, stddev, dtype, seed)


@composite
def random_integers(
    shape: object, minval: object, maxval: object, dtype: object = "int32", seed: object = None
) -> TensorLike:
    """Integers in [minval, maxval)."""
    return random.randint(shape, minval, maxval, dtype or "int32", seed)


@composite
def random_bernoulli(
    shape: object, p: float = 0.0, dtype: object = None, seed: object = None
) -> TensorLike:
    """1 with probability p, 0 otherwise."""
    drawn = random.uniform(shape, dtype=dtype, seed=seed)
    return ops["cast"](drawn < p, drawn.dtype.name)


@composite
def random_gamma(
    shape: object, alpha: float, dtype: object = None, seed: object = None
) -> TensorLike:
    """Values of the gamma distribution."""
    return random.gamma(shape, alpha, dtype, seed)


@composite
def shuffle(x: TensorLike, axis: int = 0, seed: object = None) -> TensorLike:
    """x with the entries along an axis in random order."""
    return random.shuffle(x, axis, seed)


@composite
def categorical(
    x: TensorLike, num_samples: int, dtype: object = None, seed: object = None
) -> TensorLike:
    """(batch, classes) -> (batch, num_samples): classes drawn by their log-weights."""
    return random.categorical(x, num_samples, dtype or "int64", seed)


@composite
def dropout(
    x: TensorLike, rate: float, noise_shape: object = None, seed: object = None
) -> TensorLike:
    """x with a share `rate` set to 0, the rest scaled to keep the mean."""
    return random.dropout(to_tensor(x), rate, noise_shape, seed)
