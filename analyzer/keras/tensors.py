"""Attributes, operators and subscripts of tensors: what the interpreter asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING

from ..dims import Expr, is_static
from ..facts import PythonError
from ..interp.errors import python_error
from ..natives import native
from ..specs import calling, members, registry
from ..unknown import Unknown
from ..values import ABSENT, Bound, Call, Instance, Native, Site, Tensor, TensorShape, Value
from .ops import Applied, apply, apply_op, apply_spelling

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
_FAULTS = (TypeError, AttributeError, KeyError, IndexError, ValueError)
_Hook = Callable[["Interpreter", Call], Value]


def _guarded(run: _Hook) -> _Hook:
    """A hook in which a fault of ours gives Unknown, as in any native."""

    @wraps(run)
    def guarded(interp: Interpreter, call: Call) -> Value:
        try:
            return run(interp, call)
        except _FAULTS as fault:
            if interp.strict:
                raise
            return interp.unknown(f"internal: {run.__name__}: {type(fault).__name__}")

    return guarded


@native("tensor.__getattr__")
@_guarded
def get_attribute(interp: Interpreter, call: Call) -> Value:
    """`x.shape`, `x.numpy()`, `v.assign(...)`, `a.reshape(...)`"""
    tensor, name = call.args
    assert isinstance(tensor, Tensor) and isinstance(name, str)
    if name in _KNOWN:
        return _KNOWN[name](interp, tensor)
    spelling = members.member(tensor.kind, name, interp.dialect)
    if spelling is None:
        return _without_op(interp, tensor, name)
    if members.is_property(spelling):
        return apply_spelling(interp, spelling, [tensor], {}, call.site)
    return Bound(tensor, _method(spelling))


def _without_op(interp: Interpreter, tensor: Tensor, name: str) -> Value:
    """A member that is only known to exist, or proved not to."""
    unknown = Unknown(f"tensor attribute {name}")
    # A KerasTensor of Keras 2 has most of what TensorFlow's tensors have.
    if tensor.kind != "keras" or name.startswith("_"):
        return unknown
    if interp.dialect == "keras2":
        return ABSENT if name == "numpy" else unknown
    return unknown if members.has("keras", name, interp.dialect) else ABSENT


def _method(spelling: str) -> Native:
    def run(interp: Interpreter, call: Call) -> Value:
        if call.opaque:
            return interp.unknown(f"unknown arguments of {spelling}")
        args = [call.receiver, *call.args]
        return apply_spelling(interp, spelling, args, call.kwargs, call.site)

    return Native(spelling, run)


def _shape(interp: Interpreter, tensor: Tensor) -> Value:
    """`x.shape` as Python sees it: None where the library does not know the axis."""
    shape = tensor.type.shape
    if shape is None:
        return Unknown("shape of unknown rank")
    shown = tuple(d if is_static(d) else None for d in shape)
    plain = tensor.kind == "array" or (tensor.kind == "keras" and interp.dialect == "keras3")
    return shown if plain else TensorShape(shown)


def _rank(interp: Interpreter, tensor: Tensor) -> Value:
    return Unknown("rank") if tensor.type.shape is None else len(tensor.type.shape)


def _dtype(interp: Interpreter, tensor: Tensor) -> Value:
    return Unknown("dtype") if tensor.type.dtype is None else tensor.type.dtype


_KNOWN: dict[str, Callable[[Interpreter, Tensor], Value]] = {
    "shape": _shape,
    "ndim": _rank,
    "dtype": _dtype,
    "_keras_mask": lambda interp, tensor: tensor.mask,
}


@native("tensorshape.__getattr__")
def shape_attribute(interp: Interpreter, call: Call) -> Value:
    """`x.shape.as_list()`, `x.shape.rank`"""
    shape, name = call.args
    assert isinstance(shape, TensorShape)
    if name in ("rank", "ndims"):
        return len(shape)
    found = _SHAPE_METHODS.get(str(name))
    if found is None:
        return Unknown(f"TensorShape.{name}")
    return Bound(shape, Native(f"tf.TensorShape.{name}", found))


def _as_list(interp: Interpreter, call: Call) -> Value:
    assert isinstance(call.receiver, TensorShape)
    made = list(call.receiver)
    interp.fresh(made)
    return made


def _is_defined(interp: Interpreter, call: Call) -> Value:
    assert isinstance(call.receiver, TensorShape)
    return all(d is not None for d in call.receiver)


_SHAPE_METHODS: dict[str, _Hook] = {"as_list": _as_list, "is_fully_defined": _is_defined}


@native("tensor.__binary__")
@_guarded
def binary(interp: Interpreter, call: Call) -> Value:
    """`left op right` where one of them is a tensor."""
    op, left, right = call.args
    dunder = _DUNDERS.get(str(op))
    if dunder is None or any(isinstance(v, Unknown) or not _operand(v) for v in (left, right)):
        return Unknown(f"{op} with an unknown operand")
    found = members.operation(dunder, _kind(left), _kind(right), interp.dialect)
    if found is None:
        return _identity(str(op), left, right)
    return apply_op(interp, found.op, found.library, (left, right), str(op), call.site)


def _identity(op: str, left: Value, right: Value) -> Value:
    """`==` of KerasTensors compares objects in Keras 3."""
    both = isinstance(left, Tensor) and isinstance(right, Tensor)
    return left is right if op == "==" and both else Unknown(f"tensor {op}")


def _operand(value: Value) -> bool:
    return isinstance(value, Tensor | int | float | complex | Expr | list | tuple)


def _kind(value: Value) -> str:
    return value.kind if isinstance(value, Tensor) else ""


@native("tensor.__unary__")
@_guarded
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
@_guarded
def get_item(interp: Interpreter, call: Call) -> Value:
    """`x[:, 0]`"""
    tensor, index = call.args
    assert isinstance(tensor, Tensor)
    spec = registry.ops()["getitem"]
    library = members.index_library(tensor.kind, interp.dialect)
    values = calling.bind_canonical(spec, (tensor, index), {})
    return apply(interp, Applied(spec, "[]", library, (tensor, index), values, call.site))


def _impossible(interp: Interpreter, tensor: Tensor, kind: str, what: str, site: Site) -> Value:
    """What a KerasTensor cannot do, once for each place."""
    last = interp.facts[-1] if interp.facts else None
    told = isinstance(last, PythonError) and last.subject is tensor and last.site.node is site.node
    if told:
        return Unknown(what)
    detail = {"type": "KerasTensor", "operation": what}
    return python_error(interp, kind, "TypeError", detail, site, tensor)


@native("dtype.__call__")
def convert_to(interp: Interpreter, call: Call) -> Value:
    """`np.float32(x)`, `np.int64(x)`: an array, a whole number for a whole number"""
    dtype, given = str(call.receiver), call.args
    if len(given) != 1 or call.kwargs or call.opaque:
        return None
    if "int" in dtype and isinstance(given[0], int | Expr):
        return given[0]
    if isinstance(given[0], int | float | Tensor | list | tuple):
        kwargs: dict[str, Value] = {"dtype": dtype}
        return apply_spelling(interp, "numpy.asarray", list(given), kwargs, call.site)
    return None


@native("tensor.__setitem__")
def set_item(interp: Interpreter, call: Call) -> Value:
    """`x[i] = v`: arrays change, and their content is no longer known."""
    tensor = call.args[0]
    assert isinstance(tensor, Tensor)
    if tensor.kind == "array":
        interp.touch(tensor)
        tensor.type = replace(tensor.type, content=None)
    elif tensor.kind == "keras":
        _impossible(interp, tensor, "type", "[]=", call.site)
    return None


@native("tensor.__iter__")
@_guarded
def iterate(interp: Interpreter, call: Call) -> Value:
    """The parts of a tensor along its first axis; None where their number is unknown."""
    tensor = call.args[0]
    assert isinstance(tensor, Tensor)
    shape = tensor.type.shape
    if tensor.kind == "keras":
        python_error(interp, "iterate", "TypeError", {"type": "KerasTensor"}, call.site, tensor)
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
    if tensor.kind == "keras":
        _impossible(interp, tensor, "control-flow", "bool()", call.site)
        return None
    content = tensor.type.content
    return bool(content) if isinstance(content, bool | int | float) else None


@native("tensor.__len__")
def length(interp: Interpreter, call: Call) -> Value:
    """`len(x)`"""
    tensor = call.args[0]
    assert isinstance(tensor, Tensor)
    if tensor.kind == "keras":
        return _impossible(interp, tensor, "type", "len()", call.site)
    shape = tensor.type.shape
    return shape[0] if shape and is_static(shape[0]) else Unknown("length of a tensor")


@native("tensor.__number__")
def number(interp: Interpreter, call: Call) -> Value:
    """`float(x)`, `int(x)`, `math.sqrt(x)`: a KerasTensor has no value."""
    tensor, what = call.args
    assert isinstance(tensor, Tensor)
    if tensor.kind == "keras":
        return _impossible(interp, tensor, "type", f"{what}()", call.site)
    return Unknown("the value of a tensor")


@native("tensor.__setattr__")
def set_attribute(interp: Interpreter, call: Call) -> Value:
    """Attributes of tensors: only the mask is followed."""
    tensor, name, value = call.args
    if isinstance(tensor, Tensor) and name == "_keras_mask":
        interp.touch(tensor)
        tensor.mask = value if isinstance(value, Tensor) or value is None else Unknown("mask")
    return None


__all__ = ["Instance", "get_item"]
