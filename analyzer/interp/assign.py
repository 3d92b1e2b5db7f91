"""Assignment targets of every form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from ..unknown import Unknown
from ..values import Value
from . import subscripts
from .errors import python_error
from .iteration import element_of, iterate

if TYPE_CHECKING:
    from .interpreter import Interpreter
    from .scopes import Scope


def bind(interp: Interpreter, target: cst.CSTNode, value: Value) -> None:
    """`target = value`"""
    if isinstance(target, cst.Name):
        bind_name(interp, interp.frame.scope, _mangled(interp, target.value), value)
    elif isinstance(target, cst.Tuple | cst.List):
        _unpack(interp, target, value)
    elif isinstance(target, cst.Attribute):
        owner = interp.eval(target.value)
        name = _mangled(interp, target.attr.value)
        interp.set_attribute(owner, name, value, interp.site(target))
    elif isinstance(target, cst.Subscript):
        container = interp.eval(target.value)
        index = subscripts.index_of(interp, target.slice)
        subscripts.set_item(interp, container, index, value, interp.site(target))


def _mangled(interp: Interpreter, name: str) -> str:
    owner = interp.frame.owner
    if owner is None or not name.startswith("__") or name.endswith("__"):
        return name
    return f"_{owner.name.lstrip('_')}{name}"


def bind_name(interp: Interpreter, scope: Scope, name: str, value: Value) -> None:
    """Bind a variable where the scope's declarations say."""
    if scope.globals or scope.nonlocals:
        scope = scope.target(name)
    names = scope.names
    interp.touch(names)
    names[name] = value
    if names.maybe:
        names.maybe -= {name}


def _unpack(interp: Interpreter, target: cst.Tuple | cst.List, value: Value) -> None:
    elements = target.elements
    items = None if isinstance(value, Unknown) else iterate(interp, value, interp.site(target))
    if items is None:
        _spread_unknown(interp, elements, value)
        return
    star = _star(elements)
    wrong = len(items) != len(elements) if star is None else len(items) < len(elements) - 1
    if wrong:
        detail = {"targets": len(elements), "values": len(items), "star": star is not None}
        unknown = python_error(interp, "unpack", "ValueError", detail, interp.site(target), value)
        _spread_unknown(interp, elements, unknown)
    elif star is None:
        for element, item in zip(elements, items, strict=True):
            bind(interp, element.value, item)
    else:
        _spread_star(interp, elements, items, star)


def _star(elements: Sequence[cst.BaseElement]) -> int | None:
    places = (i for i, e in enumerate(elements) if isinstance(e, cst.StarredElement))
    return next(places, None)


def _spread_star(
    interp: Interpreter, elements: Sequence[cst.BaseElement], items: list[Value], star: int
) -> None:
    after = len(elements) - star - 1
    end = len(items) - after
    middle = items[star:end]
    interp.fresh(middle)
    parts = [*items[:star], middle, *items[end:]]
    for element, item in zip(elements, parts, strict=True):
        bind(interp, element.value, item)


def _spread_unknown(interp: Interpreter, elements: Sequence[cst.BaseElement], value: Value) -> None:
    """Unpacking an unknown number of items: each target gets one like all of them."""
    item = value if isinstance(value, Unknown) else None
    for element in elements:
        if isinstance(element, cst.StarredElement):
            bind(interp, element.value, Unknown("rest of an unknown iterable"))
        else:
            if item is None:
                item = element_of(interp, value, interp.site(element))
            bind(interp, element.value, item)


def delete(interp: Interpreter, target: cst.CSTNode) -> None:
    """`del target`"""
    if isinstance(target, cst.Name):
        scope = interp.frame.scope.target(target.value)
        interp.touch(scope.names)
        scope.names.pop(target.value, None)
    elif isinstance(target, cst.Attribute):
        interp.delete_attribute(interp.eval(target.value), target.attr.value)
    elif isinstance(target, cst.Subscript):
        container = interp.eval(target.value)
        index = subscripts.index_of(interp, target.slice)
        subscripts.delete_item(interp, container, index, interp.site(target))
    elif isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            delete(interp, element.value)
