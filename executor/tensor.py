"""Values: `Tensor` holds an array that never changes under its holder."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

from .dtypes import default_float

# Operators by name, filled by executor/ops (a tensor does not know the op table).
OPERATORS: dict[str, Callable[..., Any]] = {}


class TraceEscape(Exception):
    """A traced value was asked for its numbers; the function must run eagerly instead."""


# What may stand beside a tensor in an expression.
Operand: TypeAlias = "TensorLike | np.ndarray | float | Sequence[object]"


class NotATensor(TypeError):
    """A value that cannot become a tensor."""


def _apply(name: str, left: object, right: object) -> Any:
    try:
        return OPERATORS[name](left, right)
    except NotATensor:
        return NotImplemented


class TensorLike:
    """Operators and shape facts shared by tensors, traced values and variables."""

    __slots__ = ()
    __array_priority__ = 100  # numpy_array * tensor is ours, not NumPy's

    shape: tuple[int, ...]
    dtype: np.dtype

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64))

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("a scalar tensor has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[TensorLike]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, key: object) -> TensorLike:
        return OPERATORS["getitem"](self, key)

    def __add__(self, other: Operand) -> TensorLike:
        return _apply("add", self, other)

    def __radd__(self, other: Operand) -> TensorLike:
        return _apply("add", other, self)

    def __sub__(self, other: Operand) -> TensorLike:
        return _apply("subtract", self, other)

    def __rsub__(self, other: Operand) -> TensorLike:
        return _apply("subtract", other, self)

    def __mul__(self, other: Operand) -> TensorLike:
        return _apply("multiply", self, other)

    def __rmul__(self, other: Operand) -> TensorLike:
        return _apply("multiply", other, self)

    def __truediv__(self, other: Operand) -> TensorLike:
        return _apply("divide", self, other)

    def __rtruediv__(self, other: Operand) -> TensorLike:
        return _apply("divide", other, self)

    def __floordiv__(self, other: Operand) -> TensorLike:
        return _apply("floor_divide", self, other)

    def __rfloordiv__(self, other: Operand) -> TensorLike:
        return _apply("floor_divide", other, self)

    def __mod__(self, other: Operand) -> TensorLike:
        return _apply("mod", self, other)

    def __rmod__(self, other: Operand) -> TensorLike:
        return _apply("mod", other, self)

    def __pow__(self, other: Operand) -> TensorLike:
        return _apply("power", self, other)

    def __rpow__(self, other: Operand) -> TensorLike:
        return _apply("power", other, self)

    def __matmul__(self, other: Operand) -> TensorLike:
        return _apply("matmul", self, other)

    def __rmatmul__(self, other: Operand) -> TensorLike:
        return _apply("matmul", other, self)

    def __and__(self, other: Operand) -> TensorLike:
        return _apply("logical_and", self, other)

    def __rand__(self, other: Operand) -> TensorLike:
        return _apply("logical_and", other, self)

    def __or__(self, other: Operand) -> TensorLike:
        return _apply("logical_or", self, other)

    def __ror__(self, other: Operand) -> TensorLike:
        return _apply("logical_or", other, self)

    def __xor__(self, other: Operand) -> TensorLike:
        return _apply("logical_xor", self, other)

    def __rxor__(self, other: Operand) -> TensorLike:
        return _apply("logical_xor", other, self)

    def __lt__(self, other: Operand) -> TensorLike:
        return _apply("less", self, other)

    def __le__(self, other: Operand) -> TensorLike:
        return _apply("less_equal", self, other)

    def __gt__(self, other: Operand) -> TensorLike:
        return _apply("greater", self, other)

    def __ge__(self, other: Operand) -> TensorLike:
        return _apply("greater_equal", self, other)

    def __eq__(self, other: Operand) -> TensorLike:  # type: ignore[override]
        return _apply("equal", self, other)

    def __ne__(self, other: Operand) -> TensorLike:  # type: ignore[override]
        return _apply("not_equal", self, other)

    def __neg__(self) -> TensorLike:
        return OPERATORS["negative"](self)

    def __abs__(self) -> TensorLike:
        return OPERATORS["abs"](self)

    def __invert__(self) -> TensorLike:
        return OPERATORS["logical_not"](self)

    __hash__ = object.__hash__


class Tensor(TensorLike):
    """An array with a fixed value: `Tensor([[1.0, 2.0]])`, shape (1, 2)."""

    # `owner` is set while the array is the live buffer of a variable.
    __slots__ = ("__weakref__", "array", "keras_mask", "owner")

    def __init__(self, value: object, dtype: object = None) -> None:
        array = as_array(value, dtype)
        self.array = (
            array.copy()
            if isinstance(value, np.ndarray) and np.may_share_memory(array, value)
            else array
        )
        self.owner: object | None = None

    @classmethod
    def wrap(cls, array: np.ndarray) -> Tensor:
        """A tensor around an array that nobody else will write to."""
        self = cls.__new__(cls)
        self.array = array
        self.owner = None
        return self

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        return self.array.shape

    @property
    def dtype(self) -> np.dtype:  # type: ignore[override]
        return self.array.dtype

    def numpy(self) -> np.ndarray:
        """A copy of the values."""
        return self.array.copy()

    def __array__(self, dtype: object = None, copy: bool | None = None) -> np.ndarray:
        return self.array.astype(dtype or self.array.dtype)  # type: ignore[arg-type]

    def item(self) -> object:
        """The one value as a Python number."""
        return self.array.item()

    def tolist(self) -> object:
        """The values as nested lists."""
        return self.array.tolist()

    def __bool__(self) -> bool:
        return bool(self.array)

    def __float__(self) -> float:
        return float(self.array.item())

    def __int__(self) -> int:
        return int(self.array.item())

    def __index__(self) -> int:
        return self.array.__index__()

    def __format__(self, spec: str) -> str:
        return format(self.item() if spec and not self.shape else str(self), spec)

    def __repr__(self) -> str:
        return f"Tensor({np.array2string(self.array)}, dtype={self.dtype.name})"


def as_array(value: object, dtype: object = None) -> np.ndarray:
    """A C-contiguous array; Python floats become the default float, integers int32."""
    if isinstance(value, Tensor):
        array = value.array
    elif isinstance(value, TensorLike | np.ndarray | np.generic):
        array = np.asarray(value)
    else:
        array = _from_python(value, dtype)
    if dtype is not None and array.dtype != dtype:
        array = array.astype(dtype)  # type: ignore[arg-type]
    return np.ascontiguousarray(array).reshape(array.shape)


def _from_python(value: object, dtype: object) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind not in "biufcSU" and not isinstance(value, str | bytes):
        raise NotATensor(f"not convertible to a tensor: {type(value).__name__}")
    if dtype is None and not _holds_arrays(value):
        if array.dtype == np.float64:
            array = array.astype(default_float())
        elif array.dtype == np.int64 and _fits_int32(array):
            array = array.astype(np.int32)
    return array


def _holds_arrays(value: object) -> bool:
    """Whether a nested list contains arrays or tensors, whose dtype then decides."""
    while isinstance(value, list | tuple) and value:
        value = value[0]
    return isinstance(value, np.ndarray | np.generic | TensorLike)


def _fits_int32(array: np.ndarray) -> bool:
    info = np.iinfo(np.int32)
    return not array.size or bool(array.min() >= info.min and array.max() <= info.max)


def live_view(array: np.ndarray, owner: object) -> tuple[Tensor, weakref.ref[Tensor]]:
    """A tensor on a variable's buffer, and the reference by which it is detached."""
    tensor = Tensor.wrap(array)
    tensor.owner = owner
    return tensor, weakref.ref(tensor)
