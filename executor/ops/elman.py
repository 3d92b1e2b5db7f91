"""The simple recurrent cell with tanh over whole sequences: one op forward, one backward."""

from __future__ import annotations

import numpy as np

from ...analyzer.specs.base import Args, TensorType
from ..op import DECOMPOSED, Arrays, Case, Op, Run, Statics, Traits
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import rules
from .recurrent import order_of, unrolled


def _rule(a: Args) -> tuple[TensorType, ...]:
    """(b, t, u), (b, u), (u, u) -> h (b, t, u), last h."""
    return a.x, a.h


def _kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    x, h0, recurrent, *rest = ins
    hidden, last = outs

    def run() -> None:
        h = h0
        for k, t in enumerate(order_of(x.shape[1], s.backwards)):
            new = np.tanh(x[:, t] + h @ recurrent)
            h = np.where(rest[0][:, t, None], new, h) if rest else new
            hidden[:, k] = h
        last[...] = h

    return run


def _grad_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    g_hidden, g_h, h0, recurrent, hidden, _, *rest = ins
    dx, dh0, d_recurrent = outs
    batch, steps, _ = hidden.shape

    def run() -> None:
        dh = g_h.copy()
        d_recurrent.fill(0)
        order = order_of(steps, s.backwards)
        for k in range(steps - 1, -1, -1):
            t = order[k]
            dh = dh + g_hidden[:, k]
            keep = rest[0][:, t, None] if rest else np.ones((batch, 1), bool)
            dz = np.where(keep, dh, 0) * (1 - hidden[:, k] * hidden[:, k])
            dx[:, t] = dz
            d_recurrent[...] += (hidden[:, k - 1] if k else h0).T @ dz
            dh = np.where(keep, 0, dh) + dz @ recurrent.T
        dh0[...] = dh

    return run


def _grad_in_ops(
    g_hidden: TensorLike, g_h: TensorLike, h: TensorLike, recurrent: TensorLike,
    hidden: TensorLike, x: TensorLike, mask: TensorLike | None, s: Statics,
) -> list[TensorLike]:  # fmt: skip
    from ..tape import GradientTape  # the tape stands on ops

    def step(part: TensorLike, states: list[TensorLike]) -> tuple[TensorLike, list]:
        out = ops["tanh"](part + ops["matmul"](states[0], recurrent))
        return out, [out]

    sources = [x, h, recurrent]
    with GradientTape() as tape:
        tape.watch(sources)
        over_time, (last,) = unrolled(step, x, [h], mask, s.backwards)
    return tape.gradient([over_time, last], sources, output_gradients=[g_hidden, g_h])


def _pull(
    g: list[TensorLike | None], out: list[TensorLike], x: TensorLike, h: TensorLike,
    recurrent: TensorLike, mask: TensorLike | None, s: Statics,
) -> list[TensorLike | None]:  # fmt: skip
    zeros = ops["zeros_like"]
    given = [zeros(o) if k is None else k for k, o in zip(g, out, strict=True)]
    return [*rnn_cells_grad(*given, h, recurrent, out[0], x, mask, s.backwards), None]


_MASK = [[True, False, True], [False, True, True]]
rnn_cells = Op(
    "rnn_cells",
    spec=rules.primitive(
        "rnn_cells",
        "(x: tensor, h: tensor, recurrent: tensor, mask: tensor = None, backwards=False)",
        _rule,
    ),
    kernel=_kernel,
    vjp=_pull,
    cases=(
        Case((2, 3, 4), (2, 4), (4, 4)),
        Case((2, 3, 4), (2, 4), (4, 4), _MASK, backwards=True),
    ),
)
rnn_cells_grad = Op(
    "rnn_cells_grad",
    spec=rules.primitive(
        "rnn_cells_grad",
        "(g_hidden: tensor, g_h: tensor, h: tensor, recurrent: tensor, hidden: tensor, "
        "x: tensor, mask: tensor = None, backwards=False)",
        lambda a: (a.x, a.h, a.recurrent),
    ),
    kernel=_grad_kernel,
    vjp=DECOMPOSED,
    cases=(),
    traits=Traits(decompose=_grad_in_ops),
)
