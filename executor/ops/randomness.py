"""Random numbers as functions of a seed: the same seed gives the same numbers anywhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ...analyzer.specs.base import Args, TensorType
from ..op import Arrays, Case, Kernel, Op, Run, Statics, Traits
from ..scratch import scratch
from ..tensor import TensorLike
from . import loops, rules


def _rule(a: Args) -> TensorType:
    """(2,) -> shape."""
    return TensorType(tuple(a.shape), a.dtype)


def _seeded(seed: np.ndarray, draw: Callable[[np.ndarray], object]) -> Run:
    """A draw from a seed of the kernels' dtype, converted before each run if need be."""
    if seed.dtype == np.uint32:
        return partial(draw, seed)
    words = np.empty(2, np.uint32)

    def run() -> None:
        np.copyto(words, seed, casting="unsafe")
        draw(words)

    return run


def _kernel(name: str) -> Kernel:
    """A kernel that fills an array from a seed and two settings."""

    def bind(s: Statics, ins: Arrays, outs: Arrays) -> Run:
        from ..kernels import random  # numba is not needed by who only looks

        draw, flat = getattr(random, name), outs[0].reshape(-1)
        return _seeded(ins[0], lambda seed: draw(seed, 0.0, 1.0, flat))

    return bind


for _name in ("uniform", "normal"):
    Op(
        f"draw_{_name}",
        spec=rules.primitive(f"draw_{_name}", "(seed: tensor, shape, dtype='float32')", _rule),
        kernel=_kernel(_name),
        vjp=None,
        cases=(Case([7, 1], shape=(3, 4)),),
    )


@loops.in_float32
def _dropout_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import random

    x, seed = ins
    if not s.noise_shape or tuple(s.noise_shape) == x.shape:
        flat, out = x.reshape(-1), outs[0].reshape(-1)
        return _seeded(seed, lambda words: random.dropout(flat, words, s.rate, out))
    factors = scratch(tuple(s.noise_shape), x.dtype)
    flat = factors.reshape(-1)

    def draw(words: np.ndarray) -> None:
        random.dropout_mask(words, s.rate, flat)
        np.multiply(x, factors, out=outs[0])

    return _seeded(seed, draw)


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
    traits=Traits(inplace=((0, 0),)),
)


def _factors_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import random

    flat = outs[0].reshape(-1)
    return _seeded(ins[0], lambda words: random.dropout_mask(words, s.rate, flat))


draw_factors = Op(
    "draw_factors",
    spec=rules.primitive("draw_factors", "(seed: tensor, shape, rate, dtype='float32')", _rule),
    kernel=_factors_kernel,
    vjp=None,
    cases=(Case([7, 1], shape=(3, 4), rate=0.5),),
)
