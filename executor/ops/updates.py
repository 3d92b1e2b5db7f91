"""Steps of optimisers that change several arrays at once, each read and written once."""

from __future__ import annotations

import numpy as np

from ...analyzer.specs.base import Args
from ..op import Arrays, Case, Op, Run, Statics, Traits
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import rules


def _adam_rule(a: Args) -> object:
    """(...) four times, () -> the first three, changed."""
    return (a.w, a.m, a.v)


def _adam_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    w, m, v, g, alpha = ins
    new_w, new_m, new_v = outs
    keep_m, keep_v, tiny = (w.dtype.type(x) for x in (1 - s.beta_1, 1 - s.beta_2, s.epsilon))

    def run() -> None:
        np.add(m, (g - m) * keep_m, out=new_m)
        np.add(v, (g * g - v) * keep_v, out=new_v)
        np.subtract(w, new_m * alpha / (np.sqrt(new_v) + tiny), out=new_w)

    return run


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
