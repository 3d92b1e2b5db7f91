"""Comparisons in three values: True, False, or not known."""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from .. import natives
from ..dims import Expr, less, same
from ..unknown import Unknown
from ..values import (
    Bound,
    Call,
    Class,
    Flag,
    Function,
    Instance,
    Module,
    Namespace,
    Native,
    NativeClass,
    Repeated,
    Site,
    Tensor,
    TensorShape,
    Value,
)
from .errors import python_error
from .opaque import is_opaque
from .subscripts import is_key
from .truths import truth

if TYPE_CHECKING:
    from .interpreter import Interpreter

_NUMBERS = (int, float, complex, bool)
_SEQUENCES = (tuple, list, deque)
_SETS = (set, frozenset)
_IMMUTABLE = (int, float, str, bytes, tuple, Expr)
_SINGLETONS = (type(None), type(...), bool)
_OBJECTS = (Function, Class, NativeClass, Native, Module, Namespace, Instance, Tensor, Bound)
_UNDECIDED = (Unknown, Flag, Repeated)
_ORDER: dict[str, Callable[[object, object], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_METHODS = {
    "==": "__eq__",
    "!=": "__ne__",
    "<": "__lt__",
    "<=": "__le__",
    ">": "__gt__",
    ">=": "__ge__",
}
_REFLECTED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def compare(interp: Interpreter, op: str, left: Value, right: Value, site: Site) -> Value:
    """`left op right`: a bool when decided, otherwise Unknown, a Flag or a tensor."""
    if op in ("is", "is not"):
        return _answer(identical(interp, left, right), op == "is not")
    if op in ("in", "not in"):
        return _answer(contains(interp, right, left, site), op == "not in")
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return _tensors(interp, op, left, right, site)
    if isinstance(left, Instance) or isinstance(right, Instance):
        return _instances(interp, op, left, right, site)
    if op in ("==", "!="):
        return _answer(equal(interp, left, right), op == "!=")
    return _ordered(interp, op, left, right, site)


def _answer(holds: bool | None, negate: bool) -> Value:
    if holds is None:
        return Unknown("an undecided comparison")
    return holds is not negate


def identical(interp: Interpreter, left: Value, right: Value) -> bool | None:
    """`left is right`"""
    if isinstance(left, _UNDECIDED) or isinstance(right, _UNDECIDED):
        return None if isinstance(left, Unknown) or left is not right else True
    if left is right:
        return True
    if _may_be_one(interp, left, right):
        return None
    if type(left) is not type(right) or left != right:
        return False
    if isinstance(left, (*_SINGLETONS, Module, NativeClass, Native)):
        return True
    # Equal numbers, texts and tuples may be one object or two.
    return None if isinstance(left, (*_IMMUTABLE, Bound)) else False


def _may_be_one(interp: Interpreter, left: Value, right: Value) -> bool:
    """Whether two objects were one on some of the paths that led here."""
    if isinstance(left, Instance) and isinstance(right, Instance):
        left, right = left.attrs, right.attrs
    return interp.heap.may_be(left, right)


def equal(interp: Interpreter, left: Value, right: Value) -> bool | None:
    """`left == right` for values without methods of their own."""
    for kinds, rule in _EQUALITY:
        if isinstance(left, kinds) or isinstance(right, kinds):
            return rule(interp, left, right)
    if type(left) is not type(right) and not _comparable(left, right):
        return False
    return bool(left == right)


def _equal_symbols(interp: Interpreter, left: Value, right: Value) -> bool | None:
    if isinstance(left, int | Expr) and isinstance(right, int | Expr):
        return same(left, right)
    return None if isinstance(left, float) or isinstance(right, float) else False


def _comparable(left: Value, right: Value) -> bool:
    return any(
        isinstance(left, kinds) and isinstance(right, kinds) for kinds in (_NUMBERS, _SETS, str)
    )


def _equal_objects(interp: Interpreter, left: Value, right: Value) -> bool | None:
    if left is right:
        return None if isinstance(left, Tensor) else True
    if isinstance(left, Tensor | Instance) or isinstance(right, Tensor | Instance):
        plain = isinstance(left, str | None) or isinstance(right, str | None)
        return False if plain and not isinstance(left, Tensor) else None
    if isinstance(left, Bound) and isinstance(right, Bound):
        return None
    return left == right


def _equal_items(interp: Interpreter, left: Value, right: Value) -> bool | None:
    if isinstance(left, TensorShape) or isinstance(right, TensorShape):
        left, right = _as_tuple(left), _as_tuple(right)
    if type(left) is not type(right):
        return False
    assert isinstance(left, _SEQUENCES) and isinstance(right, _SEQUENCES)
    mine, theirs = list(left), list(right)
    if is_opaque(left) or is_opaque(right):
        return None
    if len(mine) != len(theirs):
        return False
    return every(
        True if a is b and not isinstance(a, Unknown) else equal(interp, a, b)
        for a, b in zip(mine, theirs, strict=True)
    )


def _as_tuple(value: Value) -> Value:
    return tuple(value) if isinstance(value, list | tuple) else value


def _equal_dicts(interp: Interpreter, left: Value, right: Value) -> bool | None:
    if not isinstance(left, dict) or not isinstance(right, dict):
        return False
    if is_opaque(left) or is_opaque(right):
        return None
    if left.keys() != right.keys():
        return False
    return every(equal(interp, v, right[k]) for k, v in left.items())


_EQUALITY: tuple[tuple[tuple[type, ...], Callable[..., bool | None]], ...] = (
    (_UNDECIDED, lambda interp, left, right: None),
    ((Expr,), _equal_symbols),
    (_OBJECTS, _equal_objects),
    (_SEQUENCES, _equal_items),
    ((dict,), _equal_dicts),
)


def every(answers: Iterable[bool | None]) -> bool | None:
    """`all` in three values."""
    unknown = False
    for answer in answers:
        if answer is False:
            return False
        unknown = unknown or answer is None
    return None if unknown else True


def _ordered(interp: Interpreter, op: str, left: Value, right: Value, site: Site) -> Value:
    if isinstance(left, _UNDECIDED) or isinstance(right, _UNDECIDED):
        return Unknown("an undecided comparison")
    if isinstance(left, Expr) or isinstance(right, Expr):
        return _ordered_symbols(op, left, right)
    if isinstance(left, tuple | list) and type(left) is type(right):
        return _ordered_items(interp, op, left, right, site)
    try:
        return bool(_ORDER[op](left, right))
    except TypeError:
        if isinstance(left, _OBJECTS) or isinstance(right, _OBJECTS):
            return Unknown("an undecided comparison")
        detail = {"operator": op, "left": type(left).__name__, "right": type(right).__name__}
        return python_error(interp, "type", "TypeError", detail, site, left)


def _ordered_symbols(op: str, left: Value, right: Value) -> Value:
    if not isinstance(left, int | Expr) or not isinstance(right, int | Expr):
        return Unknown("an undecided comparison")
    if op in ("<", ">="):
        return _answer(less(left, right), op == ">=")
    return _answer(less(right, left), op == "<=")


def _ordered_items(
    interp: Interpreter, op: str, left: Iterable[Value], right: Iterable[Value], site: Site
) -> Value:
    mine, theirs = list(left), list(right)
    for a, b in zip(mine, theirs, strict=False):
        same_item = equal(interp, a, b)
        if same_item is None:
            return Unknown("an undecided comparison")
        if not same_item:
            return compare(interp, op, a, b, site)
    return _ORDER[op](len(mine), len(theirs))


def _tensors(interp: Interpreter, op: str, left: Value, right: Value, site: Site) -> Value:
    hook = natives.hook("tensor.__binary__")
    if hook is None:
        return Unknown("tensor comparison")
    return hook(interp, Call((op, left, right), {}, site))


def _instances(interp: Interpreter, op: str, left: Value, right: Value, site: Site) -> Value:
    for value, other, name in (
        (left, right, _METHODS[op]),
        (right, left, _METHODS[_REFLECTED[op]]),
    ):
        method = _own_method(interp, value, name, site)
        if method is not None:
            return interp.call(method, (other,), {}, site)
    if op == "!=":
        holds = _instances(interp, "==", left, right, site)
        return not holds if isinstance(holds, bool) else holds
    mine, theirs = _plain(left), _plain(right)
    if isinstance(mine, Instance) or isinstance(theirs, Instance):
        known = op == "==" and _by_identity(interp, mine, theirs, site)
        return _answer(identical(interp, mine, theirs) if known else None, False)
    return compare(interp, op, mine, theirs, site)


def _by_identity(interp: Interpreter, left: Value, right: Value, site: Site) -> bool:
    """Whether `==` of these objects is surely that of `object`."""
    return all(
        not isinstance(v, Instance | Unknown)
        or (isinstance(v, Instance) and interp.find_attribute(v, "__eq__", site) is None)
        for v in (left, right)
    )


def _own_method(interp: Interpreter, value: Value, name: str, site: Site) -> Value | None:
    if not isinstance(value, Instance):
        return None
    method = interp.find_attribute(value, name, site)
    return (
        None
        if isinstance(method, Bound)
        and isinstance(method.function, Native)
        and (method.function.name.startswith("builtins."))
        else method
    )


def _plain(value: Value) -> Value:
    if isinstance(value, Instance) and isinstance(value.state, dict | list | tuple | set | str):
        return value.state
    return value


def contains(interp: Interpreter, container: Value, item: Value, site: Site) -> bool | None:
    """`item in container`"""
    container = _plain(container)
    if isinstance(container, str):
        return item in container if isinstance(item, str) else None
    if is_opaque(container):
        return None
    if isinstance(container, dict | set | frozenset):
        if not is_key(item):
            return None
        return item in container or (False if all(map(is_key, container)) else None)
    if isinstance(container, list | tuple | range | deque):
        return _among(interp, container, item, site)
    return _in_object(interp, container, item, site)


def _in_object(interp: Interpreter, container: Value, item: Value, site: Site) -> bool | None:
    if isinstance(container, Instance):
        method = interp.find_attribute(container, "__contains__", site)
        if method is not None and not isinstance(method, Unknown):
            return truth(interp, interp.call(method, (item,), {}, site), site)
    items = interp.iterate(container, site) if isinstance(container, Class) else None
    return None if items is None else _among(interp, items, item, site)


def _among(interp: Interpreter, items: Iterable[Value], item: Value, site: Site) -> bool | None:
    unknown = False
    for other in items:
        holds = other is item or compare(interp, "==", other, item, site)
        if holds is True and not isinstance(item, Unknown):
            return True
        unknown = unknown or holds is not False
    return None if unknown else False
