"""Builtin types as functions: `int(x)`, `str(x)`, `list(x)`, ..."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...dims import Expr
from ...natives import native, native_class, table
from ...unknown import Unknown
from ...values import Call, Class, Instance, Iterator, NativeClass, Repeated, Site, Tensor, Value
from ..iteration import INDEX
from ..mro import OBJECT
from ..subscripts import is_key
from .binding import apply, concrete, function

if TYPE_CHECKING:
    from ..interpreter import Interpreter

table[OBJECT.name] = OBJECT
_NUMBER = native_class("builtins.int", OBJECT)
native_class("builtins.bool", _NUMBER)
for _name in (
    "float",
    "complex",
    "str",
    "bytes",
    "bytearray",
    "list",
    "tuple",
    "dict",
    "set",
    "frozenset",
    "range",
    "slice",
    "type",
    "memoryview",
):
    native_class(f"builtins.{_name}", OBJECT)
native_class("builtins.NoneType", OBJECT)


@native("builtins.object.__init__", "builtins.object.__init_subclass__")
def nothing(interp: Interpreter, call: Call) -> Value:
    """`object.__init__` does nothing."""
    return None


@native("builtins.object.__new__")
def new_object(interp: Interpreter, call: Call) -> Value:
    """`super().__new__(cls)`, `object.__new__(cls)`."""
    cls = call.args[0] if call.args else call.receiver
    if not isinstance(cls, Class):
        return interp.unknown("object.__new__")
    made = Instance(cls, site=call.site)
    interp.fresh(made.attrs)
    return made


new_object.static = True  # type: ignore[attr-defined]


@native("builtins.object.__setattr__")
def set_plainly(interp: Interpreter, call: Call) -> Value:
    """`super().__setattr__(name, value)` stores past all hooks."""
    if isinstance(call.receiver, Instance) and len(call.args) == 2:
        name, value = call.args
        if isinstance(name, str):
            interp.store_attribute(call.receiver, name, value)
    return None


def _plain(value: Value) -> Value:
    return value.state if isinstance(value, Instance) and value.state is not None else value


def _number(convert: type) -> Callable[[Interpreter, Call], Value]:
    method = f"__{convert.__name__}__"

    def construct(interp: Interpreter, call: Call) -> Value:
        value = call.args[0] if call.args else convert()
        if isinstance(value, Expr) and convert is int:
            return value
        if isinstance(value, Tensor):
            hook = table.get(f"tensor.{method}")
            if hook is not None:
                return hook.run(interp, call)  # type: ignore[union-attr]
        if isinstance(value, Instance):
            found = interp.find_attribute(value, method, call.site)
            if found is not None:
                return interp.call(found, (), {}, call.site)
            value = _plain(value)
        return apply(interp, call, convert, [value, *call.args[1:]])

    return construct


for _type in (int, float, complex):
    native(f"builtins.{_type.__name__}.__construct__")(_number(_type))


@native("builtins.bool.__construct__")
def to_bool(interp: Interpreter, call: Call) -> Value:
    """`bool(x)`"""
    if not call.args:
        return False
    decided = interp.truth(call.args[0], call.site)
    value = call.args[0]
    if decided is None and not isinstance(value, Tensor):
        return value if isinstance(value, Unknown) else Unknown("an undecided truth")
    return Unknown("an undecided truth") if decided is None else decided


@native("builtins.str.__construct__")
def to_text(interp: Interpreter, call: Call) -> Value:
    """`str(x)` of plain data; an object's own `__str__`."""
    value = call.args[0] if call.args else ""
    if isinstance(value, str) and len(call.args) == 1:
        return value
    if isinstance(value, Instance):
        return _own_text(interp, value, call.site)
    if concrete(value) and not isinstance(value, bytes):
        return str(value)
    return value if isinstance(value, Unknown) else Unknown("text of an unknown value")


def _own_text(interp: Interpreter, value: Instance, site: Site) -> Value:
    for name in ("__str__", "__repr__"):
        found = interp.find_attribute(value, name, site)
        if found is not None and not isinstance(found, Unknown):
            return interp.call(found, (), {}, site)
    return Unknown("text of an object")


@native("builtins.repr")
def to_repr(interp: Interpreter, call: Call) -> Value:
    """`repr(x)`"""
    value = call.args[0] if call.args else ""
    return repr(value) if isinstance(value, str) else to_text(interp, call)


def _sequence(convert: Callable[[list[Value]], Value]) -> Callable[..., Value]:
    def construct(interp: Interpreter, call: Call) -> Value:
        if call.opaque:
            return Unknown("unknown arguments")
        value = call.args[0] if call.args else ()
        items = None if isinstance(value, Unknown) else interp.iterate(value, call.site)
        if items is None:
            return value if isinstance(value, Unknown | Repeated) else Unknown("unknown length")
        made = convert(items)
        if not isinstance(made, tuple | Unknown):
            interp.fresh(made)
        return made

    return construct


def _to_set(items: list[Value]) -> Value:
    return set(items) if all(map(is_key, items)) else Unknown("a set of unknown items")


def _to_frozenset(items: list[Value]) -> Value:
    return frozenset(items) if all(map(is_key, items)) else Unknown("a set of unknown items")


native("builtins.list.__construct__")(_sequence(list))
native("builtins.tuple.__construct__")(_sequence(tuple))
native("builtins.set.__construct__")(_sequence(_to_set))
native("builtins.frozenset.__construct__")(_sequence(_to_frozenset))


def dict_of(interp: Interpreter, call: Call) -> dict[Value, Value] | None:
    """The content `dict(...)` is given; None when it is not known."""
    made: dict[Value, Value] = {}
    if call.opaque:
        return None
    if call.args:
        source = _plain(call.args[0])
        if isinstance(source, dict):
            made.update(source)
        else:
            pairs = None if isinstance(source, Unknown) else interp.iterate(source, call.site)
            for pair in pairs or []:
                items = interp.iterate(pair, call.site)
                if items is None or len(items) != 2 or not is_key(items[0]):
                    return None
                made[items[0]] = items[1]
            if pairs is None:
                return None
    made.update(call.kwargs)
    return made


@native("builtins.dict.__construct__")
def to_dict(interp: Interpreter, call: Call) -> Value:
    """`dict(mapping_or_pairs, **more)`"""
    made = dict_of(interp, call)
    if made is None:
        return Unknown("a dict of unknown content")
    interp.fresh(made)
    return made


@native("builtins.range.__construct__")
def to_range(interp: Interpreter, call: Call) -> Value:
    """`range(...)`; a symbolic length gives a sequence of symbolic length."""
    args = call.args
    if args and all(isinstance(a, int) for a in args):
        return apply(interp, call, range, list(args))
    if not args or not all(isinstance(a, int | Expr) for a in args) or len(args) > 2:
        return next((a for a in args if isinstance(a, Unknown)), Unknown("an unknown range"))
    start, stop = (0, args[0]) if len(args) == 1 else (args[0], args[1])
    length = stop - start  # type: ignore[operator]
    return Repeated(INDEX, length) if isinstance(length, Expr) else INDEX


@native("builtins.slice.__construct__")
def to_slice(interp: Interpreter, call: Call) -> Value:
    """`slice(...)`"""
    return slice(*call.args) if 1 <= len(call.args) <= 3 else Unknown("a slice")


@native("builtins.bytes.__construct__", "builtins.bytearray.__construct__")
def to_bytes(interp: Interpreter, call: Call) -> Value:
    """Bytes are seldom of interest."""
    return Unknown("bytes")


@native("builtins.object.__construct__")
def plain_object(interp: Interpreter, call: Call) -> Value:
    """`object()`: something with an identity."""
    return Instance(OBJECT, site=call.site)


# The state that objects of subclasses of builtin containers keep.
def _stateful(name: str, construct: Callable[[Interpreter, Call], Value]) -> None:
    @native(f"builtins.{name}.__new__")
    def new(interp: Interpreter, call: Call) -> Value:
        made, given = instance_for(call)
        if made is None:
            return interp.unknown(f"{name}.__new__")
        made.state = construct(interp, given)
        return None if made is call.receiver else made


def instance_for(call: Call) -> tuple[Instance | None, Call]:
    """The object a `__new__` makes: it is there already, or `cls` is the first argument."""
    if isinstance(call.receiver, Instance):
        return call.receiver, call
    explicit = call.receiver is None
    cls = call.args[0] if explicit and call.args else call.receiver
    if not isinstance(cls, Class):
        return None, call
    args = call.args[1:] if explicit else call.args
    return Instance(cls, site=call.site), Call(args, call.kwargs, call.site, None, call.opaque)


for _container in ("tuple", "str", "int", "float"):
    _made = table[f"builtins.{_container}.__construct__"]
    _stateful(_container, _made.run)  # type: ignore[union-attr]
_stateful("dict", lambda interp, call: {})
_stateful("list", lambda interp, call: [])
_stateful("set", lambda interp, call: set())


@native("builtins.dict.__init__")
def initialise_dict(interp: Interpreter, call: Call) -> Value:
    """`super().__init__(...)` of a subclass of dict."""
    state = _plain(call.receiver)
    made = dict_of(interp, call)
    if isinstance(state, dict):
        if made is None:
            interp.heap.forget(state)
        else:
            interp.touch(state)
            state.update(made)
    return None


@native("builtins.list.__init__")
def initialise_list(interp: Interpreter, call: Call) -> Value:
    """`super().__init__(...)` of a subclass of list."""
    state = _plain(call.receiver)
    items = interp.iterate(call.args[0], call.site) if call.args else []
    if isinstance(state, list):
        interp.touch(state)
        state[:] = items or []
    return None


@native("builtins.tuple.__init__", "builtins.str.__init__", "builtins.int.__init__")
def initialise_immutable(interp: Interpreter, call: Call) -> Value:
    """Immutable objects have their content from `__new__`."""
    return None


@function("builtins.iter", signature="(obj, sentinel=None)")
def to_iterator(interp: Interpreter, site: Site, obj: Value, sentinel: Value) -> Value:
    """`iter(x)`"""
    if sentinel is not None or isinstance(obj, Iterator | Unknown | Repeated):
        return obj if sentinel is None else Unknown("iter with a sentinel")
    if isinstance(obj, Instance):
        found = interp.find_attribute(obj, "__iter__", site)
        if found is not None:
            return interp.call(found, (), {}, site)
    items = interp.iterate(obj, site)
    return Unknown("an iterator of unknown length") if items is None else Iterator(items=items)


PLAIN_TYPES: dict[type, NativeClass] = {
    cls: table[f"builtins.{cls.__name__}"]  # type: ignore[misc]
    for cls in (bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset)
}
PLAIN_TYPES |= {
    type(None): table["builtins.NoneType"],  # type: ignore[dict-item]
    range: table["builtins.range"],  # type: ignore[dict-item]
    slice: table["builtins.slice"],  # type: ignore[dict-item]
    deque: native_class("collections.deque", OBJECT),
    Expr: table["builtins.int"],  # type: ignore[dict-item]
}
