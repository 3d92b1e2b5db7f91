"""`tf.Variable` and `keras.Variable`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..facts import WeightCreated
from ..natives import native
from ..specs.base import TensorType
from ..specs.convert import as_dtype, as_shape, as_tensor
from ..unknown import Undecided, Unknown
from ..values import Call, Instance, Tensor, Value
from .where import running

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter


@native("tf.Variable.__construct__")
def tf_variable(interp: Interpreter, call: Call) -> Value:
    """`tf.Variable(initial_value, trainable=None, ...)`"""
    return _variable(interp, call, "initial_value", "tf.Variable")


@native("keras.Variable.__construct__")
def keras_variable(interp: Interpreter, call: Call) -> Value:
    """`keras.Variable(initializer, shape=None, ...)`"""
    return _variable(interp, call, "initializer", "keras.Variable")


def _variable(interp: Interpreter, call: Call, first: str, how: str) -> Value:
    value = call.kwargs.get(first, call.args[0] if call.args else Unknown("no value"))
    kind = _type(call, value)
    made = Tensor(kind, "variable", None, call.site, None, how)
    owner = running(interp)
    method = owner[1] if owner else ""
    layer = owner[0] if owner else None
    trainable = call.kwargs.get("trainable", True)
    tracked = how == "keras.Variable" or interp.dialect == "keras2"
    interp.emit(WeightCreated(call.site, layer, made, how, method, trainable is not False, tracked))
    return made


def _type(call: Call, value: Value) -> TensorType:
    given = as_dtype(call.kwargs.get("dtype"), "keras")
    dtype = given if isinstance(given, str) else None
    shape = call.kwargs.get("shape")
    if shape is not None:
        dims = as_shape(shape)
        return TensorType(dims if isinstance(dims, tuple) else None, dtype or "float32")
    if isinstance(value, Instance):
        return TensorType(None, dtype)
    try:
        found = as_tensor(value, "tf")
    except Undecided:
        return TensorType(None, dtype)
    return TensorType(found.shape, dtype or found.dtype, kind="variable")
