"""What Python itself raises: a fact when nobody catches it, a jump when somebody does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .. import natives
from ..facts import PythonError
from ..unknown import Unknown
from ..values import Class, Function, Instance, NativeClass, Site, Super, Value
from .signals import ProgramRaise

if TYPE_CHECKING:
    from .interpreter import Interpreter


def python_error(
    interp: Interpreter,
    kind: str,
    exception: str,
    detail: Mapping[str, Value],
    site: Site,
    subject: Value = None,
) -> Value:
    """The program is proved to raise a builtin exception here."""
    if interp.catches(exception):
        raise ProgramRaise(make_exception(exception, _arguments(detail), site))
    if not site.conditions or _holds_anyway(kind, site, subject):
        interp.emit(PythonError(site, kind, {"exception": exception, **detail}, subject))
    interp.doubts += 1
    return Unknown(f"{exception} was raised")


_TYPE_TESTS = re.compile(r"isinstance|hasattr|callable|type\(|getattr|subclass|__\w+__|version")


def _holds_anyway(kind: str, site: Site, subject: Value) -> bool:
    """Whether an error below undecided conditions is one if the branch is ever taken.

    What contradicts the values we know may just mean that the branch is never taken with
    them; misspelt names and attributes of the program's own objects are wrong regardless.
    """
    if any(_TYPE_TESTS.search(condition) for condition in site.conditions):
        return False
    own = isinstance(subject, Super | Function) or (
        isinstance(subject, Instance) and isinstance(subject.cls, Class)
    )
    return kind == "name" or (kind in ("attribute", "arguments") and own)


def _arguments(detail: Mapping[str, Value]) -> tuple[Value, ...]:
    """What Python gives the exception: the key, or its message where we know it."""
    if "key" in detail:
        return (detail["key"],)
    return (detail.get("message", Unknown("the message of an exception")),)


def make_exception(name: str, args: tuple[Value, ...], site: Site) -> Instance:
    """An instance of a builtin exception class."""
    cls = natives.table[f"builtins.{name}"]
    assert isinstance(cls, NativeClass)
    made = Instance(cls, site=site)
    made.attrs["args"] = args
    return made


def class_of_exception(value: Value) -> Value:
    """The class of what is raised: `raise X` and `raise X()` alike."""
    if isinstance(value, Instance):
        return value.cls
    return value if isinstance(value, Class | NativeClass) else None
