"""What is analysed: the module body, then everything that nobody called."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from .. import natives
from ..analysis import Analysis
from ..dims import symbol
from ..facts import Finished
from ..unknown import Unknown
from ..values import Call, Class, Function, Namespace, Site, Value
from . import functions
from .imports import run_module
from .interpreter import Interpreter
from .signals import Exhausted, ProgramRaise
from .syntax import Param

if TYPE_CHECKING:
    from .scopes import Scope

# Calls of the checked program nest in calls of ours, about twenty for one.
_RECURSION = 12_000


def run(analysis: Analysis) -> Interpreter:
    """Analyse one source into `analysis`; never raises."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _RECURSION))
    try:
        made = _Run(analysis)
        made.all()
        return made.interp
    finally:
        sys.setrecursionlimit(before)


class _Run:
    """One analysis, root by root; a fault in one root leaves the others alone."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.interp = Interpreter(analysis)
        self.complete = True

    def all(self) -> None:
        """The module, then uncalled functions and classes, then the end of the story."""
        interp, source = self.interp, self.analysis.source
        namespace = Namespace("__main__", source)
        if not self.guarded(lambda: run_module(interp, namespace, "__main__"), "module"):
            return
        scope = interp.scopes[namespace]
        interp.frame = functions.root_frame(scope)
        self._uncalled(scope)
        if self.complete and not self.interp.faults and not self.analysis.coverage.exhausted:
            finish = natives.hook("analysis.__finish__")
            site = Site(source, source.module)
            if finish is not None:
                native = finish
                self.guarded(lambda: native(interp, Call((), {}, site)), "finish")
            interp.emit(Finished(site, source.module))

    def _uncalled(self, scope: Scope) -> None:
        done = 0
        while done < len(self.interp.defined) and not self.analysis.coverage.exhausted:
            value = self.interp.defined[done]
            done += 1
            if value.source is self.analysis.source and value.node not in self.interp.called:
                self.guarded(lambda value=value: self._alone(value), value.name)

    def _alone(self, value: Function | Class) -> None:
        """Analyse one root; what it does to globals is taken back, the next starts afresh."""
        heap = self.interp.heap
        logs = len(heap.logs)
        heap.begin()
        try:
            self._analyse(value)
        finally:
            while len(heap.logs) > logs:
                heap.end()

    def _analyse(self, value: Function | Class) -> None:
        interp = self.interp
        hook = natives.hook("root.__analyse__")
        if hook is not None:
            handled = hook(interp, Call((value,), {}, interp.site(value.node)))
            if handled is not None:
                return
        if isinstance(value, Function) and value.owner is None:
            call_uncalled(interp, value)

    def guarded(self, run: Callable[[], object], where: str) -> bool:
        """Run a root; False when the budget ran out or we made a mistake in it."""
        interp = self.interp
        frame, depth = interp.frame, interp.depth
        try:
            run()
        except Exhausted:
            self.analysis.coverage.exhausted += f" in {where}"
            return False
        except ProgramRaise:
            pass
        except Exception as fault:
            if interp.strict:
                raise
            self.complete = False
            reason = f"internal: {type(fault).__name__} in {where}"
            self.analysis.coverage.reasons[reason] += 1
        finally:
            interp.reset(frame, depth)
        return True


def call_uncalled(interp: Interpreter, function: Function, first: tuple[Value, ...] = ()) -> Value:
    """Run a function nobody called: parameters at their defaults, else unknown.

    `first` are arguments that are known (the receiver of a method).
    """
    given = assumed_arguments(interp, function, first)
    return functions.run(interp, function, given, None)


def assumed_arguments(
    interp: Interpreter, function: Function, first: tuple[Value, ...] = ()
) -> Call:
    """Arguments that stand for every call of a function."""
    if function.node not in interp.params:
        return Call(list(first), {}, interp.site(function.node))
    params = interp.params[function.node][len(first) :]
    args = list(first)
    kwargs: dict[str, Value] = {}
    opaque = any(p.kind in ("args", "kwargs") for p in params)
    for param in params:
        if param.kind == "keyword":
            kwargs[param.name] = assumed(function, param)
        elif param.kind in ("positional", "normal"):
            args.append(assumed(function, param))
    return Call(args, kwargs, interp.site(function.node), None, opaque)


def assumed(function: Function, param: Param) -> Value:
    """A parameter of a function nobody called: its default, else a value of unknown kind.

    None as a default mostly means "to be given": it may be None or something else.
    """
    default = function.defaults.get(param.name)
    if default is not None:
        return default
    if annotated_int(function, param.name):
        return symbol(param.name)
    return Unknown(f"parameter {param.name}")


def annotated_int(function: Function, name: str) -> bool:
    """Whether a parameter is annotated as a plain `int` and has no default."""
    node = function.node
    if not isinstance(node, cst.FunctionDef) or name in function.defaults:
        return False
    groups = (node.params.posonly_params, node.params.params, node.params.kwonly_params)
    for group in groups:
        for param in group:
            note = param.annotation
            if param.name.value == name and note is not None:
                return isinstance(note.annotation, cst.Name) and note.annotation.value == "int"
    return False
