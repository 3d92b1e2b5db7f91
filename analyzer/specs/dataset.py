"""A tf.data.Dataset as a type: the structure of its elements, and how many there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from ..dims import Dim, Expr, maximum, minimum, same, symbol
from ..mismatch import Mismatch
from ..unknown import Undecided
from . import convert, dtypes
from .base import TensorType

INFINITE: Final = "infinite"
# How many elements: a dim, INFINITE, or None where it is not known.
Count: TypeAlias = "Dim | str | None"
# A TensorType, a Data, or a tuple or dict of such.
Structure: TypeAlias = object


@dataclass(frozen=True, slots=True)
class Data:
    """A dataset: what one element is, and how many elements there are."""

    element: Structure
    count: Count = None


def mapped(structure: Structure, function: Callable[[object], object]) -> Structure:
    """The structure with every leaf replaced."""
    if isinstance(structure, dict):
        return {k: mapped(v, function) for k, v in structure.items()}
    if isinstance(structure, tuple):
        return tuple(mapped(v, function) for v in structure)
    return function(structure)


def leaves(structure: Structure) -> list[object]:
    """The leaves of a structure, in order."""
    found: list[object] = []
    mapped(structure, found.append)
    return found


def from_value(value: object) -> Structure:
    """What a program gives as tensors: tuples and dicts are structure, lists are arrays."""
    if isinstance(value, tuple):
        return tuple(from_value(v) for v in value)
    if isinstance(value, dict):
        return {k: from_value(v) for k, v in value.items()}
    found = convert.as_tensor(value, "tf")
    return replace(found, dtype=dtypes.strong(found.dtype, "tf"), kind="tensor")


def of_spec(value: object) -> Structure:
    """A structure of `tf.TensorSpec`s as the structure of tensors it describes."""
    if isinstance(value, list):
        value = tuple(value)

    def leaf(spec: object) -> object:
        held = convert.unwrapped(spec)
        if not isinstance(held, TensorType):
            raise Undecided("a signature that is not of TensorSpecs")
        return replace(held, kind="tensor")

    return mapped(value, leaf)


def sliced(structure: Structure) -> Data:
    """(n, ...) -> n elements (...)."""
    rows: Dim | None = None
    for part in leaves(structure):
        if not isinstance(part, TensorType) or part.shape is None:
            raise Undecided("slices of an unknown shape")
        if not part.shape:
            raise Mismatch("rank", "tensors with rows", {"tensor": part.shape})
        if rows is not None and same(rows, part.shape[0]) is False:
            sizes = {"first": rows, "other": part.shape[0]}
            raise Mismatch("batch", "as many rows in each", sizes)
        rows = part.shape[0] if rows is None or isinstance(part.shape[0], int) else rows
    return Data(mapped(structure, unbatched), rows)


def unbatched(part: object) -> object:
    """(n, ...) -> (...)."""
    if isinstance(part, TensorType) and part.shape:
        return replace(part, shape=part.shape[1:], content=None)
    raise Undecided("an element without rows")


def batched(size: Dim) -> Callable[[object], object]:
    """(...) -> (size, ...)."""

    def batch(part: object) -> object:
        if not isinstance(part, TensorType):
            raise Undecided("a batch of datasets")
        shape = None if part.shape is None else (size, *part.shape)
        return replace(part, shape=shape, content=None)

    return batch


def pieces(count: Count, size: object, drop: object) -> Count:
    """How many batches of `size` a count makes."""
    if count in (None, INFINITE) or not isinstance(size, int | Expr):
        return count if count == INFINITE else None
    whole = count if drop else count + size - 1  # type: ignore[operator]
    return whole // size  # type: ignore[operator]


def times(count: Count, repeats: object) -> Count:
    """A count repeated; without end for None or -1."""
    if count == INFINITE or repeats in (None, -1):
        return INFINITE
    known = isinstance(repeats, int | Expr) and count is not None
    return count * repeats if known else None  # type: ignore[operator]


def first_of(count: Count, wanted: object) -> Count:
    """How many elements `take` leaves."""
    if wanted == -1:
        return count
    if not isinstance(wanted, int | Expr):
        return None
    if count == INFINITE:
        return wanted
    return None if count is None else minimum(count, wanted)  # type: ignore[arg-type]


def rest_of(count: Count, skipped: object) -> Count:
    """How many elements `skip` leaves."""
    if count == INFINITE:
        return INFINITE
    if count is None or not isinstance(skipped, int | Expr) or skipped == -1:
        return 0 if skipped == -1 else None
    return maximum(count - skipped, 0)  # type: ignore[operator]


def shortest(counts: Sequence[Count]) -> Count:
    """How many elements several datasets give side by side."""
    found: Count = INFINITE
    for count in counts:
        if count is None:
            return None
        if count != INFINITE:
            found = count if found == INFINITE else minimum(found, count)  # type: ignore[arg-type]
    return found


def merged(left: Structure, right: Structure) -> Structure:
    """The structure of elements that come from either of two datasets."""
    if isinstance(left, tuple) and isinstance(right, tuple) and len(left) == len(right):
        return tuple(merged(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict) and left.keys() == right.keys():
        return {k: merged(v, right[k]) for k, v in left.items()}
    if isinstance(left, TensorType) and isinstance(right, TensorType):
        return _either(left, right)
    if isinstance(left, Data) or isinstance(right, Data):
        raise Undecided("datasets inside datasets")
    raise Mismatch("structure", "elements of one structure", {"first": left, "second": right})


def _either(left: TensorType, right: TensorType) -> TensorType:
    if left.dtype and right.dtype and left.dtype != right.dtype:
        names = {"first": left.dtype, "second": right.dtype}
        raise Mismatch("dtype", "elements of one dtype", names)
    a, b = left.shape, right.shape
    if a is None or b is None or len(a) != len(b):
        return replace(left, shape=None, content=None)
    dims = tuple(x if x == y else symbol("dim", 0) for x, y in zip(a, b, strict=True))
    return replace(left, shape=dims, content=None)
