"""Builtins that look at objects: `len`, `isinstance`, `getattr`, `type`, `callable`, ..."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from ...dims import Expr
from ...natives import hook, native, table
from ...unknown import Unknown
from ...values import (
    ABSENT,
    Bound,
    Call,
    Class,
    Function,
    Instance,
    Iterator,
    Module,
    Names,
    Native,
    NativeClass,
    Repeated,
    Site,
    Tensor,
    Value,
)
from ..attributes import find
from ..classes import super_of
from ..errors import python_error
from ..mro import BUILTIN_CLASSES, is_subclass, mro_of
from ..opaque import is_opaque
from .binding import function
from .conversions import PLAIN_TYPES

if TYPE_CHECKING:
    from ..interpreter import Interpreter

_CALLABLES = (Function, Bound, Native, Class, NativeClass)
_NO_LENGTH = (int, float, complex, bool, type(None))


_SIZED = (str, bytes, tuple, list, dict, set, frozenset, range, deque)


@function("builtins.len", signature="(obj)")
def length(interp: Interpreter, site: Site, obj: Value) -> Value:
    """`len(x)`"""
    if isinstance(obj, _SIZED):
        return Unknown("unknown length") if _is_endless(obj) else len(obj)
    if isinstance(obj, Repeated):
        return obj.length
    if isinstance(obj, Tensor):
        measure = hook("tensor.__len__")
        call = Call((obj,), {}, site, obj)
        return Unknown("length of a tensor") if measure is None else measure(interp, call)
    if isinstance(obj, Instance):
        return _own_length(interp, obj, site)
    members = obj.names.get("__members__") if isinstance(obj, Class) else None
    if isinstance(members, dict):
        return len(members)
    if isinstance(obj, _NO_LENGTH):
        detail = {"type": type(obj).__name__, "operation": "len()"}
        return python_error(interp, "type", "TypeError", detail, site, obj)
    return obj if isinstance(obj, Unknown) else Unknown("unknown length")


def _is_endless(obj: Value) -> bool:
    return is_opaque(obj) or (isinstance(obj, range) and bool(obj[2**62 :]))


def _own_length(interp: Interpreter, obj: Instance, site: Site) -> Value:
    found = interp.find_attribute(obj, "__len__", site)
    if found is not None and not _is_builtin(found):
        return interp.call(found, (), {}, site)
    return len(obj.state) if isinstance(obj.state, _SIZED) else Unknown("unknown length")


def _is_builtin(found: Value) -> bool:
    return (
        isinstance(found, Bound)
        and isinstance(found.function, Native)
        and (found.function.name.startswith("builtins."))
    )


def class_of(value: Value) -> Value:
    """`type(x)`, Unknown when nobody knows."""
    if isinstance(value, Instance):
        return value.cls
    plain = PLAIN_TYPES.get(type(value))
    if plain is not None:
        return plain
    if isinstance(value, Class | NativeClass):
        return table["builtins.type"]
    if isinstance(value, Tensor):
        hook = table.get("tensor.__class__")
        if isinstance(hook, Native):
            return hook.run(None, Call((value,), {}, value.origin))  # type: ignore[arg-type]
    named = _TYPE_NAMES.get(type(value))
    return Unknown("a type") if named is None else NativeClass(f"types.{named}")


_TYPE_NAMES = {
    Function: "FunctionType",
    Native: "BuiltinFunctionType",
    Bound: "MethodType",
    Module: "ModuleType",
    Iterator: "GeneratorType",
}


@native("builtins.type.__construct__")
def type_of(interp: Interpreter, call: Call) -> Value:
    """`type(x)`; making classes by `type(name, bases, dict)` is not followed."""
    if len(call.args) == 1:
        return class_of(call.args[0])
    return interp.unknown("a class made by type()")


def instance_of(interp: Interpreter, value: Value, cls: Value, site: Site) -> bool | None:
    """`isinstance(value, cls)`"""
    if isinstance(cls, tuple):
        answers = [instance_of(interp, value, c, site) for c in cls]
        return True if True in answers else None if None in answers else False
    if isinstance(value, Unknown) or not isinstance(cls, Class | NativeClass):
        return None
    if isinstance(cls, NativeClass) and hook(f"{cls.name}.__instancecheck__") is not None:
        return _by_hook(interp, cls, Call((value,), {}, site))
    if isinstance(value, Tensor):
        return False if isinstance(cls, Class) or cls.name in BUILTIN_CLASSES else None
    return _by_class(class_of(value), cls)


def _by_hook(interp: Interpreter, cls: NativeClass, call: Call) -> bool | None:
    check = hook(f"{cls.name}.__instancecheck__")
    answer = None if check is None else check(interp, call)
    return answer if isinstance(answer, bool) else None


def _by_class(own: Value, cls: Class | NativeClass) -> bool | None:
    if isinstance(own, Unknown):
        return None
    holds = is_subclass(own, cls)
    if holds is False and isinstance(cls, NativeClass) and cls.name not in BUILTIN_CLASSES:
        return _native_instance(own)
    return holds


def _native_instance(own: Value) -> bool | None:
    """Whether an object is surely no instance of an unrelated native class."""
    plain = all(
        isinstance(base, Class) or getattr(base, "name", "") in BUILTIN_CLASSES
        for base in mro_of(own)
    )
    return False if plain else None


@function("builtins.isinstance", signature="(obj, cls)")
def is_instance(interp: Interpreter, site: Site, obj: Value, cls: Value) -> Value:
    """`isinstance(obj, cls)`"""
    holds = instance_of(interp, obj, cls, site)
    return Unknown("an undecided isinstance") if holds is None else holds


@function("builtins.issubclass", signature="(cls, base)")
def is_derived(interp: Interpreter, site: Site, cls: Value, base: Value) -> Value:
    """`issubclass(cls, base)`"""
    bases = base if isinstance(base, tuple) else (base,)
    if not all(isinstance(c, Class | NativeClass) for c in (cls, *bases)):
        return Unknown("an undecided issubclass")
    answers = [is_subclass(cls, b) for b in bases]
    if True in answers:
        return True
    return Unknown("an undecided issubclass") if None in answers else False


@function("builtins.callable", signature="(obj)")
def is_callable(interp: Interpreter, site: Site, obj: Value) -> Value:
    """`callable(obj)`"""
    if isinstance(obj, _CALLABLES):
        return True
    if isinstance(obj, Instance):
        found = find(interp, obj, "__call__", site)
        if isinstance(found, Unknown):
            return Unknown("an undecided callable")
        return found is not ABSENT
    known = type(obj) in PLAIN_TYPES or isinstance(obj, Tensor | Module)
    return False if known else Unknown("an undecided callable")


@native("builtins.getattr")
def get_attribute(interp: Interpreter, call: Call) -> Value:
    """`getattr(obj, name, default)`"""
    if len(call.args) < 2 or not isinstance(call.args[1], str):
        return interp.unknown("getattr of an unknown name")
    obj, name = call.args[0], call.args[1]
    if len(call.args) < 3:
        return interp.get_attribute(obj, name, call.site)
    found = find(interp, obj, name, call.site)
    if found is not ABSENT and _surely(obj, name) is None:
        return interp.join(found, call.args[2], f"hasattr {name}")
    return call.args[2] if found is ABSENT else found


def _surely(obj: Value, name: str) -> bool | None:
    """None when an attribute that was found is there on some paths only."""
    names = obj.attrs if isinstance(obj, Instance) else None
    return None if isinstance(names, Names) and name in names.maybe else True


@function("builtins.hasattr", signature="(obj, name)")
def has_attribute(interp: Interpreter, site: Site, obj: Value, name: Value) -> Value:
    """`hasattr(obj, name)`"""
    if not isinstance(name, str):
        return Unknown("hasattr of an unknown name")
    found = find(interp, obj, name, site)
    if isinstance(found, Unknown) and not _own(obj, name):
        return Unknown(f"hasattr {name}")
    if found is not ABSENT and _surely(obj, name) is None:
        return Unknown(f"hasattr {name}")
    return found is not ABSENT


def _own(obj: Value, name: str) -> bool:
    return isinstance(obj, Instance) and name in obj.attrs


@function("builtins.setattr", signature="(obj, name, value)")
def set_attribute(interp: Interpreter, site: Site, obj: Value, name: Value, value: Value) -> Value:
    """`setattr(obj, name, value)`; an unknown name opens the object."""
    if isinstance(name, str):
        interp.set_attribute(obj, name, value, site)
    else:
        interp.escape(obj)
    return None


@function("builtins.delattr", signature="(obj, name)")
def delete_attribute(interp: Interpreter, site: Site, obj: Value, name: Value) -> Value:
    """`delattr(obj, name)`"""
    if isinstance(name, str):
        interp.delete_attribute(obj, name)
    return None


@native("builtins.super.__construct__", "builtins.super")
def super_object(interp: Interpreter, call: Call) -> Value:
    """`super()`"""
    return super_of(interp, call)


@native("builtins.vars")
def variables(interp: Interpreter, call: Call) -> Value:
    """`vars(obj)`: its attributes."""
    if call.args and isinstance(call.args[0], Instance):
        return call.args[0].attrs
    return interp.unknown("vars()")


@native("builtins.id", "builtins.hash", "builtins.input", "builtins.open", "builtins.dir")
def opaque_result(interp: Interpreter, call: Call) -> Value:
    """Functions whose result nobody can know here."""
    return interp.unknown("a value known only when the program runs")


@native("builtins.globals", "builtins.locals")
def namespace(interp: Interpreter, call: Call) -> Value:
    """`globals()`: not followed; the module counts as dynamic."""
    return interp.unknown("globals() or locals()")


@native("builtins.eval", "builtins.exec", "builtins.compile", "builtins.__import__")
def dynamic(interp: Interpreter, call: Call) -> Value:
    """Code that is text."""
    for value in call.args:
        interp.escape(value)
    interp.frame.scope.module.dynamic = True
    return interp.unknown("code that is text")


@native("builtins.print", "builtins.breakpoint", "builtins.help")
def shown(interp: Interpreter, call: Call) -> Value:
    """`print(...)` changes nothing."""
    return None


@native("builtins.exit", "builtins.quit", "sys.exit", "os._exit")
def leave(interp: Interpreter, call: Call) -> Value:
    """The program ends here."""
    from ..errors import make_exception
    from ..signals import ProgramRaise

    raise ProgramRaise(make_exception("SystemExit", tuple(call.args), call.site))


__all__ = ["Expr", "class_of", "instance_of"]
