"""Steps of the optimisers over flat arrays, in place, each array read and written once.

The formulae, and where epsilon stands, are Keras 3's. What changes from step to step
comes in arrays of one element (the learning rate, bias corrections), so that a plan's
call stays the same.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from .jit import Array, kernel, thread_count
from .matmul import bounds
from .reduce import sum_run

# Elements below which one thread is faster.
_SERIAL_SIZE = 60_000
# Pieces end where a vectorised loop does: its remainder may round otherwise.
_STEP = 4096


@kernel
def _pieces(g: Array) -> int:
    return 1 if g.size < _SERIAL_SIZE else thread_count()


@kernel
def _sgd(g: Array, step: float, w: Array) -> None:
    for k in range(w.size):
        w[k] -= g[k] * step


@kernel(parallel=True)
def sgd(g: Array, rate: Array, w: Array) -> None:
    """w -= rate g."""
    pieces, step = _pieces(g), rate[0]
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, g.size, _STEP)
        _sgd(g[first:last], step, w[first:last])


@kernel
def _momentum(g: Array, step: float, momentum: float, nesterov: int, w: Array, m: Array) -> None:
    if nesterov != 0:
        for k in range(w.size):
            moved = m[k] * momentum - g[k] * step
            m[k] = moved
            w[k] += moved * momentum - g[k] * step
    else:
        for k in range(w.size):
            moved = m[k] * momentum - g[k] * step
            m[k] = moved
            w[k] += moved


@kernel(parallel=True)
def sgd_momentum(g: Array, rate: Array, momentum: float, nesterov: int, w: Array, m: Array) -> None:
    """m = momentum m - rate g; w += m, or looking ahead."""
    pieces, keep = _pieces(g), w.dtype.type(momentum)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, g.size, _STEP)
        _momentum(g[first:last], rate[0], keep, nesterov, w[first:last], m[first:last])


@kernel
def _adam(
    g: Array, alpha: float, decay: float, keep: tuple[float, float, float],
    w: Array, m: Array, v: Array,
) -> None:  # fmt: skip
    of_m, of_v, epsilon = keep
    for k in range(w.size):
        mean = m[k] + (g[k] - m[k]) * of_m
        square = v[k] + (g[k] * g[k] - v[k]) * of_v
        m[k], v[k] = mean, square
        w[k] = (w[k] - w[k] * decay) - mean * alpha / (np.sqrt(square) + epsilon)


@kernel(parallel=True)
def adam(
    g: Array, alpha: Array, decay: Array, beta_1: float, beta_2: float, epsilon: float,
    w: Array, m: Array, v: Array,
) -> None:  # fmt: skip
    """Adam; AdamW with decay = rate · weight_decay, otherwise 0.

    alpha = rate sqrt(1 - beta_2^t) / (1 - beta_1^t), one element.
    """
    pieces, number = _pieces(g), w.dtype.type
    keep = (number(1 - beta_1), number(1 - beta_2), number(epsilon))
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, g.size, _STEP)
        _adam(g[first:last], alpha[0], decay[0], keep, w[first:last], m[first:last], v[first:last])


@kernel
def _nadam(
    g: Array, factors: Array, keep: tuple[float, float, float], w: Array, m: Array, v: Array
) -> None:
    of_m, of_v, epsilon = keep
    rate, of_mean, of_g, of_square = factors[0], factors[1], factors[2], factors[3]
    for k in range(w.size):
        mean = m[k] + (g[k] - m[k]) * of_m
        square = v[k] + (g[k] * g[k] - v[k]) * of_v
        m[k], v[k] = mean, square
        ahead = of_mean * mean + of_g * g[k]
        w[k] -= ahead * rate / (np.sqrt(square * of_square) + epsilon)


@kernel(parallel=True)
def nadam(
    g: Array, factors: Array, beta_1: float, beta_2: float, epsilon: float,
    w: Array, m: Array, v: Array,
) -> None:  # fmt: skip
    """Nadam. factors (4,): rate, u' / (1 - U'), (1 - u) / (1 - U), 1 / (1 - beta_2^t),

    where u, u' are the momenta of this and the next step and U, U' their products so far.
    """
    pieces, number = _pieces(g), w.dtype.type
    keep = (number(1 - beta_1), number(1 - beta_2), number(epsilon))
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, g.size, _STEP)
        _nadam(g[first:last], factors, keep, w[first:last], m[first:last], v[first:last])


@kernel
def _rmsprop(
    g: Array, rate: float, keep: tuple[float, float, float], momentum: float, centered: int,
    w: Array, square: Array, mean: Array, moved: Array,
) -> None:  # fmt: skip
    rho, rest, epsilon = keep
    for k in range(w.size):
        square[k] = rho * square[k] + rest * (g[k] * g[k])
        below = square[k] + epsilon
        if centered != 0:
            mean[k] = rho * mean[k] + rest * g[k]
            below = square[k] - mean[k] * mean[k] + epsilon
        step = rate * g[k] / np.sqrt(below)
        if momentum > 0:
            step += momentum * moved[k]
            moved[k] = step
        w[k] -= step


@kernel
def _plain_rmsprop(
    g: Array, rate: float, keep: tuple[float, float, float], w: Array, square: Array
) -> None:
    rho, rest, epsilon = keep
    for k in range(w.size):
        power = rho * square[k] + rest * (g[k] * g[k])
        square[k] = power
        w[k] -= rate * g[k] / np.sqrt(power + epsilon)


@kernel(parallel=True)
def rmsprop(
    g: Array, rate: Array, rho: float, momentum: float, epsilon: float, centered: int,
    w: Array, square: Array, mean: Array, moved: Array,
) -> None:  # fmt: skip
    """RMSprop; `mean` is read if centred and `moved` if there is momentum, else any array."""
    pieces, number = _pieces(g), w.dtype.type
    keep = (number(rho), number(1 - rho), number(epsilon))
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, g.size, _STEP)
        above, weights, power = g[first:last], w[first:last], square[first:last]
        if centered == 0 and momentum == 0:
            _plain_rmsprop(above, rate[0], keep, weights, power)
        else:
            _rmsprop(above, rate[0], keep, number(momentum), centered, weights, power,
                     mean[first:last], moved[first:last])  # fmt: skip


@kernel
def _adagrad(g: Array, step: float, epsilon: float, w: Array, total: Array) -> None:
    for k in range(w.size):
        power = total[k] + g[k] * g[k]
        total[k] = power
        w[k] -= step * g[k] / np.sqrt(power + epsilon)


@kernel(parallel=True)
def adagrad(g: Array, rate: Array, epsilon: float, w: Array, total: Array) -> None:
    """Adagrad: total += g²; w -= rate g / sqrt(total + epsilon)."""
    pieces, add, step = _pieces(g), w.dtype.type(epsilon), rate[0]
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, g.size, _STEP)
        _adagrad(g[first:last], step, add, w[first:last], total[first:last])


def norm_scratch(size: int) -> tuple[int]:
    """The scratch shape for `sum_squares`."""
    return (max((size + _STEP - 1) // _STEP, 1),)


@kernel
def _square_sum(x: Array) -> float:
    total = x.dtype.type(0)
    for k in range(x.size):
        total += x[k] * x[k]
    return total


@kernel(parallel=True)
def sum_squares(g: Array, scratch: Array, out: Array) -> None:
    """(n,) -> (1,): the squared norm, for clipnorm and global_clipnorm."""
    count, pieces = scratch.size, _pieces(g)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, count, 1)
        for block in range(first, last):
            scratch[block] = _square_sum(g[block * _STEP : (block + 1) * _STEP])
    out[0] = sum_run(scratch)
