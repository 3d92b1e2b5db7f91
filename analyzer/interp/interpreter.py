"""The abstract interpreter: runs a program the way Python would, over abstract values.

This class holds the state of one analysis and the interface natives use; what the pieces
of the language mean stands in the modules beside it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import libcst as cst

from ..analysis import Analysis, Options
from ..facts import Fact
from ..unknown import Unknown
from ..values import ABSENT, Call, Class, Flag, Function, Instance, Namespace, Site, Value
from . import attributes, calls, functions, iteration, language, operators, paths, setting, truths
from .dispatch import EVALUATE, EXECUTE
from .heap import Delta, Heap
from .joins import Joiner
from .scopes import Frame, Scope
from .signals import RAISE, Exhausted, Jump, Outcome, ProgramRaise, Split, StopCollecting
from .syntax import Param, Shape

assert language  # filled by now
_CHECK_EVERY = 512  # steps between two looks at the clock


class Interpreter:
    """One analysis of one source and of what it imports."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.options: Options = analysis.options
        self.dialect = analysis.options.dialect
        self.facts: list[Fact] = analysis.facts
        self.heap = Heap()
        self.frame: Frame = None  # type: ignore[assignment]  # set by the first root
        self.depth = 0
        self.steps = 0
        self.checkpoint = _CHECK_EVERY
        self.deadline = time.monotonic() + analysis.options.max_seconds
        self.guards: list[tuple[str, ...]] = []  # names of what the open handlers catch
        self.guarded = 0  # how many of them may catch what Keras raises
        self.faults = 0  # mistakes of ours; the story is then not complete
        self.doubts = 0  # grows with everything that may raise without our knowing
        self.assumptions: dict[Flag, bool] = {}
        self.modules: dict[str, Namespace] = {}
        self.scopes: dict[Namespace, Scope] = {}
        self.called: set[cst.CSTNode] = set()
        self.defined: list[Function | Class] = []
        self.shapes: dict[cst.CSTNode, Shape] = {}
        self.params: dict[cst.CSTNode, tuple[Param, ...]] = {}
        self.constants: dict[cst.CSTNode, Value] = {}
        self.texts: dict[cst.CSTNode, str] = {}
        self.world: object | None = None  # what the natives of Keras remember
        self.strict = os.environ.get("DRYFIT_DEBUG") == "1"

    # What natives use.

    def call(
        self,
        callee: Value,
        args: Sequence[Value],
        kwargs: Mapping[str, Value],
        site: Site,
        opaque: bool = False,
    ) -> Value:
        """Call anything; `opaque` when unknown `*args` or `**kwargs` are among the arguments."""
        return calls.call(self, callee, Call(list(args), dict(kwargs), site, None, opaque))

    def call_with(self, callee: Value, given: Call) -> Value:
        """Call anything with arguments that are already put together."""
        return calls.call(self, callee, given)

    def get_attribute(self, obj: Value, name: str, site: Site) -> Value:
        """`obj.name`; proved absent, it emits `PythonError("attribute")` and is Unknown."""
        return attributes.get(self, obj, name, site)

    def find_attribute(self, obj: Value, name: str, site: Site) -> Value | None:
        """`obj.name`, or None where it is None or proved absent; nothing is emitted."""
        value = attributes.find(self, obj, name, site)
        return None if value is ABSENT else value

    def set_attribute(self, obj: Value, name: str, value: Value, site: Site) -> None:
        """`obj.name = value`, with the hooks of its class."""
        setting.assign(self, obj, name, value, site)

    def store_attribute(self, obj: Instance, name: str, value: Value) -> None:
        """Put a value into an object's own attributes, past all hooks."""
        setting.store(self, obj, name, value)

    def delete_attribute(self, obj: Value, name: str) -> None:
        """`del obj.name`"""
        setting.remove(self, obj, name)

    def escape(self, value: Value) -> None:
        """Unknown code gets hold of a value: what it holds may change."""
        calls.escape(self, value)

    def truth(self, value: Value, site: Site | None = None) -> bool | None:
        """`bool(value)`, None when undecided."""
        return truths.truth(self, value, site)

    def iterate(self, value: Value, site: Site) -> list[Value] | None:
        """The items of a finite known iterable; None when their number is unknown."""
        return iteration.iterate(self, value, site)

    def binary(self, op: str, left: Value, right: Value, site: Site) -> Value:
        """`left op right`, e.g. op "+"."""
        return operators.binary(self, op, left, right, site)

    def emit(self, fact: Fact) -> None:
        """Record what was found out."""
        self.facts.append(fact)

    def site(self, node: cst.CSTNode) -> Site:
        """Where `node` stands, and how the analysis got there."""
        frame = self.frame
        return Site(frame.source, node, frame.callers, frame.conditions, self.guarded > 0)

    def unknown(self, reason: str) -> Unknown:
        """A value nobody knows; the reason is counted."""
        self.doubts += 1
        self.analysis.coverage.reasons[reason] += 1
        return Unknown(reason)

    def join(self, a: Value, b: Value, why: str = "") -> Value:
        """One value that stands for both."""
        return Joiner(self, {}, {}, why).value(a, b)

    def join_deltas(self, a: Delta, b: Delta, why: str = "") -> tuple[Delta, Joiner]:
        """One set of changes that stands for both, and the joiner for values made there."""
        joiner = Joiner(self, a, b, why)
        return joiner.deltas(), joiner

    def touch(self, container: object) -> None:
        """Must be called before a list, dict, set, attribute table or state object changes."""
        self.heap.touch(container)

    def fresh(self, container: object) -> None:
        """May be called for an object made just now: it is then never copied for undoing."""
        self.heap.fresh(container)

    # What the pieces of the interpreter use.

    def eval(self, node: cst.CSTNode) -> Value:
        """The value of an expression."""
        self.steps += 1
        if self.steps >= self.checkpoint:
            self._check_budget()
        run = EVALUATE.get(type(node))
        if run is None:
            return self.unknown(f"syntax: {type(node).__name__}")
        return run(self, node)

    def exec(self, node: cst.CSTNode) -> Outcome:
        """Run one statement."""
        self.steps += 1
        run = EXECUTE.get(type(node))
        return None if run is None else run(self, node)

    def shielded(self, node: cst.CSTNode) -> Outcome:
        """Run a statement of a module; a mistake of ours in it costs this statement only."""
        frame, scope, depth, logs = self.frame, self.frame.scope, self.depth, len(self.heap.logs)
        try:
            return self.exec(node)
        except (Exhausted, ProgramRaise, StopCollecting):
            raise
        except Exception as fault:
            if self.strict:
                raise
            self.frame, self.depth = frame, depth
            frame.scope = scope
            while len(self.heap.logs) > logs:
                self.heap.end()
            self.faults += 1
            scope.module.dynamic = True
            self.unknown(f"internal: {type(fault).__name__}")
            return None

    def text(self, node: cst.CSTNode) -> str:
        """The source text of a node, on one line."""
        if node not in self.texts:
            code = self.frame.source.module.code_for_node(node)
            self.texts[node] = " ".join(code.split())[:200]
        return self.texts[node]

    def attempt(self, body: cst.CSTNode) -> Outcome:
        """Run a suite; what the program raises in it becomes a jump."""
        try:
            return self.exec(body)
        except ProgramRaise as raised:
            return Jump(RAISE, raised.value)

    def merge_exit(self, split: Split, kind: str, value: Value, delta: Delta) -> Split:
        """A split whose paths that fall through leave by `kind` instead."""
        rest = Split({kind: (value, delta)}, None)
        return paths.merge(self, Split(split.exits, None), rest)

    def collect(self, items: list[Value], values: Sequence[Value]) -> None:
        """Add what a generator yields."""
        self.touch(items)
        items.extend(values)
        if len(items) >= self.options.max_unroll:
            raise StopCollecting

    def submodule(self, namespace: Namespace, name: str) -> Value | None:
        """A module inside a package of the project, when it was imported."""
        folder, leaf = os.path.split(namespace.source.path)
        if leaf != "__init__.py":
            return None
        package = os.path.join(folder, name, "__init__.py")
        return self.modules.get(os.path.join(folder, f"{name}.py")) or self.modules.get(package)

    def note_super(self, method: str, receiver: Value) -> None:
        """A native method is about to run; it may be the running method's `super()`."""
        functions.note_super(self, method, receiver)

    def may_gain(self, namespace: Namespace, name: str) -> bool:
        """Whether a module may have a name that was not seen being bound."""
        scope = self.scopes[namespace]
        return scope.dynamic or (name in scope.bound and not scope.finished)

    @contextmanager
    def guarding(self, names: tuple[str, ...]) -> Iterator[None]:
        """Inside, exceptions of these classes are caught by somebody."""
        broad = truths.is_broad(names)
        self.guards.append(names)
        self.guarded += broad
        try:
            yield
        finally:
            self.guards.pop()
            self.guarded -= broad

    def catches(self, exception: str) -> bool:
        """Whether some open `try` may handle a builtin exception of that name."""
        return any(truths.may_catch(names, exception) for names in self.guards)

    def reset(self, frame: Frame, depth: int) -> None:
        """Between two roots: close what a root that was cut off left open."""
        self.frame, self.depth = frame, depth
        while self.heap.logs:
            self.heap.apply(self.heap.end())
        self.guards.clear()
        self.guarded = 0
        self.assumptions.clear()

    def _check_budget(self) -> None:
        self.checkpoint = self.steps + _CHECK_EVERY
        coverage = self.analysis.coverage
        if self.steps > self.options.max_steps:
            coverage.exhausted = "steps"
            raise Exhausted
        if time.monotonic() > self.deadline:
            coverage.exhausted = "seconds"
            raise Exhausted
