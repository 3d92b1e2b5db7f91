"""Attributes of modules: native ones by canonical name, the project's own by execution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import natives
from ..unknown import Unknown
from ..values import ABSENT, Call, Module, Namespace, Site, Value
from .spellings import canonical, is_native

if TYPE_CHECKING:
    from .interpreter import Interpreter


def from_module(interp: Interpreter, obj: Module, name: str, site: Site) -> Value:
    """`keras.layers`, `np.zeros`: what the canonical name stands for."""
    full = canonical(f"{obj.name}.{name}")
    spelling = f"{obj.spelling or obj.name}.{name}"
    hook = natives.hook("module.__getattr__")
    if hook is not None:
        value = hook(interp, Call((full, spelling), {}, site, obj))
        if value is not None:
            return value
    if name == "newaxis":
        return None
    value = natives.resolve(full)
    if isinstance(value, Module):
        return Module(value.name, spelling)
    if value is not None:
        return value
    if is_native(full):
        return Module(full, spelling)
    return Unknown(f"{full} is not modelled")


def from_namespace(interp: Interpreter, obj: Namespace, name: str, site: Site) -> Value:
    """`helpers.build`: a global of a module of the project."""
    if name in obj.names:
        return obj.names[name]
    sub = interp.submodule(obj, name)
    if sub is not None:
        return sub
    if name in ("__file__", "__doc__", "__dict__", "__path__", "__spec__", "__loader__"):
        return Unknown(name)
    if "__getattr__" in obj.names or interp.may_gain(obj, name):
        return Unknown(f"{obj.name}.{name} may come from elsewhere")
    return ABSENT


def missing(interp: Interpreter, obj: Module, name: str, site: Site) -> Value | None:
    """What natives say of a name that a native module is proved not to have."""
    hook = natives.hook("module.__missing__")
    full = f"{obj.name}.{name}"
    spelling = f"{obj.spelling or obj.name}.{name}"
    return None if hook is None else hook(interp, Call((full, spelling), {}, site, obj))
