"""Truth values, and which handlers may catch which exceptions."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from .. import natives
from ..dims import Expr, bounds
from ..unknown import Decided, Unknown
from ..values import Call, Flag, Instance, Repeated, Site, Tensor, Value

if TYPE_CHECKING:
    from .interpreter import Interpreter

_PLAIN = (bool, int, float, complex, str, bytes, type(None), range, tuple)
ANYTHING = "*"  # a handler that catches every exception


def truth(interp: Interpreter, value: Value, site: Site | None = None) -> bool | None:
    """`bool(value)`, None when undecided."""
    if isinstance(value, _PLAIN):
        return bool(value)
    if isinstance(value, Unknown):
        return value.truth if isinstance(value, Decided) else None
    special = _SPECIAL.get(type(value))
    if special is not None:
        return special(interp, value, site)
    return bool(value) if isinstance(value, list | dict | set) else True


def _flag(interp: Interpreter, value: Flag, site: Site | None) -> bool | None:
    if value.negates is not None:
        held = interp.assumptions.get(value.negates)
        return None if held is None else not held
    return interp.assumptions.get(value)


def _size(interp: Interpreter, value: Expr | Repeated, site: Site | None) -> bool | None:
    low, high = bounds(value.length if isinstance(value, Repeated) else value)
    if (low is not None and low > 0) or (high is not None and high < 0):
        return True
    return None


def _tensor(interp: Interpreter, value: Tensor, site: Site | None) -> bool | None:
    hook = natives.hook("tensor.__bool__")
    if hook is None or site is None:
        return None
    answer = hook(interp, Call((value,), {}, site, value))
    return answer if isinstance(answer, bool) else None


def _instance(interp: Interpreter, value: Instance, site: Site | None) -> bool | None:
    if isinstance(value.state, list | dict | set | tuple | str | int | float):
        return bool(value.state)
    if site is None:
        return None
    for name in ("__bool__", "__len__"):
        method = interp.find_attribute(value, name, site)
        if isinstance(method, Unknown):
            return None
        if method is not None:
            return truth(interp, interp.call(method, (), {}, site), site)
    return True


_SPECIAL = {Flag: _flag, Expr: _size, Repeated: _size, Tensor: _tensor, Instance: _instance}


def may_catch(handlers: tuple[str, ...], exception: str) -> bool:
    """Whether handlers of these class names may catch a builtin exception."""
    raised = getattr(builtins, exception)
    for handler in handlers:
        if handler == ANYTHING:
            return True
        caught = getattr(builtins, handler, None)
        if isinstance(caught, type) and issubclass(raised, caught):
            return True
    return False


# Handlers of these catch nothing that Keras raises about shapes or arguments.
HARMLESS = frozenset(
    {
        "ImportError",
        "ModuleNotFoundError",
        "KeyboardInterrupt",
        "FileNotFoundError",
        "FileExistsError",
        "PermissionError",
        "OSError",
        "IOError",
        "StopIteration",
        "SystemExit",
        "EOFError",
        "NameError",
        "GeneratorExit",
        "UnicodeDecodeError",
        "ConnectionError",
        "TimeoutError",
    }
)


def is_broad(handlers: tuple[str, ...]) -> bool:
    """Whether handlers of these class names may catch what Keras raises."""
    return any(handler not in HARMLESS for handler in handlers)
