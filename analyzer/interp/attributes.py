"""`obj.name`: reading attributes of every kind of value."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from .. import natives
from ..unknown import Unknown
from ..values import (
    ABSENT,
    OPEN,
    Bound,
    Call,
    Class,
    ClassMethod,
    DType,
    Function,
    Instance,
    Iterator,
    Module,
    Namespace,
    Native,
    NativeClass,
    NativeProperty,
    Property,
    Site,
    StaticMethod,
    Super,
    Tensor,
    TensorShape,
    Value,
)
from .errors import class_of_exception, python_error
from .mro import BUILTIN_CLASSES, OBJECT, find_in_class, is_subclass, mro_of, type_name
from .namespaces import from_module, from_namespace, missing
from .setting import store
from .signals import ProgramRaise

if TYPE_CHECKING:
    from .interpreter import Interpreter

_OF_OBJECT = frozenset(dir(object)) | {"__dict__", "__module__", "__weakref__"}
_PLAIN = (str, bytes, bool, int, float, complex, tuple, list, dict, set, frozenset, range, slice)
_PLAIN_OR_NONE = (*_PLAIN, deque, type(None))


def get(interp: Interpreter, obj: Value, name: str, site: Site) -> Value:
    """The value of an attribute; a proved absence is emitted and gives Unknown."""
    value = find(interp, obj, name, site)
    if value is not ABSENT:
        return value
    if name in _OF_OBJECT:
        return Unknown(f"object.{name}")
    found = missing(interp, obj, name, site) if isinstance(obj, Module) else None
    if found is not None:
        return found
    detail = {"name": name, "type": type_name(obj)}
    return python_error(interp, "attribute", "AttributeError", detail, site, obj)


def find(interp: Interpreter, obj: Value, name: str, site: Site) -> Value:
    """The value of an attribute, `ABSENT` when it is proved absent."""
    if isinstance(obj, Unknown):
        return obj
    special = _FIND.get(type(obj))
    if special is not None:
        return special(interp, obj, name, site)
    if isinstance(obj, _PLAIN_OR_NONE):
        return _from_plain(interp, obj, name, site)
    return Unknown(f"attribute {name}")


def _from_instance(interp: Interpreter, obj: Instance, name: str, site: Site) -> Value:
    attrs = obj.attrs
    if name in attrs:
        value = attrs[name]
        if name not in attrs.maybe:
            return value
        found = find_in_class(obj.cls, name)
        if found is None:
            return value
        return interp.join(value, _bind(interp, found, obj, site), f"{name} is set")
    found = find_in_class(obj.cls, name)
    if found is not None and not isinstance(found[1], Unknown):
        return _bind(interp, found, obj, site)
    if name == "__class__":
        return obj.cls
    if name == "__dict__":
        return attrs
    return _from_hooks(interp, obj, name, site)


def _from_hooks(interp: Interpreter, obj: Instance, name: str, site: Site) -> Value:
    """`__getattr__` of the class, user's or native; `ABSENT` only on proof."""
    for base in mro_of(obj.cls):
        if isinstance(base, Class):
            if "__getattr__" in base.names and name[:2] != "__":
                found = _bind(interp, (base.names["__getattr__"], base), obj, site)
                return _ask(interp, found, name, site)
        elif isinstance(base, NativeClass):
            value = _from_native_hook(interp, base, name, Call((name,), {}, site, obj))
            if value is not None and value is not ABSENT:
                return value
        else:
            return base
    return Unknown("seen by unknown code") if OPEN in obj.attrs.maybe else ABSENT


def _ask(interp: Interpreter, hook: Value, name: str, site: Site) -> Value:
    """What the program's own `__getattr__` answers; raising AttributeError means no."""
    with interp.guarding(("AttributeError",)):
        try:
            return interp.call(hook, (name,), {}, site)
        except ProgramRaise as raised:
            cls = class_of_exception(raised.value)
            if isinstance(cls, Class | NativeClass) and is_subclass(cls, _MISSING) is not False:
                return ABSENT
            raise


_MISSING = NativeClass("builtins.AttributeError")


def _from_native_hook(
    interp: Interpreter, base: NativeClass, name: str, call: Call
) -> Value | None:
    """What a native class says of a name it has no native for; None sends on."""
    plain = BUILTIN_CLASSES.get(base.name)
    if plain is not None:
        known = name not in _OF_OBJECT and any(name in vars(c) for c in plain.__mro__)
        return Unknown(f"{base.name}.{name}") if known else None
    hook = natives.hook(f"{base.name}.__getattr__")
    if hook is not None:
        return hook(interp, call)
    derived = any(b is not OBJECT for b in base.bases)  # it leaves the answer to its base
    return None if derived else Unknown(f"{base.name}.{name} is not modelled")


def _bind(interp: Interpreter, found: tuple[Value, Value], obj: Value, site: Site) -> Value:
    """What a class attribute gives when it is read through an instance."""
    value, owner = found
    if isinstance(value, Function | Native):
        return Bound(obj, value, owner)
    if isinstance(value, NativeProperty):
        return value.run(interp, Call((), {}, site, obj))
    if isinstance(value, StaticMethod):
        return value.function
    if isinstance(value, ClassMethod):
        cls = obj.cls if isinstance(obj, Instance) else obj
        return Bound(cls, value.function, owner)
    if isinstance(value, Property):
        return _run_property(interp, value, obj, site)
    return value


def _run_property(interp: Interpreter, value: Property, obj: Value, site: Site) -> Value:
    result = interp.call(value.getter, (obj,), {}, site)
    if value.cached and isinstance(obj, Instance) and isinstance(value.getter, Function):
        store(interp, obj, value.getter.name, result)
    return result


def _from_class(interp: Interpreter, obj: Class, name: str, site: Site) -> Value:
    found = find_in_class(obj, name)
    if found is None or isinstance(found[1], Unknown):
        return _missing_in_class(obj, name)
    value, owner = found
    if isinstance(value, StaticMethod):
        return value.function
    if isinstance(value, ClassMethod):
        return Bound(obj, value.function, owner)
    if isinstance(value, NativeProperty):
        return value.run(interp, Call((), {}, site, obj))
    return unbound(value) if isinstance(value, Native) and owner is not obj else value


def _missing_in_class(obj: Class, name: str) -> Value:
    special = _CLASS_NAMES.get(name)
    if special is not None:
        return special(obj)
    for base in obj.mro:
        known = isinstance(base, Class) or getattr(base, "name", "") in BUILTIN_CLASSES
        if not known or (isinstance(base, Class) and "__metaclass__" in base.names):
            return Unknown(f"class attribute {name}")
    return Unknown(f"type.{name}") if hasattr(type, name) else ABSENT


_CLASS_NAMES: dict[str, Callable[[Class], Value]] = {
    "__name__": lambda cls: cls.name,
    "__qualname__": lambda cls: cls.name,
    "__mro__": lambda cls: cls.mro,
    "__bases__": lambda cls: cls.bases,
    "__dict__": lambda cls: cls.names,
    "__module__": lambda cls: "__main__",
}


def unbound(native: Native) -> Native:
    """A native method taken from its class: its first argument is the receiver."""

    def run(interp: Interpreter, call: Call) -> Value:
        if not call.args:
            return Unknown("a method without its receiver")
        moved = Call(call.args[1:], call.kwargs, call.site, call.args[0], call.opaque)
        interp.note_super(native.name.rsplit(".", 1)[-1], call.args[0])
        return native.run(interp, moved)

    return Native(native.name, run)


def _from_native_class(interp: Interpreter, obj: NativeClass, name: str, site: Site) -> Value:
    if name in ("__name__", "__qualname__"):
        return obj.name.rsplit(".", 1)[-1]
    for base in mro_of(obj):
        found = natives.table.get(f"{base.name}.{name}")  # type: ignore[union-attr]
        if isinstance(found, Native):
            return unbound(found) if not getattr(found.run, "static", False) else found
    value = natives.resolve(f"{obj.name}.{name}")
    return Unknown(f"{obj.name}.{name}") if value is None else value


def _from_super(interp: Interpreter, obj: Super, name: str, site: Site) -> Value:
    receiver = obj.receiver
    cls = receiver.cls if isinstance(receiver, Instance) else receiver
    chain = mro_of(cls)
    start = chain.index(obj.owner) + 1 if obj.owner in chain else 0
    for base in chain[start:]:
        if isinstance(base, Unknown):
            interp.note_super(name, receiver)
            return base
        found = find_in_class(base, name, alone=True)
        if found is not None:
            if isinstance(receiver, Class) and not isinstance(found[0], ClassMethod):
                return found[0]
            return _bind(interp, found, receiver, site)
        if isinstance(base, NativeClass):
            call = Call((name,), {"super": True}, site, receiver)
            value = _from_native_hook(interp, base, name, call)
            if value is not None and value is not ABSENT:
                return value
    return ABSENT


def _from_tensor(interp: Interpreter, obj: Tensor, name: str, site: Site) -> Value:
    hook = natives.hook("tensor.__getattr__")
    if hook is None:
        return Unknown("tensor attribute")
    return hook(interp, Call((obj, name), {}, site, obj))


def _from_shape(interp: Interpreter, obj: TensorShape, name: str, site: Site) -> Value:
    hook = natives.hook("tensorshape.__getattr__")
    return Unknown("shape") if hook is None else hook(interp, Call((obj, name), {}, site, obj))


def _from_function(interp: Interpreter, obj: Function, name: str, site: Site) -> Value:
    if name in obj.attrs:
        return obj.attrs[name]
    if name in ("__name__", "__qualname__"):
        return obj.name
    return Unknown(f"function attribute {name}")


def _from_bound(interp: Interpreter, obj: Bound, name: str, site: Site) -> Value:
    if name == "__self__":
        return obj.receiver
    if name == "__func__":
        return obj.function
    return find(interp, obj.function, name, site)


def _from_native(interp: Interpreter, obj: Native, name: str, site: Site) -> Value:
    if name in ("__name__", "__qualname__"):
        return obj.name.rsplit(".", 1)[-1]
    found = natives.resolve(f"{obj.name}.{name}")
    return Unknown(f"{obj.name}.{name}") if found is None else found


def _from_property(interp: Interpreter, obj: Property, name: str, site: Site) -> Value:
    found = natives.table.get(f"builtins.property.{name}")
    return Bound(obj, found) if isinstance(found, Native) else Unknown(f"property.{name}")


def _from_iterator(interp: Interpreter, obj: Iterator, name: str, site: Site) -> Value:
    found = natives.table.get(f"builtins.iterator.{name}")
    return Bound(obj, found) if isinstance(found, Native) else Unknown(f"iterator.{name}")


def _from_plain(interp: Interpreter, obj: Value, name: str, site: Site) -> Value:
    for base in type(obj).__mro__[:-1]:
        found = natives.table.get(f"builtins.{base.__name__}.{name}")
        if isinstance(found, Native):
            return Bound(obj, found)
        if isinstance(found, NativeProperty):
            return found.run(interp, Call((), {}, site, obj))
    if isinstance(obj, DType):
        return Unknown(f"dtype.{name}")
    if name == "__class__":
        return natives.resolve(f"builtins.{type(obj).__name__}")
    return Unknown(f"{type(obj).__name__}.{name}") if hasattr(obj, name) else ABSENT


_Find: TypeAlias = "Callable[[Interpreter, object, str, Site], Value]"
_FIND: dict[type, _Find] = {
    Instance: _from_instance,
    Class: _from_class,
    NativeClass: _from_native_class,
    Module: from_module,
    Namespace: from_namespace,
    Super: _from_super,
    Tensor: _from_tensor,
    TensorShape: _from_shape,
    Function: _from_function,
    Bound: _from_bound,
    Native: _from_native,
    Property: _from_property,
    Iterator: _from_iterator,
}  # type: ignore[assignment]
