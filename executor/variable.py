"""Variables: named state whose buffer stays where it is, so that plans can update it."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable

import numpy as np

from .context import eagerly, here
from .dtypes import dtype_name
from .tensor import OPERATORS, Tensor, TensorLike, as_array, live_view

_serial = itertools.count()


class Variable(TensorLike):
    """State with a fixed shape: `Variable(np.zeros((3, 4)))`, `.assign(new)`.

    `initial_value` may also be a callable without arguments, or one taking
    `(shape, dtype=...)` when `shape` is given.
    """

    __slots__ = (
        "__dict__",
        "__weakref__",
        "_view",
        "buffer",
        "constraint",
        "name",
        "serial",
        "trainable",
        "version",
    )

    def __init__(
        self,
        initial_value: object,
        trainable: bool = True,
        dtype: object = None,
        name: str | None = None,
        shape: tuple[int, ...] | None = None,
        **extra: object,
    ) -> None:
        wanted = None if dtype is None else dtype_name(dtype)
        with eagerly():
            value = _initial(initial_value, shape, wanted)
            self.buffer = np.array(as_array(value, wanted), order="C")
        self._view: weakref.ref[Tensor] | None = None
        self.version = 0  # how often the buffer was written
        self.serial = next(_serial)
        self.name = name or f"variable_{self.serial}"
        self.trainable = trainable
        self.constraint = extra.get("constraint")

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        return self.buffer.shape

    @property
    def dtype(self) -> np.dtype:  # type: ignore[override]
        return self.buffer.dtype

    @property
    def value(self) -> TensorLike:
        """The present value as a tensor; later assignments do not change that tensor."""
        return self.read()

    def read(self) -> TensorLike:
        """The value: a graph input while tracing, a tensor otherwise."""
        if here.trace is not None:
            tensor = here.trace.read(self)
        else:
            tensor = self._view() if self._view is not None else None
            if tensor is None:
                tensor, self._view = live_view(self.buffer, self)
        for tape in here.tapes:
            tape.note_read(self, tensor)
        return tensor

    def assign(self, value: object) -> Variable:
        """Set the value; shapes must agree."""
        if here.trace is not None:
            here.trace.assign(self, OPERATORS["cast"](value, self.dtype.name))
            return self
        array = as_array(value, self.dtype)
        if array.shape != self.shape:
            raise ValueError(
                f"{self.name} has shape {self.shape}, cannot assign a value of {array.shape}"
            )
        if array is not self.buffer:
            self.detach()
            self.buffer[...] = array
        return self

    def assign_add(self, value: object) -> Variable:
        """Add to the value."""
        return self.assign(OPERATORS["add"](self, value))

    def assign_sub(self, value: object) -> Variable:
        """Subtract from the value."""
        return self.assign(OPERATORS["subtract"](self, value))

    def detach(self) -> None:
        """Give the tensor that still shows this buffer a copy: the buffer is about to change."""
        self.version += 1
        view = self._view() if self._view is not None else None
        if view is not None:
            view.array, view.owner = view.array.copy(), None
        self._view = None

    def numpy(self) -> np.ndarray:
        """A copy of the values."""
        return self.read().numpy()  # type: ignore[attr-defined]

    def __array__(self, dtype: object = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.read(), dtype=dtype)  # type: ignore[call-overload]

    def __bool__(self) -> bool:
        return bool(self.read())

    def __float__(self) -> float:
        return float(self.read())  # type: ignore[arg-type]

    def __int__(self) -> int:
        return int(self.read())  # type: ignore[call-overload]

    def __index__(self) -> int:
        return int(self)

    def __deepcopy__(self, memo: dict[int, object]) -> Variable:
        return Variable(self.buffer, self.trainable, self.dtype.name, self.name)

    def __repr__(self) -> str:
        return f"<Variable {self.name} shape={self.shape} dtype={self.dtype.name}>"


def _initial(value: object, shape: tuple[int, ...] | None, dtype: str | None) -> object:
    if not callable(value) or isinstance(value, TensorLike):
        return value
    return _call_initializer(value, shape, dtype)


def _call_initializer(
    make: Callable[..., object], shape: tuple[int, ...] | None, dtype: str | None
) -> object:
    return make() if shape is None else make(shape, dtype=dtype or "float32")
