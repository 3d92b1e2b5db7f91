"""Random streams: a seed and a counter in a variable, so that plans draw anew each run."""

from __future__ import annotations

import random

import numpy as np

from .context import eagerly
from .dtypes import default_float, dtype_name
from .inputs import freeze, to_tensor
from .tensor import OPERATORS as ops
from .tensor import TensorLike
from .variable import Variable


class SeedGenerator:
    """A stream of seeds; `next()` gives one and moves on."""

    def __init__(self, seed: int | None = None, name: str | None = None) -> None:
        if seed is None:
            seed = random.randrange(1, 2**31)
        self.initial_seed = int(seed)
        with eagerly():
            start = np.array([self.initial_seed % 2**32, 0], np.uint32)
            self.state = Variable(start, trainable=False, name=name or "seed_generator_state")

    def next(self, ordered: bool = True) -> TensorLike:
        """A seed (2,), different at every call."""
        now = self.state.read()
        self.state.assign(ops["add"](now, np.array([0, 1], np.uint32)))
        return now

    def reset(self, seed: int | None = None) -> None:
        """Start the stream again."""
        start = self.initial_seed if seed is None else seed
        self.state.assign(np.array([start % 2**32, 0], np.uint32))


_global: list[SeedGenerator] = []


def global_generator() -> SeedGenerator:
    """The stream used where no seed is given."""
    if not _global:
        _global.append(SeedGenerator(name="global_seed"))
    return _global[0]


def set_seed(seed: int) -> None:
    """Restart the global stream (tf.random.set_seed)."""
    global_generator().initial_seed = int(seed)
    global_generator().reset()


def set_random_seed(seed: int) -> None:
    """Seed Python, NumPy and the global stream (keras.utils.set_random_seed)."""
    random.seed(seed)
    np.random.seed(seed)
    set_seed(seed)


def draw_seed(seed: object = None) -> TensorLike:
    """A (2,) seed from a generator, a number, or the global stream."""
    if seed is None:
        return global_generator().next()
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if hasattr(seed, "next"):
        return seed.next()  # type: ignore[attr-defined]
    if isinstance(seed, int | np.integer):
        return to_tensor(np.array([int(seed) % 2**32, 0], np.uint32))
    return to_tensor(seed)


def _shape(shape: object) -> tuple[int, ...]:
    given = freeze(shape)
    return given if isinstance(given, tuple) else (given,)


def _name(dtype: object) -> str:
    return default_float() if dtype is None else dtype_name(dtype)


def uniform(
    shape: object,
    minval: object = 0.0,
    maxval: object = 1.0,
    dtype: object = None,
    seed: object = None,
) -> TensorLike:
    """Values in [minval, maxval)."""
    name = _name(dtype)
    if np.dtype(name).kind in "iu":
        return randint(shape, minval, maxval, name, seed)
    unit = ops["draw_uniform"](draw_seed(seed), _shape(shape), name)
    return unit * (maxval - minval) + minval  # type: ignore[operator]


def normal(
    shape: object,
    mean: object = 0.0,
    stddev: object = 1.0,
    dtype: object = None,
    seed: object = None,
) -> TensorLike:
    """Values of the normal distribution."""
    unit = ops["draw_normal"](draw_seed(seed), _shape(shape), _name(dtype))
    return unit * stddev + mean  # type: ignore[operator]


def truncated_normal(
    shape: object,
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: object = None,
    seed: object = None,
) -> TensorLike:
    """Normal values within two standard deviations."""
    from scipy.special import ndtri  # slow to import, and only initialisers need it

    unit = ops["draw_uniform"](draw_seed(seed), _shape(shape), "float64")
    low = 0.022750131948179195  # the normal distribution function at -2
    inside = low + (1 - 2 * low) * np.asarray(unit)
    return ops["cast"](to_tensor(ndtri(inside) * stddev + mean), _name(dtype))


def randint(
    shape: object,
    minval: object,
    maxval: object,
    dtype: object = "int32",
    seed: object = None,
) -> TensorLike:
    """Integers in [minval, maxval)."""
    unit = ops["draw_uniform"](draw_seed(seed), _shape(shape), "float64")
    span = ops["floor"](unit * (maxval - minval))  # type: ignore[operator]
    return ops["cast"](span + minval, dtype_name(dtype))  # type: ignore[operator]


def dropout(
    x: TensorLike,
    rate: float,
    noise_shape: object = None,
    seed: object = None,
) -> TensorLike:
    """x with a share `rate` set to 0, the rest scaled to keep the mean."""
    x = to_tensor(x)
    if noise_shape is not None:
        noise_shape = tuple(
            d if n is None else n for n, d in zip(freeze(noise_shape), x.shape, strict=True)
        )
    return ops["draw_dropout"](x, draw_seed(seed), float(rate), noise_shape)


def shuffle(x: TensorLike, axis: int = 0, seed: object = None) -> TensorLike:
    """x with the entries along an axis in random order."""
    x = to_tensor(x)
    keys = ops["draw_uniform"](draw_seed(seed), (x.shape[axis],), "float64")
    return ops["take"](x, ops["argsort"](keys), axis)


def categorical(
    logits: TensorLike, num_samples: int, dtype: object = "int32", seed: object = None
) -> TensorLike:
    """(batch, classes) -> (batch, num_samples): classes drawn by their log-weights."""
    logits = to_tensor(logits)
    rows, classes = logits.shape
    unit = ops["draw_uniform"](draw_seed(seed), (rows, num_samples, classes), "float64")
    gumbel = -ops["log"](-ops["log"](ops["maximum"](unit, 1e-30)))
    scores = ops["expand_dims"](ops["cast"](logits, "float64"), 1) + gumbel
    return ops["cast"](ops["argmax"](scores, -1), dtype_name(dtype))


def gamma(shape: object, alpha: float, dtype: object = None, seed: object = None) -> TensorLike:
    """Values of the gamma distribution of shape alpha, by the inverse function."""
    from scipy.special import gammaincinv

    unit = ops["draw_uniform"](draw_seed(seed), _shape(shape), "float64")
    return ops["cast"](to_tensor(gammaincinv(alpha, np.asarray(unit))), _name(dtype))
