"""Whole sequences through LSTM, GRU and simple recurrent cells, with masks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..composite import composite
from ..inputs import to_tensor
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike

# One step: (projected input, states) -> (output, new states).
Step = Callable[[TensorLike, list[TensorLike]], tuple[TensorLike, list[TensorLike]]]


def unrolled(
    step: Step,
    x: TensorLike,
    states: Sequence[TensorLike],
    mask: TensorLike | None,
    backwards: bool,
    zero_masked: bool = False,
) -> tuple[TensorLike, list[TensorLike]]:
    """(batch, t, f) -> outputs (batch, t, u) in order of computation, last states.

    Where the mask is False the states stay and the output is the one before (or 0).
    """
    parts = ops["unstack"](x, axis=1)
    keeps = None if mask is None else ops["unstack"](ops["expand_dims"](mask, -1), axis=1)
    order = range(len(parts) - 1, -1, -1) if backwards else range(len(parts))
    now, outputs = list(states), []
    for t in order:
        out, new = step(parts[t], now)
        if keeps is not None:
            before = outputs[-1] if outputs and not zero_masked else ops["zeros_like"](out)
            out = ops["where"](keeps[t], out, before)
            new = [ops["where"](keeps[t], n, o) for n, o in zip(new, now, strict=True)]
        outputs.append(out)
        now = new
    return ops["stack"](outputs, 1), now


def _projected(x: TensorLike, kernel: TensorLike, bias: TensorLike | None) -> TensorLike:
    wide = ops["matmul"](x, kernel)
    return wide if bias is None else wide + bias


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
    """
    recurrent = to_tensor(recurrent_kernel)

    def step(part: TensorLike, states: list[TensorLike]) -> tuple[TensorLike, list]:
        gates = part + ops["matmul"](states[0], recurrent)
        i, f, g, o = ops["split"](gates, 4, -1)
        cell = ops["sigmoid"](f) * states[1] + ops["sigmoid"](i) * ops["tanh"](g)
        out = ops["sigmoid"](o) * ops["tanh"](cell)
        return out, [out, cell]

    wide = _projected(to_tensor(x), kernel, bias)
    outputs, (h, c) = unrolled(step, wide, [h, c], mask, go_backwards)
    return outputs, h, c


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
    (3u,) without `reset_after`.
    """
    recurrent = to_tensor(recurrent_kernel)
    units = recurrent.shape[0]
    outer, inner = _gru_biases(bias, reset_after)

    def after(part: TensorLike, states: list[TensorLike]) -> tuple[TensorLike, list]:
        back = ops["matmul"](states[0], recurrent)
        back = back if inner is None else back + inner
        xz, xr, xh = ops["split"](part, 3, -1)
        rz, rr, rh = ops["split"](back, 3, -1)
        update = ops["sigmoid"](xz + rz)
        candidate = ops["tanh"](xh + ops["sigmoid"](xr + rr) * rh)
        out = update * states[0] + (1 - update) * candidate
        return out, [out]

    def before(part: TensorLike, states: list[TensorLike]) -> tuple[TensorLike, list]:
        gates = ops["slice_axis"](recurrent, 1, 0, 2 * units)
        last = ops["slice_axis"](recurrent, 1, 2 * units, 3 * units)
        xz, xr, xh = ops["split"](part, 3, -1)
        rz, rr = ops["split"](ops["matmul"](states[0], gates), 2, -1)
        update = ops["sigmoid"](xz + rz)
        held = ops["sigmoid"](xr + rr) * states[0]
        candidate = ops["tanh"](xh + ops["matmul"](held, last))
        out = update * states[0] + (1 - update) * candidate
        return out, [out]

    wide = _projected(to_tensor(x), kernel, outer)
    step = after if reset_after else before
    outputs, (h,) = unrolled(step, wide, [h], mask, go_backwards)
    return outputs, h


def _gru_biases(
    bias: TensorLike | None, reset_after: bool
) -> tuple[TensorLike | None, TensorLike | None]:
    if bias is None or not reset_after:
        return bias, None
    outer, inner = ops["unstack"](bias, axis=0)
    return outer, inner


@composite
def simple_rnn(
    x: TensorLike,
    h: TensorLike,
    kernel: TensorLike,
    recurrent_kernel: TensorLike,
    bias: TensorLike | None = None,
    mask: TensorLike | None = None,
    activation: str = "tanh",
    go_backwards: bool = False,
) -> tuple[TensorLike, TensorLike]:
    """(batch, t, f), (batch, u) -> outputs (batch, t, u), last h."""
    recurrent = to_tensor(recurrent_kernel)
    function = ops[activation]

    def step(part: TensorLike, states: list[TensorLike]) -> tuple[TensorLike, list]:
        out = function(part + ops["matmul"](states[0], recurrent))
        return out, [out]

    wide = _projected(to_tensor(x), kernel, bias)
    outputs, (h,) = unrolled(step, wide, [h], mask, go_backwards)
    return outputs, h
