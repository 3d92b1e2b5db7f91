"""Methods of str, bytes, tuple, int and float, and `math`: Python's own on known values."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from ...dims import Expr
from ...natives import native, native_property, resolvers, table
from ...unknown import Unknown
from ...values import Call, Instance, Iterator, Value
from .binding import apply, pure

if TYPE_CHECKING:
    from ..interpreter import Interpreter

_PLAIN: tuple[type, ...] = (str, bytes, int, float, complex, range)
_DATA = {"real", "imag", "numerator", "denominator", "start", "stop", "step"}


def _unwrapped(run: Callable[..., object]) -> Callable[[Interpreter, Call], Value]:
    def call(interp: Interpreter, given: Call) -> Value:
        receiver = given.receiver
        if isinstance(receiver, Instance):
            receiver = receiver.state
        return apply(interp, given, run, [receiver, *given.args])

    return call


def _register(cls: type) -> None:
    for name in vars(cls):
        if name in _DATA:
            _property(cls, name)
        elif not name.startswith("_") and name not in ("join", "maketrans", "fromkeys"):
            native(f"builtins.{cls.__name__}.{name}")(_unwrapped(getattr(cls, name)))


def _property(cls: type, name: str) -> None:
    @native_property(f"builtins.{cls.__name__}.{name}")
    def read(interp: Interpreter, call: Call) -> Value:
        return getattr(call.receiver, name, Unknown(name))


for _cls in _PLAIN:
    _register(_cls)


@native("builtins.str.join")
def join(interp: Interpreter, call: Call) -> Value:
    """`separator.join(parts)`"""
    parts = interp.iterate(call.args[0], call.site) if call.args else None
    if parts is not None and all(isinstance(p, str) for p in parts):
        return str(call.receiver).join(parts)  # type: ignore[arg-type]
    return Unknown("text of an unknown value")


@native("builtins.tuple.index", "builtins.list.index")
def index_of(interp: Interpreter, call: Call) -> Value:
    """`items.index(x)`"""
    run = tuple.index if isinstance(call.receiver, tuple) else list.index
    return apply(interp, call, run, [call.receiver, *call.args])


@native("builtins.tuple.count", "builtins.list.count")
def count_of(interp: Interpreter, call: Call) -> Value:
    """`items.count(x)`"""
    run = tuple.count if isinstance(call.receiver, tuple) else list.count
    return apply(interp, call, run, [call.receiver, *call.args])


for _name, _value in vars(math).items():
    if callable(_value) and not _name.startswith("_"):
        pure(f"math.{_name}", _value)
_CONSTANTS = {f"math.{n}": v for n, v in vars(math).items() if isinstance(v, float)}
resolvers.append(_CONSTANTS.get)


def _of_whole(name: str, run: Callable[..., object]) -> None:
    """`math.ceil` and the like leave a symbolic integer as it is."""

    @native(f"math.{name}")
    def call(interp: Interpreter, given: Call) -> Value:
        value = given.args[0] if given.args else None
        if isinstance(value, Expr):
            return value
        return apply(interp, given, run, list(given.args))


_of_whole("ceil", math.ceil)
_of_whole("floor", math.floor)
_of_whole("trunc", math.trunc)


@native("math.prod")
def product(interp: Interpreter, call: Call) -> Value:
    """`math.prod(items)`, symbols included."""
    items = interp.iterate(call.args[0], call.site) if call.args else None
    if items is None:
        return Unknown("product of unknown items")
    result: Value = call.kwargs.get("start", 1)
    for item in items:
        result = interp.binary("*", result, item, call.site)
    return result


assert isinstance(Iterator, type)
assert "math.sqrt" in table
