"""GRU over whole sequences: one op forward, one backward."""

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
    "(x: tensor, h: tensor, recurrent: tensor, bias: tensor, mask: tensor = None, "
    "reset_after=True, backwards=False)"
)


def _rule(a: Args) -> tuple[TensorType, ...]:
    """(b, t, 3u), (b, u), (u, 3u), (3u,) -> h (b, t, u), last h, gates and r-part (b, t, 4u)."""
    batch, steps, _ = a.x.shape
    units, dtype = a.recurrent.shape[0], a.x.dtype
    sequence = TensorType((batch, steps, units), dtype)
    saved = TensorType((batch, steps, 4 * units), dtype)
    return sequence, TensorType((batch, units), dtype), saved


def _thirds(a: np.ndarray) -> list[np.ndarray]:
    units = a.shape[1] // 3
    return [a[:, j * units : (j + 1) * units] for j in range(3)]


def _kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    x, h0, recurrent, bias, *rest = ins
    hidden, last, saved = outs
    units = h0.shape[1]

    def run() -> None:
        h = h0
        for k, t in enumerate(order_of(x.shape[1], s.backwards)):
            xz, xr, xh = _thirds(x[:, t])
            if s.reset_after:
                bz, br, bh = _thirds(h @ recurrent + bias)
            else:
                bz, br = np.split(h @ recurrent[:, : 2 * units], 2, axis=1)
                bh = h
            z, r = sigmoid_of(xz + bz), sigmoid_of(xr + br)
            if s.reset_after:
                new = np.tanh(xh + r * bh)
            else:
                bh = r * h
                new = np.tanh(xh + bh @ recurrent[:, 2 * units :])
            np.concatenate((z, r, new, bh), axis=1, out=saved[:, k])
            out = z * h + (1 - z) * new
            h = np.where(rest[0][:, t, None], out, h) if rest else out
            hidden[:, k] = h
        last[...] = h

    return run


def _grad_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    g_hidden, g_h, h0, recurrent, _, hidden, saved, _, *rest = ins
    dx, dh0, d_recurrent, d_bias = outs
    batch, steps, units = hidden.shape
    two = 2 * units

    def run() -> None:
        dh = g_h.copy()
        d_recurrent.fill(0)
        d_bias.fill(0)
        order = order_of(steps, s.backwards)
        for k in range(steps - 1, -1, -1):
            t = order[k]
            h_old = hidden[:, k - 1] if k else h0
            z, r, new, bh = (saved[:, k, j * units : (j + 1) * units] for j in range(4))
            dh = dh + g_hidden[:, k]
            keep = rest[0][:, t, None] if rest else np.ones((batch, 1), bool)
            now = np.where(keep, dh, 0)
            d_new = now * (1 - z) * (1 - new * new)
            d_z = now * (h_old - new) * z * (1 - z)
            dh = np.where(keep, 0, dh) + now * z
            if s.reset_after:
                d_r = d_new * bh * r * (1 - r)
                back = np.concatenate((d_z, d_r, d_new * r), axis=1)
                d_recurrent[...] += h_old.T @ back
                d_bias[...] += back.sum(0)
                dh = dh + back @ recurrent.T
            else:
                d_held = d_new @ recurrent[:, two:].T
                d_r = d_held * h_old * r * (1 - r)
                back = np.concatenate((d_z, d_r), axis=1)
                d_recurrent[:, :two] += h_old.T @ back
                d_recurrent[:, two:] += bh.T @ d_new
                dh = dh + d_held * r + back @ recurrent[:, :two].T
            dx[:, t] = np.concatenate((d_z, d_r, d_new), axis=1)
        dh0[...] = dh

    return run


def _in_ops(
    x: TensorLike, h: TensorLike, recurrent: TensorLike, bias: TensorLike,
    mask: TensorLike | None, s: Statics,
) -> tuple[TensorLike, TensorLike]:  # fmt: skip
    """The same in primitive ops: h over time, last h."""
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
    return hidden, h


def _grad_in_ops(
    g_hidden: TensorLike, g_h: TensorLike, h: TensorLike, recurrent: TensorLike,
    bias: TensorLike, hidden: TensorLike, saved: TensorLike, x: TensorLike,
    mask: TensorLike | None, s: Statics,
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
    inputs = (*given, h, recurrent, bias, out[0], out[2], x, mask)
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
    ),
    traits=Traits(saved=1),
)
gru_cells_grad = Op(
    "gru_cells_grad",
    spec=rules.primitive(
        "gru_cells_grad",
        "(g_hidden: tensor, g_h: tensor, h: tensor, recurrent: tensor, bias: tensor, "
        "hidden: tensor, saved: tensor, x: tensor, mask: tensor = None, reset_after=True, "
        "backwards=False)",
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
    return masked_outputs(cells[0], h, mask, go_backwards), cells[1]
