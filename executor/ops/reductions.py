"""Reductions over axes, and running sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import Any

import numpy as np

from ...analyzer import shapes
from ...analyzer.specs.base import Args, TensorType
from ..composite import composite
from ..inputs import to_tensor
from ..op import Arrays, Case, Kernel, Op, Run, Statics, Vjp
from ..scratch import scratch
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import rules

_SIGNATURE = "(x: tensor, axis=None, keepdims=False)"
_CASES = (
    Case((2, 3)),
    Case((2, 3), axis=1),
    Case((2, 3, 4), axis=(0, -1), keepdims=True),
    Case((70, 3, 25), axis=1),  # large enough for the kernels
    Case((70, 75), axis=0, keepdims=True),
    Case((5300,)),
)


# Below this NumPy's call is cheaper than starting the kernels.
_SMALL = 4096
# What the kernels reduce by: the function, and the setting between input and output.
_TILED = {"sum": ("sum_axis", 1.0), "max": ("extreme_axis", 1.0), "min": ("extreme_axis", -1.0)}


def _kernel(name: str, function: Callable[..., object]) -> Kernel:
    def bind(s: Statics, ins: Arrays, outs: Arrays) -> Run:
        axis = rules.axes_of(s.axis, ins[0].ndim)
        run = _tiled(name, axis, ins[0], outs[0]) if name in _TILED else None
        if run is not None:
            return run
        return partial(function, ins[0], axis=axis, out=outs[0], keepdims=s.keepdims)

    return bind


def _tiled(name: str, axes: tuple[int, ...], x: np.ndarray, out: np.ndarray) -> Run | None:
    """The kernel for axes that lie together; None for others, and for little work."""
    together = axes == tuple(range(axes[0], axes[0] + len(axes))) if axes else False
    if not together or x.size < _SMALL or x.dtype not in (np.float32, np.float64):
        return None
    from ..kernels import reduce as kernels  # numba is not needed by who only looks

    outer, inner = prod(x.shape[: axes[0]]), prod(x.shape[axes[-1] + 1 :])
    three = x.reshape(outer, -1, inner)
    call, setting = _TILED[name]
    arrays: tuple[np.ndarray, ...] = (out.reshape(outer, inner),)
    if name == "sum":
        arrays = (scratch(kernels.reduce_scratch(three.shape), x.dtype), *arrays)
    return partial(getattr(kernels, call), three, setting, *arrays)


def _reduction(
    name: str,
    function: Callable[..., object],
    vjp: Vjp | None,
    rule: Callable[[Args], TensorType] = rules.reduced,
) -> Op:
    return Op(
        name,
        spec=rules.primitive(name, _SIGNATURE, rule),
        kernel=_kernel(name, function),
        vjp=vjp,
        cases=_CASES,
    )


def spread(g: TensorLike, x: TensorLike, s: Statics) -> TensorLike:
    """A reduced value with its axes put back as 1."""
    if s.keepdims:
        return g
    axes = rules.axes_of(s.axis, len(x.shape))
    return ops["reshape"](g, tuple(1 if i in axes else d for i, d in enumerate(x.shape)))


def _sum_grad(g: TensorLike, out: TensorLike, x: TensorLike, s: Statics) -> TensorLike:
    return ops["broadcast_to"](spread(g, x, s), x.shape)


def _extreme_grad(g: TensorLike, out: TensorLike, x: TensorLike, s: Statics) -> TensorLike:
    # Ties share the gradient equally, as in TensorFlow.
    hit = ops["cast"](x == spread(out, x, s), x.dtype.name)
    count = ops["sum"](hit, axis=s.axis, keepdims=True)
    return hit * (spread(g, x, s) / count)


def _prod_grad(g: TensorLike, out: TensorLike, x: TensorLike, s: Statics) -> TensorLike:
    """The product of all others, from both sides: right also where x is 0."""
    axes = rules.axes_of(s.axis, len(x.shape))
    rest = [i for i in range(len(x.shape)) if i not in axes]
    order = (*rest, *axes)
    moved = ops["transpose"](x, order)
    flat = ops["reshape"](moved, (*[x.shape[i] for i in rest], -1))
    left = ops["cumprod"](flat, axis=-1, exclusive=True)
    right = ops["cumprod"](flat, axis=-1, exclusive=True, reverse=True)
    back = ops["reshape"](left * right, moved.shape)
    others = ops["transpose"](back, tuple(int(i) for i in np.argsort(order)))
    return spread(g, x, s) * others


sum_ = _reduction("sum", np.sum, (_sum_grad,))
_reduction("max", np.max, (_extreme_grad,))
_reduction("min", np.min, (_extreme_grad,))
_reduction("prod", np.prod, (_prod_grad,))
_reduction("any", np.any, None, rules.reduced_to("bool"))
_reduction("all", np.all, None, rules.reduced_to("bool"))


def count(x: TensorLike, axis: object) -> int:
    """How many elements one reduced value stands for."""
    total = 1
    for i in rules.axes_of(axis, len(x.shape)):
        total *= x.shape[i]
    return total


@composite
def mean(x: TensorLike, axis: object = None, keepdims: bool = False) -> TensorLike:
    """The mean over axes; integers give floats."""
    x = rules.as_float(x)
    total = ops["sum"](x, axis=axis, keepdims=keepdims)
    n = count(x, axis)
    return total * (1.0 / n) if n else total / 0.0


@composite
def var(x: TensorLike, axis: object = None, keepdims: bool = False) -> TensorLike:
    """The mean squared distance from the mean."""
    x = rules.as_float(x)
    centred = x - ops["mean"](x, axis=axis, keepdims=True)
    return ops["mean"](ops["square"](centred), axis=axis, keepdims=keepdims)


@composite
def std(x: TensorLike, axis: object = None, keepdims: bool = False) -> TensorLike:
    """The square root of the variance."""
    return ops["sqrt"](ops["var"](x, axis=axis, keepdims=keepdims))


@composite
def logsumexp(x: TensorLike, axis: object = None, keepdims: bool = False) -> TensorLike:
    """log(sum(exp(x))) without overflow."""
    x = rules.as_float(x)
    top = ops["stop_gradient"](ops["max"](x, axis=axis, keepdims=True))
    top = ops["where"](ops["is_finite"](top), top, 0)
    total = ops["sum"](ops["exp"](x - top), axis=axis, keepdims=True)
    out = ops["log"](total) + top
    return out if keepdims else ops["sum"](out, axis=axis, keepdims=False)


@composite
def count_nonzero(x: TensorLike, axis: object = None, keepdims: bool = False) -> TensorLike:
    """How many elements are not zero."""
    return ops["sum"](ops["cast"](ops["not_equal"](x, 0), "int32"), axis, keepdims)


@composite
def median(x: TensorLike, axis: object = None, keepdims: bool = False) -> TensorLike:
    """The middle value, or the mean of the two middle ones."""
    x = rules.as_float(x)
    axes = rules.axes_of(axis, len(x.shape))
    rest = [i for i in range(len(x.shape)) if i not in axes]
    moved = ops["transpose"](x, (*rest, *axes))
    flat = ops["reshape"](moved, (*[x.shape[i] for i in rest], -1))
    n = flat.shape[-1]
    ordered, last = ops["sort"](flat, -1), len(flat.shape) - 1
    middle = ops["slice_axis"](ordered, last, (n - 1) // 2, n // 2 + 1)
    out = ops["mean"](middle, axis=-1)
    kept = tuple(1 if i in axes else d for i, d in enumerate(x.shape))
    return ops["reshape"](out, kept) if keepdims else out


@composite
def norm(
    x: TensorLike, ord: object = None, axis: object = None, keepdims: bool = False
) -> TensorLike:
    """Vector norm over axes: 2 (default), 1, or infinity."""
    if ord in (None, 2, "euclidean", "fro"):
        total = ops["sum"](ops["square"](x), axis=axis, keepdims=keepdims)
        return ops["sqrt"](total)
    if ord == 1:
        return ops["sum"](ops["abs"](x), axis=axis, keepdims=keepdims)
    if ord in (np.inf, "inf"):
        return ops["max"](ops["abs"](x), axis=axis, keepdims=keepdims)
    if isinstance(ord, int | float):
        total = ops["sum"](ops["abs"](x) ** ord, axis=axis, keepdims=keepdims)
        return total ** (1 / ord)
    raise ValueError(f"norm of order {ord!r} is not available")


@composite
def average(
    x: TensorLike, axis: Any = None, weights: TensorLike | None = None, keepdims: bool = False
) -> TensorLike:
    """The mean along the axes, weighted; weights are shaped like x or run along one axis."""
    if weights is None:
        return ops["mean"](x, axis=axis, keepdims=keepdims)
    x, weights = to_tensor(x), to_tensor(weights)
    if weights.shape != x.shape:
        along = [1] * len(x.shape)
        along[axis] = x.shape[axis]
        weights = ops["reshape"](weights, tuple(along))
    weights = ops["broadcast_to"](ops["cast"](weights, x.dtype.name), x.shape)
    total = ops["sum"](weights, axis=axis, keepdims=keepdims)
    return ops["sum"](x * weights, axis=axis, keepdims=keepdims) / total


@composite
def global_norm(xs: Sequence[TensorLike]) -> TensorLike:
    """The length of all tensors as one vector."""
    squares = [ops["sum"](ops["square"](x)) for x in xs if x is not None]
    return ops["sqrt"](ops["add_n"](squares))


def _arg_rule(a: Args) -> TensorType:
    """(..., n, ...) -> (..., ...) of positions; all axes at once for None."""
    shape = a.x.shape
    if a.axis is None:
        return TensorType((1,) * len(shape) if a.keepdims else (), "int32")
    axis = shapes.normalize_axis(a.axis, len(shape))
    middle = (1,) if a.keepdims else ()
    return TensorType((*shape[:axis], *middle, *shape[axis + 1 :]), "int32")


def _arg_kernel(function: Callable[..., np.ndarray]) -> Callable[..., Run]:
    def bind(s: Statics, ins: Arrays, outs: Arrays) -> Run:
        x, out = ins[0], outs[0]

        def run() -> None:
            np.copyto(out, function(x, axis=s.axis, keepdims=s.keepdims), casting="unsafe")

        return run

    return bind


for _name in ("argmax", "argmin"):
    Op(
        _name,
        spec=rules.primitive(_name, _SIGNATURE, _arg_rule),
        kernel=_arg_kernel(getattr(np, _name)),
        vjp=None,
        cases=(Case((2, 3)), Case((2, 3), axis=1), Case((2, 3), axis=0, keepdims=True)),
    )


def _shift(x: np.ndarray, axis: int, first: float) -> np.ndarray:
    """One step later along an axis, `first` coming in at the start."""
    shifted = np.empty_like(x)
    ahead = np.moveaxis(shifted, axis, 0)
    ahead[:1] = first
    ahead[1:] = np.moveaxis(x, axis, 0)[:-1]
    return shifted


def _running(function: Callable[..., np.ndarray], first: float) -> Callable[..., Run]:
    def bind(s: Statics, ins: Arrays, outs: Arrays) -> Run:
        x = np.flip(ins[0], s.axis) if s.reverse else ins[0]
        out = np.flip(outs[0], s.axis) if s.reverse else outs[0]

        def run() -> None:
            source = _shift(x, s.axis, first) if s.exclusive else x
            function(source, axis=s.axis, out=out)

        return run

    return bind


def _cumsum_grad(g: TensorLike, out: TensorLike, x: TensorLike, s: Statics) -> TensorLike:
    return _cumsum(g, s.axis, s.exclusive, not s.reverse)


_RUNNING = "(x: tensor, axis=0, exclusive=False, reverse=False)"
_cumsum = Op(
    "cumsum_along",
    spec=rules.primitive("cumsum_along", _RUNNING, rules.same),
    kernel=_running(np.cumsum, 0.0),
    vjp=(_cumsum_grad,),
    cases=(Case((3, 4)), Case((3, 4), axis=1, exclusive=True), Case((5,), reverse=True)),
)


def _cumprod_grad(g: TensorLike, out: TensorLike, x: TensorLike, s: Statics) -> TensorLike:
    return _cumsum(g * out, s.axis, s.exclusive, not s.reverse) / x


_cumprod = Op(
    "cumprod_along",
    spec=rules.primitive("cumprod_along", _RUNNING, rules.same),
    kernel=_running(np.cumprod, 1.0),
    vjp=(_cumprod_grad,),
    cases=(
        Case((3, 4), low_high=(0.5, 1.5)),
        Case((3, 4), axis=1, exclusive=True, low_high=(0.5, 1.5)),
    ),
)


def _flat(x: TensorLike, axis: int | None) -> tuple[TensorLike, int]:
    x = ops["identity"](x)
    return (ops["reshape"](x, (-1,)), 0) if axis is None else (x, axis)


@composite
def cumsum(
    x: TensorLike, axis: int | None = None, exclusive: bool = False, reverse: bool = False
) -> TensorLike:
    """Running sums along an axis; flat for None."""
    return _cumsum(*_flat(x, axis), exclusive, reverse)


@composite
def cumprod(
    x: TensorLike, axis: int | None = None, exclusive: bool = False, reverse: bool = False
) -> TensorLike:
    """Running products along an axis; flat for None."""
    return _cumprod(*_flat(x, axis), exclusive, reverse)
