"""Nested structures of values, as Keras' tree functions see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..dims import is_static
from ..interp.opaque import is_opaque
from ..specs.base import Inputs
from ..unknown import Unknown
from ..values import Instance, Tensor, Value


def leaves(value: Value) -> Iterator[Value]:
    """The parts of nested lists, tuples and dicts, in order (dicts by sorted key)."""
    if isinstance(value, list | tuple):
        for part in value:
            yield from leaves(part)
    elif isinstance(value, dict):
        if is_opaque(value):
            yield Unknown("a dict that is not known")
            return
        for key in sorted(value, key=str):
            yield from leaves(value[key])
    else:
        yield value


def tensors(value: Value) -> list[Tensor]:
    """All tensors of a structure."""
    return [v for v in leaves(value) if isinstance(v, Tensor)]


def mapped(value: Value, function: Callable[[Value], Value]) -> Value:
    """The same structure with every leaf replaced."""
    if isinstance(value, list):
        return [mapped(v, function) for v in value]
    if isinstance(value, tuple):
        return tuple(mapped(v, function) for v in value)
    if isinstance(value, dict):
        return {k: mapped(v, function) for k, v in value.items()}
    return function(value)


def dims_of(value: Value) -> Inputs | None:
    """The dims of a tensor or a structure of them; None when one is not known."""
    if isinstance(value, Tensor):
        return value.type.shape
    if isinstance(value, dict):
        value = [value[k] for k in sorted(value, key=str)]
    if isinstance(value, list | tuple) and value:
        parts = [dims_of(v) for v in value]
        return None if any(p is None for p in parts) else parts  # type: ignore[return-value]
    return None


def static_shape(value: Value) -> Value:
    """The shape Keras shows for a structure: None for axes it does not know."""
    if isinstance(value, Tensor):
        shape = value.type.shape
        if shape is None:
            return Unknown("shape of unknown rank")
        return tuple(d if is_static(d) else None for d in shape)
    if isinstance(value, list):
        return [static_shape(v) for v in value]
    if isinstance(value, tuple):
        return tuple(static_shape(v) for v in value)
    if isinstance(value, dict):
        return {k: static_shape(v) for k, v in value.items()}
    return None if value is None else Unknown("shape of an unknown value")


def shown(value: Value) -> object:
    """A value as a message may name it: a shape, a number, what kind of object."""
    if isinstance(value, Tensor):
        return value.type.shape
    if isinstance(value, list | tuple):
        return [shown(v) for v in value]
    if isinstance(value, Instance):
        return f"a {value.cls.name.rpartition('.')[2]} object"
    return value
