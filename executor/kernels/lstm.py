"""LSTM over whole sequences, forward and back; the samples are split over the threads.

The projection of the inputs is one product outside; it arrives in `gates` (batch, t, 4u),
where the activated gates replace it: input, forget, candidate, output.
`hidden` and `cells` (batch, t + 1, u) hold the state before each step and after the last.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from .jit import Array, kernel, thread_count
from .matmul import SERIAL_WORK, add_pieces, bounds, transpose_into
from .memory import clear, copy, part, run_of
from .scalars import sigmoid, tanh
from .tiles import multiply

_PIECES = 8


def sequence_options(masked: bool, zero_masked: bool = False, backwards: bool = False) -> Array:
    """Whether there is a mask, masked outputs are 0, and time runs backwards."""
    return np.array([masked, zero_masked, backwards], np.int64)


@kernel
def batch_pieces(batch: int, work: int) -> int:
    """How many pieces to run the samples in, by multiply-adds of a sample."""
    return 1 if batch * work < SERIAL_WORK // 4 else min(batch, thread_count())


@kernel
def time_of(step: int, steps: int, options: Array) -> int:
    """The position in the sequence that a step reads."""
    return steps - 1 - step if options[2] != 0 else step


@kernel
def keeps(mask: Array, options: Array, sample: int, t: int) -> bool:
    """Whether a sample's state stays as it is at this position."""
    return options[0] != 0 and mask[sample, t] == 0


@kernel
def put_output(kept: bool, options: Array, state: Array, step: int, at: int, out: Array) -> None:
    """A step's output: the state, or where masked the output before, or 0."""
    size = state.size
    target = run_of(out, at, size)
    if not kept:
        copy(state, target)
    elif options[1] != 0 or step == 0:
        clear(target)
    else:
        copy(run_of(out, at - size, size), target)


@kernel
def _cell(gates: Array, cell: Array, new_cell: Array, new_hidden: Array) -> None:
    """One sample's step: activates the gates in place."""
    u = cell.size
    for j in range(2 * u):
        gates[j] = sigmoid(gates[j])
    candidate, output = run_of(gates, 2 * u, u), run_of(gates, 3 * u, u)
    forget = run_of(gates, u, u)
    for j in range(u):
        candidate[j] = tanh(candidate[j])
        output[j] = sigmoid(output[j])
    for j in range(u):
        value = forget[j] * cell[j] + gates[j] * candidate[j]
        new_cell[j] = value
        new_hidden[j] = output[j] * tanh(value)


@kernel
def _forward_step(
    r: Array, mask: Array, options: Array, first: int, last: int, step: int,
    gates: Array, hidden: Array, cells: Array, out: Array,
) -> None:  # fmt: skip
    (_, steps, wide), u = gates.shape, r.shape[0]
    t = time_of(step, steps, options)
    row = (steps + 1) * u
    sums = part(gates, (first * steps + t) * wide)
    multiply(last - first, wide, 1, u, part(hidden, first * row + step * u), row, 0, 1,
             part(r, 0), 0, wide, sums, steps * wide, 1)  # fmt: skip
    for sample in range(first, last):
        at = sample * row + step * u
        kept = keeps(mask, options, sample, t)
        if kept:
            copy(run_of(hidden, at, u), run_of(hidden, at + u, u))
            copy(run_of(cells, at, u), run_of(cells, at + u, u))
        else:
            _cell(run_of(gates, (sample * steps + t) * wide, wide), run_of(cells, at, u),
                  run_of(cells, at + u, u), run_of(hidden, at + u, u))  # fmt: skip
        put_output(kept, options, run_of(hidden, at + u, u), step, (sample * steps + step) * u, out)


@kernel(parallel=True)
def lstm(
    h: Array, c: Array, r: Array, mask: Array, options: Array,
    gates: Array, hidden: Array, cells: Array, out: Array,
) -> None:  # fmt: skip
    """(b, u) twice, (u, 4u), (b, t) -> (b, t, 4u), (b, t + 1, u) twice, (b, t, u).

    `gates` comes with the projected inputs; `out` is in the order of computation.
    """
    (batch, steps, wide), u = gates.shape, r.shape[0]
    pieces = batch_pieces(batch, steps * u * wide)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, batch, 1)
        for sample in range(first, last):
            start = sample * (steps + 1) * u
            copy(run_of(h, sample * u, u), run_of(hidden, start, u))
            copy(run_of(c, sample * u, u), run_of(cells, start, u))
        for step in range(steps):
            _forward_step(r, mask, options, first, last, step, gates, hidden, cells, out)


@kernel
def _cell_grad(gates: Array, before: Array, after: Array, dh: Array, dc: Array, out: Array) -> None:
    """One sample's step back: dc moves on to the step before, `out` gets the gates' part."""
    u, one = dh.size, dh.dtype.type(1)
    i, f = run_of(gates, 0, u), run_of(gates, u, u)
    g, o = run_of(gates, 2 * u, u), run_of(gates, 3 * u, u)
    di, df = run_of(out, 0, u), run_of(out, u, u)
    dg, do = run_of(out, 2 * u, u), run_of(out, 3 * u, u)
    for j in range(u):
        bent = tanh(after[j])
        do[j] = dh[j] * bent * o[j] * (one - o[j])
        dc[j] += dh[j] * o[j] * (one - bent * bent)
    for j in range(u):
        di[j] = dc[j] * g[j] * i[j] * (one - i[j])
        df[j] = dc[j] * before[j] * f[j] * (one - f[j])
        dg[j] = dc[j] * i[j] * (one - g[j] * g[j])
        dc[j] *= f[j]


@kernel
def add_output_grad(
    g: Array, at: int, kept: bool, options: Array, carried: Array, dh: Array
) -> None:
    """What comes from a step's output: to the state, or on to the output before."""
    above = run_of(g, at, dh.size)
    for j in range(dh.size):
        carried[j] += above[j]
    if not kept:
        for j in range(dh.size):
            dh[j] += carried[j]
    if not kept or options[1] != 0:
        clear(carried)


@kernel
def _backward_step(
    g: Array, turned: Array, mask: Array, options: Array, first: int, last: int, step: int,
    gates: Array, cells: Array, carried: Array, dh: Array, dc: Array, out: Array,
) -> None:  # fmt: skip
    """One step back for some samples; the state's gradient moves to the step before."""
    (_, steps, wide), u = gates.shape, dh.shape[1]
    t, row = time_of(step, steps, options), (steps + 1) * u
    for sample in range(first, last):
        kept, at = keeps(mask, options, sample, t), (sample * steps + t) * wide
        above = run_of(dh, sample * u, u)
        add_output_grad(g, (sample * steps + step) * u, kept, options,
                        run_of(carried, sample * u, u), above)  # fmt: skip
        target, place = run_of(out, at, wide), sample * row + step * u
        if kept:
            clear(target)
        else:
            below = run_of(dc, sample * u, u)
            _cell_grad(run_of(gates, at, wide), run_of(cells, place, u),
                       run_of(cells, place + u, u), above, below, target)  # fmt: skip
            clear(above)
    multiply(last - first, u, 1, wide, part(out, (first * steps + t) * wide), steps * wide, 0, 1,
             part(turned, 0), 0, u, part(dh, first * u), u, 1)  # fmt: skip


def lstm_grad_scratch(batch: int, units: int) -> tuple[int]:
    """The scratch shape for `lstm_grad`."""
    return (4 * units * units + batch * units,)


@kernel(parallel=True)
def lstm_grad(
    g: Array, r: Array, mask: Array, options: Array, gates: Array, cells: Array,
    scratch: Array, dh: Array, dc: Array, out: Array,
) -> None:  # fmt: skip
    """(b, t, u), (u, 4u), (b, t), saved -> dh, dc (b, u) and (b, t, 4u) of the projection.

    dh and dc come with the gradients of the last states and leave with those of the first.
    """
    (batch, steps, wide), u = gates.shape, r.shape[0]
    turned, carried = scratch[: r.size], scratch[r.size :]
    transpose_into(r, turned)
    pieces = batch_pieces(batch, steps * u * wide)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, batch, 1)
        clear(carried[first * u : last * u])
        for step in range(steps - 1, -1, -1):
            _backward_step(g, turned, mask, options, first, last, step, gates, cells, carried,
                           dh, dc, out)  # fmt: skip


def recurrent_weights_scratch(batch: int, units: int, wide: int) -> tuple[int, int]:
    """The scratch shape for `recurrent_weights`."""
    return max(min(batch, _PIECES), 1), units * wide


@kernel(parallel=True)
def recurrent_weights(hidden: Array, g: Array, options: Array, scratch: Array, out: Array) -> None:
    """(b, t + 1, u), (b, t, w) -> (u, w): states before each step times what came back."""
    (batch, steps, wide), (u, pieces) = g.shape, (hidden.shape[2], scratch.shape[0])
    backwards = options[2] != 0
    stride, start = (-wide, (steps - 1) * wide) if backwards else (wide, 0)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, batch, 1)
        if last == first or steps == 0:
            clear(scratch[piece])
        else:
            multiply(u, wide, last - first, steps, part(hidden, first * (steps + 1) * u), 1,
                     (steps + 1) * u, u, part(g, first * steps * wide + start), steps * wide,
                     stride, part(scratch[piece], 0), wide, 0)  # fmt: skip
    add_pieces(scratch, run_of(out, 0, u * wide))
