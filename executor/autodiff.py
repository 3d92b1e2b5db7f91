"""Reverse-mode differentiation over recorded calls; gradients are ops, so they nest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .dtypes import is_float
from .tensor import OPERATORS, TensorLike

if TYPE_CHECKING:
    from .op import Call


@dataclass(slots=True)
class Record:
    """One executed call: tensors in, tensors out."""

    call: Call
    inputs: tuple[TensorLike, ...]
    outputs: tuple[TensorLike, ...]


def backward(
    records: Sequence[Record],
    seeds: Iterable[tuple[TensorLike, TensorLike]],
    sources: Sequence[TensorLike],
) -> list[TensorLike | None]:
    """d(sum of seeded targets) / d(source) for each source; None where unconnected."""
    grads: dict[int, TensorLike] = {}
    wanted = _reached(records, sources)
    for target, seed in seeds:
        if id(target) in wanted:
            _accumulate(grads, target, seed)
    keep = {id(s) for s in sources}
    for record in reversed(records):
        out = [grads.get(id(o)) for o in record.outputs]
        if all(g is None for g in out):
            continue
        for o in record.outputs:
            if id(o) not in keep:
                grads.pop(id(o), None)
        needs = tuple(id(i) in wanted and is_float(i.dtype) for i in record.inputs)
        if any(needs):
            for tensor, g in zip(record.inputs, _pull(record, out, needs), strict=True):
                if g is not None:
                    _accumulate(grads, tensor, g)
    return [grads.get(id(s)) for s in sources]


def _reached(records: Sequence[Record], sources: Sequence[TensorLike]) -> set[int]:
    """Everything that depends on a source, the sources included."""
    wanted = {id(s) for s in sources}
    for record in records:
        if any(id(i) in wanted for i in record.inputs):
            wanted.update(id(o) for o in record.outputs)
    return wanted


def _pull(
    record: Record, grads: list[TensorLike | None], needs: tuple[bool, ...]
) -> list[TensorLike | None]:
    """Gradients of a call's inputs from those of its outputs, summed to their shapes."""
    pulled = record.call.pull(grads, record, needs)
    return [
        None if g is None else sum_to(g, i.shape) if need else None
        for g, i, need in zip(pulled, record.inputs, needs, strict=True)
    ]


def _accumulate(grads: dict[int, TensorLike], tensor: TensorLike, g: TensorLike) -> None:
    if g.dtype != tensor.dtype:
        g = OPERATORS["cast"](g, tensor.dtype.name)
    old = grads.get(id(tensor))
    grads[id(tensor)] = g if old is None else OPERATORS["add"](old, g)


def sum_to(g: TensorLike, shape: tuple[int, ...]) -> TensorLike:
    """A gradient that is still broadcast, summed back to the shape of its input."""
    if g.shape == shape:
        return g
    extra = len(g.shape) - len(shape)
    if extra < 0:
        return OPERATORS["broadcast_to"](g, shape)
    axes = [*range(extra)]
    axes += [i + extra for i, d in enumerate(shape) if d == 1 and g.shape[i + extra] != 1]
    if axes:
        g = OPERATORS["sum"](g, axis=tuple(axes), keepdims=False)
    if g.shape != shape:
        g = (
            OPERATORS["reshape"](g, shape)
            if g.size == _size(shape)
            else OPERATORS["broadcast_to"](g, shape)
        )
    return g


def _size(shape: tuple[int, ...]) -> int:
    total = 1
    for d in shape:
        total *= d
    return total
