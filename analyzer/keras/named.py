"""Losses, metrics, optimizers, initializers and the like: objects and functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import natives
from ..facts import PythonError
from ..interp.mro import mro_of
from ..natives import native
from ..specs.base import Args, NamedSpec, TensorType
from ..specs.convert import as_shape
from ..specs.signature import BindError
from ..unknown import Unknown
from ..values import Call, Instance, Native, NativeClass, Tensor, Value
from .bases import NAMED
from .state import NamedState

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter

_ACTIVATION_OPS = {"relu", "softmax", "sigmoid", "tanh", "elu", "selu", "gelu", "softplus"}


def spec_of(cls: Value) -> NamedSpec | None:
    """The spec of a named class, or of the one a user class derives from."""
    specs = (getattr(base, "spec", None) for base in mro_of(cls))
    return next((s for s in specs if isinstance(s, NamedSpec)), None)


def _new(interp: Interpreter, call: Call) -> Value:
    made = call.receiver
    if isinstance(made, Instance) and made.state is None:
        spec = spec_of(made.cls)
        made.state = NamedState(spec) if spec is not None else None
    return None


def _init(interp: Interpreter, call: Call) -> Value:
    made = call.receiver
    state = made.state if isinstance(made, Instance) else None
    if not isinstance(state, NamedState) or call.opaque:
        return None
    parameters = state.spec.parameters
    kwargs = {k: v for k, v in call.kwargs.items() if k not in ("name", "dtype", "reduction")}
    kwargs |= {k: v for k, v in call.kwargs.items() if k in parameters.params}
    try:
        given = parameters.bind(call.args, kwargs)
    except BindError as error:
        if _tolerated(interp, state.spec, error):
            return None
        detail = {"function": state.spec.name, "problem": error.kind, "names": error.names}
        interp.emit(PythonError(call.site, "arguments", detail, made))
        return None
    state.arguments = Args(parameters.complete(given), parameters)
    return None


def _tolerated(interp: Interpreter, spec: NamedSpec, error: BindError) -> bool:
    """Keras 2 optimizers take old names; Keras 3 still takes one of them, and ignores it."""
    if interp.dialect == "keras2" or error.kind != "unexpected":
        return True
    return spec.family == "optimizer" and set(error.names) <= {"decay"}


def _unknown_attribute(interp: Interpreter, call: Call) -> Value:
    return Unknown(f"attribute {call.args[0]}")


def _call(interp: Interpreter, call: Call) -> Value:
    """Initializers make tensors of a shape; what the others return is not followed."""
    made = call.receiver
    state = made.state if isinstance(made, Instance) else None
    if isinstance(state, NamedState) and state.spec.family == "initializer":
        given = call.kwargs.get("shape", call.args[0] if call.args else None)
        shape = as_shape(given)
        if isinstance(shape, tuple):
            kind = TensorType(shape, "float32", kind="tensor")
            return Tensor(kind, "tensor", None, call.site, None, state.spec.name)
    return Unknown("result of an object that is not followed")


for _base in NAMED.values():
    for _suffix, _run in {
        "__new__": _new,
        "__init__": _init,
        "__call__": _call,
        "__getattr__": _unknown_attribute,
    }.items():
        native(f"{_base.name}.{_suffix}")(_run)


def named_function(family: str, name: str, spec: NamedSpec) -> Native:
    """A loss, metric or activation function by its own name."""

    def run(interp: Interpreter, call: Call) -> Value:
        for value in call.args[:1]:
            if family == "activation" and isinstance(value, Tensor):
                kind = TensorType(value.type.shape, value.type.dtype, kind=value.kind)
                return Tensor(kind, value.kind, None, call.site, value.producer, name)
        return Unknown(f"result of {name}")

    key = f"keras.{family}.{name}"
    found = natives.table.get(key)
    if isinstance(found, Native):
        return found
    made = Native(key, run)
    natives.table[key] = made
    return made


__all__ = ["NativeClass", "named_function", "spec_of"]
