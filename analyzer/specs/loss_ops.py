"""Losses as functions: labels and logits in, one number per example out."""

from __future__ import annotations

from ..dims import Dims, same
from ..mismatch import Mismatch
from ..shapes import normalize_axis
from . import dtypes
from .agreement import common_dtype
from .arithmetic_ops import broadcast
from .base import Args, Call, OpSpec, TensorType
from .spelling import spelled


def _check_equal(labels: Dims, logits: Dims) -> None:
    pairs = zip(labels, logits, strict=False)
    if len(labels) != len(logits) or any(same(a, b) is False for a, b in pairs):
        raise Mismatch(
            "label-shape", "labels of the logits' shape", {"labels": labels, "logits": logits}
        )


def _softmax_loss(a: Args) -> TensorType:
    """(..., classes), (..., classes) -> (...)."""
    logits = a.logits.shape
    if a.library != "tf":
        _check_equal(a.labels.shape, logits)
    axis = normalize_axis(-1 if a.axis is None else a.axis, len(logits))
    shape = broadcast([a.labels, a.logits]) or ()
    return TensorType((*shape[:axis], *shape[axis + 1 :]), a.logits.dtype)


SOFTMAX_CROSS_ENTROPY = OpSpec(
    "softmax_cross_entropy",
    "(labels: tensor, logits: tensor, axis: axis = -1, from_logits=True)",
    _softmax_loss,
    names={
        "tf.nn.softmax_cross_entropy_with_logits": ("(labels, logits, axis=-1, name: _ = None)"),
    },
    cases=(Call((2, 3), (2, 3)), Call((2, 4, 3), (2, 4, 3)), Call((2, 4), (2, 3))),
)


def _sparse_loss(a: Args) -> TensorType:
    """(...), (..., classes) -> (...)."""
    labels, logits = a.labels.shape, a.logits.shape
    if not logits:
        raise Mismatch("rank", "logits with classes", {"logits": logits})
    if len(labels) != len(logits) - 1:
        raise Mismatch(
            "label-shape", f"labels of rank {len(logits) - 1}", {"labels": labels, "logits": logits}
        )
    _check_equal(labels, logits[:-1])
    if a.labels.dtype in dtypes.INEXACT:
        raise Mismatch("index-dtype", "integer labels", {"labels": a.labels.dtype})
    return TensorType(labels, a.logits.dtype)


SPARSE_SOFTMAX_CROSS_ENTROPY = OpSpec(
    "sparse_softmax_cross_entropy",
    "(labels: tensor, logits: tensor)",
    _sparse_loss,
    names={"tf.nn.sparse_softmax_cross_entropy_with_logits": "(labels, logits, name: _ = None)"},
    cases=(
        Call((2,), (2, 3), of=("int32", "float32")),
        Call((2, 4), (2, 4, 3), of=("int64", "float32")),
        Call((2, 1), (2, 3), of=("int32", "float32")),
        Call((3,), (2, 3), of=("int32", "float32")),
        Call((2,), (2, 3), of=("float32", "float32")),
    ),
)


def _sigmoid_loss(a: Args) -> TensorType:
    """(...), (...) -> (...)."""
    _check_equal(a.labels.shape, a.logits.shape)
    return TensorType(a.logits.shape, common_dtype([a.labels, a.logits], a.library))


SIGMOID_CROSS_ENTROPY = OpSpec(
    "sigmoid_cross_entropy",
    "(labels: tensor, logits: tensor)",
    _sigmoid_loss,
    names={
        "tf.nn.sigmoid_cross_entropy_with_logits": ("(labels=None, logits=None, name: _ = None)")
    },
    cases=(Call((2, 3), (2, 3)), Call((2, 3), (2,))),
)


def _crossentropy(a: Args) -> TensorType:
    """(..., classes), (..., classes) -> (...)."""
    _check_equal(a.target.shape, a.output.shape)
    axis = normalize_axis(a.axis, len(a.output.shape))
    shape = a.output.shape
    return TensorType((*shape[:axis], *shape[axis + 1 :]), a.output.dtype)


_TARGET = "(target: tensor, output: tensor, from_logits=False, axis: axis = -1)"
CATEGORICAL_CROSSENTROPY = OpSpec(
    "categorical_crossentropy",
    _TARGET,
    _crossentropy,
    names=spelled("keras.ops.categorical_crossentropy keras.backend.categorical_crossentropy"),
    cases=(Call((2, 3), (2, 3)), Call((2, 3), (2, 4))),
)


def _sparse_crossentropy(a: Args) -> TensorType:
    """(...), (..., classes) -> (...)."""
    target, output = a.target.shape, a.output.shape
    if target and len(target) == len(output) and same(target[-1], 1) is not False:
        target = target[:-1]
    if not output:
        raise Mismatch("rank", "an output with classes", {"output": output})
    _check_equal(target, output[:-1])
    return TensorType(target, a.output.dtype)


SPARSE_CATEGORICAL_CROSSENTROPY = OpSpec(
    "sparse_categorical_crossentropy",
    _TARGET,
    _sparse_crossentropy,
    names={"keras.ops.sparse_categorical_crossentropy": None},
    cases=(
        Call((2,), (2, 3), of=("int32", "float32")),
        Call((2, 1), (2, 3), of=("int32", "float32")),
        Call((3,), (2, 3), of=("int32", "float32")),
    ),
)


def _binary_crossentropy(a: Args) -> TensorType:
    """(...), (...) -> (...)."""
    _check_equal(a.target.shape, a.output.shape)
    return TensorType(a.output.shape, a.output.dtype)


BINARY_CROSSENTROPY = OpSpec(
    "binary_crossentropy",
    "(target: tensor, output: tensor, from_logits=False)",
    _binary_crossentropy,
    names={"keras.ops.binary_crossentropy": None},
    cases=(Call((2, 3), (2, 3)), Call((2, 3), (2,))),
)
