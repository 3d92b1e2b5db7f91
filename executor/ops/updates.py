"""Steps of optimisers that change several arrays at once, each read and written once."""

from __future__ import annotations

from functools import partial

import numpy as np

from ...analyzer.specs.base import Args
from ..op import Arrays, Case, Op, Run, Statics, Traits
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import loops, rules
from .rows import row_numbers


def _adam_rule(a: Args) -> object:
    """(...) four times, () -> the first three, changed."""
    return (a.w, a.m, a.v)


@loops.in_float32
def _adam_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import optimizers  # numba is not needed by who only looks

    *state, g, alpha = ins
    none = np.zeros(1, g.dtype)
    flat = [o.reshape(-1) for o in outs]
    settings = (alpha.reshape(1), none, s.beta_1, s.beta_2, s.epsilon)
    update = partial(optimizers.adam, g.reshape(-1), *settings, *flat)
    return _in_place(state, outs, update)


def _in_place(state: Arrays, outs: Arrays, update: Run) -> Run:
    """An update of the outputs, which take the old state where they are other memory."""
    moves = [(o, i) for o, i in zip(outs, state, strict=True) if not _same_place(o, i)]
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


def _adam_rows_rule(a: Args) -> object:
    """(rows, d) three times, (..., d), (...), () -> the first three, changed."""
    return (a.w, a.m, a.v)


def _adam_rows_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels.row_updates import adam_rows

    *state, g, indices, alpha = ins
    w, m, v = (o.reshape(o.shape[0], -1) for o in outs)
    numbers, fill = row_numbers(indices, w.shape[0])
    rows = g.reshape(numbers.size, w.shape[1])
    settings = (rows, numbers, alpha.reshape(1), s.beta_1, s.beta_2, s.epsilon)
    sums = np.empty_like(w)

    def run() -> None:
        fill()
        adam_rows(*settings, s.active.refresh(), sums, w, m, v)

    return _in_place(state, outs, run)


# Only plans contain it, with variables as state: `active` is their `ActiveRows`.
adam_rows_update = Op(
    "adam_rows_update",
    spec=rules.primitive(
        "adam_rows_update",
        "(w: tensor, m: tensor, v: tensor, g: tensor, indices: tensor, alpha: tensor, "
        "beta_1, beta_2, epsilon, active)",
        _adam_rows_rule,
    ),
    kernel=_adam_rows_kernel,
    vjp=None,
    cases=(),
    traits=Traits(inplace=((0, 0), (1, 1), (2, 2))),
)
