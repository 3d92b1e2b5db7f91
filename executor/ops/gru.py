"""GRU over whole sequences: one op forward, one backward."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

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
    "(x: tensor, h: tensor, recurrent: tensor, bias: tensor, mask: tensor = None, "
    "reset_after=True, backwards=False)"
)


def _rule(a: Args) -> tuple[TensorType, ...]:
    """(b, t, 3u), (b, u), (u, 3u), (3u,) -> (b, t, u), last h; saved: h, gates, inner."""
    batch, steps, _ = a.x.shape
    units, dtype = a.recurrent.shape[0], a.x.dtype
    sequence = TensorType((batch, steps, units), dtype)
    states = TensorType((batch, steps + 1, units), dtype)
    return sequence, TensorType((batch, units), dtype), states, a.x, sequence


@loops.in_float32
def _kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import gru as kernels  # numba is not needed by who only looks

    x, h, recurrent, bias, *rest = ins
    out, last, hidden, gates, inner = outs
    mask, options = options_of(rest, s.backwards)
    tail = (gates, inner, hidden, out)
    if s.reset_after:
        working = scratch(kernels.gru_scratch(*h.shape), x.dtype)
        call = partial(kernels.gru, h, recurrent, bias, mask, options, working, *tail)
    else:
        call = partial(kernels.gru_before, h, recurrent, mask, options, *tail)

    def run() -> None:
        np.copyto(gates, x)
        call()
        np.copyto(last, hidden[:, -1])

    return run


@loops.in_float32
def _grad_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    g, g_h, h, recurrent, _, hidden, gates, inner, _, *rest = ins
    units = h.shape[1]
    working = _Working(options_of(rest, s.backwards), hidden, gates, inner, recurrent, 2 * units)
    finish = _after(working, g, outs) if s.reset_after else _before(working, g, outs)

    def run() -> None:
        np.copyto(outs[1], g_h)
        finish()

    return run


@dataclass(frozen=True, slots=True)
class _Working:
    """What both forms of the gradient read."""

    options: tuple[np.ndarray, np.ndarray]
    hidden: np.ndarray
    gates: np.ndarray
    inner: np.ndarray
    recurrent: np.ndarray
    two: int  # the columns of update and reset


def _weights(hidden: np.ndarray, g: np.ndarray, w: _Working, out: np.ndarray) -> Run:
    """out (u, w): the states before each step times what came back."""
    from ..kernels import lstm as kernels

    shape = kernels.recurrent_weights_scratch(g.shape[0], hidden.shape[2], g.shape[2])
    pieces = scratch(shape, g.dtype)
    return partial(kernels.recurrent_weights, hidden, g, w.options[1], pieces, out)


def _after(w: _Working, g: np.ndarray, outs: Arrays) -> Run:
    """The reset gate after the recurrent product."""
    from ..kernels import gru as kernels

    dx, dh, d_recurrent, d_bias = outs
    back = np.empty_like(dx)
    working = np.empty(kernels.gru_scratch(*dh.shape), dx.dtype)
    mask, options = w.options
    settings = (g, w.recurrent, mask, options, w.gates, w.inner, w.hidden, working)
    call = partial(kernels.gru_grad, *settings, dh, back, dx)
    weights = _weights(w.hidden, back, w, d_recurrent)

    def run() -> None:
        call()
        weights()
        np.sum(back, axis=(0, 1), out=d_bias)

    return run


def _before(w: _Working, g: np.ndarray, outs: Arrays) -> Run:
    """The reset gate before it: the candidate's columns see the held state."""
    from ..kernels import gru as kernels

    dx, dh, d_recurrent, d_bias = outs
    working = np.empty(kernels.gru_scratch(*dh.shape), dx.dtype)
    mask, options = w.options
    settings = (g, w.recurrent, mask, options, w.gates, w.hidden, working)
    call = partial(kernels.gru_before_grad, *settings, dh, dx)
    first = np.empty((d_recurrent.shape[0], w.two), dx.dtype)
    front = np.empty((*dx.shape[:2], w.two), dx.dtype)
    weights = _weights(w.hidden, front, w, first)

    def run() -> None:
        call()
        np.copyto(front, dx[:, :, : w.two])
        weights()
        d_recurrent[:, : w.two] = first
        held, last = w.inner.reshape(-1, dh.shape[1]), dx[:, :, w.two :]
        d_recurrent[:, w.two :] = held.T @ last.reshape(-1, dh.shape[1])
        d_bias.fill(0)

    return run


def _in_ops(
    x: TensorLike, h: TensorLike, recurrent: TensorLike, bias: TensorLike,
    mask: TensorLike | None, s: Statics,
) -> tuple[TensorLike, TensorLike]:  # fmt: skip
    """The same in primitive ops: outputs over time, last h."""
    units = recurrent.shape[0]
    gates = ops["slice_axis"](recurrent, 1, 0, 2 * units)
    last = ops["slice_axis"](recurrent, 1, 2 * units, 3 * units)

    def after(part: TensorLike, states: list[TensorLike]) -> tuple[TensorLike, list]:
        xz, xr, xh = ops["split"](part, 3, -1)
        rz, rr, rh = ops["split"](ops["matmul"](states[0], recurrent) + bias, 3, -1)
        update = ops["sigmoid"](xz + rz)
        candidate = ops["tanh"](xh + ops["sigmoid"](xr + rr) * rh)
        out = update * states[0] + (1 - update) * candidate
        return out, [out]

    def before(part: TensorLike, states: list[TensorLike]) -> tuple[TensorLike, list]:
        xz, xr, xh = ops["split"](part, 3, -1)
        rz, rr = ops["split"](ops["matmul"](states[0], gates), 2, -1)
        update = ops["sigmoid"](xz + rz)
        held = ops["sigmoid"](xr + rr) * states[0]
        candidate = ops["tanh"](xh + ops["matmul"](held, last))
        out = update * states[0] + (1 - update) * candidate
        return out, [out]

    step = after if s.reset_after else before
    hidden, (h,) = unrolled(step, x, [h], mask, s.backwards)
    return unrolled_outputs(hidden, mask, s.backwards), h


def _grad_in_ops(
    g_hidden: TensorLike, g_h: TensorLike, h: TensorLike, recurrent: TensorLike,
    bias: TensorLike, hidden: TensorLike, gates: TensorLike, inner: TensorLike,
    x: TensorLike, mask: TensorLike | None, s: Statics,
) -> list[TensorLike]:  # fmt: skip
    from ..tape import GradientTape  # the tape stands on ops

    sources = [x, h, recurrent, bias]
    with GradientTape() as tape:
        tape.watch(sources)
        outs = list(_in_ops(x, h, recurrent, bias, mask, s))
    return tape.gradient(
        outs, sources, output_gradients=[g_hidden, g_h], unconnected_gradients="zero"
    )


def _pull(
    g: list[TensorLike | None], out: list[TensorLike], x: TensorLike, h: TensorLike,
    recurrent: TensorLike, bias: TensorLike, mask: TensorLike | None, s: Statics,
) -> list[TensorLike | None]:  # fmt: skip
    zeros = ops["zeros_like"]
    given = [zeros(o) if k is None else k for k, o in zip(g[:2], out[:2], strict=True)]
    inputs = (*given, h, recurrent, bias, *out[2:], x, mask)
    return [*gru_cells_grad(*inputs, s.reset_after, s.backwards), None]


_MASK = [[True, False, True], [False, True, True]]
gru_cells = Op(
    "gru_cells",
    spec=rules.primitive("gru_cells", _SIGNATURE, _rule),
    kernel=_kernel,
    vjp=_pull,
    cases=(
        Case((2, 3, 6), (2, 2), (2, 6), (6,)),
        Case((2, 3, 6), (2, 2), (2, 6), (6,), reset_after=False),
        Case((2, 3, 6), (2, 2), (2, 6), (6,), _MASK, backwards=True),
        Case((2, 3, 6), (2, 2), (2, 6), (6,), _MASK, reset_after=False),
    ),
    traits=Traits(saved=3),
)
gru_cells_grad = Op(
    "gru_cells_grad",
    spec=rules.primitive(
        "gru_cells_grad",
        "(g_hidden: tensor, g_h: tensor, h: tensor, recurrent: tensor, bias: tensor, "
        "hidden: tensor, gates: tensor, inner: tensor, x: tensor, mask: tensor = None, "
        "reset_after=True, backwards=False)",
        lambda a: (a.x, a.h, a.recurrent, a.bias),
    ),
    kernel=_grad_kernel,
    vjp=DECOMPOSED,
    cases=(),
    traits=Traits(decompose=_grad_in_ops),
)


@composite
def gru(
    x: TensorLike,
    h: TensorLike,
    kernel: TensorLike,
    recurrent_kernel: TensorLike,
    bias: TensorLike | None = None,
    mask: TensorLike | None = None,
    reset_after: bool = True,
    go_backwards: bool = False,
) -> tuple[TensorLike, TensorLike]:
    """(batch, t, f), (batch, u) -> outputs (batch, t, u), last h.

    kernel (f, 3u), recurrent_kernel (u, 3u): update, reset, candidate; bias (2, 3u), or
    (3u,) without `reset_after`. Masked steps are those of `lstm`.
    """
    outer, inner = bias, None
    if bias is not None and reset_after:
        outer, inner = ops["unstack"](bias, axis=0)
    wide = projected(to_tensor(x), kernel, outer)
    if inner is None:
        inner = ops["zeros"]((wide.shape[-1],), wide.dtype.name)
    cells = gru_cells(wide, h, recurrent_kernel, inner, mask, reset_after, go_backwards)
    return cells[0], cells[1]
