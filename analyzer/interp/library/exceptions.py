"""Builtin exception classes, with their hierarchy."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from ...natives import native, native_class, table
from ...values import Call, Instance, NativeClass, Value
from ..mro import OBJECT

if TYPE_CHECKING:
    from ..interpreter import Interpreter


def _register(cls: type) -> NativeClass:
    name = f"builtins.{cls.__name__}"
    found = table.get(name)
    if isinstance(found, NativeClass):
        return found
    bases = tuple(_register(b) for b in cls.__bases__ if issubclass(b, BaseException))
    return native_class(name, *(bases or (OBJECT,)))


for _cls in vars(builtins).values():
    if isinstance(_cls, type) and issubclass(_cls, BaseException):
        _register(_cls)
table["builtins.IOError"] = table["builtins.EnvironmentError"] = table["builtins.OSError"]


@native("builtins.BaseException.__init__")
def initialise(interp: Interpreter, call: Call) -> Value:
    """An exception keeps its arguments."""
    if isinstance(call.receiver, Instance):
        interp.store_attribute(call.receiver, "args", tuple(call.args))
    return None
