"""LSTM over whole sequences: one op forward, one backward."""

from __future__ import annotations

import numpy as np

from ...analyzer.specs.base import Args, TensorType
from ..composite import composite
from ..inputs import to_tensor
from ..op import DECOMPOSED, Arrays, Case, Op, Run, Statics, Traits
from ..scratch import scratch
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import loops, rules
from .recurrent import options_of, projected, unrolled, unrolled_outputs

_SIGNATURE = (
    "(x: tensor, h: tensor, c: tensor, recurrent: tensor, mask: tensor = None, backwards=False)"
)


def _rule(a: Args) -> tuple[TensorType, ...]:
    """(b, t, 4u), (b, u) twice, (u, 4u) -> (b, t, u), last h and c; saved: h, c, gates."""
    batch, steps, _ = a.x.shape
    units, dtype = a.recurrent.shape[0], a.x.dtype
    state = TensorType((batch, units), dtype)
    states = TensorType((batch, steps + 1, units), dtype)
    return TensorType((batch, steps, units), dtype), state, state, states, states, a.x


@loops.in_float32
def _kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import lstm as kernels  # numba is not needed by who only looks

    x, h, c, recurrent, *rest = ins
    out, last_h, last_c, hidden, cells, gates = outs
    mask, options = options_of(rest, s.backwards)
    settings = (h, c, recurrent, mask, options, gates, hidden, cells, out)

    def run() -> None:
        np.copyto(gates, x)
        kernels.lstm(*settings)
        np.copyto(last_h, hidden[:, -1])
        np.copyto(last_c, cells[:, -1])

    return run


@loops.in_float32
def _grad_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import lstm as kernels

    g, g_h, g_c, h, _, recurrent, hidden, cells, gates, _, *rest = ins
    dx, dh, dc, d_recurrent = outs
    batch, units = h.shape
    mask, options = options_of(rest, s.backwards)
    working = scratch(kernels.lstm_grad_scratch(batch, units), dx.dtype)
    pieces = scratch(kernels.recurrent_weights_scratch(batch, units, 4 * units), dx.dtype)
    settings = (g, recurrent, mask, options, gates, cells, working, dh, dc, dx)

    def run() -> None:
        np.copyto(dh, g_h)
        np.copyto(dc, g_c)
        kernels.lstm_grad(*settings)
        kernels.recurrent_weights(hidden, dx, options, pieces, d_recurrent)

    return run


def _in_ops(
    x: TensorLike, h: TensorLike, c: TensorLike, recurrent: TensorLike,
    mask: TensorLike | None, backwards: bool,
) -> tuple[TensorLike, TensorLike, TensorLike]:  # fmt: skip
    """The same in primitive ops: outputs over time, last h, last c."""

    def step(part: TensorLike, states: list[TensorLike]) -> tuple[TensorLike, list]:
        i, f, g, o = ops["split"](part + ops["matmul"](states[0], recurrent), 4, -1)
        cell = ops["sigmoid"](f) * states[1] + ops["sigmoid"](i) * ops["tanh"](g)
        out = ops["sigmoid"](o) * ops["tanh"](cell)
        return out, [out, cell]

    hidden, (h, c) = unrolled(step, x, [h, c], mask, backwards)
    return unrolled_outputs(hidden, mask, backwards), h, c


def _grad_in_ops(
    g_hidden: TensorLike, g_h: TensorLike, g_c: TensorLike, h: TensorLike, c: TensorLike,
    recurrent: TensorLike, hidden: TensorLike, cells: TensorLike, gates: TensorLike,
    x: TensorLike, mask: TensorLike | None, s: Statics,
) -> list[TensorLike]:  # fmt: skip
    from ..tape import GradientTape  # the tape stands on ops

    sources = [x, h, c, recurrent]
    with GradientTape() as tape:
        tape.watch(sources)
        outs = list(_in_ops(x, h, c, recurrent, mask, s.backwards))
    return tape.gradient(outs, sources, output_gradients=[g_hidden, g_h, g_c])


def _pull(
    g: list[TensorLike | None], out: list[TensorLike], x: TensorLike, h: TensorLike,
    c: TensorLike, recurrent: TensorLike, mask: TensorLike | None, s: Statics,
) -> list[TensorLike | None]:  # fmt: skip
    zeros = ops["zeros_like"]
    given = [zeros(o) if k is None else k for k, o in zip(g[:3], out[:3], strict=True)]
    saved = (h, c, recurrent, *out[3:])
    return [*lstm_cells_grad(*given, *saved, x, mask, s.backwards), None]


lstm_cells = Op(
    "lstm_cells",
    spec=rules.primitive("lstm_cells", _SIGNATURE, _rule),
    kernel=_kernel,
    vjp=_pull,
    cases=(
        Case((2, 3, 8), (2, 2), (2, 2), (2, 8)),
        Case(
            (2, 3, 8),
            (2, 2),
            (2, 2),
            (2, 8),
            [[True, False, True], [False, True, True]],
            backwards=True,
        ),
    ),
    traits=Traits(saved=3),
)
lstm_cells_grad = Op(
    "lstm_cells_grad",
    spec=rules.primitive(
        "lstm_cells_grad",
        "(g_hidden: tensor, g_h: tensor, g_c: tensor, h: tensor, c: tensor, recurrent: tensor, "
        "hidden: tensor, cells: tensor, gates: tensor, x: tensor, mask: tensor = None, "
        "backwards=False)",
        lambda a: (a.x, a.h, a.c, a.recurrent),
    ),
    kernel=_grad_kernel,
    vjp=DECOMPOSED,
    cases=(),
    traits=Traits(decompose=_grad_in_ops),
)


@composite
def lstm(
    x: TensorLike,
    h: TensorLike,
    c: TensorLike,
    kernel: TensorLike,
    recurrent_kernel: TensorLike,
    bias: TensorLike | None = None,
    mask: TensorLike | None = None,
    go_backwards: bool = False,
) -> tuple[TensorLike, TensorLike, TensorLike]:
    """(batch, t, f), (batch, u) twice -> outputs (batch, t, u), last h, last c.

    kernel (f, 4u), recurrent_kernel (u, 4u), bias (4u,): input, forget, cell, output.
    Where the mask is False the states stay and the output is the one before.
    """
    wide = projected(to_tensor(x), kernel, bias)
    return tuple(lstm_cells(wide, h, c, recurrent_kernel, mask, go_backwards)[:3])
