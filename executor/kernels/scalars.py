"""Scalar functions that vectorise when a kernel's loop inlines them.

float32 goes by polynomials with the exponent put back by bit operations (fitted here,
within 3 ulp, right at 0, infinity, NaN and denormals): 0.3 ns an element where the C
library takes 1.3 (exp) to 9 (tanh). float64 goes to the C library. Outside compiled code
each name is its NumPy reference.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core.base import BaseContext
from numba.core.typing import Context, Signature
from numba.extending import intrinsic

from .jit import EXACT, Emit, in_kernels

_F = np.float32
_LOG2E, _MAGIC, _MAGIC_BITS = _F(1.4426950408889634), _F(12582912.0), 0x4B400000
_LN2_HIGH, _LN2_LOW = _F(0.693359375), _F(-2.12194440e-4)
# (e**r - 1 - r) / r**2 on |r| <= ln(2)/2
_E0, _E1, _E2 = _F(0.5000000062), _F(0.1666654279), _F(0.0416662814)
_E3, _E4 = _F(0.008366610601), _F(0.001394649708)
# (log(1+f) - f + f**2/2) / f**3 on sqrt(1/2) <= 1+f <= sqrt(2)
_L0, _L1, _L2, _L3 = map(_F, (0.3333331673, -0.250008104, 0.2000228629, -0.1662455414))
_L4, _L5, _L6, _L7 = map(_F, (0.1418119163, -0.1312875358, 0.1288164923, -0.07859616869))
# erf(x) / x in x**2 below 0.9; -log(erfc(x)) / x above
_R0, _R1, _R2, _R3 = map(_F, (1.128379167, -0.3761263498, 0.1128371503, -0.02686050848))
_R4, _R5, _R6 = map(_F, (0.005203859188, -0.0008175639586, 8.513105235e-05))
_C0, _C1, _C2, _C3 = map(_F, (1.128519952, 0.6356993706, 0.1052868511, -0.02290602864))
_C4, _C5 = map(_F, (0.003219974643, -0.0002145949092))
_ZERO, _HALF, _ONE, _TWO = _F(0.0), _F(0.5), _F(1.0), _F(2.0)
_INF, _TINY, _TWO25 = _F(np.inf), _F(1.17549435e-38), _F(33554432.0)


def exp(x: float) -> float:
    """e to the x."""
    return np.exp(x)


def log(x: float) -> float:
    """The natural logarithm."""
    return np.log(x)


def log1p(x: float) -> float:
    """log(1 + x), exact for small x."""
    return np.log1p(x)


def expm1(x: float) -> float:
    """e to the x, less 1, exact for small x."""
    return np.expm1(x)


def tanh(x: float) -> float:
    """The hyperbolic tangent."""
    return np.tanh(x)


def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x))."""
    one = type(x)(1)
    return one / (one + np.exp(-x))


def erf(x: float) -> float:
    """The error function."""
    return type(x)(math.erf(x))


def _bitcast(to: types.Type, of: types.Type) -> Callable[[float], int]:
    """The number whose bits are another's."""

    def cast(typing: Context, x: types.Type) -> tuple[Signature, Emit]:
        def emit(
            context: BaseContext,
            builder: ir.IRBuilder,
            signature: Signature,
            args: Sequence[ir.Value],
        ) -> ir.Value:
            return builder.bitcast(args[0], context.get_data_type(to))

        return to(of), emit

    return intrinsic(cast)


_bits = _bitcast(types.int32, types.float32)
_float = _bitcast(types.float32, types.int32)


@njit(fastmath=set(EXACT), error_model="numpy", forceinline=True)
def _split(x: float) -> tuple[int, float]:
    """x -> (n, expm1(r)) with x = n ln 2 + r; n is an int32."""
    shifted = x * _LOG2E + _MAGIC
    whole = shifted - _MAGIC
    r = (x - whole * _LN2_HIGH) - whole * _LN2_LOW
    p = (((_E4 * r + _E3) * r + _E2) * r + _E1) * r + _E0
    return np.int32(_bits(shifted) - _MAGIC_BITS), p * (r * r) + r


@njit(fastmath=set(EXACT), error_model="numpy", forceinline=True)
def _powers(n: int) -> tuple[float, float]:
    """Two factors of 2**n, so that results below the smallest normal number are right."""
    half = np.int32(n >> 1)
    low = _float(np.int32((half + 127) << 23))
    return low, _float(np.int32((n - half + 127) << 23))


def _exp32(x: float) -> float:
    x = _F(89.0) if x > _F(89.0) else x
    x = _F(-104.0) if x < _F(-104.0) else x
    n, p = _split(x)
    low, high = _powers(n)
    return (p + _ONE) * low * high


def _expm1_32(x: float) -> float:
    x = _F(89.0) if x > _F(89.0) else x
    x = _F(-30.0) if x < _F(-30.0) else x
    n, p = _split(x)
    low, high = _powers(n)
    large = (p + _ONE) * low * high - _ONE
    return large if n > 24 else p * (low * high) + (low * high - _ONE)


def _tanh32(x: float) -> float:
    a = abs(x)
    a = _F(10.0) if a > _F(10.0) else a
    n, p = _split(a + a)
    scale = _float(np.int32((n + 127) << 23))
    e = p * scale + (scale - _ONE)  # no cancellation: 2a >= 0
    t = e / (e + _TWO)
    return -t if x < _ZERO else t


def _log32(x: float) -> float:
    small = x < _TINY
    scaled = x * _TWO25 if small else x
    bits = _bits(scaled)
    n = np.int32((bits - 0x3F3504F3) >> 23)
    f = _float(np.int32(bits - (n << 23))) - _ONE
    e = _F(n) - (_F(25.0) if small else _ZERO)
    p = ((((((_L7 * f + _L6) * f + _L5) * f + _L4) * f + _L3) * f + _L2) * f + _L1) * f + _L0
    y = (p * f - _HALF) * (f * f) + e * _LN2_LOW
    y = (f + y) + e * _LN2_HIGH
    y = x if x == _INF else y
    y = -_INF if x == _ZERO else y
    return y if x >= _ZERO else _F(np.nan)


def _log1p_32(x: float) -> float:
    u = _ONE + x
    # What rounding 1 + x lost comes back by the derivative of log at u.
    y = log(u) + (x - (u - _ONE)) / u
    y = x if x == _INF else y
    return -_INF if u == _ZERO else y


def _sigmoid32(x: float) -> float:
    return _ONE / (_ONE + exp(-x))


def _erf32(x: float) -> float:
    a = abs(x)
    z = a * a
    near = (((((_R6 * z + _R5) * z + _R4) * z + _R3) * z + _R2) * z + _R1) * z + _R0
    b = _F(4.0) if a > _F(4.0) else a
    far = ((((_C5 * b + _C4) * b + _C3) * b + _C2) * b + _C1) * b + _C0
    near, far = a * near, _ONE - exp(-b * far)  # both, so that a select suffices
    y = near if a < _F(0.9) else far
    return -y if x < _ZERO else y


def _by_dtype(
    reference: Callable[[float], float],
    single: Callable[[float], float],
    double: Callable[[float], float],
) -> None:
    """Bind a float32 polynomial and a float64 body to a reference."""
    single.__annotations__ = {}

    def choose(x: types.Type) -> Callable[[float], float]:
        return single if x == types.float32 else double

    in_kernels(reference, fastmath=set(EXACT))(choose)


_by_dtype(exp, _exp32, lambda x: math.exp(x))
_by_dtype(expm1, _expm1_32, lambda x: math.expm1(x))
_by_dtype(log, _log32, lambda x: np.log(x))
_by_dtype(log1p, _log1p_32, lambda x: np.log1p(x))
_by_dtype(tanh, _tanh32, lambda x: math.tanh(x))
_by_dtype(sigmoid, _sigmoid32, lambda x: 1.0 / (1.0 + math.exp(-x)))
_by_dtype(erf, _erf32, lambda x: math.erf(x))
