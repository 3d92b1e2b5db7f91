"""Softmax and cross-entropy in one op: the loss, and the probabilities its gradient needs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ...analyzer import shapes
from ...analyzer.mismatch import Mismatch
from ...analyzer.specs.base import Args, TensorType
from ..composite import composite
from ..inputs import to_tensor
from ..op import Arrays, Case, Fails, Op, Run, Statics, Traits
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import loops, rules


def _dense_rule(a: Args) -> tuple[TensorType, TensorType]:
    """(n, classes), (n, classes) -> (n,), (n, classes)."""
    if a.logits.shape != a.target.shape:
        raise Mismatch(
            "loss-shape",
            "target and output of the same shape",
            {"target": a.target.shape, "output": a.logits.shape},
        )
    return TensorType(a.logits.shape[:1], a.logits.dtype), a.logits


def _sparse_rule(a: Args) -> tuple[TensorType, TensorType]:
    """(n, classes), (n,) -> (n,), (n, classes)."""
    if a.logits.shape[:1] != a.target.shape:
        raise Mismatch(
            "loss-shape",
            "one class per row",
            {"target": a.target.shape, "output": a.logits.shape},
        )
    return TensorType(a.target.shape, a.logits.dtype), a.logits


@loops.in_float32
def _dense_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import softmax  # numba is not needed by who only looks

    return partial(softmax.cross_entropy, *ins, *outs)


def _with_classes(target: np.ndarray, classes: int, run: Callable[[np.ndarray], object]) -> Run:
    """A call with the targets as the kernels read them, after a look at them."""
    numbers = target if target.dtype == np.int64 else np.empty(target.shape, np.int64)

    def checked() -> None:
        check_classes(target, classes)
        if numbers is not target:
            np.copyto(numbers, target, casting="unsafe")
        run(numbers)

    return checked


def _sparse_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import softmax

    (x, target), (loss, probs) = ins, outs
    call = softmax.sparse_cross_entropy
    return _with_classes(target, x.shape[1], lambda numbers: call(x, numbers, loss, probs))


def check_classes(target: np.ndarray, classes: int) -> None:
    """Raise for a target outside the classes."""
    if target.size and not (target.min() >= 0 and target.max() < classes):
        bad = target[(target < 0) | (target >= classes)].flat[0]
        raise ValueError(f"target {bad} is not a class: there are {classes}, counted from 0")


def _of_probabilities(g: TensorLike | None, probs: TensorLike) -> TensorLike | None:
    """What a gradient of the probabilities gives the logits (second order only)."""
    if g is None:
        return None
    return (g - ops["sum"](g * probs, axis=-1, keepdims=True)) * probs


def _plus(x: TensorLike | None, y: TensorLike | None) -> TensorLike | None:
    return x if y is None else y if x is None else x + y


def _column(g: TensorLike) -> TensorLike:
    return ops["expand_dims"](g, -1)


def _dense_logits(
    g: list[TensorLike | None],
    out: list[TensorLike],
    logits: TensorLike,
    target: TensorLike,
) -> TensorLike | None:
    direct = None if g[0] is None else (out[1] - target) * _column(g[0])
    return _plus(direct, _of_probabilities(g[1], out[1]))


def _dense_target(
    g: list[TensorLike | None],
    out: list[TensorLike],
    logits: TensorLike,
    target: TensorLike,
) -> TensorLike | None:
    return None if g[0] is None else -ops["log_softmax"](logits) * _column(g[0])


def _sparse_logits(
    g: list[TensorLike | None],
    out: list[TensorLike],
    logits: TensorLike,
    target: TensorLike,
) -> TensorLike | None:
    direct = None if g[0] is None else _sparse_grad(out[1], target, g[0])
    return _plus(direct, _of_probabilities(g[1], out[1]))


_TARGETS = [[0.25, 0.25, 0.5], [0.0, 1.0, 0.0]]
_dense = Op(
    "softmax_xent",
    spec=rules.primitive("softmax_xent", "(logits: tensor, target: tensor)", _dense_rule),
    kernel=_dense_kernel,
    vjp=(_dense_logits, _dense_target),
    cases=(Case((2, 3), _TARGETS), Fails((2, 3), (2, 4))),
    traits=Traits(unify=("*",)),
)
_sparse = Op(
    "sparse_softmax_xent",
    spec=rules.primitive("sparse_softmax_xent", "(logits: tensor, target: tensor)", _sparse_rule),
    kernel=_sparse_kernel,
    vjp=(_sparse_logits, None),
    cases=(Case((3, 4), [1, 0, 3]), Fails((3, 4), [1, 0])),
)


def _sparse_grad_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import softmax

    probs, target, g = ins
    call = softmax.sparse_cross_entropy_grad
    return _with_classes(target, probs.shape[1], lambda numbers: call(g, numbers, probs, outs[0]))


def _by_probs(
    gg: TensorLike, out: TensorLike, probs: TensorLike, target: TensorLike, g: TensorLike
) -> TensorLike:
    return gg * _column(g)


def _by_g(
    gg: TensorLike, out: TensorLike, probs: TensorLike, target: TensorLike, g: TensorLike
) -> TensorLike:
    hot = ops["one_hot"](target, probs.shape[-1], -1, probs.dtype.name)
    return ops["sum"](gg * (probs - hot), axis=-1)


_sparse_grad = Op(
    "sparse_softmax_xent_grad",
    spec=rules.primitive(
        "sparse_softmax_xent_grad",
        "(probs: tensor, target: tensor, g: tensor)",
        lambda a: a.probs,
    ),
    kernel=_sparse_grad_kernel,
    vjp=(_by_probs, None, _by_g),
    cases=(Case((3, 4), [1, 0, 3], (3,)),),
    traits=Traits(inplace=((0, 0),)),
)


def _rows(x: TensorLike) -> TensorLike:
    classes = x.shape[-1]
    return ops["reshape"](x, (x.size // max(classes, 1), classes))


@composite
def softmax_cross_entropy(
    labels: TensorLike, logits: TensorLike, axis: int = -1, from_logits: bool = True
) -> TensorLike:
    """(..., classes), (..., classes) -> (...): -sum(labels * log_softmax(logits))."""
    x, t = to_tensor(logits), to_tensor(labels)
    axis = shapes.normalize_axis(axis, len(x.shape))
    if axis != len(x.shape) - 1:
        x, t = ops["moveaxis"](x, axis, -1), ops["moveaxis"](t, axis, -1)
    loss, _ = _dense(_rows(x), _rows(t))
    return ops["reshape"](loss, x.shape[:-1])


@composite
def sparse_softmax_cross_entropy(labels: TensorLike, logits: TensorLike) -> TensorLike:
    """(...), (..., classes) -> (...): -log_softmax(logits) at the labelled class."""
    x, t = to_tensor(logits), to_tensor(labels)
    if t.dtype.kind not in "iu":
        t = ops["cast"](t, "int32")
    loss, _ = _sparse(_rows(x), ops["reshape"](t, (-1,)))
    return ops["reshape"](loss, t.shape)
