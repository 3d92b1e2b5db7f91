"""The elementwise operations: name, operands, one expression each.

A position in `OPS` is the operation's code in a chain's program. The expressions read
`a`, `b`, `c` and the functions of `scalars`; `zero`, `half`, `one` have the array's dtype.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import carray, types

from . import scalars
from .callbacks import Callback
from .jit import Array, function_from_source, in_kernels

_CLIP01 = "(zero if {0} < zero else (one if {0} > one else {0}))".format
_CUBIC = "dtype(0.7978845608028654) * ({0} + dtype(0.044715) * {0} * {0} * {0})".format
_SOFTPLUS = "(zero if a < zero else a) + log1p(exp(-abs(a)))"
_SIXTH = "(a * dtype(1 / 6) + half)"
_GELU_SLOPE = (
    "half * (one + erf(b * dtype(0.7071067811865476)))"
    " + b * dtype(0.3989422804014327) * exp(-half * b * b)"
)
_GELU_TANH_SLOPE = (
    f"half * (one + tanh({_CUBIC('b')}))"
    f" + half * b * (one - tanh({_CUBIC('b')}) * tanh({_CUBIC('b')}))"
    " * dtype(0.7978845608028654) * (one + dtype(0.134145) * b * b)"
)
_SELU = "dtype(1.0507009873554805) * (a if a > zero else dtype(1.6732632423543772) * expm1(a))"

OPS: dict[str, tuple[int, str]] = {
    "copy": (1, "a"),
    "neg": (1, "-a"),
    "abs": (1, "abs(a)"),
    "sign": (1, "one if a > zero else (-one if a < zero else a)"),
    "square": (1, "a * a"),
    "sqrt": (1, "np.sqrt(a)"),
    "rsqrt": (1, "one / np.sqrt(a)"),
    "reciprocal": (1, "one / a"),
    "exp": (1, "exp(a)"),
    "expm1": (1, "expm1(a)"),
    "log": (1, "log(a)"),
    "log1p": (1, "log1p(a)"),
    "sin": (1, "np.sin(a)"),
    "cos": (1, "np.cos(a)"),
    "floor": (1, "np.floor(a)"),
    "ceil": (1, "np.ceil(a)"),
    "round": (1, "np.rint(a)"),
    "erf": (1, "erf(a)"),
    "tanh": (1, "tanh(a)"),
    "sigmoid": (1, "sigmoid(a)"),
    "relu": (1, "zero if a < zero else a"),
    "relu6": (1, "zero if a < zero else (dtype(6) if a > dtype(6) else a)"),
    "softplus": (1, _SOFTPLUS),
    "softsign": (1, "a / (one + abs(a))"),
    "silu": (1, "a * sigmoid(a)"),
    "gelu": (1, "half * a * (one + erf(a * dtype(0.7071067811865476)))"),
    "gelu_tanh": (1, f"half * a * (one + tanh({_CUBIC('a')}))"),
    "selu": (1, _SELU),
    "hard_sigmoid": (1, _CLIP01(_SIXTH)),
    "hard_silu": (1, "a * " + _CLIP01(_SIXTH)),
    "mish": (1, f"a * tanh({_SOFTPLUS})"),
    "isnan": (1, "one if a != a else zero"),
    "isfinite": (1, "one if a - a == zero else zero"),
    "not": (1, "one if a == zero else zero"),
    "add": (2, "a + b"),
    "sub": (2, "a - b"),
    "mul": (2, "a * b"),
    "div": (2, "a / b"),
    "pow": (2, "a ** b"),
    "mod": (2, "a % b"),
    "floordiv": (2, "np.floor(a / b)"),
    "max": (2, "a if a > b or a != a else b"),
    "min": (2, "a if a < b or a != a else b"),
    "squared_difference": (2, "(a - b) * (a - b)"),
    "gt": (2, "one if a > b else zero"),
    "ge": (2, "one if a >= b else zero"),
    "lt": (2, "one if a < b else zero"),
    "le": (2, "one if a <= b else zero"),
    "eq": (2, "one if a == b else zero"),
    "ne": (2, "one if a != b else zero"),
    "and": (2, "one if a != zero and b != zero else zero"),
    "or": (2, "one if a != zero or b != zero else zero"),
    "elu": (2, "a if a > zero else b * expm1(a)"),
    "leaky_relu": (2, "a if a > zero else b * a"),
    # Gradients: a is what comes from above, b the result (y) or the input (x).
    "relu_grad_y": (2, "a if b > zero else zero"),
    "tanh_grad_y": (2, "a * (one - b * b)"),
    "sigmoid_grad_y": (2, "a * b * (one - b)"),
    "silu_grad_x": (2, "a * sigmoid(b) * (one + b * (one - sigmoid(b)))"),
    "gelu_grad_x": (2, f"a * ({_GELU_SLOPE})"),
    "gelu_tanh_grad_x": (2, f"a * ({_GELU_TANH_SLOPE})"),
    "elu_grad_x": (3, "a if b > zero else a * c * exp(b)"),
    "leaky_relu_grad_x": (3, "a if b > zero else a * c"),
    "where": (3, "b if a != zero else c"),
    "clip": (3, "b if a < b else (c if a > c else a)"),
    "fma": (3, "a * b + c"),
    "lerp": (3, "a + (b - a) * c"),
}
CODES: dict[str, int] = {name: code for code, name in enumerate(OPS)}

_TEMPLATE = """
def apply(code, a_, b_, c_, out, n):
{views}
    dtype = out.dtype.type
    zero, half, one = dtype(0), dtype(0.5), dtype(1)
{branches}
"""
_BRANCH = """
    {word} code == {code}:
        for i in range(n):
            {reads}
            out[i] = {expression}
"""
_VIEWS = "\n".join(f"    {name} = carray({name}, (n,))" for name in ("a_", "b_", "c_", "out"))
_NAMES = {name: getattr(scalars, name) for name in
          ("exp", "expm1", "log", "log1p", "tanh", "sigmoid", "erf")} | {"np": np}  # fmt: skip


def _branch(code: int, arity: int, expression: str) -> str:
    reads = "; ".join(f"{name} = {name}_[i]" for name in "abc"[:arity])
    word = "elif" if code else "if"
    return _BRANCH.format(word=word, code=code, reads=reads, expression=expression)


def _function(views: str) -> Callable[..., None]:
    branches = [_branch(code, *op) for code, op in enumerate(OPS.values())]
    source = _TEMPLATE.format(views=views, branches="".join(branches))
    return function_from_source(source, _NAMES | {"carray": carray}, __name__)


_reference = _function("")
_callback = Callback(__name__, _function(_VIEWS), "wppppw")


def apply(code: int, a: Array, b: Array, c: Array, out: Array) -> None:
    """Run one operation over 1-D arrays; unused operands repeat `a`."""
    _reference(code, a, b, c, out, out.size)


_call = _callback.intrinsic()


@in_kernels(apply)
def _apply(
    code: types.Type, a: types.Type, b: types.Type, c: types.Type, out: types.Type
) -> Callable[..., None]:
    return lambda code, a, b, c, out: _call(code, a, b, c, out, out.size)
