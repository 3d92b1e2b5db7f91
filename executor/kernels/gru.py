"""GRU and the simple recurrent layer over whole sequences, forward and back.

As in `lstm`: the projected inputs arrive in `gates`, where what the way back needs
replaces them (update, reset, candidate); `hidden` (batch, t + 1, u) holds the states.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from .jit import Array, kernel
from .lstm import add_output_grad, batch_pieces, keeps, put_output, time_of
from .matmul import bounds, transpose_into
from .memory import clear, copy, part, run_of
from .opcodes import apply
from .scalars import sigmoid, tanh
from .tiles import multiply


@kernel
def _after_cell(
    gates: Array, back: Array, bias: Array, hidden: Array, inner: Array, out: Array
) -> None:
    """One sample's step with the reset after the product, kept in `inner`."""
    u = hidden.size
    for j in range(2 * u):
        gates[j] = sigmoid(gates[j] + back[j] + bias[j])
    reset, candidate = run_of(gates, u, u), run_of(gates, 2 * u, u)
    held, shift = run_of(back, 2 * u, u), run_of(bias, 2 * u, u)
    for j in range(u):
        inner[j] = held[j] + shift[j]
        candidate[j] = tanh(candidate[j] + reset[j] * inner[j])
        out[j] = gates[j] * (hidden[j] - candidate[j]) + candidate[j]


@kernel
def _start(h: Array, steps: int, first: int, last: int, hidden: Array) -> None:
    u = h.shape[1]
    for sample in range(first, last):
        copy(run_of(h, sample * u, u), run_of(hidden, sample * (steps + 1) * u, u))


@kernel
def _after_step(
    r: Array, bias: Array, mask: Array, options: Array, first: int, last: int, step: int,
    back: Array, gates: Array, inner: Array, hidden: Array, out: Array,
) -> None:  # fmt: skip
    (_, steps, wide), u = gates.shape, r.shape[0]
    t, row = time_of(step, steps, options), (steps + 1) * u
    multiply(last - first, wide, 1, u, part(hidden, first * row + step * u), row, 0, 1,
             part(r, 0), 0, wide, part(back, 0), wide, 0)  # fmt: skip
    for sample in range(first, last):
        at, place = sample * row + step * u, sample * steps + t
        kept, state = keeps(mask, options, sample, t), run_of(hidden, at + u, u)
        if kept:
            copy(run_of(hidden, at, u), state)
        else:
            _after_cell(run_of(gates, place * wide, wide),
                        run_of(back, (sample - first) * wide, wide), bias,
                        run_of(hidden, at, u), run_of(inner, place * u, u), state)  # fmt: skip
        put_output(kept, options, state, step, (sample * steps + step) * u, out)


def gru_scratch(batch: int, units: int) -> tuple[int]:
    """The scratch shape for the GRU kernels, forward and back."""
    return (3 * units * units + 5 * batch * units,)


@kernel(parallel=True)
def gru(
    h: Array, r: Array, bias: Array, mask: Array, options: Array, scratch: Array,
    gates: Array, inner: Array, hidden: Array, out: Array,
) -> None:  # fmt: skip
    """(b, u), (u, 3u), (3u,), (b, t) -> (b, t, 3u), (b, t, u), (b, t + 1, u), (b, t, u).

    The reset gate acts after the recurrent product (`reset_after`).
    """
    (batch, steps, wide), u = gates.shape, r.shape[0]
    pieces = batch_pieces(batch, steps * u * wide)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, batch, 1)
        _start(h, steps, first, last, hidden)
        back = scratch[first * wide : last * wide]
        for step in range(steps):
            _after_step(r, bias, mask, options, first, last, step, back, gates, inner,
                        hidden, out)  # fmt: skip


@kernel
def _before_cell(gates: Array, hidden: Array, inner: Array) -> None:
    """Update and reset gates, and the held state that the candidate sees."""
    u = hidden.size
    for j in range(2 * u):
        gates[j] = sigmoid(gates[j])
    reset = run_of(gates, u, u)
    for j in range(u):
        inner[j] = reset[j] * hidden[j]


@kernel
def _before_step(
    r: Array, mask: Array, options: Array, first: int, last: int, step: int,
    gates: Array, inner: Array, hidden: Array, out: Array,
) -> None:  # fmt: skip
    (_, steps, wide), u = gates.shape, r.shape[0]
    t, row, count = time_of(step, steps, options), (steps + 1) * u, last - first
    here = (first * steps + t) * wide
    multiply(count, 2 * u, 1, u, part(hidden, first * row + step * u), row, 0, 1,
             part(r, 0), 0, wide, part(gates, here), steps * wide, 1)  # fmt: skip
    for sample in range(first, last):
        place = sample * steps + t
        before = run_of(hidden, sample * row + step * u, u)
        _before_cell(run_of(gates, place * wide, wide), before, run_of(inner, place * u, u))
    multiply(count, u, 1, u, part(inner, (first * steps + t) * u), steps * u, 0, 1,
             part(r, 2 * u), 0, wide, part(gates, here + 2 * u), steps * wide, 1)  # fmt: skip
    for sample in range(first, last):
        at, kept = sample * row + step * u, keeps(mask, options, sample, t)
        before, state = run_of(hidden, at, u), run_of(hidden, at + u, u)
        update = run_of(gates, (sample * steps + t) * wide, u)
        candidate = run_of(gates, (sample * steps + t) * wide + 2 * u, u)
        for j in range(u):
            candidate[j] = tanh(candidate[j])
            state[j] = update[j] * (before[j] - candidate[j]) + candidate[j]
        if kept:
            copy(before, state)
        put_output(kept, options, state, step, (sample * steps + step) * u, out)


@kernel(parallel=True)
def gru_before(
    h: Array, r: Array, mask: Array, options: Array,
    gates: Array, inner: Array, hidden: Array, out: Array,
) -> None:  # fmt: skip
    """(b, u), (u, 3u), (b, t) -> (b, t, 3u), (b, t, u), (b, t + 1, u), (b, t, u).

    The reset gate acts before the recurrent product; `inner` is the state it lets through.
    """
    (batch, steps, wide), u = gates.shape, r.shape[0]
    pieces = batch_pieces(batch, steps * u * wide)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, batch, 1)
        _start(h, steps, first, last, hidden)
        for step in range(steps):
            _before_step(r, mask, options, first, last, step, gates, inner, hidden, out)


@kernel
def _gates_grad(gates: Array, before: Array, dh: Array, out: Array) -> None:
    """Gradients of update gate and candidate; dh keeps what goes straight back."""
    u, one = dh.size, dh.dtype.type(1)
    candidate = run_of(gates, 2 * u, u)
    dcandidate = run_of(out, 2 * u, u)
    for j in range(u):
        z, above = gates[j], dh[j]
        out[j] = above * (before[j] - candidate[j]) * z * (one - z)
        dcandidate[j] = above * (one - z) * (one - candidate[j] * candidate[j])
        dh[j] = above * z


@kernel
def _reset_grad(gates: Array, inner: Array, back: Array, out: Array) -> None:
    """With the reset after the product: its gate's gradient, and the product's."""
    u, one = inner.size, inner.dtype.type(1)
    reset, dreset = run_of(gates, u, u), run_of(out, u, u)
    dcandidate, dinner = run_of(out, 2 * u, u), run_of(back, 2 * u, u)
    for j in range(u):
        dreset[j] = dcandidate[j] * inner[j] * reset[j] * (one - reset[j])
        dinner[j] = dcandidate[j] * reset[j]
    copy(run_of(out, 0, 2 * u), run_of(back, 0, 2 * u))


@kernel
def _after_step_grad(
    g: Array, turned: Array, mask: Array, options: Array, first: int, last: int, step: int,
    gates: Array, inner: Array, hidden: Array, carried: Array, dh: Array, back: Array, out: Array,
) -> None:  # fmt: skip
    (_, steps, wide), u = gates.shape, dh.shape[1]
    t, row = time_of(step, steps, options), (steps + 1) * u
    for sample in range(first, last):
        kept, place = keeps(mask, options, sample, t), sample * steps + t
        above = run_of(dh, sample * u, u)
        add_output_grad(g, (sample * steps + step) * u, kept, options,
                        run_of(carried, sample * u, u), above)  # fmt: skip
        target, through = run_of(out, place * wide, wide), run_of(back, place * wide, wide)
        if kept:
            clear(target)
            clear(through)
        else:
            own = run_of(gates, place * wide, wide)
            _gates_grad(own, run_of(hidden, sample * row + step * u, u), above, target)
            _reset_grad(own, run_of(inner, place * u, u), through, target)
    multiply(last - first, u, 1, wide, part(back, (first * steps + t) * wide), steps * wide, 0,
             1, part(turned, 0), 0, u, part(dh, first * u), u, 1)  # fmt: skip


@kernel(parallel=True)
def gru_grad(
    g: Array, r: Array, mask: Array, options: Array, gates: Array, inner: Array,
    hidden: Array, scratch: Array, dh: Array, back: Array, out: Array,
) -> None:  # fmt: skip
    """(b, t, u), (u, 3u), (b, t), saved -> dh (b, u), (b, t, 3u) twice.

    dh comes with the last state's gradient and leaves with the first's; `back` is the
    gradient of the recurrent product and its bias, `out` that of the projection.
    """
    (batch, steps, wide), u = gates.shape, r.shape[0]
    turned, carried = scratch[: r.size], scratch[r.size :]
    transpose_into(r, turned)
    pieces = batch_pieces(batch, steps * u * wide)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, batch, 1)
        clear(carried[first * u : last * u])
        for step in range(steps - 1, -1, -1):
            _after_step_grad(g, turned, mask, options, first, last, step, gates, inner,
                             hidden, carried, dh, back, out)  # fmt: skip


@kernel
def _held_grad(gates: Array, before: Array, held: Array, dh: Array, out: Array) -> None:
    """With the reset before the product: from the held state to the gate and the state."""
    u, one = dh.size, dh.dtype.type(1)
    reset, dreset = run_of(gates, u, u), run_of(out, u, u)
    for j in range(u):
        dreset[j] = held[j] * before[j] * reset[j] * (one - reset[j])
        dh[j] += held[j] * reset[j]


@kernel
def _before_step_grad(
    g: Array, turned: Array, mask: Array, options: Array, first: int, last: int, step: int,
    gates: Array, hidden: Array, own: Array, dh: Array, out: Array,
) -> None:  # fmt: skip
    """`own` holds for each sample what is carried and the held state's gradient."""
    (_, steps, wide), u = gates.shape, dh.shape[1]
    t, row, count = time_of(step, steps, options), (steps + 1) * u, last - first
    here, carried = (first * steps + t) * wide, run_of(own, 2 * first * u, 2 * count * u)
    for sample in range(first, last):
        kept, place = keeps(mask, options, sample, t), (sample * steps + t) * wide
        above = run_of(dh, sample * u, u)
        add_output_grad(g, (sample * steps + step) * u, kept, options,
                        run_of(own, 2 * sample * u, u), above)  # fmt: skip
        if kept:
            clear(run_of(out, place, wide))
        else:
            _gates_grad(run_of(gates, place, wide),
                        run_of(hidden, sample * row + step * u, u), above,
                        run_of(out, place, wide))  # fmt: skip
    multiply(count, u, 1, u, part(out, here + 2 * u), steps * wide, 0, 1,
             part(turned, 2 * u * u), 0, u, part(carried, u), 2 * u, 0)  # fmt: skip
    for sample in range(first, last):
        place = (sample * steps + t) * wide
        if not keeps(mask, options, sample, t):
            _held_grad(run_of(gates, place, wide),
                       run_of(hidden, sample * row + step * u, u),
                       run_of(own, (2 * sample + 1) * u, u), run_of(dh, sample * u, u),
                       run_of(out, place, wide))  # fmt: skip
    multiply(count, u, 1, 2 * u, part(out, here), steps * wide, 0, 1, part(turned, 0), 0, u,
             part(dh, first * u), u, 1)  # fmt: skip


@kernel(parallel=True)
def gru_before_grad(
    g: Array, r: Array, mask: Array, options: Array, gates: Array, hidden: Array,
    scratch: Array, dh: Array, out: Array,
) -> None:  # fmt: skip
    """(b, t, u), (u, 3u), (b, t), saved -> dh (b, u), (b, t, 3u) of the projection.

    dr: `recurrent_weights` of `hidden` for the first 2u columns, of `inner` for the rest.
    """
    (batch, steps, wide), u = gates.shape, r.shape[0]
    turned, own = scratch[: r.size], scratch[r.size :]
    transpose_into(r, turned)
    pieces = batch_pieces(batch, steps * u * wide)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, batch, 1)
        clear(own[2 * first * u : 2 * last * u])
        for step in range(steps - 1, -1, -1):
            _before_step_grad(g, turned, mask, options, first, last, step, gates, hidden,
                              own, dh, out)  # fmt: skip


@kernel(parallel=True)
def simple_rnn(
    h: Array, r: Array, mask: Array, options: Array, activation: int,
    gates: Array, hidden: Array, out: Array,
) -> None:  # fmt: skip
    """(b, u), (u, u), (b, t), opcode -> (b, t, u), (b, t + 1, u), (b, t, u).

    `gates` comes with the projected inputs and leaves with the sums before activation.
    """
    (batch, steps, u), row = gates.shape, (gates.shape[1] + 1) * gates.shape[2]
    pieces = batch_pieces(batch, steps * u * u)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, batch, 1)
        _start(h, steps, first, last, hidden)
        for step in range(steps):
            t = time_of(step, steps, options)
            before, sums = (
                part(hidden, first * row + step * u),
                part(gates, (first * steps + t) * u),
            )
            multiply(last - first, u, 1, u, before, row, 0, 1, part(r, 0), 0, u,
                     sums, steps * u, 1)  # fmt: skip
            for sample in range(first, last):
                at, kept = sample * row + step * u, keeps(mask, options, sample, t)
                state, own = run_of(hidden, at + u, u), run_of(gates, (sample * steps + t) * u, u)
                if kept:
                    copy(run_of(hidden, at, u), state)
                else:
                    apply(activation, own, own, own, state)
                put_output(kept, options, state, step, (sample * steps + step) * u, out)


@kernel(parallel=True)
def simple_rnn_grad(
    g: Array, r: Array, mask: Array, options: Array, slope: int, hidden: Array,
    scratch: Array, dh: Array, out: Array,
) -> None:  # fmt: skip
    """(b, t, u), (u, u), (b, t), opcode of a gradient by the result -> dh, (b, t, u)."""
    (batch, steps, u), row = out.shape, (out.shape[1] + 1) * out.shape[2]
    turned, carried = scratch[: r.size], scratch[r.size :]
    transpose_into(r, turned)
    pieces = batch_pieces(batch, steps * u * u)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, batch, 1)
        clear(carried[first * u : last * u])
        for step in range(steps - 1, -1, -1):
            t = time_of(step, steps, options)
            for sample in range(first, last):
                kept, above = keeps(mask, options, sample, t), run_of(dh, sample * u, u)
                add_output_grad(g, (sample * steps + step) * u, kept, options,
                                run_of(carried, sample * u, u), above)  # fmt: skip
                target = run_of(out, (sample * steps + t) * u, u)
                clear(target)
                if not kept:
                    state = run_of(hidden, sample * row + (step + 1) * u, u)
                    apply(slope, above, state, state, target)
                    clear(above)
            multiply(last - first, u, 1, u, part(out, (first * steps + t) * u), steps * u, 0, 1,
                     part(turned, 0), 0, u, part(dh, first * u), u, 1)  # fmt: skip
