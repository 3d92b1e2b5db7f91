"""`obj.name = value` and `del obj.name`, for every kind of value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import natives
from ..facts import AttributeSet
from ..unknown import OneOf, Unknown
from ..values import (
    Bound,
    Call,
    Class,
    Function,
    Instance,
    Names,
    Namespace,
    NativeClass,
    Property,
    Site,
    Tensor,
    Value,
)
from .errors import python_error
from .mro import BUILTIN_CLASSES, mro_of, type_name

if TYPE_CHECKING:
    from .interpreter import Interpreter


def assign(interp: Interpreter, obj: Value, name: str, value: Value, site: Site) -> None:
    """`obj.name = value`, by the hooks of its class."""
    if isinstance(obj, Instance):
        if not _assign_by_class(interp, obj, name, value, site):
            store(interp, obj, name, value)
            interp.emit(AttributeSet(site, obj, name, value, interp.frame.method))
    elif isinstance(obj, Class | Namespace):
        _store(interp, obj.names, name, value)
    elif isinstance(obj, Function):
        _store(interp, obj.attrs, name, value)
    elif isinstance(obj, Tensor):
        hook = natives.hook("tensor.__setattr__")
        if hook is not None:
            hook(interp, Call((obj, name, value), {}, site, obj))
    elif isinstance(obj, OneOf):
        for source in obj.sources:
            if isinstance(source, Instance):
                _perhaps_store(interp, source.attrs, name)


def _perhaps_store(interp: Interpreter, names: Names, name: str) -> None:
    """An attribute was set on this object or on another one."""
    interp.touch(names)
    if name not in names:
        names.maybe |= {name}
    names[name] = Unknown("set on one of several objects")


def _assign_by_class(
    interp: Interpreter, obj: Instance, name: str, value: Value, site: Site
) -> bool:
    for base in mro_of(obj.cls):
        if isinstance(base, Class):
            hook = base.names.get("__setattr__")
            if hook is not None:
                interp.call(Bound(obj, hook, base), (name, value), {}, site)
                return True
            found = base.names.get(name)
            if isinstance(found, Property) and not found.cached:
                return _set_property(interp, found, obj, value, site)
        elif isinstance(base, NativeClass) and base.name not in BUILTIN_CLASSES:
            native = natives.hook(f"{base.name}.__setattr__")
            if native is not None:
                native(interp, Call((name, value), {}, site, obj))
                return True
    return False


def _set_property(
    interp: Interpreter, found: Property, obj: Instance, value: Value, site: Site
) -> bool:
    if found.setter is not None:
        interp.call(found.setter, (obj, value), {}, site)
    elif isinstance(found.getter, Function):
        detail = {"name": found.getter.name, "type": type_name(obj), "setter": False}
        python_error(interp, "attribute", "AttributeError", detail, site, obj)
    return True


def store(interp: Interpreter, obj: Instance, name: str, value: Value) -> None:
    """Put a value into an object's own attributes, past all hooks."""
    _store(interp, obj.attrs, name, value)


def _store(interp: Interpreter, names: Names, name: str, value: Value) -> None:
    interp.touch(names)
    names[name] = value
    if names.maybe:
        names.maybe -= {name}


def remove(interp: Interpreter, obj: Value, name: str) -> None:
    """`del obj.name`"""
    names = obj.attrs if isinstance(obj, Instance) else getattr(obj, "names", None)
    if isinstance(names, Names) and name in names:
        interp.touch(names)
        del names[name]
