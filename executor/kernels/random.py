"""Random numbers by counting: element i is a function of the seed and of i alone.

The finisher of splitmix64 over a counter; so the numbers do not depend on threads, and a
dropout mask can be drawn again on the way back instead of being kept.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from .jit import Array, kernel, thread_count
from .matmul import bounds

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX1, _MIX2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S40 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(40)
_ONE = np.uint64(1)
_SERIAL_SIZE = 30_000  # elements below which one thread is faster
# Pieces end where a vectorised loop does: its remainder may round otherwise.
_STEP = 4096


@kernel
def _mixed(z: int) -> int:
    z = (z ^ (z >> _S30)) * _MIX1
    z = (z ^ (z >> _S27)) * _MIX2
    return z ^ (z >> _S31)


@kernel
def _key(seed: Array, stream: int) -> int:
    high = _mixed(np.uint64(seed[0]) * _GOLDEN + np.uint64(stream))
    return _mixed(high + (np.uint64(seed[1]) + _ONE) * _GOLDEN)


@kernel
def _bits(key: int, position: int) -> int:
    """24 bits of an element."""
    return np.int64(_mixed(key + (np.uint64(position) + _ONE) * _GOLDEN) >> _S40)


@kernel
def _pieces(out: Array) -> int:
    return 1 if out.size < _SERIAL_SIZE else thread_count()


@kernel
def _draw(key: int, first: int, start: float, step: float, out: Array) -> None:
    for k in range(out.size):
        out[k] = start + step * out.dtype.type(_bits(key, first + k))


@kernel(parallel=True)
def uniform(seed: Array, low: float, high: float, out: Array) -> None:
    """uint32 (2,) -> (n,) in [low, high), in 2^24 steps."""
    pieces, key = _pieces(out), _key(seed, 0)
    step, start = out.dtype.type((high - low) * 2.0**-24), out.dtype.type(low)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, out.size, _STEP)
        _draw(key, first, start, step, out[first:last])


@kernel(parallel=True)
def normal(seed: Array, mean: float, deviation: float, out: Array) -> None:
    """uint32 (2,) -> (n,), by Box and Muller from two uniform streams."""
    pieces, radius_key, angle_key = _pieces(out), _key(seed, 0), _key(seed, 1)
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, out.size, _STEP)
        for k in range(first, last):
            away = np.sqrt(-2.0 * np.log1p(-_bits(radius_key, k) * 2.0**-24))
            turn = np.cos(2.0 * np.pi * (_bits(angle_key, k) * 2.0**-24))
            out[k] = mean + deviation * away * turn


@kernel
def _drop(x: Array, key: int, start: int, limit: int, scale: float, out: Array) -> None:
    zero = out.dtype.type(0)
    for k in range(out.size):
        out[k] = x[k] * (scale if _bits(key, start + k) >= limit else zero)


@kernel(parallel=True)
def dropout(x: Array, seed: Array, rate: float, out: Array) -> None:
    """(n,), uint32 (2,) -> (n,): 0 with probability `rate`, else scaled up.

    With the same seed it is its own gradient.
    """
    pieces, key = _pieces(out), _key(seed, 0)
    limit, scale = np.int64(np.ceil(rate * 2.0**24)), out.dtype.type(1.0 / (1.0 - rate))
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, out.size, _STEP)
        _drop(x[first:last], key, first, limit, scale, out[first:last])


@kernel
def _draw_mask(key: int, first: int, limit: int, scale: float, out: Array) -> None:
    zero = out.dtype.type(0)
    for k in range(out.size):
        out[k] = scale if _bits(key, first + k) >= limit else zero


@kernel(parallel=True)
def dropout_mask(seed: Array, rate: float, out: Array) -> None:
    """uint32 (2,) -> (n,): the factors of `dropout`, to be broadcast or kept."""
    pieces, key = _pieces(out), _key(seed, 0)
    limit, scale = np.int64(np.ceil(rate * 2.0**24)), out.dtype.type(1.0 / (1.0 - rate))
    for piece in prange(pieces):
        first, last = bounds(np.int64(piece), pieces, out.size, _STEP)
        _draw_mask(key, first, limit, scale, out[first:last])
