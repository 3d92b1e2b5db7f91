"""Choosing and converting: where, clip, cast."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ...analyzer import shapes
from ...analyzer.specs.base import Args, TensorType
from ...analyzer.specs.dtypes import promote
from ..dtypes import dtype_name
from ..op import Case, Op, Statics, Traits, fills
from ..tensor import OPERATORS as ops
from ..tensor import Tensor, TensorLike
from ..variable import Variable
from . import rules


def _where_rule(a: Args) -> TensorType:
    """(...), (...), (...) -> (...), broadcast."""
    shape = shapes.broadcast(a.condition.shape, a.x1.shape, a.x2.shape)
    return TensorType(shape, promote(a.x1.dtype, a.x2.dtype))


def _choose(condition: np.ndarray, x: np.ndarray, y: np.ndarray, out: np.ndarray) -> None:
    np.copyto(out, y)
    np.copyto(out, x, where=condition.astype(bool, copy=False))


_choice = Op(
    "choose",
    spec=rules.primitive("choose", "(condition: tensor, x1: tensor, x2: tensor)", _where_rule),
    kernel=fills(_choose),
    vjp=(
        None,
        lambda g, out, condition, x, y: _choice(condition, g, 0),
        lambda g, out, condition, x, y: _choice(condition, 0, g),
    ),
    cases=(Case([[True, False, True]], (2, 3), (2, 3)), Case([True, False], (2, 2), ())),
    traits=Traits(unify=("x1", "x2"), elementwise="where"),
)


def where(condition: object, x1: object = None, x2: object = None) -> object:
    """x1 where the condition holds, x2 elsewhere; the indices where it holds without them."""
    if x1 is None and x2 is None:
        return ops["positions"](condition)
    return _choice(condition, x1, x2)


ops["where"] = where


def _clip_rule(a: Args) -> TensorType:
    return a.x


def _clip(s: Statics, ins: list[np.ndarray], outs: list[np.ndarray]) -> Callable[[], object]:
    return partial(np.clip, ins[0], s.x_min, s.x_max, out=outs[0], casting="unsafe")


def _clip_grad(g: TensorLike, out: TensorLike, x: TensorLike, s: Statics) -> TensorLike:
    inside = ops["logical_and"](x >= s.x_min, x <= s.x_max)
    return _choice(inside, g, 0)


_clip_static = Op(
    "clip_static",
    spec=rules.primitive("clip_static", "(x: tensor, x_min, x_max)", _clip_rule),
    kernel=_clip,
    vjp=(_clip_grad,),
    cases=(Case((2, 3), x_min=-1.0, x_max=1.0),),
    traits=Traits(elementwise="clip", constants=("x_min", "x_max"), inplace=((0, 0),)),
)


def clip(x: object, x_min: object = None, x_max: object = None) -> object:
    """x limited to [x_min, x_max]."""
    numbers = (int, float, np.integer, np.floating)
    if isinstance(x_min, numbers) and isinstance(x_max, numbers):
        return _clip_static(x, x_min, x_max)
    low = x if x_min is None else ops["maximum"](x, x_min)
    return low if x_max is None else ops["minimum"](low, x_max)


ops["clip"] = clip


def _cast_kernel(s: Statics, ins: list[np.ndarray], outs: list[np.ndarray]) -> Callable:
    return partial(np.copyto, outs[0], ins[0], casting="unsafe")


_cast_to = Op(
    "cast_to",
    spec=rules.primitive(
        "cast_to",
        "(x: tensor, dtype)",
        lambda a: TensorType(a.x.shape, dtype_name(a.dtype)),
    ),
    kernel=_cast_kernel,
    vjp=(lambda g, out, x, s: cast(g, x.dtype.name),),
    cases=(Case((2, 3), dtype="float64"),),
)


def cast(x: Any, dtype: object) -> object:
    """x in another dtype; unchanged if it already has it."""
    name = dtype_name(dtype)
    if isinstance(x, bool | int | float | list | tuple | np.ndarray):
        x = Tensor(x)
    if getattr(x, "dtype", None) == name:
        return x.read() if isinstance(x, Variable) else x
    return _cast_to(x, name)


ops["cast"] = cast
