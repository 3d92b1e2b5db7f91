"""Maximum and average over windows, and their gradients."""

from __future__ import annotations

from functools import partial

import numpy as np

from ...analyzer.specs.base import Args, TensorType
from ..composite import composite
from ..inputs import to_tensor
from ..op import Arrays, Case, Op, Run, Statics
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import loops, rules, windows

_SETTINGS = "size, strides, pads=((0, 0), (0, 0))"


def _rule(a: Args) -> TensorType:
    """(batch, h, w, c) -> (batch, h', w', c)."""
    n, height, width, c = a.x.shape
    middle = windows.out_sizes((height, width), a.size, a.strides, a.pads)
    return TensorType((n, *middle, c), a.x.dtype)


def _wide(x: np.ndarray, s: Statics, value: float) -> np.ndarray:
    return np.pad(x, ((0, 0), *s.pads, (0, 0)), constant_values=value)


def _seen(x: np.ndarray, s: Statics, out: tuple[int, ...]) -> list[np.ndarray]:
    """What each window position sees of a padded input: kh * kw views (batch, h', w', c)."""
    (step, across), (kh, kw) = s.strides, s.size
    height, width = (out[1] - 1) * step + 1, (out[2] - 1) * across + 1
    return [
        x[:, i : i + height : step, j : j + width : across] for i in range(kh) for j in range(kw)
    ]


def _geometry(s: Statics) -> np.ndarray:
    """The settings as the kernels read them; they need the padding at the start only."""
    from ..kernels.pooling import pool_geometry  # numba is not needed by who only looks

    return pool_geometry(s.size, s.strides, (s.pads[0][0], s.pads[1][0]))


@loops.in_float32
def _max_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import pooling

    return partial(pooling.max_pool2d, ins[0], _geometry(s), outs[0])


@loops.in_float32
def _max_grad_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import pooling

    g, x, y = ins
    return partial(pooling.max_pool2d_grad, x, y, g, _geometry(s), outs[0])


def _max_pick_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    gg, x, y = ins

    def run() -> None:
        views = _seen(_wide(x, s, -np.inf), s, y.shape)
        sources = _seen(_wide(gg, s, 0), s, y.shape)
        outs[0].fill(0)
        free = np.ones(y.shape, bool)  # the first maximum of a window has the gradient
        for view, source in zip(views, sources, strict=True):
            hit = (view == y) & free
            np.logical_and(free, ~hit, free)
            np.copyto(outs[0], source, where=hit)

    return run


max_windows = Op(
    "max_windows",
    spec=rules.primitive("max_windows", f"(x: tensor, {_SETTINGS})", _rule),
    kernel=_max_kernel,
    vjp=(lambda g, out, x, s: _max_grad(g, x, out, s.size, s.strides, s.pads),),
    cases=(
        Case((2, 4, 6, 3), size=(2, 2), strides=(2, 2)),
        Case((1, 5, 5, 2), size=(3, 3), strides=(2, 1), pads=((1, 1), (0, 1))),
    ),
)
_max_grad = Op(
    "max_windows_grad",
    spec=rules.primitive(
        "max_windows_grad",
        f"(g: tensor, x: tensor, y: tensor, {_SETTINGS})",
        lambda a: TensorType(a.x.shape, a.x.dtype),
    ),
    kernel=_max_grad_kernel,
    vjp=(
        lambda gg, out, g, x, y, s: _max_pick(gg, x, y, s.size, s.strides, s.pads),
        None,
        None,
    ),
    cases=(),
)
# The values of `x` at the positions of the maxima: the transpose of `max_windows_grad`.
_max_pick = Op(
    "max_windows_pick",
    spec=rules.primitive(
        "max_windows_pick",
        f"(gg: tensor, x: tensor, y: tensor, {_SETTINGS})",
        lambda a: TensorType(a.y.shape, a.y.dtype),
    ),
    kernel=_max_pick_kernel,
    vjp=(
        lambda g, out, gg, x, y, s: _max_grad(g, x, y, s.size, s.strides, s.pads),
        None,
        None,
    ),
    cases=(),
)


@loops.in_float32
def _average_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import pooling

    return partial(pooling.avg_pool2d, ins[0], _geometry(s), outs[0])


@loops.in_float32
def _average_grad_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import pooling

    return partial(pooling.avg_pool2d_grad, ins[0], _geometry(s), outs[0])


average_windows = Op(
    "average_windows",
    spec=rules.primitive("average_windows", f"(x: tensor, {_SETTINGS})", _rule),
    kernel=_average_kernel,
    vjp=(lambda g, out, x, s: _average_grad(g, tuple(x.shape), s.size, s.strides, s.pads),),
    cases=(
        Case((2, 4, 6, 3), size=(2, 2), strides=(2, 2)),
        Case((1, 5, 5, 2), size=(3, 3), strides=(2, 1), pads=((1, 1), (0, 1))),
    ),
)
_average_grad = Op(
    "average_windows_grad",
    spec=rules.primitive(
        "average_windows_grad",
        f"(g: tensor, shape, {_SETTINGS})",
        lambda a: TensorType(tuple(a.shape), a.g.dtype),
    ),
    kernel=_average_grad_kernel,
    vjp=(lambda gg, out, g, s: average_windows(gg, s.size, s.strides, s.pads),),
    cases=(Case((2, 2, 3, 3), shape=(2, 4, 6, 3), size=(2, 2), strides=(2, 2)),),
)


def _pool(op: Op, x: TensorLike, settings: tuple[object, object, str, str | None]) -> TensorLike:
    size, strides, padding, data_format = settings
    x = windows.channels_last(to_tensor(x), data_format)
    count = len(x.shape) - 2
    size = windows.per_axis(size, count, data_format)
    step = size if strides is None else windows.per_axis(strides, count, data_format)
    pads = windows.padding_of(padding, x.shape[1:-1], size, step)
    planes = op(
        windows.as_planes(x),
        windows.two(size, 1),
        windows.two(step, 1),
        pads if count == 2 else ((0, 0), *pads),
    )
    return windows.back(planes if count == 2 else ops["squeeze"](planes, 1), data_format)


@composite
def max_pool(
    x: TensorLike,
    size: object,
    strides: object = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> TensorLike:
    """(batch, ..., c) -> (batch, ..., c): the largest of each window."""
    return _pool(max_windows, x, (size, strides, padding, data_format))


@composite
def average_pool(
    x: TensorLike,
    size: object,
    strides: object = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> TensorLike:
    """(batch, ..., c) -> (batch, ..., c): the mean of each window, padding left out."""
    return _pool(average_windows, x, (size, strides, padding, data_format))


for _count in ("1d", "2d"):
    ops[f"max_pool{_count}"], ops[f"average_pool{_count}"] = max_pool, average_pool
