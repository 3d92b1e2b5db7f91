"""Biases, normalisation and other building blocks as functions (`tf.nn`, `keras.ops`)."""

from __future__ import annotations

from ..dims import same
from ..mismatch import Mismatch
from . import dtypes
from .agreement import common_dtype
from .base import Args, Call, OpSpec, TensorType
from .conv_ops import channels_first, check_rank, spatial
from .elementwise_ops import floating
from .spelling import spelled


def _bias_add(a: Args) -> TensorType:
    """(batch, ..., channels), (channels,) -> (batch, ..., channels)."""
    if len(a.bias.shape) != 1 and a.library == "tf":
        raise Mismatch("rank", "a bias (channels,)", {"bias": a.bias.shape})
    first = channels_first(a.data_format)
    if len(a.x.shape) < 2:
        raise Mismatch("rank", "at least (batch, channels)", {"input": a.x.shape})
    channels = spatial(a.x.shape, first)[1]
    if len(a.bias.shape) == 1 and same(channels, a.bias.shape[0]) is False:
        raise Mismatch("channels", f"{channels} biases", {"input": a.x.shape, "bias": a.bias.shape})
    return TensorType(a.x.shape, common_dtype([a.x, a.bias], a.library))


BIAS_ADD = OpSpec(
    "bias_add",
    "(x: tensor, bias: tensor, data_format=None)",
    _bias_add,
    names={
        "tf.nn.bias_add": "(value: x, bias, data_format=None, name: _ = None)",
        "keras.backend.bias_add": None,
    },
    cases=(Call((2, 3), (3,)), Call((2, 4, 3), (3,)), Call((2, 3), (4,)), Call((2, 3), (1, 3))),
)


def _batch_normalization(a: Args) -> TensorType:
    """(...) -> (...), with statistics that broadcast."""
    dtype = floating(a.x.dtype, a.library) if a.x.dtype else None
    return TensorType(a.x.shape, dtype)


BATCH_NORMALIZATION = OpSpec(
    "batch_normalization",
    "(x: tensor, mean: tensor, variance: tensor, axis: axis = -1, offset: tensor = None, "
    "scale: tensor = None, epsilon=0.001)",
    _batch_normalization,
    names={
        "tf.nn.batch_normalization": "(x, mean, variance, offset, scale, "
        "variance_epsilon: epsilon, name: _ = None)",
        "keras.ops.batch_normalization": "(x, mean, variance, axis, offset=None, scale=None, "
        "epsilon=0.001)",
        "keras.backend.batch_normalization": "(x, mean, var: variance, beta: offset, "
        "gamma: scale, axis=-1, epsilon=0.001)",
    },
    any_rank=True,
    cases=(Call((2, 3), (3,), (3,), axis=-1),),
)


def _in_top_k(a: Args) -> TensorType:
    """(batch,), (batch, classes) -> (batch,)."""
    check_rank("predictions", a.predictions.shape, 2)
    check_rank("targets", a.targets.shape, 1)
    if same(a.targets.shape[0], a.predictions.shape[0]) is False:
        raise Mismatch(
            "batch",
            "as many targets as predictions",
            {"targets": a.targets.shape, "predictions": a.predictions.shape},
        )
    return TensorType(a.targets.shape, "bool")


IN_TOP_K = OpSpec(
    "in_top_k",
    "(targets: tensor, predictions: tensor, k)",
    _in_top_k,
    names=spelled(
        "tf.nn.in_top_k tf.math.in_top_k keras.ops.in_top_k keras.backend.in_top_k",
        tf="(targets, predictions, k, name: _ = None)",
        backend="(predictions, targets, k)",
    ),
    cases=(
        Call((2,), (2, 3), k=1, of=("int32", "float32")),
        Call((3,), (2, 3), k=1, of=("int32", "float32")),
    ),
)


def _scaled(a: Args) -> TensorType:
    """(...) -> ()."""
    return TensorType((), a.x.dtype)


L2_LOSS = OpSpec(
    "l2_loss",
    "(x: tensor)",
    _scaled,
    names={
        "tf.nn.l2_loss": "(t: x, name: _ = None)",
        "tf.nn.scale_regularization_loss": "(regularization_loss: x)",
    },
    any_rank=True,
    cases=(Call((2, 3)),),
)


def _average_loss(a: Args) -> TensorType:
    """(batch, ...) -> ()."""
    dtype = a.x.dtype if a.x.dtype in dtypes.INEXACT else None
    return TensorType((), dtype)


AVERAGE_LOSS = OpSpec(
    "compute_average_loss",
    "(x: tensor, sample_weight: tensor = None, global_batch_size=None)",
    _average_loss,
    names={
        "tf.nn.compute_average_loss": "(per_example_loss: x, sample_weight=None, "
        "global_batch_size=None)"
    },
    any_rank=True,
    cases=(Call((2,), global_batch_size=2),),
)
