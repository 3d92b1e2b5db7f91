"""Functional forms of layers: `keras.layers.add([a, b])` makes a layer and calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..specs.base import LayerSpec
from ..specs.signature import BindError, parse
from ..unknown import Unknown
from ..values import Call, Native, NativeClass, Value

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter


def functional_form(name: str, spec: LayerSpec, cls: NativeClass) -> Native:
    """The function that makes a layer of `cls` and calls it on its first argument."""
    assert spec.function is not None
    signature = parse(spec.function[1])
    first = next(iter(signature.params))

    def run(interp: Interpreter, call: Call) -> Value:
        if call.opaque:
            return interp.unknown(f"unknown arguments of {name}")
        try:
            given = signature.bind(call.args, call.kwargs)
        except BindError:
            return Unknown(f"{name} was called with wrong arguments")
        inputs = given.pop(first, None)
        more = given.pop("kwargs", {})
        kwargs = given | (more if isinstance(more, dict) else {})
        layer = interp.call(cls, (), kwargs, call.site)
        return interp.call(layer, (inputs,), {}, call.site)

    return Native(f"keras.layers.{name}", run)
