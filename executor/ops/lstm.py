"""LSTM over whole sequences: one op forward, one backward."""

from __future__ import annotations

import numpy as np

from ...analyzer.specs.base import Args, TensorType
from ..composite import composite
from ..inputs import to_tensor
from ..op import DECOMPOSED, Arrays, Case, Op, Run, Statics, Traits
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import rules
from .recurrent import masked_outputs, order_of, projected, sigmoid_of, unrolled

_SIGNATURE = (
    "(x: tensor, h: tensor, c: tensor, recurrent: tensor, mask: tensor = None, backwards=False)"
)


def _rule(a: Args) -> tuple[TensorType, ...]:
    """(b, t, 4u), (b, u) twice, (u, 4u) -> h (b, t, u), last h and c, c (b, t, u), gates."""
    batch, steps, _ = a.x.shape
    units, dtype = a.recurrent.shape[0], a.x.dtype
    sequence = TensorType((batch, steps, units), dtype)
    state = TensorType((batch, units), dtype)
    return sequence, state, state, sequence, TensorType(a.x.shape, dtype)


def _kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    x, h0, c0, recurrent, *rest = ins
    hidden, last_h, last_c, cells, gates = outs
    units = h0.shape[1]

    def run() -> None:
        h, c = h0, c0
        for k, t in enumerate(order_of(x.shape[1], s.backwards)):
            z = x[:, t] + h @ recurrent
            i, f, o = (sigmoid_of(z[:, j * units : (j + 1) * units]) for j in (0, 1, 3))
            g = np.tanh(z[:, 2 * units : 3 * units])
            new_c = f * c + i * g
            new_h = o * np.tanh(new_c)
            if rest:
                keep = rest[0][:, t, None]
                new_h, new_c = np.where(keep, new_h, h), np.where(keep, new_c, c)
            h, c = new_h, new_c
            hidden[:, k], cells[:, k] = h, c
            np.concatenate((i, f, g, o), axis=1, out=gates[:, k])
        last_h[...], last_c[...] = h, c

    return run


def _grad_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    g_hidden, g_h, g_c, h0, c0, recurrent, hidden, cells, gates, _, *rest = ins
    dx, dh0, dc0, d_recurrent = outs
    batch, steps, units = hidden.shape

    def run() -> None:
        dh, dc = g_h.copy(), g_c.copy()
        d_recurrent.fill(0)
        order = order_of(steps, s.backwards)
        for k in range(steps - 1, -1, -1):
            t = order[k]
            h_old, c_old = (hidden[:, k - 1], cells[:, k - 1]) if k else (h0, c0)
            i, f, g, o = (gates[:, k, j * units : (j + 1) * units] for j in range(4))
            dh = dh + g_hidden[:, k]
            keep = rest[0][:, t, None] if rest else np.ones((batch, 1), bool)
            now_h, now_c = np.where(keep, dh, 0), np.where(keep, dc, 0)
            top = np.tanh(f * c_old + i * g)
            now_c = now_c + now_h * o * (1 - top * top)
            parts = (
                now_c * g * i * (1 - i),
                now_c * c_old * f * (1 - f),
                now_c * i * (1 - g * g),
                now_h * top * o * (1 - o),
            )
            dz = np.concatenate(parts, axis=1)
            dx[:, t] = dz
            d_recurrent[...] += h_old.T @ dz
            dh = dz @ recurrent.T + np.where(keep, 0, dh)
            dc = now_c * f + np.where(keep, 0, dc)
        dh0[...], dc0[...] = dh, dc

    return run


def _in_ops(
    x: TensorLike, h: TensorLike, c: TensorLike, recurrent: TensorLike,
    mask: TensorLike | None, backwards: bool,
) -> tuple[TensorLike, TensorLike, TensorLike]:  # fmt: skip
    """The same in primitive ops: h over time, last h, last c."""

    def step(part: TensorLike, states: list[TensorLike]) -> tuple[TensorLike, list]:
        i, f, g, o = ops["split"](part + ops["matmul"](states[0], recurrent), 4, -1)
        cell = ops["sigmoid"](f) * states[1] + ops["sigmoid"](i) * ops["tanh"](g)
        out = ops["sigmoid"](o) * ops["tanh"](cell)
        return out, [out, cell]

    hidden, (h, c) = unrolled(step, x, [h, c], mask, backwards)
    return hidden, h, c


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
    saved = (h, c, recurrent, out[0], out[3], out[4])
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
    traits=Traits(saved=2),
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
    hidden, h_last, c_last, _, _ = lstm_cells(wide, h, c, recurrent_kernel, mask, go_backwards)
    return masked_outputs(hidden, h, mask, go_backwards), h_last, c_last
