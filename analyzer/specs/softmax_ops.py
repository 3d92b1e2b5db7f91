"""Softmax and what else normalises along axes."""

from __future__ import annotations

from ..mismatch import Mismatch
from . import dtypes
from .base import Args, Call, OpSpec, TensorType
from .elementwise_ops import floating
from .reduce_ops import axes_of
from .spelling import spelled


def _softmax(a: Args) -> TensorType:
    """(..., n, ...) -> (..., n, ...), normalised along `axis`."""
    dtype = floating(a.x.dtype, a.library) if a.x.dtype else None
    if a.x.shape is not None:
        if not a.x.shape and a.library in dtypes.TENSORFLOW:
            raise Mismatch("axis", "at least one axis", {"input": a.x.shape})
        if a.x.shape:
            axes_of(-1 if a.axis is None else a.axis, len(a.x.shape))
    return TensorType(a.x.shape, dtype)


def _names(name: str) -> dict[str, str | None]:
    backend = " keras.backend.softmax" if name == "softmax" else ""
    return spelled(
        f"tf.nn.{name} tf.math.{name} keras.ops.{name} keras.activations.{name}{backend}",
        tf="(logits: x, axis=None, name: _ = None)",
    )


_SIGNATURE = "(x: tensor, axis: axis = -1)"
_CASES = (
    Call((2, 3)),
    Call((2, 3, 4), axis=1),
    Call((2, 3), axis=-2),
    Call((2, 3), of="int32"),
    Call((2, 3), axis=2),
)
SOFTMAX = OpSpec("softmax", _SIGNATURE, _softmax, _names("softmax"), any_rank=True, cases=_CASES)
LOG_SOFTMAX = OpSpec(
    "log_softmax", _SIGNATURE, _softmax, _names("log_softmax"), any_rank=True, cases=_CASES
)


def _l2_normalize(a: Args) -> TensorType:
    """(...) -> (...), of length 1 along `axis`."""
    if a.x.shape is not None:
        axes_of(a.axis, len(a.x.shape))
    return TensorType(a.x.shape, floating(a.x.dtype, a.library) if a.x.dtype else None)


L2_NORMALIZE = OpSpec(
    "l2_normalize",
    "(x: tensor, axis: axis = None, epsilon=1e-12)",
    _l2_normalize,
    names=spelled(
        "tf.math.l2_normalize tf.nn.l2_normalize tf.linalg.l2_normalize keras.backend.l2_normalize",
        tf="(x, axis=None, epsilon=1e-12, name: _ = None, dim: _ = None)",
        backend="(x, axis=None)",
    ),
    any_rank=True,
    cases=(Call((2, 3)), Call((2, 3), axis=1), Call((2, 3), axis=[0, 1]), Call((2, 3), axis=2)),
)


def _moments(a: Args) -> tuple[TensorType, TensorType]:
    """(..., axes, ...) -> mean and variance (..., ...)."""
    from_axes = axes_of(a.axes, len(a.x.shape))
    shape = tuple(
        1 if k in from_axes else d
        for k, d in enumerate(a.x.shape)
        if a.keepdims or k not in from_axes
    )
    return TensorType(shape, a.x.dtype), TensorType(shape, a.x.dtype)


MOMENTS = OpSpec(
    "moments",
    "(x: tensor, axes: axis, keepdims=False)",
    _moments,
    names={
        "tf.nn.moments": "(x, axes, shift: _ = None, keepdims=False, name: _ = None)",
        "keras.ops.moments": "(x, axes, keepdims=False, synchronized: _ = False)",
    },
    cases=(
        Call((2, 3, 4), axes=[0, 1]),
        Call((2, 3), axes=[0], keepdims=True),
        Call((2, 3), axes=[2]),
    ),
)


def _clip_by_norm(a: Args) -> TensorType:
    """(...) -> (...)."""
    return TensorType(a.x.shape, floating(a.x.dtype, a.library) if a.x.dtype else None)


CLIP_BY_NORM = OpSpec(
    "clip_by_norm",
    "(x: tensor, clip_norm: tensor, axes: axis = None)",
    _clip_by_norm,
    names={"tf.clip_by_norm": "(t: x, clip_norm, axes=None, name: _ = None)"},
    any_rank=True,
    cases=(Call((2, 3), clip_norm=1.0), Call((2, 3), clip_norm=1.0, axes=[0])),
)
