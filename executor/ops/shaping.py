"""Changing shape and order: reshape, transpose, slices, joining, padding, repeating."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from ...analyzer import shapes
from ...analyzer.mismatch import Mismatch
from ...analyzer.specs.base import Args, TensorType
from ..composite import composite
from ..inputs import freeze, to_tensor
from ..op import Arrays, Case, Fails, Op, Run, Statics, Traits
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import rules


def _reshape_rule(a: Args) -> TensorType:
    """(a, b, ...) -> shape of the same size; one -1 is inferred."""
    target = a.shape if isinstance(a.shape, tuple) else (a.shape,)
    target = tuple(-1 if d is None else int(d) for d in target)
    return TensorType(shapes.reshape(a.x.shape, target), a.x.dtype)


def _reshaped(s: Statics, x: np.ndarray) -> np.ndarray:
    target = s.shape if isinstance(s.shape, tuple) else (s.shape,)
    return x.reshape([-1 if d is None else d for d in target])


reshape = Op(
    "reshape",
    spec=rules.primitive("reshape", "(x: tensor, shape)", _reshape_rule),
    kernel=lambda s, ins, outs: partial(np.copyto, outs[0], _reshaped(s, ins[0])),
    vjp=(lambda g, out, x, s: reshape(g, x.shape),),
    cases=(
        Case((2, 3), shape=(3, 2)),
        Case((2, 6), shape=(4, -1)),
        Case((0, 3), shape=(0,)),
        Fails((2, 3), shape=(4, 2)),
    ),
    traits=Traits(alias=_reshaped),
)


@composite
def expand_dims(x: TensorLike, axis: object) -> TensorLike:
    """(...) -> (..., 1, ...)."""
    x = to_tensor(x)
    axes = freeze(axis)
    given = axes if isinstance(axes, tuple) else (axes,)
    rank = len(x.shape) + len(given)
    at = {shapes.normalize_axis(i, rank) for i in given}
    rest = iter(x.shape)
    return reshape(x, tuple(1 if i in at else next(rest) for i in range(rank)))


@composite
def squeeze(x: TensorLike, axis: object = None) -> TensorLike:
    """(..., 1, ...) -> (...)."""
    x = to_tensor(x)
    if axis is None:
        return reshape(x, tuple(d for d in x.shape if d != 1))
    at = rules.axes_of(freeze(axis), len(x.shape))
    wrong = [i for i in at if x.shape[i] != 1]
    if wrong:
        raise Mismatch("squeeze", f"axis {wrong[0]} of length 1", {"input": x.shape})
    return reshape(x, tuple(d for i, d in enumerate(x.shape) if i not in at))


def _order(axes: Sequence[int] | None, rank: int) -> tuple[int, ...]:
    return tuple(reversed(range(rank))) if axes is None else tuple(i % rank for i in axes)


def _transpose_rule(a: Args) -> TensorType:
    """(a, b, ...) -> the axes in a new order."""
    shape = a.x.shape
    if a.axes is not None and sorted(i % max(len(shape), 1) for i in a.axes) != list(
        range(len(shape))
    ):
        raise Mismatch("transpose", "every axis once", {"input": shape, "axes": a.axes})
    return TensorType(tuple(shape[i] for i in _order(a.axes, len(shape))), a.x.dtype)


def _transposed(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    return partial(np.copyto, outs[0], ins[0].transpose(_order(s.axes, ins[0].ndim)))


def _transpose_grad(g: TensorLike, out: TensorLike, x: TensorLike, s: Statics) -> TensorLike:
    order = _order(s.axes, len(x.shape))
    return transpose(g, tuple(int(i) for i in np.argsort(order)))


transpose = Op(
    "transpose",
    spec=rules.primitive("transpose", "(x: tensor, axes=None)", _transpose_rule),
    kernel=_transposed,
    vjp=(_transpose_grad,),
    cases=(Case((2, 3)), Case((2, 3, 4), axes=(1, 2, 0)), Fails((2, 3), axes=(0, 0))),
)


@composite
def swapaxes(x: TensorLike, axis1: int, axis2: int) -> TensorLike:
    """Two axes exchanged."""
    order = list(range(len(x.shape)))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return transpose(x, tuple(order))


@composite
def moveaxis(x: TensorLike, source: object, destination: object) -> TensorLike:
    """Axes moved to other places, the rest in order."""
    rank = len(x.shape)
    sources = [i % rank for i in _several(source)]
    targets = [i % rank for i in _several(destination)]
    order = [i for i in range(rank) if i not in sources]
    for target, origin in sorted(zip(targets, sources, strict=True)):
        order.insert(target, origin)
    return transpose(x, tuple(order))


def _several(axis: object) -> tuple[int, ...]:
    given = freeze(axis)
    return given if isinstance(given, tuple) else (given,)


def _broadcast_rule(a: Args) -> TensorType:
    """(..., 1 or n) -> shape."""
    if shapes.broadcast(a.x.shape, a.shape) != tuple(a.shape):
        raise Mismatch("broadcast", f"a shape that fits {a.shape}", {"input": a.x.shape})
    return TensorType(tuple(a.shape), a.x.dtype)


broadcast_to = Op(
    "broadcast_to",
    spec=rules.primitive("broadcast_to", "(x: tensor, shape)", _broadcast_rule),
    kernel=lambda s, ins, outs: partial(np.copyto, outs[0], ins[0]),
    vjp=(lambda g, out, x, s: g,),
    cases=(Case((2, 1), shape=(2, 3)), Case((3,), shape=(2, 3)), Fails((2,), shape=(2, 3))),
)


def _concat_rule(a: Args) -> TensorType:
    """(..., a_i, ...) for each -> (..., sum of a_i, ...)."""
    return TensorType(shapes.concatenate([x.shape for x in a.xs], a.axis), a.xs[0].dtype)


def _concat_grad(g: TensorLike, out: TensorLike, xs: list[TensorLike], s: Statics) -> list:
    axis = s.axis % len(out.shape)
    parts, start = [], 0
    for x in xs:
        stop = start + x.shape[axis]
        parts.append(ops["slice_axis"](g, axis, start, stop))
        start = stop
    return [parts]


def _concat_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    return partial(np.concatenate, ins, axis=s.axis, out=outs[0])


concatenate = Op(
    "concatenate",
    spec=rules.primitive("concatenate", "(xs: tensors, axis=0)", _concat_rule),
    kernel=_concat_kernel,
    vjp=lambda g, out, xs, s: _concat_grad(g, out, xs, s),
    cases=(
        Case([(2, 3), (4, 3)]),
        Case([(2, 3), (2, 1), (2, 2)], axis=-1),
        Fails([(2, 3), (2, 4)]),
    ),
    traits=Traits(unify=("*",)),
)


@composite
def stack(xs: Sequence[TensorLike], axis: int = 0) -> TensorLike:
    """(...) n times -> (..., n, ...)."""
    return concatenate([ops["expand_dims"](part, axis) for part in xs], axis)


@composite
def unstack(x: TensorLike, num: int | None = None, axis: int = 0) -> list[TensorLike]:
    """(..., n, ...) -> n times (...)."""
    x = to_tensor(x)
    axis = shapes.normalize_axis(axis, len(x.shape))
    parts = (ops["slice_axis"](x, axis, i, i + 1) for i in range(x.shape[axis]))
    return [ops["squeeze"](part, axis) for part in parts]


def _slice_axis_rule(a: Args) -> TensorType:
    """(..., n, ...) -> (..., stop - start, ...)."""
    shape = list(a.x.shape)
    shape[a.axis] = a.stop - a.start
    return TensorType(tuple(shape), a.x.dtype)


def _along(axis: int, start: int, stop: int) -> tuple[slice, ...]:
    return (*[slice(None)] * axis, slice(start, stop))


def _slice_axis_grad(g: TensorLike, out: TensorLike, x: TensorLike, s: Statics) -> TensorLike:
    widths = [(0, 0)] * len(x.shape)
    widths[s.axis] = (s.start, x.shape[s.axis] - s.stop)
    return ops["pad"](g, tuple(widths))


slice_axis = Op(
    "slice_axis",
    spec=rules.primitive("slice_axis", "(x: tensor, axis, start, stop)", _slice_axis_rule),
    kernel=lambda s, ins, outs: partial(
        np.copyto, outs[0], ins[0][_along(s.axis, s.start, s.stop)]
    ),
    vjp=(_slice_axis_grad,),
    cases=(Case((4, 3), axis=0, start=1, stop=3), Case((2, 5), axis=1, start=0, stop=2)),
)


@composite
def split(
    x: TensorLike, indices_or_sections: object = None, axis: int = 0, sizes: object = None
) -> list[TensorLike]:
    """(..., n, ...) -> parts: so many equal ones, cut at these indices, or of these sizes."""
    x = to_tensor(x)
    axis = shapes.normalize_axis(axis, len(x.shape))
    n = x.shape[axis]
    edges = [0, *_cuts(freeze(indices_or_sections), freeze(sizes), x.shape, n), n]
    return [slice_axis(x, axis, a, b) for a, b in pairwise(edges)]


def _cuts(sections: object, sizes: object, shape: tuple[int, ...], n: int) -> tuple[int, ...]:
    count = sizes if isinstance(sizes, int) else sections
    if isinstance(count, int):
        if n % count:
            raise Mismatch("split", f"an axis divisible by {count}", {"input": shape})
        return tuple(n // count * i for i in range(1, count))
    if isinstance(sections, tuple):
        return sections
    assert isinstance(sizes, tuple)
    known = sum(s for s in sizes if s >= 0)
    full = [n - known if s < 0 else s for s in sizes]
    if sum(full) != n:
        raise Mismatch("split", f"sizes that add up to {n}", {"sizes": sizes})
    return tuple(int(i) for i in np.cumsum(full[:-1]))


def _pad_rule(a: Args) -> TensorType:
    """(n, ...) -> (before + n + after, ...)."""
    return TensorType(
        tuple(d + b + c for d, (b, c) in zip(a.x.shape, a.pad_width, strict=True)),
        a.x.dtype,
    )


def _pad_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    x, out = ins[0], outs[0]
    middle = out[tuple(slice(b, b + d) for d, (b, _) in zip(x.shape, s.pad_width, strict=True))]

    def run() -> None:
        out.fill(s.constant_values)
        np.copyto(middle, x)

    return run


def _pad_grad(g: TensorLike, out: TensorLike, x: TensorLike, s: Statics) -> TensorLike:
    for axis, (before, after) in enumerate(s.pad_width):
        if before or after:
            g = slice_axis(g, axis, before, before + x.shape[axis])
    return g


pad_constant = Op(
    "pad_constant",
    spec=rules.primitive("pad_constant", "(x: tensor, pad_width, constant_values=0)", _pad_rule),
    kernel=_pad_kernel,
    vjp=(_pad_grad,),
    cases=(Case((2, 3), pad_width=((1, 0), (0, 2)), constant_values=5.0),),
)


@composite
def pad(
    x: TensorLike, pad_width: object, mode: str = "constant", constant_values: object = None
) -> TensorLike:
    """(n, ...) -> (before + n + after, ...), by a constant, the edge, or reflection."""
    x = to_tensor(x)
    widths = _pad_widths(freeze(pad_width), len(x.shape))
    if mode.lower() == "constant":
        value = freeze(constant_values) if constant_values is not None else 0
        return pad_constant(x, widths, value)
    for axis, width in enumerate(widths):
        if any(width):
            picks = np.pad(np.arange(x.shape[axis]), width, mode=mode.lower())  # type: ignore
            x = ops["take"](x, picks.astype(np.int32), axis)
    return x


def _pad_widths(given: Any, rank: int) -> tuple[tuple[int, int], ...]:
    if isinstance(given, int):
        return ((given, given),) * rank
    rows = tuple(given)
    if len(rows) == 2 and isinstance(rows[0], int):
        return (rows,) * rank
    return rows * rank if len(rows) == 1 else rows


@composite
def tile(x: TensorLike, repeats: object) -> TensorLike:
    """(n, ...) -> (n * repeats, ...), the whole again and again."""
    x = to_tensor(x)
    times = freeze(repeats)
    times = times if isinstance(times, tuple) else (times,)
    rank = max(len(times), len(x.shape))
    times = (1,) * (rank - len(times)) + times
    shape = (1,) * (rank - len(x.shape)) + tuple(x.shape)
    if all(t == 1 for t in times):
        return reshape(x, shape)
    pairs = [p for t, d in zip(times, shape, strict=True) for p in ((t, 1), (d, d))]
    wide = reshape(x, tuple(p[1] for p in pairs))
    full = broadcast_to(wide, tuple(p[0] for p in pairs))
    return reshape(full, tuple(t * d for t, d in zip(times, shape, strict=True)))


@composite
def repeat(x: TensorLike, repeats: object, axis: int | None = None) -> TensorLike:
    """(..., n, ...) -> (..., n * repeats, ...), each element several times."""
    x = to_tensor(x)
    if axis is None:
        x, axis = reshape(x, (-1,)), 0
    axis = shapes.normalize_axis(axis, len(x.shape))
    picks = np.repeat(np.arange(x.shape[axis], dtype=np.int32), freeze(repeats))
    return ops["take"](x, picks, axis)


@composite
def flip(x: TensorLike, axis: object = None) -> TensorLike:
    """Axes in reverse order."""
    x = to_tensor(x)
    for i in rules.axes_of(freeze(axis), len(x.shape)):
        x = ops["getitem"](x, (*[slice(None)] * i, slice(None, None, -1)))
    return x


@composite
def roll(x: TensorLike, shift: object, axis: object = None) -> TensorLike:
    """Elements moved along an axis, those that fall off come in at the other end."""
    x = to_tensor(x)
    if axis is None:
        return reshape(ops["roll"](reshape(x, (-1,)), shift, 0), x.shape)
    axes, shifts = freeze(axis), freeze(shift)
    axes = axes if isinstance(axes, tuple) else (axes,)
    shifts = shifts if isinstance(shifts, tuple) else (shifts,) * len(axes)
    for i, by in zip(axes, shifts, strict=True):
        n = x.shape[i]
        if n and by % n:
            ax = shapes.normalize_axis(i, len(x.shape))
            cut = n - by % n
            halves = [slice_axis(x, ax, cut, n), slice_axis(x, ax, 0, cut)]
            x = concatenate(halves, ax)
    return x
