"""Registering natives with a signature, and natives that are Python's own functions."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from ...natives import native
from ...specs.signature import BindError, parse
from ...unknown import Unknown
from ...values import Call, Site, Value
from ..errors import python_error
from ..opaque import is_opaque

if TYPE_CHECKING:
    from ..interpreter import Interpreter

Run: TypeAlias = "Callable[..., Value]"
_SCALARS = (int, float, complex, str, bytes, bool, type(None), range, type(...))


def function(*names: str, signature: str) -> Callable[[Run], Run]:
    """Register `run(interp, site, **arguments)` for a signature Python checks."""

    def register(run: Run) -> Run:
        native(*names)(_bound(names[0], signature, run))
        return run

    return register


def method(*names: str, signature: str) -> Callable[[Run], Run]:
    """Register `run(interp, site, receiver, **arguments)`."""

    def register(run: Run) -> Run:
        native(*names)(_bound(names[0], signature, run, receives=True))
        return run

    return register


def _bound(name: str, signature: str, run: Run, receives: bool = False) -> Run:
    parsed = parse(signature)

    def call(interp: Interpreter, given: Call) -> Value:
        if given.opaque:
            return Unknown(f"unknown arguments of {name}")
        try:
            values = parsed.complete(parsed.bind(given.args, given.kwargs))
        except BindError as error:
            detail = {"function": name.rsplit(".", 1)[-1], "problem": error.kind}
            detail |= {"names": error.names, "given": len(given.args)}
            return python_error(interp, "arguments", "TypeError", detail, given.site)
        if receives:
            return run(interp, given.site, given.receiver, **values)
        return run(interp, given.site, **values)

    return call


def concrete(value: Value, depth: int = 5) -> bool:
    """Whether a value is plain Python data all the way down."""
    if isinstance(value, _SCALARS):
        return True
    if depth == 0:
        return False
    if isinstance(value, dict):
        return not is_opaque(value) and all(
            concrete(k, depth - 1) and concrete(v, depth - 1) for k, v in value.items()
        )
    if isinstance(value, tuple | list | set | frozenset):
        return not is_opaque(value) and all(concrete(v, depth - 1) for v in value)
    if isinstance(value, slice):
        return all(concrete(v, 0) for v in (value.start, value.stop, value.step))
    return False


def pure(name: str, run: Callable[..., object], static: bool = True) -> None:
    """Register one of Python's own functions for arguments that are known."""

    def call(interp: Interpreter, given: Call) -> Value:
        args = list(given.args) if static else [given.receiver, *given.args]
        return apply(interp, given, run, args)

    native(name)(call)


def apply(interp: Interpreter, given: Call, run: Callable[..., object], args: list[Value]) -> Value:
    """The result of a Python function on known arguments; Unknown otherwise."""
    unknown = next((a for a in [*args, *given.kwargs.values()] if not concrete(a)), None)
    if unknown is not None or given.opaque:
        return unknown if isinstance(unknown, Unknown) else Unknown("of an unknown value")
    if any(isinstance(a, int) and abs(a) > 10**6 for a in args[1:]) and _grows(args):
        return Unknown("a very large value")
    try:
        result = run(*args, **given.kwargs)
    except Exception as error:  # whatever Python says about these arguments
        return _raised(interp, error, given.site)
    if isinstance(result, list | dict | set):
        result = copy.copy(result)
        interp.fresh(result)
    return result


def _grows(args: list[Value]) -> bool:
    return isinstance(args[0], str | bytes | list | tuple)


def _raised(interp: Interpreter, error: Exception, site: Site) -> Value:
    name = type(error).__name__
    if f"builtins.{name}" in _EXCEPTIONS and interp.catches(name):
        python_error(interp, "value", name, {"message": str(error)}, site)
    interp.doubts += 1
    return Unknown(f"{name} was raised")


_EXCEPTIONS = {
    f"builtins.{name}"
    for name in ("ValueError", "TypeError", "KeyError", "IndexError", "ZeroDivisionError")
} | {"builtins.OverflowError", "builtins.AttributeError", "builtins.UnicodeDecodeError"}
