"""How losses and metrics compare targets with outputs: which shapes they reject."""

from __future__ import annotations

from ..dims import Dims, same
from ..mismatch import Mismatch
from ..shapes import broadcast
from ..unknown import Undecided
from .base import Args, TensorType


def shapes(target: TensorType, output: TensorType) -> tuple[Dims, Dims]:
    """Both shapes; `Undecided` where a rank is not known."""
    if target.shape is None or output.shape is None:
        raise Undecided("targets or outputs of unknown rank")
    return tuple(target.shape), tuple(output.shape)


def same_rank(target: Dims, output: Dims) -> tuple[Dims, Dims]:
    """Targets and outputs after Keras has dropped or added a last axis of 1."""
    if len(target) == len(output) + 1:
        output, target = _drop(output, target)
    elif len(output) == len(target) + 1:
        target, output = _drop(target, output)
    return target, output


def _drop(short: Dims, long: Dims) -> tuple[Dims, Dims]:
    """Make the ranks equal if the longer shape ends in 1."""
    if same(long[-1], 1) is None:
        raise Undecided("a last axis that may be 1")
    if long[-1] != 1:
        return short, long
    return ((*short, 1), long) if len(short) == 1 else (short, long[:-1])


def _got(target: TensorType, output: TensorType) -> dict[str, object]:
    return {"targets": target.shape, "outputs": output.shape}


def elementwise(c: Args, target: TensorType, output: TensorType) -> None:
    """Targets and outputs broadcast."""
    left, right = same_rank(*shapes(target, output))
    try:
        broadcast(left, right)
    except Mismatch:
        needs = "targets that broadcast to the outputs"
        raise Mismatch("label-shape", needs, _got(target, output)) from None


def elementwise_keras2(c: Args, target: TensorType, output: TensorType) -> None:
    """As `elementwise`, targets (batch,) for outputs (batch, n) made (batch, 1)."""
    left, right = shapes(target, output)
    if len(left) == 1 and len(right) == 2:
        target = TensorType((*left, 1), target.dtype)
    elementwise(c, target, output)


def equal(c: Args, target: TensorType, output: TensorType) -> None:
    """Targets and outputs have one shape, up to a last axis of 1."""
    _equal(*same_rank(*shapes(target, output)), target, output)


def strictly_equal(c: Args, target: TensorType, output: TensorType) -> None:
    """Targets and outputs have one shape."""
    _equal(*shapes(target, output), target, output)


def _equal(left: Dims, right: Dims, target: TensorType, output: TensorType) -> None:
    if len(left) != len(right):
        needs = "targets of the outputs' rank"
        raise Mismatch("label-rank", needs, _got(target, output))
    differ = [i for i, (a, b) in enumerate(zip(left, right, strict=True)) if same(a, b) is False]
    if differ:
        last = len(left) - 1
        only_last = differ == [last] and last > 0
        kind = "classes" if only_last and left[last] != 1 and right[last] != 1 else "label-shape"
        needs = "targets of the outputs' shape"
        raise Mismatch(kind, needs, _got(target, output))


def indices(c: Args, target: TensorType, output: TensorType) -> None:
    """Targets are class numbers: outputs without their last axis."""
    _indices(*same_rank(*shapes(target, output)), target, output)


def strictly_indices(c: Args, target: TensorType, output: TensorType) -> None:
    """As `indices`, where nothing is dropped from the outputs."""
    _indices(*shapes(target, output), target, output)


def _indices(left: Dims, right: Dims, target: TensorType, output: TensorType) -> None:
    if left and len(left) == len(right) and same(left[-1], 1) is not False:
        if left[-1] != 1:
            raise Undecided("a last axis that may be 1")
        left = left[:-1]
    needs = "class numbers, one axis less than the outputs"
    if len(right) != len(left) + 1:
        raise Mismatch("label-rank", needs, _got(target, output))
    if any(same(a, b) is False for a, b in zip(left, right[:-1], strict=True)):
        raise Mismatch("label-shape", needs, _got(target, output))


def guessed(c: Args, target: TensorType, output: TensorType) -> None:
    """Targets broadcast to the class with the largest output."""
    left, right = shapes(target, output)
    if left and len(left) == len(right):
        if same(left[-1], 1) is None:
            raise Undecided("a last axis that may be 1")
        left = left[:-1] if left[-1] == 1 else left
    try:
        broadcast(left, right[:-1])
    except Mismatch:
        needs = "class numbers, one axis less than the outputs"
        raise Mismatch("label-rank", needs, _got(target, output)) from None


def matrices(c: Args, target: TensorType, output: TensorType) -> None:
    """Targets and outputs are (batch, classes)."""
    left, right = shapes(target, output)
    if len(left) != 2 or len(right) != 2:
        raise Mismatch("label-rank", "(batch, classes) both", _got(target, output))
    if same(left[1], right[1]) is False and same(left[1], 1) is False:
        raise Mismatch("classes", "targets of the outputs' shape", _got(target, output))


def sequences(c: Args, target: TensorType, output: TensorType) -> None:
    """Targets (batch, labels) for outputs (batch, steps, classes)."""
    left, right = shapes(target, output)
    if len(left) != 2 or len(right) != 3:
        needs = "targets (batch, labels), outputs (batch, steps, classes)"
        raise Mismatch("label-rank", needs, _got(target, output))


def crossentropy_of(target: TensorType, output: TensorType) -> str:
    """What "crossentropy", "ce", "accuracy" and "acc" stand for, by the shapes."""
    left, right = shapes(target, output)
    if not left or not right:
        raise Undecided("a scalar target or output")
    binary = same(right[-1], 1)
    if binary is None:
        raise Undecided("outputs with a last axis that may be 1")
    if binary:
        return "binary"
    one = same(left[-1], 1)
    if len(left) >= len(right) and one is None:
        raise Undecided("targets with a last axis that may be 1")
    return "sparse_categorical" if len(left) < len(right) or one else "categorical"
