"""Decorators: property & co., and those that leave the function what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...natives import native, native_class
from ...unknown import Unknown
from ...values import (
    Call,
    ClassMethod,
    Function,
    Iterator,
    Native,
    Property,
    StaticMethod,
    Value,
)
from ..mro import OBJECT

if TYPE_CHECKING:
    from ..interpreter import Interpreter

for _name in ("property", "staticmethod", "classmethod"):
    native_class(f"builtins.{_name}", OBJECT)


@native("builtins.property.__construct__", "abc.abstractproperty")
def make_property(interp: Interpreter, call: Call) -> Value:
    """`@property`, `property(getter, setter)`"""
    args = [*call.args, None, None]
    return Property(call.kwargs.get("fget", args[0]), call.kwargs.get("fset", args[1]))


@native("functools.cached_property")
def cached_property(interp: Interpreter, call: Call) -> Value:
    """`@cached_property`"""
    return Property(call.args[0], cached=True)


@native("builtins.property.setter")
def with_setter(interp: Interpreter, call: Call) -> Value:
    """`@name.setter`"""
    assert isinstance(call.receiver, Property)
    return Property(call.receiver.getter, call.args[0])


@native("builtins.property.getter", "builtins.property.deleter")
def same_property(interp: Interpreter, call: Call) -> Value:
    """`@name.deleter` leaves reading and writing as they are."""
    return call.receiver


@native("builtins.staticmethod.__construct__")
def make_static(interp: Interpreter, call: Call) -> Value:
    """`@staticmethod`"""
    return StaticMethod(call.args[0])


@native("builtins.classmethod.__construct__")
def make_class_method(interp: Interpreter, call: Call) -> Value:
    """`@classmethod`"""
    return ClassMethod(call.args[0])


# They wrap a function without changing what it computes; kept in `Function.wrappers`.
TRANSPARENT = (
    "tf.function",
    "tf.autograph.experimental.do_not_convert",
    "tf.custom_gradient",
    "tf.recompute_grad",
    "jax.jit",
    "jax.checkpoint",
    "numba.jit",
    "numba.njit",
    "functools.lru_cache",
    "functools.cache",
    "functools.singledispatch",
    "functools.total_ordering",
    "abc.abstractmethod",
    "typing.override",
    "typing.final",
    "typing.no_type_check",
    "typing.runtime_checkable",
    "typing_extensions.override",
    "keras.saving.register_keras_serializable",
    "keras.utils.register_keras_serializable",
)
_WITH_ARGUMENTS = frozenset(
    {
        "keras.saving.register_keras_serializable",
        "keras.utils.register_keras_serializable",
    }
)


def transparent(name: str) -> Native:
    """A decorator that hands its function on, used with or without arguments."""

    def decorate(interp: Interpreter, call: Call) -> Value:
        given = call.args[0] if call.args else None
        if not call.args or (isinstance(given, str | int | None) and name in _KEYWORDED):
            return Native(name, mark)
        return mark(interp, call)

    def mark(interp: Interpreter, call: Call) -> Value:
        value = call.args[0] if call.args else None
        if isinstance(value, Function):
            value.wrappers = (*value.wrappers, name)
        return value

    return Native(name, decorate)


_KEYWORDED = _WITH_ARGUMENTS | {"functools.lru_cache", "functools.cache", "jax.jit"}
for _name in TRANSPARENT:
    native(_name)(transparent(_name).run)


@native("functools.wraps", "functools.update_wrapper")
def wraps(interp: Interpreter, call: Call) -> Value:
    """`@wraps(f)` leaves the wrapper what it is."""
    return Native("functools.wraps", lambda interp, inner: inner.args[0])


@native("contextlib.contextmanager", "contextlib.asynccontextmanager")
def context_manager(interp: Interpreter, call: Call) -> Value:
    """`@contextmanager`: the generator is a manager, which `with` understands."""
    return call.args[0] if call.args else Unknown("a context manager")


assert Iterator is not None
