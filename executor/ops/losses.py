"""Losses that need care with large logits, as Keras' TensorFlow backend computes them."""

from __future__ import annotations

from ...analyzer.mismatch import Mismatch
from ..composite import composite
from ..inputs import to_tensor
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike

_EPSILON = 1e-7


def _logits(output: TensorLike, from_logits: bool, maker: str) -> tuple[TensorLike, bool]:
    """While tracing, probabilities are followed back to the logits they come from."""
    record = getattr(output, "record", None)
    if record is not None and record.call.op.name == maker:
        return record.inputs[0], True
    return output, from_logits


def _check(target: TensorLike, output: TensorLike) -> None:
    if tuple(target.shape) != tuple(output.shape):
        raise Mismatch(
            "loss-shape",
            "target and output of the same shape",
            {"target": target.shape, "output": output.shape},
        )


@composite
def categorical_crossentropy(
    target: TensorLike, output: TensorLike, from_logits: bool = False, axis: int = -1
) -> TensorLike:
    """(..., classes), (..., classes) -> (...)."""
    output, from_logits = _logits(to_tensor(output), from_logits, "softmax")
    target = to_tensor(target, output.dtype.name)
    _check(target, output)
    if from_logits:
        return ops["softmax_cross_entropy"](target, output, axis)
    output = output / ops["sum"](output, axis=axis, keepdims=True)
    output = ops["clip"](output, _EPSILON, 1.0 - _EPSILON)
    return -ops["sum"](target * ops["log"](output), axis=axis)


@composite
def sparse_categorical_crossentropy(
    target: TensorLike, output: TensorLike, from_logits: bool = False, axis: int = -1
) -> TensorLike:
    """(...), (..., classes) -> (...)."""
    output, from_logits = _logits(to_tensor(output), from_logits, "softmax")
    target = to_tensor(target)
    if len(target.shape) == len(output.shape) and target.shape[-1] == 1:
        target = ops["squeeze"](target, -1)
    if tuple(target.shape) != tuple(output.shape[:-1]):
        raise Mismatch(
            "loss-shape",
            "a target without the class axis",
            {"target": target.shape, "output": output.shape},
        )
    if not from_logits:
        output = ops["log"](ops["clip"](output, _EPSILON, 1.0 - _EPSILON))
    return ops["sparse_softmax_cross_entropy"](target, output)


@composite
def sigmoid_cross_entropy(labels: TensorLike, logits: TensorLike) -> TensorLike:
    """(...), (...) -> (...): max(x, 0) - x * t + log(1 + exp(-|x|))."""
    x = to_tensor(logits)
    return ops["relu"](x) - x * labels + ops["log1p"](ops["exp"](-ops["abs"](x)))


@composite
def binary_crossentropy(
    target: TensorLike, output: TensorLike, from_logits: bool = False
) -> TensorLike:
    """(...), (...) -> (...)."""
    output, from_logits = _logits(to_tensor(output), from_logits, "sigmoid")
    target = to_tensor(target, output.dtype.name)
    _check(target, output)
    if from_logits:
        return ops["sigmoid_cross_entropy"](target, output)
    output = ops["clip"](output, _EPSILON, 1.0 - _EPSILON)
    yes = target * ops["log"](output)
    return -(yes + (1 - target) * ops["log"](1 - output))


@composite
def weighted_cross_entropy(
    labels: TensorLike, logits: TensorLike, pos_weight: TensorLike
) -> TensorLike:
    """As `sigmoid_cross_entropy`, with the part of the positive labels weighted."""
    labels, logits = to_tensor(labels), to_tensor(logits)
    weight = 1 + (to_tensor(pos_weight, logits.dtype.name) - 1) * labels
    below = ops["maximum"](-logits, 0)
    log_one_plus = ops["log1p"](ops["exp"](-ops["abs"](logits))) + below
    return (1 - labels) * logits + weight * log_one_plus
