"""A world of types: `tf`, `np` and `keras` whose functions only know their specs.

Expressions written for the real libraries evaluate here to the types they would give.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dryfit.analyzer.specs import calling, members, registry
from dryfit.analyzer.specs.base import TensorType
from dryfit.analyzer.specs.dataset import Data
from dryfit.analyzer.unknown import Unknown


@dataclass(frozen=True)
class Name:
    """A public name, to be called or looked into."""

    spelling: str
    receiver: tuple[object, ...] = ()

    def __getattr__(self, name: str) -> Name:
        return Name(f"{self.spelling}.{name}")

    def __call__(self, *args: object, **kwargs: object) -> object:
        given = [*self.receiver, *map(plain, args)]
        named = {k: plain(v) for k, v in kwargs.items()}
        return world(calling.call(self.spelling, given, named))


class Value:
    """A tensor, of which only the type is known."""

    def __init__(self, type_: TensorType) -> None:
        self.type_ = type_

    def __getattr__(self, name: str) -> object:
        spelling = members.member(self.type_.kind, name)
        if spelling is None:
            raise AttributeError(name)
        found = Name(spelling, (self.type_,))
        return found() if members.is_property(spelling) else found

    def __getitem__(self, index: object) -> object:
        given = {"x": self.type_, "index": plain(index)}
        return world(calling.infer(registry.ops()["getitem"], given, "keras"))

    __hash__ = None  # type: ignore[assignment]


class Chain:
    """A dataset, of which only the type is known."""

    def __init__(self, data: Data) -> None:
        self.data = data

    def __getattr__(self, name: str) -> object:
        found = Name(f"tf.data.Dataset.{name}", (self.data,))
        return found() if name == "element_spec" else found


def world(value: object) -> object:
    """A result of the specs as a value of this world."""
    if isinstance(value, TensorType):
        return Value(value)
    if isinstance(value, Data):
        return Chain(value)
    if isinstance(value, tuple | list):
        return type(value)(map(world, value))
    if isinstance(value, dict):
        return {k: world(v) for k, v in value.items()}
    return value


def plain(value: object) -> object:
    """A value of this world as the specs take it."""
    if isinstance(value, Value):
        return value.type_
    if isinstance(value, Chain):
        return value.data
    if isinstance(value, slice):
        return slice(*map(plain, (value.start, value.stop, value.step)))
    if isinstance(value, tuple | list):
        return type(value)(map(plain, value))
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, Name):
        return value.spelling.rpartition(".")[2]  # a dtype
    return _function(value) if callable(value) else value


def _function(function: Callable[..., object]) -> Callable[..., object]:
    return lambda *args: plain(function(*map(world, args)))


def _operator(dunder: str, reflected: bool) -> Callable[..., object]:
    def apply(self: Value, *others: object) -> object:
        parts = [self.type_, *map(plain, others)]
        parts = parts[::-1] if reflected else parts
        kinds = [getattr(p, "kind", "") for p in parts]
        meant = members.operation(dunder, *kinds)
        if meant is None:
            return Unknown("no tensor operation")
        spec = registry.ops()[meant.op]
        values = calling.bind_canonical(spec, parts, {})
        return world(calling.infer(spec, values, meant.library))

    return apply


for _dunder in (*members.BINARY, *members.UNARY):
    setattr(Value, _dunder, _operator(_dunder, False))
    setattr(Value, f"__r{_dunder[2:]}", _operator(_dunder, True))

NAMES = {"tf": Name("tf"), "keras": Name("keras"), "np": Name("numpy")}


def evaluate(text: str, **given: TensorType) -> object:
    """An expression over these inputs; raises what the specs prove."""
    return plain(eval(text, dict(NAMES) | {n: Value(t) for n, t in given.items()}))
