"""Arithmetic, comparison and logical operators on values of every kind."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from .. import natives
from ..dims import Expr
from ..unknown import Unknown
from ..values import (
    Call,
    Class,
    Flag,
    Instance,
    NativeClass,
    Repeated,
    Site,
    Tensor,
    TensorShape,
    Value,
)
from .comparing import compare
from .dispatch import evaluates
from .errors import python_error
from .truths import truth

if TYPE_CHECKING:
    from .interpreter import Interpreter

OPERATORS: dict[str, Callable[[object, object], object]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "@": operator.matmul,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
}
_NAMES = {
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "truediv",
    "//": "floordiv",
    "%": "mod",
    "**": "pow",
    "@": "matmul",
    "<<": "lshift",
    ">>": "rshift",
    "&": "and",
    "|": "or",
    "^": "xor",
}
SYMBOLS: dict[type, str] = {
    cst.Add: "+",
    cst.Subtract: "-",
    cst.Multiply: "*",
    cst.Divide: "/",
    cst.FloorDivide: "//",
    cst.Modulo: "%",
    cst.Power: "**",
    cst.MatrixMultiply: "@",
    cst.LeftShift: "<<",
    cst.RightShift: ">>",
    cst.BitAnd: "&",
    cst.BitOr: "|",
    cst.BitXor: "^",
}
SYMBOLS |= {getattr(cst, f"{t.__name__}Assign"): s for t, s in list(SYMBOLS.items())}
_NUMBERS = (int, float, complex, bool)
_SEQUENCES = (str, bytes, list, tuple)
_PLAIN = (*_NUMBERS, *_SEQUENCES, dict, set, frozenset, range, type(None))
_LARGE = 1_000_000


@evaluates(cst.BinaryOperation)
def binary_operation(interp: Interpreter, node: cst.BinaryOperation) -> Value:
    """`left op right`"""
    left, right = interp.eval(node.left), interp.eval(node.right)
    symbol = SYMBOLS[type(node.operator)]
    if type(left) is int and type(right) is int and symbol in "+-*":
        return _numbers(interp, symbol, left, right, None)
    return binary(interp, symbol, left, right, interp.site(node))


def binary(interp: Interpreter, op: str, left: Value, right: Value, site: Site) -> Value:
    """`left op right` for any values."""
    if isinstance(left, _NUMBERS) and isinstance(right, _NUMBERS):
        return _numbers(interp, op, left, right, site)
    for kind, rule in _BINARY:
        if isinstance(left, kind) or isinstance(right, kind):
            return rule(interp, op, left, right, site)
    if isinstance(left, _PLAIN) and isinstance(right, _PLAIN):
        return _plain(interp, op, left, right, site)
    if isinstance(left, Class | NativeClass) and op == "|":
        return left  # a union type in an annotation
    return Unknown(f"{op} of unknown values")


def _numbers(interp: Interpreter, op: str, left: Value, right: Value, site: Site | None) -> Value:
    if _explodes(op, left, right):
        return Unknown("a very large number")
    try:
        return OPERATORS[op](left, right)
    except ZeroDivisionError:
        if site is not None and interp.catches("ZeroDivisionError"):
            python_error(interp, "value", "ZeroDivisionError", {}, site)
        return Unknown("division by zero")
    except (TypeError, ValueError, OverflowError):
        return Unknown(f"{op} of these numbers")


def _explodes(op: str, left: Value, right: Value) -> bool:
    if op == "**" and isinstance(left, int) and isinstance(right, int):
        return abs(left) > 1 and right > 0 and right * left.bit_length() > 4096
    if op == "<<":
        return isinstance(right, int) and right > 4096
    return op == "*" and isinstance(left, int) and left.bit_length() > 4096


def _symbolic(interp: Interpreter, op: str, left: Value, right: Value, site: Site) -> Value:
    if op == "*" and isinstance(left, list | tuple):
        return _repeated(left, right)
    if op == "*" and isinstance(right, list | tuple):
        return _repeated(right, left)
    sizes = isinstance(left, int | Expr) and isinstance(right, int | Expr)
    if not sizes or op not in _OF_SYMBOLS or (op in ("//", "%") and right == 0):
        return Unknown(f"{op} of symbolic values")
    try:
        return OPERATORS[op](left, right)
    except (TypeError, ValueError, OverflowError):
        return Unknown(f"{op} of symbolic values")


_OF_SYMBOLS = frozenset({"+", "-", "*", "//", "%", "**"})


def _repeated(items: Sequence[Value], count: Value) -> Value:
    """`[x] * n`"""
    if isinstance(count, Expr) and items and len(set(map(id, items))) == 1:
        length = count * len(items)
        assert isinstance(length, Expr)
        return Repeated(items[0], length)
    return Unknown("a sequence of unknown length")


def _unknowns(interp: Interpreter, op: str, left: Value, right: Value, site: Site) -> Value:
    return left if isinstance(left, Unknown) else right


def _plain(interp: Interpreter, op: str, left: Value, right: Value, site: Site) -> Value:
    if op == "*" and _product_size(left, right) > _LARGE:
        return Unknown("a very long sequence")
    if op == "%" and isinstance(left, str | bytes):
        return _percent(left, right)
    if op == "+" and (isinstance(left, TensorShape) or isinstance(right, TensorShape)):
        return _shapes(left, right)
    try:
        made = OPERATORS[op](left, right)
    except TypeError:
        detail = {"operator": op, "left": type(left).__name__, "right": type(right).__name__}
        return python_error(interp, "type", "TypeError", detail, site, left)
    if isinstance(made, list | dict | set):
        interp.fresh(made)
    return made


def _shapes(left: Value, right: Value) -> Value:
    """A TensorShape takes lists and tuples alike."""
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return TensorShape((*left, *right))
    return Unknown("+ of shapes")


def _product_size(left: Value, right: Value) -> int:
    count = left if isinstance(left, int) else right if isinstance(right, int) else 0
    items = right if isinstance(left, int) else left
    return count * len(items) if isinstance(items, _SEQUENCES) else 0


def _percent(left: str | bytes, right: Value) -> Value:
    parts = right if isinstance(right, tuple) else (right,)
    if not all(isinstance(p, str | bytes | int | float | None) for p in parts):
        return Unknown("text of an unknown value")
    try:
        return left % right  # type: ignore[operator]
    except (TypeError, ValueError):
        return Unknown("text of an unknown value")


def _tensors(interp: Interpreter, op: str, left: Value, right: Value, site: Site) -> Value:
    hook = natives.hook("tensor.__binary__")
    if hook is None:
        return Unknown("tensor arithmetic")
    return hook(interp, Call((op, left, right), {}, site))


def _instances(interp: Interpreter, op: str, left: Value, right: Value, site: Site) -> Value:
    for value, other, name in (
        (left, right, f"__{_NAMES[op]}__"),
        (right, left, f"__r{_NAMES[op]}__"),
    ):
        if isinstance(value, Instance):
            method = interp.find_attribute(value, name, site)
            if method is not None:
                return interp.call(method, (other,), {}, site)
    left, right = _state(left), _state(right)
    if not isinstance(left, Instance) and not isinstance(right, Instance):
        return binary(interp, op, left, right, site)
    return Unknown(f"{op} of objects")


_BINARY: tuple[tuple[type, Callable[..., Value]], ...] = (
    (Tensor, _tensors),
    (Instance, _instances),
    (Unknown, _unknowns),
    (Expr, _symbolic),
)


def _state(value: Value) -> Value:
    plain = isinstance(value, Instance) and isinstance(value.state, _PLAIN) and value.state
    return plain or value


@evaluates(cst.UnaryOperation)
def unary_operation(interp: Interpreter, node: cst.UnaryOperation) -> Value:
    """`-x`, `+x`, `~x`, `not x`"""
    value = interp.eval(node.expression)
    if isinstance(node.operator, cst.Not):
        return negated(interp, value, interp.site(node))
    op = {cst.Minus: "-", cst.Plus: "+", cst.BitInvert: "~"}[type(node.operator)]
    return unary(interp, op, value, interp.site(node))


_UNARY: dict[str, tuple[Callable[[object], object], str]] = {
    "-": (operator.neg, "__neg__"),
    "+": (operator.pos, "__pos__"),
    "~": (operator.invert, "__invert__"),
}


def unary(interp: Interpreter, op: str, value: Value, site: Site) -> Value:
    """A sign or `~` in front of any value."""
    run, name = _UNARY[op]
    if isinstance(value, int if op == "~" else (*_NUMBERS, Expr)):
        return run(value)
    if isinstance(value, Tensor):
        hook = natives.hook("tensor.__unary__")
        return value if hook is None else hook(interp, Call((op, value), {}, site))
    method = interp.find_attribute(value, name, site) if isinstance(value, Instance) else None
    if method is not None:
        return interp.call(method, (), {}, site)
    if isinstance(value, _PLAIN):
        detail = {"operator": op, "left": type(value).__name__}
        return python_error(interp, "type", "TypeError", detail, site, value)
    return value if isinstance(value, Unknown) else Unknown(f"{op} of an unknown value")


def negated(interp: Interpreter, value: Value, site: Site) -> Value:
    """`not value`"""
    decided = truth(interp, value, site)
    if decided is not None:
        return not decided
    if isinstance(value, Flag):
        return value.negates or Flag(f"not {value.name}", value)
    return Unknown("not of an unknown value")


_COMPARISONS: dict[type, str] = {
    cst.Equal: "==",
    cst.NotEqual: "!=",
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
    cst.Is: "is",
    cst.IsNot: "is not",
    cst.In: "in",
    cst.NotIn: "not in",
}


@evaluates(cst.Comparison)
def comparison(interp: Interpreter, node: cst.Comparison) -> Value:
    """`a < b <= c`: chained, each operand evaluated once."""
    left = interp.eval(node.left)
    result: Value = True
    site = interp.site(node)
    for target in node.comparisons:
        right = interp.eval(target.comparator)
        holds = compare(interp, _COMPARISONS[type(target.operator)], left, right, site)
        if holds is False:
            return False
        result = holds if result is True else Unknown("a chain of comparisons")
        left = right
    return result
