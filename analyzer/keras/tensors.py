"""Attributes, operators and subscripts of tensors: what the interpreter asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..dims import Expr, is_static
from ..facts import PythonError
from ..natives import native
from ..specs import calling, members, registry
from ..unknown import Unknown
from ..values import ABSENT, Bound, Call, Native, Site, Tensor, Value
from .ops import Applied, apply_op, apply_spelling, apply_values

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter

_DUNDERS = {
    "+": "__add__",
    "-": "__sub__",
    "*": "__mul__",
    "/": "__truediv__",
    "//": "__floordiv__",
    "%": "__mod__",
    "**": "__pow__",
    "@": "__matmul__",
    "<": "__lt__",
    "<=": "__le__",
    ">": "__gt__",
    ">=": "__ge__",
    "==": "__eq__",
    "!=": "__ne__",
    "&": "__and__",
    "|": "__or__",
    "^": "__xor__",
}
_UNARY = {"-": "__neg__", "+": "__pos__", "~": "__invert__", "abs": "__abs__"}


@native("tensor.__getattr__")
def get_attribute(interp: Interpreter, call: Call) -> Value:
    """`x.shape`, `x.numpy()`, `v.assign(...)`, `a.reshape(...)`"""
    tensor, name = call.args
    assert isinstance(tensor, Tensor) and isinstance(name, str)
    if name == "shape" or (name == "ndim" and tensor.type.shape is not None):
        return _shape(tensor) if name == "shape" else len(tensor.type.shape or ())
    spelling = members.member(tensor.kind, name, interp.dialect)
    if spelling is not None:
        if members.is_property(spelling):
            return apply_spelling(interp, spelling, [tensor], {}, call.site)
        return Bound(tensor, _method(spelling))
    known = members.has(tensor.kind, name, interp.dialect)
    if name.startswith("_") or known or tensor.type.shape is None:
        return Unknown(f"tensor attribute {name}")
    known = interp.dialect == "keras3" and not _either(tensor)
    return ABSENT if known else Unknown(f"tensor attribute {name}")


def _either(tensor: Tensor) -> bool:
    """A tensor of an eager program may really be an array, or the reverse."""
    return tensor.kind in ("tensor", "array", "variable")


def _method(spelling: str) -> Native:
    def run(interp: Interpreter, call: Call) -> Value:
        if call.opaque:
            return interp.unknown(f"unknown arguments of {spelling}")
        args = [call.receiver, *call.args]
        return apply_spelling(interp, spelling, args, call.kwargs, call.site)

    return Native(spelling, run)


def _shape(tensor: Tensor) -> Value:
    """`x.shape` as Python sees it: None where the library does not know the axis."""
    shape = tensor.type.shape
    if shape is None:
        return Unknown("shape of unknown rank")
    return tuple(d if is_static(d) else None for d in shape)


@native("tensor.__binary__")
def binary(interp: Interpreter, call: Call) -> Value:
    """`left op right` where one of them is a tensor."""
    op, left, right = call.args
    dunder = _DUNDERS.get(str(op))
    if dunder is None:
        return Unknown(f"tensor {op}")
    if any(isinstance(v, Unknown) or not _operand(v) for v in (left, right)):
        return Unknown(f"{op} with an unknown operand")
    found = members.operation(dunder, _kind(left), _kind(right), interp.dialect)
    if found is None:
        return Unknown(f"tensor {op}")
    return apply_op(interp, found.op, found.library, (left, right), str(op), call.site)


def _operand(value: Value) -> bool:
    return isinstance(value, Tensor | int | float | complex | Expr | list | tuple)


def _kind(value: Value) -> str:
    return value.kind if isinstance(value, Tensor) else ""


@native("tensor.__unary__")
def unary(interp: Interpreter, call: Call) -> Value:
    """`-x`, `~x`, `abs(x)`"""
    op, value = call.args
    dunder = _UNARY.get(str(op))
    kind = _kind(value)
    found = members.operation(dunder, kind, dialect=interp.dialect) if dunder else None
    if found is None:
        return Unknown(f"tensor {op}")
    return apply_op(interp, found.op, found.library, (value,), str(op), call.site)


@native("tensor.__getitem__")
def get_item(interp: Interpreter, call: Call) -> Value:
    """`x[:, 0]`"""
    tensor, index = call.args
    assert isinstance(tensor, Tensor)
    spec = registry.ops()["getitem"]
    library = members.index_library(tensor.kind, interp.dialect)
    values = calling.bind_canonical(spec, (tensor, index), {})
    return apply_values(
        interp, Applied(spec, "[]", library, (tensor, index), {}, values, call.site)
    )


@native("tensor.__setitem__")
def set_item(interp: Interpreter, call: Call) -> Value:
    """`x[i] = v`: arrays change, and their content is no longer known."""
    tensor = call.args[0]
    assert isinstance(tensor, Tensor)
    if tensor.kind == "array":
        interp.touch(tensor)
        tensor.type = replace(tensor.type, content=None)
    elif tensor.kind == "keras":
        detail = {"type": "KerasTensor", "operation": "[]="}
        interp.emit(PythonError(call.site, "type", detail, tensor))
    return None


@native("tensor.__iter__")
def iterate(interp: Interpreter, call: Call) -> Value:
    """The parts of a tensor along its first axis; None where their number is unknown."""
    tensor = call.args[0]
    assert isinstance(tensor, Tensor)
    shape = tensor.type.shape
    if tensor.kind == "keras":
        detail = {"type": "KerasTensor"}
        interp.emit(PythonError(call.site, "iterate", detail, tensor))
        return None
    if not shape or not isinstance(shape[0], int) or shape[0] > interp.options.max_unroll:
        return None
    return [_item(interp, tensor, i, call.site) for i in range(shape[0])]


def _item(interp: Interpreter, tensor: Tensor, index: int, site: Site) -> Value:
    return get_item(interp, Call((tensor, index), {}, site, tensor))


@native("tensor.__bool__")
def truth(interp: Interpreter, call: Call) -> Value:
    """`bool(x)`: the value of a known scalar; None where it is undecided."""
    tensor = call.args[0]
    assert isinstance(tensor, Tensor)
    content = tensor.type.content
    if isinstance(content, bool | int | float):
        return bool(content)
    return None


@native("tensor.__len__")
def length(interp: Interpreter, call: Call) -> Value:
    """`len(x)`"""
    tensor = call.args[0]
    assert isinstance(tensor, Tensor)
    shape = tensor.type.shape
    if not shape or tensor.kind == "keras":
        return Unknown("length of a tensor")
    return shape[0]


@native("tensor.__setattr__")
def set_attribute(interp: Interpreter, call: Call) -> Value:
    """Attributes of tensors: only the mask is followed."""
    tensor, name, value = call.args
    if isinstance(tensor, Tensor) and name == "_keras_mask":
        interp.touch(tensor)
        tensor.mask = value if isinstance(value, Tensor) or value is None else Unknown("mask")
    return None
