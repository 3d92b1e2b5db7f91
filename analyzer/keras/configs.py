"""`get_config` and `from_config`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..natives import native
from ..unknown import Unknown
from ..values import Call, Value
from .kinds import state_of

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter


@native("keras.layers.Layer.get_config")
def get_config(interp: Interpreter, call: Call) -> Value:
    """`super().get_config()`: a dict whose entries are known to exist."""
    state = state_of(call.receiver)
    name: Value = state.name if state else Unknown("name")
    return {"name": name, "trainable": Unknown("trainable"), "dtype": Unknown("dtype")}
