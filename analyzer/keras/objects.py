"""Objects that ops return: datasets, random generators, records of named fields.

In a program they are instances of native classes; the specs know their state. Functions
that a program passes to an op become callables on types.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from ..dims import Expr, symbol
from ..natives import native
from ..specs import members, registry
from ..specs.base import OpSpec, TensorType
from ..specs.dataset import Data
from ..specs.results import Handle, Record
from ..specs.signature import parse
from ..unknown import Unknown
from ..values import (
    Bound,
    Call,
    Class,
    Function,
    Instance,
    Names,
    Native,
    NativeClass,
    Repeated,
    Site,
    Tensor,
    Value,
)
from .leaves import mapped

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter

# The classes of such objects, by canonical name.
OBJECTS = {
    name: NativeClass(name)
    for name in (
        "tf.data.Dataset",
        "tf.random.Generator",
        "tf.linalg.LinearOperator",
        "numpy.random.Generator",
    )
}
_CALLABLE = (Function, Bound, Native, Class, NativeClass, Instance)


def closed(result: object, tensor: Callable[[TensorType], Tensor]) -> Value:
    """A result of the specs as a value of the program."""
    if isinstance(result, TensorType):
        return tensor(result)
    if isinstance(result, Data | Handle):
        return Instance(NativeClass(members.class_of(result) or ""), state=result)
    if isinstance(result, Record):
        fields = {n: closed(v, tensor) for n, v in result.fields.items()}
        return Instance(NativeClass(result.name), Names(fields), state=result)
    if isinstance(result, list | tuple):
        return type(result)(closed(r, tensor) for r in result)
    if isinstance(result, dict):
        return {k: closed(v, tensor) for k, v in result.items()}
    return result


def opened(value: Value) -> object:
    """A value of the program as the specs take it: objects by their state."""

    def leaf(part: Value) -> object:
        state = part.state if isinstance(part, Instance) else None
        return state if isinstance(state, Data | Handle | Record) else part

    return mapped(value, leaf)


def prepared(
    interp: Interpreter, spec: OpSpec, values: Mapping[str, object], site: Site
) -> dict[str, object]:
    """Bound arguments with objects opened and functions made callable on types."""
    params = spec.parameters.params

    def ready(name: str, value: object) -> object:
        if name in params and params[name].kind == "function" and isinstance(value, _CALLABLE):
            return _on_types(interp, value, site)
        return opened(value)

    return {n: ready(n, v) for n, v in values.items()}


def _on_types(interp: Interpreter, function: Value, site: Site) -> Callable[..., object]:
    """A function of the program, called with types and giving types."""

    def tensor(kind: TensorType) -> Tensor:
        return Tensor(kind, kind.kind or "tensor", None, site)

    def run(*arguments: object) -> object:
        found = interp.call(function, [closed(a, tensor) for a in arguments], {}, site)
        return opened(mapped(found, _type_of))

    return run


def _type_of(value: Value) -> object:
    return value.type if isinstance(value, Tensor) else value


@cache
def _method(spelling: str) -> Native:
    """A method of an object, which it gets as its first argument."""
    from .ops import apply_spelling

    def run(interp: Interpreter, call: Call) -> Value:
        if call.opaque:
            return interp.unknown(f"unknown arguments of {spelling}")
        args = [call.receiver, *call.args]
        return apply_spelling(interp, spelling, args, call.kwargs, call.site)

    return Native(spelling, run)


def _attribute(owner: str) -> None:
    """Let the specs answer for the members of a class."""

    @native(f"{owner}.__getattr__")
    def get(interp: Interpreter, call: Call) -> Value:
        spelling = f"{owner}.{call.args[0]}"
        known = registry.spellings().get(spelling)
        if known is None:
            return Unknown(f"{spelling} is not modelled")
        params = list(parse(known[1]).params)
        if not params or params[0] != "self" or not isinstance(call.receiver, Instance):
            return _plain(spelling)
        method = _method(spelling)
        if members.is_property(spelling):
            return method.run(interp, Call((), {}, call.site, call.receiver))
        return Bound(call.receiver, method)


def _plain(spelling: str) -> Value:
    from .ops import op_native

    return op_native(spelling)


for _owner in OBJECTS:
    _attribute(_owner)


def element_of(value: Value) -> Value | None:
    """One element of a dataset, None for what is none."""
    data = value.state if isinstance(value, Instance) else None
    if not isinstance(data, Data):
        return None

    def tensor(kind: TensorType) -> Tensor:
        return Tensor(kind, kind.kind or "tensor", None, value.site, None, "dataset")

    return closed(data.element, tensor)


@native("tf.data.Dataset.__iter__")
def iterate(interp: Interpreter, call: Call) -> Value:
    """The elements of a dataset, all of one type."""
    element = element_of(call.receiver)
    if element is None:
        return Unknown("elements of an unknown dataset")
    data = call.receiver.state if isinstance(call.receiver, Instance) else None
    count = data.count if isinstance(data, Data) else None
    return Repeated(element, count if isinstance(count, Expr) else symbol("elements"))


@native("tf.data.Dataset.__len__")
def length(interp: Interpreter, call: Call) -> Value:
    """How many elements a dataset has."""
    data = call.receiver.state if isinstance(call.receiver, Instance) else None
    known = isinstance(data, Data) and isinstance(data.count, int | Expr)
    return data.count if known else Unknown("length of a dataset")  # type: ignore[union-attr]


@native("sklearn.utils.Bunch.__getitem__")
def field_of(interp: Interpreter, call: Call) -> Value:
    """`bunch["data"]`, the same as `bunch.data`."""
    bunch, name = call.receiver, call.args[0] if call.args else None
    if isinstance(bunch, Instance) and isinstance(name, str):
        return bunch.attrs.get(name, Unknown(f"field {name}"))
    return Unknown("a field of a record")


__all__ = ["OBJECTS", "closed", "element_of", "opened", "prepared"]
