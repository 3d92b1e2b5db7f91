"""The two tables of the interpreter: how to evaluate an expression, how to run a statement."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import libcst as cst

from ..values import Value
from .signals import Outcome

if TYPE_CHECKING:
    from .interpreter import Interpreter

Evaluate: TypeAlias = "Callable[[Interpreter, cst.CSTNode], Value]"
Execute: TypeAlias = "Callable[[Interpreter, cst.CSTNode], Outcome]"

EVALUATE: dict[type, Evaluate] = {}
EXECUTE: dict[type, Execute] = {}


def evaluates(*types: type) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Register how expressions of these node types get their value."""

    def register(run: Callable[..., Value]) -> Callable[..., Value]:
        EVALUATE.update(dict.fromkeys(types, run))
        return run

    return register


def executes(*types: type) -> Callable[[Callable[..., Outcome]], Callable[..., Outcome]]:
    """Register how statements of these node types run."""

    def register(run: Callable[..., Outcome]) -> Callable[..., Outcome]:
        EXECUTE.update(dict.fromkeys(types, run))
        return run

    return register
