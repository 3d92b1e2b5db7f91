"""Names, literals, displays, subscripts, conditional expressions, f-strings, walrus."""

from __future__ import annotations

import ast
import builtins
import re
from typing import TYPE_CHECKING

import libcst as cst

from .. import natives
from ..unknown import Decided, Unknown
from ..values import Call, Instance, Value
from . import subscripts
from .assign import bind
from .dispatch import evaluates
from .errors import python_error
from .iteration import iterate
from .joins import Joiner
from .library.binding import concrete
from .library.conversions import to_text
from .opaque import visible
from .paths import assuming, both
from .scopes import MODULE, Scope, Unbound
from .truths import truth

if TYPE_CHECKING:
    from .interpreter import Interpreter

_BUILTIN_NAMES = frozenset(dir(builtins)) | {
    "__file__",
    "__builtins__",
    "__path__",
    "__annotations__",
    "get_ipython",
    "display",
    "In",
    "Out",
    "_",
    "reveal_type",
}
_CONSTANTS = {"True": True, "False": False, "None": None}


@evaluates(cst.Name)
def name(interp: Interpreter, node: cst.Name) -> Value:
    """A variable: local, enclosing, global or builtin."""
    text = node.value
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    scope = interp.frame.scope
    owner = interp.frame.owner
    if text.startswith("__") and owner is not None:
        text = mangle(text, owner.name)
    value = scope.lookup(text)
    if type(value) is Unbound:
        return missing(interp, text, node, value)
    return visible(value)


def mangle(text: str, owner: str) -> str:
    """`__name` inside a class body, as Python spells it."""
    if text.startswith("__") and not text.endswith("__") and owner.strip("_"):
        return f"_{owner.lstrip('_')}{text}"
    return text


def missing(interp: Interpreter, text: str, node: cst.Name, found: Unbound) -> Value:
    """A builtin, or a name that is proved to be unbound."""
    scope = interp.frame.scope
    if not found.local:
        value = _builtin(interp, text)
        if value is not None:
            return value
    if _may_come(scope, text):
        return interp.unknown(f"name {text} may come from elsewhere")
    kind = "UnboundLocalError" if found.local and scope.kind != MODULE else "NameError"
    detail = {"name": node.value, "local": found.local}
    return python_error(interp, "name", kind, detail, interp.site(node))


def _builtin(interp: Interpreter, text: str) -> Value | None:
    value = natives.resolve(f"builtins.{text}")
    if value is not None:
        return value
    if text == "__class__" and interp.frame.owner is not None:
        return interp.frame.owner
    known = text in _BUILTIN_NAMES
    return interp.unknown(f"builtin {text} is not modelled") if known else None


def _may_come(scope: Scope, text: str) -> bool:
    """Whether a global name may be bound by something that was not seen to run."""
    module = scope.module
    if module.dynamic or (text in module.bound and scope is not module):
        return True
    elsewhere = rf"\bglobal\b.*\b{re.escape(text)}\b"
    return re.search(elsewhere, module.source.text) is not None


def _constant(interp: Interpreter, node: cst.CSTNode) -> Value:
    if node not in interp.constants:
        interp.constants[node] = _literal(node.value)  # type: ignore[attr-defined]
    return interp.constants[node]


def _literal(text: str) -> Value:
    """The value of a literal; compiling it costs 80 us, which most do not need."""
    if text.isdecimal() and (text[0] != "0" or text == "0"):
        return int(text)
    quote = text[0]
    if quote in "\"'" and "\\" not in text:
        size = 3 if text[:3] == quote * 3 and len(text) > 5 else 1
        return text[size:-size]
    return ast.literal_eval(text)


evaluates(cst.Integer, cst.Float, cst.Imaginary, cst.SimpleString)(_constant)


@evaluates(cst.Ellipsis)
def ellipsis(interp: Interpreter, node: cst.Ellipsis) -> Value:
    """`...`"""
    return ...


@evaluates(cst.ConcatenatedString)
def concatenated(interp: Interpreter, node: cst.ConcatenatedString) -> Value:
    """Adjacent string literals."""
    left, right = interp.eval(node.left), interp.eval(node.right)
    if type(left) is type(right) and isinstance(left, str | bytes):
        return left + right  # type: ignore[operator]
    return left if isinstance(left, Unknown) else Unknown("text of an unknown value")


@evaluates(cst.FormattedString)
def formatted(interp: Interpreter, node: cst.FormattedString) -> Value:
    """An f-string; Unknown when a part of it is."""
    parts = [_part(interp, part) for part in node.parts]
    if all(isinstance(p, str) for p in parts):
        return "".join(parts)  # type: ignore[arg-type]
    return Unknown("text of an unknown value")


def _part(interp: Interpreter, part: cst.CSTNode) -> str | None:
    if isinstance(part, cst.FormattedStringText):
        return _literal_text(part.value)
    assert isinstance(part, cst.FormattedStringExpression)
    value = interp.eval(part.expression)
    spec = [_part(interp, p) for p in part.format_spec or ()]
    text = _formatted(interp, part, value, spec)
    if text is None or part.equal is None:
        return text
    return f"{interp.text(part.expression)}={text}"


def _literal_text(text: str) -> str:
    text = text.replace("{{", "{").replace("}}", "}")
    if "\\" not in text:
        return text
    quoted = re.sub(r'(?<!\\)"', r"\"", text)
    return ast.literal_eval(f'"""{quoted}"""')


def _formatted(
    interp: Interpreter,
    part: cst.FormattedStringExpression,
    value: Value,
    spec: list[str | None],
) -> str | None:
    if isinstance(value, Instance):
        value = to_text(interp, Call((value,), {}, interp.site(part)))
    elif part.conversion is not None or (part.equal is not None and not spec):
        value = _CONVERSIONS[part.conversion or "r"](value) if concrete(value) else value
    if not concrete(value) or None in spec:
        return None
    try:
        return format(value, "".join(s for s in spec if s is not None))
    except (ValueError, TypeError):
        return None


_CONVERSIONS = {"r": repr, "s": str, "a": ascii}


def elements(interp: Interpreter, nodes: object) -> list[Value] | None:
    """The items of a display; None when a starred part has unknown length."""
    items: list[Value] | None = []
    for element in nodes:  # type: ignore[attr-defined]
        value = interp.eval(element.value)
        if isinstance(element, cst.StarredElement):
            more = iterate(interp, value, interp.site(element))
            items = None if more is None or items is None else [*items, *more]
        elif items is not None:
            items.append(value)
    return items


@evaluates(cst.Tuple)
def tuple_display(interp: Interpreter, node: cst.Tuple) -> Value:
    """`(a, *b)`"""
    items = elements(interp, node.elements)
    return Unknown("unknown number of items") if items is None else tuple(items)


@evaluates(cst.List)
def list_display(interp: Interpreter, node: cst.List) -> Value:
    """`[a, *b]`"""
    items = elements(interp, node.elements)
    if items is None:
        return Unknown("unknown number of items")
    interp.fresh(items)
    return items


@evaluates(cst.Set)
def set_display(interp: Interpreter, node: cst.Set) -> Value:
    """`{a, *b}`"""
    items = elements(interp, node.elements)
    if items is None or not all(map(subscripts.is_key, items)):
        return Unknown("set of unknown items")
    made = set(items)
    interp.fresh(made)
    return made


@evaluates(cst.Dict)
def dict_display(interp: Interpreter, node: cst.Dict) -> Value:
    """`{k: v, **d}`; one unknown key makes all of it Unknown."""
    made: dict[Value, Value] = {}
    known = True
    for element in node.elements:
        if isinstance(element, cst.StarredDictElement):
            more = interp.eval(element.value)
            known = known and isinstance(more, dict)
            made.update(more if isinstance(more, dict) else {})
            continue
        key, value = interp.eval(element.key), interp.eval(element.value)
        known = known and subscripts.is_key(key)
        if known:
            made[key] = value
    if not known:
        return Unknown("dict with unknown keys")
    interp.fresh(made)
    return made


@evaluates(cst.IfExp)
def conditional(interp: Interpreter, node: cst.IfExp) -> Value:
    """`a if test else b`; both sides are evaluated and joined when undecided."""
    test = interp.eval(node.test)
    decided = truth(interp, test, interp.site(node.test))
    if decided is not None:
        return interp.eval(node.body if decided else node.orelse)
    return both(
        interp,
        node.test,
        lambda: assuming(interp, node.test, test, True, lambda: interp.eval(node.body)),
        lambda: assuming(interp, node.test, test, False, lambda: interp.eval(node.orelse)),
    )


@evaluates(cst.BooleanOperation)
def boolean(interp: Interpreter, node: cst.BooleanOperation) -> Value:
    """`and`, `or` with short circuit; the right side is run either way when undecided."""
    left = interp.eval(node.left)
    decided = truth(interp, left, interp.site(node.left))
    stop = isinstance(node.operator, cst.Or)
    if decided is not None:
        return left if decided is stop else interp.eval(node.right)
    last: list[bool | None] = []

    def right() -> Value:
        value = interp.eval(node.right)
        last.append(truth(interp, value, interp.site(node.right)))
        return value

    made = both(
        interp,
        node.left,
        lambda: left,
        lambda: assuming(interp, node.left, left, not stop, right),
    )
    # Whichever side decides: both are false in `and`, true in `or`.
    return Decided("and/or", stop) if last == [stop] and isinstance(made, Unknown) else made


@evaluates(cst.NamedExpr)
def walrus(interp: Interpreter, node: cst.NamedExpr) -> Value:
    """`name := value`, bound outside comprehensions."""
    value = interp.eval(node.value)
    scope = interp.frame.scope
    interp.frame.scope = scope.function_scope()
    try:
        bind(interp, node.target, value)
    finally:
        interp.frame.scope = scope
    return value


@evaluates(cst.Subscript)
def subscript(interp: Interpreter, node: cst.Subscript) -> Value:
    """`value[index]`"""
    value = interp.eval(node.value)
    index = subscripts.index_of(interp, node.slice)
    return visible(subscripts.get_item(interp, value, index, interp.site(node)))


@evaluates(cst.Attribute)
def attribute(interp: Interpreter, node: cst.Attribute) -> Value:
    """`value.attr`, private names mangled."""
    value = interp.eval(node.value)
    text = node.attr.value
    owner = interp.frame.owner
    if text.startswith("__") and owner is not None:
        text = mangle(text, owner.name)
    return visible(interp.get_attribute(value, text, interp.site(node)))


@evaluates(cst.Await)
def awaited(interp: Interpreter, node: cst.Await) -> Value:
    """`await x`: nobody knows what it gives."""
    interp.eval(node.expression)
    return interp.unknown("await")


@evaluates(cst.Yield)
def yielded(interp: Interpreter, node: cst.Yield) -> Value:
    """`yield x` collects; what `send` would give is None or unknown to us."""
    frame = interp.frame
    items = frame.yields
    part = node.value
    if isinstance(part, cst.From):
        more = iterate(interp, interp.eval(part.item), interp.site(node))
        values = [Unknown("yield from an unknown iterable")] if more is None else more
    else:
        values = [None if part is None else interp.eval(part)]
    if items is not None:
        interp.collect(items, values)
    return None


__all__ = ["Joiner", "name"]
