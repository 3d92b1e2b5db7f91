"""The simple recurrent cell over whole sequences: one op forward, one backward."""

from __future__ import annotations

import numpy as np

from ...analyzer.specs.base import Args, TensorType
from ..op import DECOMPOSED, Arrays, Case, Op, Run, Statics, Traits
from ..scratch import scratch
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import loops, rules
from .recurrent import options_of, unrolled, unrolled_outputs

# The opcode of each activation, and that of its gradient by the result.
_CODES = {
    "tanh": ("tanh", "tanh_grad_y"),
    "relu": ("relu", "relu_grad_y"),
    "sigmoid": ("sigmoid", "sigmoid_grad_y"),
}


def _rule(a: Args) -> tuple[TensorType, ...]:
    """(b, t, u), (b, u), (u, u) -> (b, t, u), last h; saved: h (b, t + 1, u)."""
    batch, steps, units = a.x.shape
    return a.x, a.h, TensorType((batch, steps + 1, units), a.x.dtype)


@loops.in_float32
def _kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels.gru import simple_rnn  # numba is not needed by who only looks
    from ..kernels.opcodes import CODES

    x, h, recurrent, *rest = ins
    out, last, hidden = outs
    mask, options = options_of(rest, s.backwards)
    sums = scratch(x.shape, x.dtype)
    code = CODES[_CODES[s.activation][0]]
    settings = (h, recurrent, mask, options, code, sums, hidden, out)

    def run() -> None:
        np.copyto(sums, x)
        simple_rnn(*settings)
        np.copyto(last, hidden[:, -1])

    return run


@loops.in_float32
def _grad_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import gru, lstm
    from ..kernels.opcodes import CODES

    g, g_h, _, recurrent, hidden, _, *rest = ins
    dx, dh, d_recurrent = outs
    batch, units = dh.shape
    mask, options = options_of(rest, s.backwards)
    code = CODES[_CODES[s.activation][1]]
    working = scratch(gru.gru_scratch(batch, units), dx.dtype)
    pieces = scratch(lstm.recurrent_weights_scratch(batch, units, units), dx.dtype)
    settings = (g, recurrent, mask, options, code, hidden, working, dh, dx)

    def run() -> None:
        np.copyto(dh, g_h)
        gru.simple_rnn_grad(*settings)
        lstm.recurrent_weights(hidden, dx, options, pieces, d_recurrent)

    return run


def _grad_in_ops(
    g_hidden: TensorLike, g_h: TensorLike, h: TensorLike, recurrent: TensorLike,
    hidden: TensorLike, x: TensorLike, mask: TensorLike | None, s: Statics,
) -> list[TensorLike]:  # fmt: skip
    from ..tape import GradientTape  # the tape stands on ops

    def step(part: TensorLike, states: list[TensorLike]) -> tuple[TensorLike, list]:
        out = ops[s.activation](part + ops["matmul"](states[0], recurrent))
        return out, [out]

    sources = [x, h, recurrent]
    with GradientTape() as tape:
        tape.watch(sources)
        hidden, (last,) = unrolled(step, x, [h], mask, s.backwards)
        over_time = unrolled_outputs(hidden, mask, s.backwards)
    return tape.gradient([over_time, last], sources, output_gradients=[g_hidden, g_h])


def _pull(
    g: list[TensorLike | None], out: list[TensorLike], x: TensorLike, h: TensorLike,
    recurrent: TensorLike, mask: TensorLike | None, s: Statics,
) -> list[TensorLike | None]:  # fmt: skip
    zeros = ops["zeros_like"]
    given = [zeros(o) if k is None else k for k, o in zip(g[:2], out[:2], strict=True)]
    inputs = (*given, h, recurrent, out[2], x, mask)
    return [*rnn_cells_grad(*inputs, s.activation, s.backwards), None]


_MASK = [[True, False, True], [False, True, True]]
rnn_cells = Op(
    "rnn_cells",
    spec=rules.primitive(
        "rnn_cells",
        "(x: tensor, h: tensor, recurrent: tensor, mask: tensor = None, "
        "activation='tanh', backwards=False)",
        _rule,
    ),
    kernel=_kernel,
    vjp=_pull,
    cases=(
        Case((2, 3, 4), (2, 4), (4, 4)),
        Case((2, 3, 4), (2, 4), (4, 4), _MASK, backwards=True),
        Case((2, 3, 4), (2, 4), (4, 4), activation="sigmoid"),
    ),
    traits=Traits(saved=1),
)
rnn_cells_grad = Op(
    "rnn_cells_grad",
    spec=rules.primitive(
        "rnn_cells_grad",
        "(g_hidden: tensor, g_h: tensor, h: tensor, recurrent: tensor, hidden: tensor, "
        "x: tensor, mask: tensor = None, "
        "activation='tanh', backwards=False)",
        lambda a: (a.x, a.h, a.recurrent),
    ),
    kernel=_grad_kernel,
    vjp=DECOMPOSED,
    cases=(),
    traits=Traits(decompose=_grad_in_ops),
)
