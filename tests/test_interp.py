"""Programs of known values: the interpreter's final variables are CPython's."""

from __future__ import annotations

import io
import types
from collections import deque
from contextlib import redirect_stdout

import pytest

from dryfit.analyzer.analysis import Analysis, Options
from dryfit.analyzer.facts import PythonError
from dryfit.analyzer.interp import roots
from dryfit.analyzer.interp.interpreter import Interpreter
from dryfit.analyzer.source import Source
from dryfit.analyzer.values import (
    Bound,
    Class,
    Function,
    Instance,
    Iterator,
    Module,
    Native,
    NativeClass,
)

from .interp_programs import programs

PROGRAMS = programs()
_CALLABLES = (Function, Bound, Native, types.FunctionType, types.MethodType)


def interpret(
    text: str, path: str = "<stdin>", options: Options | None = None
) -> tuple[Interpreter, dict[str, object]]:
    """Analyse a program; its interpreter and its global variables."""
    analysis = Analysis(Source.of(text, path), options or Options())
    interp = roots.run(analysis)
    names = next(iter(interp.scopes)).names
    return interp, {k: v for k, v in names.items() if not k.startswith("__")}


def plain(value: object, depth: int = 6) -> object:
    """A value of either world in a form that can be compared."""
    if isinstance(value, _CALLABLES) or type(value).__name__ == "builtin_function_or_method":
        return "callable"
    if isinstance(value, Class) or getattr(value, "__module__", "") == "__main__":
        named = isinstance(value, Class | type)
        if named:
            return ("class", value.name if isinstance(value, Class) else value.__name__)
    if isinstance(value, NativeClass | type) or type(value).__module__ == "functools":
        return "callable"
    if isinstance(value, Module | types.ModuleType):
        return "module"
    if isinstance(value, Iterator) or (hasattr(value, "__next__") and depth):
        return "iterator"
    if depth == 0:
        return "deep"
    if isinstance(value, Instance) and value.state is None:
        return _object(value.cls.name.rsplit(".", 1)[-1], value.attrs, depth)
    if isinstance(value, Instance):
        return plain(value.state, depth)
    return _container(value, depth)


def _object(name: str, attrs: dict[str, object], depth: int) -> object:
    shown = {k: plain(v, depth - 1) for k, v in sorted(attrs.items()) if not k.startswith("_")}
    return ("object", name, shown)


def _container(value: object, depth: int) -> object:
    if isinstance(value, dict):
        return {repr(plain(k, depth - 1)): plain(v, depth - 1) for k, v in value.items()}
    if isinstance(value, set | frozenset):
        return ("set", sorted(map(repr, (plain(v, depth - 1) for v in value))))
    if isinstance(value, list | tuple | deque):
        kind = next(t.__name__ for t in (tuple, list, deque) if isinstance(value, t))
        return (kind, [plain(v, depth - 1) for v in value])
    if isinstance(value, BaseException):
        return _object(type(value).__name__, {"args": value.args}, depth)
    if hasattr(value, "__dict__") and not isinstance(value, str | int | float):
        return _object(type(value).__name__, vars(value), depth)
    return value if not isinstance(value, float) or value == value else "nan"


def execute(text: str) -> dict[str, object]:
    """The program's global variables according to CPython."""
    names: dict[str, object] = {"__name__": "__main__"}
    with redirect_stdout(io.StringIO()):
        exec(compile(text, "<program>", "exec"), names)
    return {k: v for k, v in names.items() if not k.startswith("__")}


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults of the interpreter itself fail the test."""
    monkeypatch.setenv("DRYFIT_DEBUG", "1")


@pytest.mark.parametrize("name", PROGRAMS)
def test_known_programs_end_as_in_cpython(name: str) -> None:
    interp, names = interpret(PROGRAMS[name])
    expected = execute(PROGRAMS[name])
    assert [f.detail for f in interp.facts if isinstance(f, PythonError)] == []
    assert {k: plain(v) for k, v in names.items()} == {k: plain(v) for k, v in expected.items()}
