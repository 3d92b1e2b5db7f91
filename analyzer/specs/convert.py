"""What a call is given, as the types specs read: tensors, shapes, axes, dtypes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from ..dims import Dims, Expr, same, symbol
from ..mismatch import Mismatch
from ..unknown import Undecided, Unknown
from . import content, dtypes
from .base import TensorType

UNKNOWN = TensorType(None, None)


def as_tensor(value: object, library: str) -> TensorType:
    """The tensor that a value converts to: a tensor, a scalar, or nested sequences."""
    value = unwrapped(value)
    if isinstance(value, TensorType):
        return value
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, range):
        value = tuple(value) if len(value) <= content.LIMIT else UNKNOWN
    if isinstance(value, list | tuple):
        return _from_sequence(value, library)
    return _from_scalar(value)


def unwrapped(value: object) -> object:
    """The type of an analyzer's tensor object, with its kind; other values themselves."""
    held = getattr(value, "type", None)
    if isinstance(held, TensorType):
        return replace(held, kind=getattr(value, "kind", ""))
    return value


def _from_scalar(value: object) -> TensorType:
    if isinstance(value, Expr):
        return TensorType((), "int", value)
    name = type(value).__name__
    dtype = {"bool": "bool", "int": "int", "float": "float", "complex": "complex128"}.get(name)
    if isinstance(value, str | bytes):
        return TensorType((), "string", value)
    if dtype is None:
        raise Undecided(f"a {name} as a tensor")
    return TensorType((), dtype, value)


def _from_sequence(value: Sequence[object], library: str) -> TensorType:
    if not value:
        return TensorType((0,), "float" if library not in dtypes.TENSORFLOW else "float32", ())
    parts = [as_tensor(v, library) for v in value]
    known = [p.shape for p in parts if p.shape is not None]
    if not known:
        return UNKNOWN
    for first, second in itertools.pairwise(known):
        _check_level(first, second)
    dtype = _sequence_dtype(parts, library)
    return TensorType((len(parts), *known[0]), dtype, _sequence_content(parts))


def _check_level(first: Dims, second: Dims) -> None:
    """Elements of one sequence have one shape."""
    pairs = zip(first, second, strict=False)
    if len(first) != len(second) or any(same(a, b) is False for a, b in pairs):
        raise Mismatch("ragged", "elements of equal shapes", {"element": first, "another": second})


def _sequence_dtype(parts: list[TensorType], library: str) -> str | None:
    try:
        dtype = dtypes.promote(*(p.dtype for p in parts), library=library)
    except Mismatch:
        return None
    # In TensorFlow a literal list adapts like a literal; elsewhere it is an array.
    return dtype if library in dtypes.TENSORFLOW else dtypes.strong(dtype, library)


def _sequence_content(parts: list[TensorType]) -> object:
    leaves = [
        Unknown("element") if p.shape == () and p.content is None else p.content for p in parts
    ]
    if any(leaf is None for leaf in leaves):
        return None
    size = sum(len(content.block(leaf).flat) for leaf in leaves)
    return tuple(leaves) if size <= content.LIMIT else None


def as_shape(value: object) -> object:
    """A shape argument as a tuple of dims; Unknown where even its length is not known."""
    value = unwrapped(value)
    if isinstance(value, TensorType):
        return _shape_of_tensor(value)
    if isinstance(value, list | tuple):
        return tuple(_as_dim(v) for v in value)
    return value if isinstance(value, Unknown) or value is None else (_as_dim(value),)


def _shape_of_tensor(value: TensorType) -> object:
    if isinstance(value.content, tuple):
        return tuple(_as_dim(v) for v in value.content)
    if value.content is not None or value.shape == ():
        return (_as_dim(value),)
    if value.shape is not None and len(value.shape) == 1 and isinstance(value.shape[0], int):
        return tuple(symbol("dim", 0) for _ in range(value.shape[0]))
    return Unknown("shape of unknown length")


def _as_dim(value: object) -> object:
    """A dim; a fresh symbol stands for an unknown one."""
    value = unwrapped(value)
    if isinstance(value, TensorType):
        value = value.content
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int | Expr) else symbol("dim", 0)


def as_axis(value: object) -> object:
    """An axis argument: an int, a tuple of ints, None, or Unknown."""
    value = unwrapped(value)
    if isinstance(value, TensorType):
        value = value.content
        if value is None:
            return Unknown("axis")
    if isinstance(value, list | tuple | range):
        parts = [as_axis(v) for v in value]
        return next((p for p in parts if isinstance(p, Unknown)), tuple(parts))
    return Unknown("axis") if isinstance(value, Expr) else value


def as_dtype(value: object, library: str) -> object:
    """A dtype argument by name; None when not given, Unknown when it cannot be told."""
    if value is None or isinstance(value, Unknown):
        return value
    return dtypes.canonical(value, library) or Unknown("dtype")


def as_value(value: object) -> object:
    """A static argument: a tensor of known content reads as that content."""
    value = unwrapped(value)
    if isinstance(value, TensorType):
        return Unknown("value of a tensor") if value.content is None else value.content
    return value
