"""Kinds of classes with a meaning: Enum, NamedTuple, dataclasses, abc, typing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ...natives import native, native_class, native_property, table
from ...unknown import Unknown
from ...values import (
    Call,
    Class,
    ClassMethod,
    Function,
    Instance,
    Native,
    Property,
    StaticMethod,
    Value,
)
from ..errors import python_error
from ..mro import OBJECT, mro_of
from .conversions import instance_for

if TYPE_CHECKING:
    from ..interpreter import Interpreter

_REQUIRED = object()
_ENUM = native_class("enum.Enum", OBJECT)
for _name in ("IntEnum", "Flag", "IntFlag", "StrEnum"):
    native_class(f"enum.{_name}", _ENUM)
native_class("abc.ABC", OBJECT)
native_class("abc.ABCMeta", OBJECT)
native_class("typing.Generic", OBJECT)
native_class("typing.Protocol", OBJECT)
native_class("typing.NamedTuple", table["builtins.tuple"])  # type: ignore[arg-type]
native_class("typing.TypedDict", table["builtins.dict"])  # type: ignore[arg-type]
native_class("types.SimpleNamespace", OBJECT)
native_class("threading.Thread", OBJECT)
_FUNCTIONS = (Function, Property, StaticMethod, ClassMethod, Native, Class)


def _absent(interp: Interpreter, call: Call) -> Value:
    from ...values import ABSENT

    return ABSENT


for _known in (
    "enum.Enum",
    "enum.IntEnum",
    "enum.Flag",
    "enum.IntFlag",
    "enum.StrEnum",
    "abc.ABC",
    "typing.Generic",
    "typing.NamedTuple",
    "typing.Protocol",
    "types.SimpleNamespace",
):
    native(f"{_known}.__getattr__")(_absent)


@native("enum.Enum.__init_subclass__")
def make_members(interp: Interpreter, call: Call) -> Value:
    """The plain names of an Enum become members."""
    cls = call.receiver
    assert isinstance(cls, Class)
    members: dict[Value, Value] = {}
    for name, value in list(cls.names.items()):
        if name.startswith("_") or isinstance(value, _FUNCTIONS):
            continue
        if value is AUTO:
            value = len(members) + 1
        member = Instance(cls, site=call.site)
        member.attrs.update(name=name, value=value, _value_=value, _name_=name)
        if any(getattr(base, "name", "") in ("enum.IntEnum", "enum.StrEnum") for base in cls.mro):
            member.state = value
        members[name] = cls.names[name] = member
    cls.names["__members__"] = members
    return None


@native("typing.Generic.__class_getitem__", "typing.Protocol.__class_getitem__")
def parametrised(interp: Interpreter, call: Call) -> Value:
    """`super().__class_getitem__(params)`: the class as it is."""
    return interp.unknown("a parametrised class")


AUTO = Instance(OBJECT)


@native("enum.auto")
def automatic(interp: Interpreter, call: Call) -> Value:
    """`enum.auto()`"""
    return AUTO


@native("enum.unique")
def unique(interp: Interpreter, call: Call) -> Value:
    """`@enum.unique` changes nothing."""
    return call.args[0]


@native("enum.Enum.__new__")
def member_by_value(interp: Interpreter, call: Call) -> Value:
    """`Color(1)` looks a member up."""
    receiver = call.receiver
    cls = receiver.cls if isinstance(receiver, Instance) else None
    members = cls.names.get("__members__") if isinstance(cls, Class) else None
    if not isinstance(members, dict) or len(call.args) != 1:
        return interp.unknown("an Enum made by a call")
    for member in members.values():
        if isinstance(member, Instance) and member.attrs["value"] == call.args[0]:
            return member
    return Unknown("a member of an Enum")


def named_tuple_fields(
    fields: Sequence[tuple[str, Mapping[Value, Value]]],
) -> tuple[tuple[str, Value], ...]:
    """Fields of a named tuple with their defaults."""
    return tuple((name, defaults.get(name, _REQUIRED)) for name, defaults in fields)


@native("typing.NamedTuple.__init_subclass__")
def read_fields(interp: Interpreter, call: Call) -> Value:
    """The annotations of a NamedTuple are its fields."""
    cls = call.receiver
    assert isinstance(cls, Class)
    noted = cls.names.get("__annotations__")
    direct = any(getattr(base, "name", "") == "typing.NamedTuple" for base in cls.bases)
    if direct and isinstance(noted, dict):
        cls.names["__fields__"] = tuple((n, cls.names.get(n, _REQUIRED)) for n in noted)
        for name in noted:
            cls.names.pop(name, None)
    return None


def _fields_of(value: Instance | Class) -> tuple[tuple[str, Value], ...]:
    for base in mro_of(value.cls if isinstance(value, Instance) else value):
        if isinstance(base, Class) and "__fields__" in base.names:
            return base.names["__fields__"]  # type: ignore[return-value]
    return ()


@native("typing.NamedTuple.__new__")
def make_named_tuple(interp: Interpreter, call: Call) -> Value:
    """A named tuple is its items, and attributes for them."""
    made, given = instance_for(call)
    if made is None:
        return interp.unknown("NamedTuple.__new__")
    bound = _bind_fields(interp, _fields_of(made), given)
    if bound is None:
        return Unknown("a named tuple of unknown fields")
    made.attrs.update(bound)
    made.state = tuple(bound.values())
    return None if made is call.receiver else made


@native("typing.NamedTuple.__init__")
def nothing(interp: Interpreter, call: Call) -> Value:
    """All of it is done in `__new__`."""
    return None


@native("typing.NamedTuple._replace")
def replaced(interp: Interpreter, call: Call) -> Value:
    """`point._replace(x=1)`"""
    receiver = call.receiver
    assert isinstance(receiver, Instance)
    values = {name: receiver.attrs[name] for name, _ in _fields_of(receiver)}
    return interp.call(receiver.cls, (), {**values, **call.kwargs}, call.site)


@native("typing.NamedTuple._asdict")
def as_dict(interp: Interpreter, call: Call) -> Value:
    """`point._asdict()`"""
    receiver = call.receiver
    assert isinstance(receiver, Instance)
    return {name: receiver.attrs[name] for name, _ in _fields_of(receiver)}


@native_property("typing.NamedTuple._fields")
def field_names(interp: Interpreter, call: Call) -> Value:
    """`Point._fields`"""
    return tuple(name for name, _ in _fields_of(call.receiver))  # type: ignore[arg-type]


def _bind_fields(
    interp: Interpreter, fields: tuple[tuple[str, Value], ...], call: Call
) -> dict[str, Value] | None:
    """Arguments by field; None when they are unknown or wrong."""
    if call.opaque:
        return None
    names = [name for name, _ in fields]
    given = dict(zip(names, call.args, strict=False)) | dict(call.kwargs)
    unexpected = tuple(n for n in call.kwargs if n not in names)
    bound = {n: given.get(n, default) for n, default in fields}
    missing = tuple(n for n, value in bound.items() if value is _REQUIRED)
    problem = "unexpected" if unexpected else "missing" if missing else ""
    if len(call.args) > len(names):
        problem = "too-many"
    if problem:
        detail = {"function": "__init__", "problem": problem, "names": unexpected or missing}
        detail |= {"given": len(call.args), "takes": len(names)}
        python_error(interp, "arguments", "TypeError", detail, call.site, call.receiver)
        return None
    return bound


@native("dataclasses.dataclass")
def dataclass(interp: Interpreter, call: Call) -> Value:
    """`@dataclass`, with or without arguments."""
    if not call.args:
        return Native("dataclasses.dataclass", dataclass)
    cls = call.args[0]
    if not isinstance(cls, Class):
        return cls
    fields: dict[str, Value] = {}
    for base in reversed(cls.mro):
        noted = base.names.get("__annotations__") if isinstance(base, Class) else None
        if isinstance(base, Class) and isinstance(noted, dict):
            fields.update({n: base.names.get(n, fields.get(n, _REQUIRED)) for n in noted})
    interp.touch(cls.names)
    cls.names["__dataclass_fields__"] = dict(fields)
    if "__init__" not in cls.names:
        cls.names["__init__"] = Native("dataclass.__init__", initialise)
    cls.names.setdefault("__eq__", Native("dataclass.__eq__", equal_fields))
    return cls


@native("dataclasses.field")
def field(interp: Interpreter, call: Call) -> Value:
    """`field(default=..., default_factory=...)`"""
    made = Instance(OBJECT, site=call.site)
    made.state = dict(call.kwargs)
    return made


def initialise(interp: Interpreter, call: Call) -> Value:
    """The `__init__` that `@dataclass` writes."""
    receiver = call.receiver
    assert isinstance(receiver, Instance)
    cls = receiver.cls
    assert isinstance(cls, Class)
    owner = next(b for b in cls.mro if isinstance(b, Class) and "__dataclass_fields__" in b.names)
    noted = owner.names["__dataclass_fields__"]
    assert isinstance(noted, dict)
    plain = tuple((n, _default(interp, v, call)) for n, v in noted.items() if _in_init(v))
    bound = _bind_fields(interp, plain, call)
    if bound is None:
        interp.escape(receiver)
        bound = {name: Unknown(f"field {name}") for name in noted}
    for name, value in noted.items():
        if name not in bound:
            bound[name] = _default(interp, value, call)
    for name, value in bound.items():
        interp.store_attribute(receiver, name, value)
    after = interp.find_attribute(receiver, "__post_init__", call.site)
    if after is not None:
        interp.call(after, (), {}, call.site)
    return None


def _in_init(value: Value) -> bool:
    state = value.state if isinstance(value, Instance) else None
    return not (isinstance(state, dict) and state.get("init") is False)


def _default(interp: Interpreter, value: Value, call: Call) -> Value:
    state = value.state if isinstance(value, Instance) and value.cls is OBJECT else None
    if not isinstance(state, dict):
        return value
    if "default_factory" in state:
        return interp.call(state["default_factory"], (), {}, call.site)
    return state.get("default", _REQUIRED)


def equal_fields(interp: Interpreter, call: Call) -> Value:
    """The `__eq__` that `@dataclass` writes."""
    from ..comparing import compare

    mine, other = call.receiver, call.args[0] if call.args else None
    if not isinstance(other, Instance) or not isinstance(mine, Instance):
        return isinstance(other, Unknown) and Unknown("comparison of objects")
    if other.cls is not mine.cls:
        return False
    names = list(mine.attrs)
    left = tuple(mine.attrs[n] for n in names)
    right = tuple(other.attrs.get(n) for n in names)
    return compare(interp, "==", left, right, call.site)


@native("dataclasses.asdict")
def dataclass_as_dict(interp: Interpreter, call: Call) -> Value:
    """`asdict(config)`"""
    value = call.args[0] if call.args else None
    if not isinstance(value, Instance):
        return Unknown("asdict of an unknown value")
    return _as_plain(value)


def _as_plain(value: Value) -> Value:
    if isinstance(value, Instance) and isinstance(value.cls, Class):
        fields = value.cls.names.get("__dataclass_fields__")
        if isinstance(fields, dict):
            return {n: _as_plain(value.attrs.get(n)) for n in fields}
    if isinstance(value, list | tuple):
        return type(value)(map(_as_plain, value))
    if isinstance(value, dict):
        return {k: _as_plain(v) for k, v in value.items()}
    return value


@native("dataclasses.replace")
def dataclass_replaced(interp: Interpreter, call: Call) -> Value:
    """`replace(config, x=1)`"""
    value = call.args[0] if call.args else None
    if not isinstance(value, Instance) or not isinstance(value.cls, Class):
        return Unknown("replace of an unknown value")
    return interp.call(value.cls, (), {**value.attrs, **call.kwargs}, call.site)


@native("types.SimpleNamespace.__init__")
def simple_namespace(interp: Interpreter, call: Call) -> Value:
    """`SimpleNamespace(a=1)`"""
    if isinstance(call.receiver, Instance):
        for name, value in call.kwargs.items():
            interp.store_attribute(call.receiver, name, value)
    return None
