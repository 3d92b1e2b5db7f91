"""Random numbers as functions of a seed: the same seed gives the same numbers anywhere."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...analyzer.specs.base import Args, TensorType
from ..op import Arrays, Case, Op, Run, Statics
from ..tensor import TensorLike
from . import rules

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX2 = np.uint64(0x94D049BB133111EB)


def _mixed(z: np.ndarray) -> np.ndarray:
    """The finisher of splitmix64: a counter in, 64 well mixed bits out."""
    z = (z ^ (z >> np.uint64(30))) * _MIX1
    z = (z ^ (z >> np.uint64(27))) * _MIX2
    return z ^ (z >> np.uint64(31))


def random_bits(seed: np.ndarray, size: int, stream: int = 0) -> np.ndarray:
    """(2,) -> (size,) of 64 bits: element i depends on the seed and i alone."""
    with np.errstate(over="ignore"):
        words = seed.astype(np.uint64)
        high = _mixed(words[:1] * _GOLDEN + np.uint64(stream))
        key = _mixed(high + (words[1:] + np.uint64(1)) * _GOLDEN)
        return _mixed(key + (np.arange(size, dtype=np.uint64) + np.uint64(1)) * _GOLDEN)


def uniform_values(seed: np.ndarray, size: int, stream: int = 0) -> np.ndarray:
    """(2,) -> (size,) in [0, 1), in steps of 2 ** -24."""
    return (random_bits(seed, size, stream) >> np.uint64(40)).astype(np.float64) * 2.0**-24


def _normal_values(seed: np.ndarray, size: int) -> np.ndarray:
    """Box and Muller's transform of two uniform streams."""
    radius = np.sqrt(-2.0 * np.log1p(-uniform_values(seed, size)))
    return radius * np.cos(2 * np.pi * uniform_values(seed, size, 1))


def _rule(a: Args) -> TensorType:
    """(2,) -> shape."""
    return TensorType(tuple(a.shape), a.dtype)


def _kernel(values: Callable[[np.ndarray, int], np.ndarray]) -> Callable[..., Run]:
    def bind(s: Statics, ins: Arrays, outs: Arrays) -> Run:
        flat = outs[0].reshape(-1)

        def run() -> None:
            np.copyto(flat, values(ins[0], flat.size), casting="unsafe")

        return run

    return bind


for _name, _values in (
    ("draw_uniform", uniform_values),
    ("draw_normal", _normal_values),
):
    Op(
        _name,
        spec=rules.primitive(_name, "(seed: tensor, shape, dtype='float32')", _rule),
        kernel=_kernel(_values),
        vjp=None,
        cases=(Case([7, 1], shape=(3, 4)),),
    )


def _dropout_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    x, seed = ins
    shape = tuple(s.noise_shape) if s.noise_shape else x.shape
    size = int(np.prod(shape, dtype=np.int64))
    scale = x.dtype.type(1.0 / (1.0 - s.rate))

    def run() -> None:
        keep = uniform_values(seed, size).reshape(shape) >= s.rate
        np.multiply(x, keep * scale, outs[0])

    return run


def _dropout_grad(
    g: TensorLike, out: TensorLike, x: TensorLike, seed: TensorLike, s: Statics
) -> TensorLike:
    # The mask is drawn again from the same seed: nothing is kept for the way back.
    return draw_dropout(g, seed, s.rate, s.noise_shape)


draw_dropout = Op(
    "draw_dropout",
    spec=rules.primitive(
        "draw_dropout", "(x: tensor, seed: tensor, rate, noise_shape=None)", rules.same
    ),
    kernel=_dropout_kernel,
    vjp=(_dropout_grad, None),
    cases=(
        Case((3, 4), [7, 1], rate=0.5),
        Case((2, 3, 4), [7, 1], rate=0.25, noise_shape=(2, 1, 4)),
    ),
)
