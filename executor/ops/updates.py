"""Steps of optimisers that change several arrays at once, each read and written once."""

from __future__ import annotations

from functools import partial

import numpy as np

from ...analyzer.specs.base import Args
from ..op import Arrays, Case, Op, Run, Statics, Traits
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import loops, rules


def _adam_rule(a: Args) -> object:
    """(...) four times, () -> the first three, changed."""
    return (a.w, a.m, a.v)


@loops.in_float32
def _adam_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import optimizers  # numba is not needed by who only looks

    *state, g, alpha = ins
    moves = [(o, i) for o, i in zip(outs, state, strict=True) if not _same_place(o, i)]
    none = np.zeros(1, g.dtype)
    flat = [o.reshape(-1) for o in outs]
    settings = (alpha.reshape(1), none, s.beta_1, s.beta_2, s.epsilon)
    update = partial(optimizers.adam, g.reshape(-1), *settings, *flat)
    if not moves:
        return update

    def run() -> None:
        for target, source in moves:
            np.copyto(target, source)
        update()

    return run


def _same_place(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays are one piece of memory."""
    return a.ctypes.data == b.ctypes.data and a.nbytes == b.nbytes


def _adam_in_ops(
    w: TensorLike,
    m: TensorLike,
    v: TensorLike,
    g: TensorLike,
    alpha: TensorLike,
    s: Statics,
) -> tuple[TensorLike, TensorLike, TensorLike]:
    m = m + (g - m) * (1 - s.beta_1)
    v = v + (ops["square"](g) - v) * (1 - s.beta_2)
    return w - m * alpha / (ops["sqrt"](v) + s.epsilon), m, v


adam_update = Op(
    "adam_update",
    spec=rules.primitive(
        "adam_update",
        "(w: tensor, m: tensor, v: tensor, g: tensor, alpha: tensor, "
        "beta_1=0.9, beta_2=0.999, epsilon=1e-7)",
        _adam_rule,
    ),
    kernel=_adam_kernel,
    vjp=None,
    cases=(Case((2, 3), (2, 3), (2, 3), (2, 3), (), low_high=(0.1, 0.9)),),
    traits=Traits(inplace=((0, 0), (1, 1), (2, 2)), decompose=_adam_in_ops),
)
