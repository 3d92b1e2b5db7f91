"""What changes a variable, or what is known about a tensor's shape."""

from __future__ import annotations

from .. import shapes
from ..dims import same
from ..mismatch import Mismatch
from .base import Args, Call, OpSpec, TensorType
from .spelling import spelled


def _check_fits(variable: TensorType, value: TensorType) -> None:
    """The new value has the variable's shape."""
    if variable.shape is None or value.shape is None:
        return
    pairs = zip(variable.shape, value.shape, strict=False)
    if len(variable.shape) != len(value.shape) or any(same(a, b) is False for a, b in pairs):
        raise Mismatch(
            "assign",
            "a value of the variable's shape",
            {"variable": variable.shape, "value": value.shape},
        )


def _assign(a: Args) -> TensorType:
    """(...), (...) -> (...)."""
    _check_fits(a.x, a.value)
    return TensorType(a.x.shape, a.x.dtype)


def _update(a: Args) -> TensorType:
    """(...), (...) -> (...); Keras' own variables broadcast the change."""
    if a.library != "keras":
        _check_fits(a.x, a.value)
    elif a.x.shape is not None and a.value.shape is not None:
        shapes.broadcast(a.x.shape, a.value.shape)
    return TensorType(a.x.shape, a.x.dtype)


def _names(method: str, argument: str, backend: str) -> dict[str, str | None]:
    given = "" if argument == "value" else ": value"
    return spelled(
        f"tf.Variable.{method} keras.Variable.{method} keras.backend.{backend}",
        tf=f"(self: x, {argument}{given}, use_locking: _ = None, name: _ = None, "
        "read_value: _ = True)",
        keras="(self: x, value)",
        backend={
            "update": "(x, new_x: value)",
            "update_add": "(x, increment: value)",
            "update_sub": "(x, decrement: value)",
        }[backend],
    )


_SIGNATURE = "(x: tensor, value: tensor)"
_CASES = (Call((2, 3), (2, 3)), Call((2, 3), (3,)), Call((2, 3), (2, 4)))
VARIABLE_OPS = (
    OpSpec("assign", _SIGNATURE, _assign, _names("assign", "value", "update"), True, cases=_CASES),
    OpSpec(
        "assign_add",
        _SIGNATURE,
        _update,
        _names("assign_add", "delta", "update_add"),
        True,
        cases=_CASES,
    ),
    OpSpec(
        "assign_sub",
        _SIGNATURE,
        _update,
        _names("assign_sub", "delta", "update_sub"),
        True,
        cases=_CASES,
    ),
)


def _set_shape(a: Args) -> TensorType:
    """(...), a shape -> the tensor with what both tell of its shape.

    In Python it returns None and changes the tensor; the reader does that.
    """
    told = a.shape
    if a.x.shape is None or told is None:
        return TensorType(a.x.shape if told is None else told, a.x.dtype, a.x.content)
    pairs = list(zip(a.x.shape, told, strict=False))
    if len(a.x.shape) != len(told) or any(same(x, y) is False for x, y in pairs):
        raise Mismatch("set-shape", "a compatible shape", {"input": a.x.shape, "shape": told})
    shape = tuple(y if isinstance(y, int) else x for x, y in pairs)
    return TensorType(shape, a.x.dtype, a.x.content)


SET_SHAPE = OpSpec(
    "set_shape",
    "(x: tensor, shape: shape)",
    _set_shape,
    names={
        "tf.Tensor.set_shape": "(self: x, shape)",
        "tf.ensure_shape": "(x, shape, name: _ = None)",
    },
    any_rank=True,
)
