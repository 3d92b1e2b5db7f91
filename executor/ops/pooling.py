"""Maximum and average over windows, and their gradients."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...analyzer.specs.base import Args, TensorType
from ..composite import composite
from ..inputs import to_tensor
from ..op import Arrays, Case, Op, Run, Statics
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import rules, windows

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


def _lowest(dtype: np.dtype) -> float:
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def _max_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    def run() -> None:
        views = _seen(_wide(ins[0], s, _lowest(ins[0].dtype)), s, outs[0].shape)
        np.copyto(outs[0], views[0])
        for view in views[1:]:
            np.maximum(outs[0], view, out=outs[0])

    return run


def _spread(s: Statics, ins: Arrays, out: np.ndarray, pick: Callable[..., np.ndarray]) -> None:
    """Add up what `pick(position)` gives back to each window position."""
    n, height, width, c = out.shape
    (up, down), (before, after) = s.pads
    wide = np.zeros((n, height + up + down, width + before + after, c), out.dtype)
    for k, view in enumerate(_seen(wide, s, ins[0].shape)):
        view += pick(k)
    np.copyto(out, wide[:, up : up + height, before : before + width])


def _max_grad_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    g, x, y = ins

    def run() -> None:
        views = _seen(_wide(x, s, -np.inf), s, y.shape)
        free = np.ones(y.shape, bool)  # the first maximum of a window takes the gradient

        def pick(k: int) -> np.ndarray:
            hit = (views[k] == y) & free
            np.logical_and(free, ~hit, free)
            return np.where(hit, g, 0)

        _spread(s, ins, outs[0], pick)

    return run


def _max_pick_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    gg, x, y = ins

    def run() -> None:
        views, sources = (
            _seen(_wide(x, s, -np.inf), s, y.shape),
            _seen(_wide(gg, s, 0), s, y.shape),
        )
        outs[0].fill(0)
        free = np.ones(y.shape, bool)
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


def _counts(s: Statics, shape: tuple[int, ...], out: tuple[int, ...]) -> np.ndarray:
    """How many real elements each window holds: padding does not count."""
    ones = _wide(np.ones((1, *shape[1:3], 1), np.float32), s, 0)
    return np.maximum(sum(_seen(ones, s, out)), 1)


def _average_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    share = (1 / _counts(s, ins[0].shape, outs[0].shape)).astype(ins[0].dtype)

    def run() -> None:
        views = _seen(_wide(ins[0], s, 0), s, outs[0].shape)
        np.copyto(outs[0], views[0])
        for view in views[1:]:
            np.add(outs[0], view, outs[0])
        np.multiply(outs[0], share, outs[0])

    return run


def _average_grad_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    share = (1 / _counts(s, outs[0].shape, ins[0].shape)).astype(ins[0].dtype)
    return lambda: _spread(s, ins, outs[0], lambda _: ins[0] * share)


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
