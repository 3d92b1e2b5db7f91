"""`sum`, `min`, `max`, `any`, `all`, `abs`, `round`, `divmod`, `pow`, ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ...dims import Expr, bounds, maximum, minimum
from ...natives import native, table
from ...unknown import Unknown
from ...values import Call, Site, Tensor, Value
from ..comparing import compare
from ..errors import python_error
from .binding import apply, function, pure

if TYPE_CHECKING:
    from ..interpreter import Interpreter

for _name, _run in {
    "divmod": divmod,
    "chr": chr,
    "ord": ord,
    "hex": hex,
    "oct": oct,
    "bin": bin,
    "ascii": ascii,
    "format": format,
}.items():
    pure(f"builtins.{_name}", _run)


@function("builtins.sum", signature="(iterable, start=0)")
def total(interp: Interpreter, site: Site, iterable: Value, start: Value) -> Value:
    """`sum(items, start)` by the operator `+`."""
    items = None if isinstance(iterable, Unknown) else interp.iterate(iterable, site)
    if items is None:
        return Unknown("sum of unknown items")
    result = start
    for item in items:
        result = interp.binary("+", result, item, site)
    return result


def _all_or_any(interp: Interpreter, iterable: Value, site: Site, stop: bool) -> Value:
    items = None if isinstance(iterable, Unknown) else interp.iterate(iterable, site)
    if items is None:
        return Unknown("truth of unknown items")
    answers = [interp.truth(item, site) for item in items]
    if stop in answers:
        return stop
    return Unknown("truth of unknown items") if None in answers else not stop


@function("builtins.all", signature="(iterable)")
def all_of(interp: Interpreter, site: Site, iterable: Value) -> Value:
    """`all(items)`"""
    return _all_or_any(interp, iterable, site, False)


@function("builtins.any", signature="(iterable)")
def any_of(interp: Interpreter, site: Site, iterable: Value) -> Value:
    """`any(items)`"""
    return _all_or_any(interp, iterable, site, True)


_SYMBOLIC: dict[str, Callable[..., Value]] = {"min": minimum, "max": maximum}


def _extreme(name: str) -> Callable[[Interpreter, Call], Value]:
    op = "<" if name == "min" else ">"

    def run(interp: Interpreter, call: Call) -> Value:
        if call.opaque or not call.args:
            return Unknown(f"{name} of unknown items")
        items = list(call.args)
        if len(items) == 1:
            found = None if isinstance(items[0], Unknown) else interp.iterate(items[0], call.site)
            if found is None:
                return Unknown(f"{name} of unknown items")
            items = found
        if not items:
            return _of_nothing(interp, name, call)
        return _choose(interp, name, op, items, call)

    return run


def _of_nothing(interp: Interpreter, name: str, call: Call) -> Value:
    if "default" in call.kwargs:
        return call.kwargs["default"]
    if interp.catches("ValueError"):
        python_error(interp, "value", "ValueError", {"function": name}, call.site)
    return Unknown(f"{name} of nothing")


def _choose(interp: Interpreter, name: str, op: str, items: list[Value], call: Call) -> Value:
    key = call.kwargs.get("key")
    keys = items if key is None else [interp.call(key, (i,), {}, call.site) for i in items]
    best, best_key = items[0], keys[0]
    for item, item_key in zip(items[1:], keys[1:], strict=True):
        better = compare(interp, op, item_key, best_key, call.site)
        if better is True:
            best, best_key = item, item_key
        elif better is not False:
            sizes = all(isinstance(v, int | Expr) for v in (item, best)) and key is None
            if not sizes:
                return Unknown(f"{name} of unknown items")
            best = best_key = _SYMBOLIC[name](best, item)
    return best


native("builtins.min")(_extreme("min"))
native("builtins.max")(_extreme("max"))


@function("builtins.abs", signature="(x)")
def absolute(interp: Interpreter, site: Site, x: Value) -> Value:
    """`abs(x)`"""
    if isinstance(x, Expr):
        low = bounds(x)[0]
        return x if low is not None and low >= 0 else Unknown("abs of a symbol")
    if isinstance(x, Tensor):
        hook = table.get("tensor.__unary__")
        if hook is not None:
            return hook.run(interp, Call(("abs", x), {}, site))  # type: ignore[union-attr]
    return apply(interp, Call((x,), {}, site), abs, [x])


@native("builtins.round")
def rounded(interp: Interpreter, call: Call) -> Value:
    """`round(x, digits)`"""
    if call.args and isinstance(call.args[0], Expr):
        return call.args[0]
    return apply(interp, call, round, list(call.args))


@native("builtins.pow")
def power(interp: Interpreter, call: Call) -> Value:
    """`pow(a, b)`"""
    if len(call.args) == 2:
        return interp.binary("**", call.args[0], call.args[1], call.site)
    return apply(interp, call, pow, list(call.args))
