"""Scopes and frames: where names live, and which function of which object is running."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..values import Class, Function, Names, Site, Value

if TYPE_CHECKING:
    from ..source import Source

MODULE, FUNCTION, CLASS, COMPREHENSION = "module", "function", "class", "comprehension"


class Unbound:
    """The result of a lookup that found nothing; `local` when the name is a local one."""

    __slots__ = ("local",)

    def __init__(self, local: bool) -> None:
        self.local = local


@dataclass(eq=False, slots=True)
class Scope:
    """One level of names; `bound` are the names the syntax makes local to it."""

    kind: str
    names: Names
    parent: Scope | None
    source: Source
    bound: frozenset[str] = frozenset()
    globals: frozenset[str] = frozenset()
    nonlocals: frozenset[str] = frozenset()
    dynamic: bool = False  # names may appear from nowhere (star import, exec, ...)
    finished: bool = True  # False: the block did not run to its end
    owner: Class | None = None

    @property
    def module(self) -> Scope:
        """The scope of the module this one is in."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def lookup(self, name: str) -> Value:
        """The value of a name, or `Unbound`; builtins are not looked at."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names and (scope.kind != CLASS or scope is self):
                return scope.names[name]
            if name in scope.globals and scope.parent is not None:
                scope = scope.module
                continue
            if scope.kind == FUNCTION and name in scope.bound:
                return Unbound(True)
            scope = scope.parent
        return Unbound(False)

    def target(self, name: str) -> Scope:
        """The scope in which an assignment to `name` lands."""
        if name in self.globals:
            return self.module
        if name in self.nonlocals:
            scope = self.parent
            while scope is not None and scope.parent is not None:
                if scope.kind == FUNCTION and name in scope.bound:
                    return scope
                scope = scope.parent
        return self

    def function_scope(self) -> Scope:
        """The nearest scope that is not a comprehension's: where `:=` binds."""
        scope = self
        while scope.kind == COMPREHENSION and scope.parent is not None:
            scope = scope.parent
        return scope


@dataclass(eq=False, slots=True)
class Frame:
    """One running function or module body."""

    scope: Scope
    source: Source
    function: Function | None = None
    owner: Class | None = None
    instance: Value = None  # the receiver, when a method runs
    method: str = ""
    callers: tuple[Site, ...] = ()
    parent: Frame | None = None
    conditions: tuple[str, ...] = ()
    yields: list[Value] | None = None
    arguments: tuple[Value, ...] = ()
    super_called: bool | None = False
    handled: list[Value] = field(default_factory=list)  # exceptions being handled
