"""The form of a rule: facts in, findings out, cases beside it.

A rule is one class in one file under `rules/<family>/`. It is found by walking the
package. It sees facts (`analyzer/facts.py`) through methods named after them:
`on_layer_called(fact)`, `on_compiled(fact)`, ..., and `on_finished(fact)` when the whole
file is known. One rule object lives for one analysis, so it may remember things on self.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from ..analyzer.analysis import Analysis
from ..analyzer.facts import Fact
from ..analyzer.findings import Level
from ..analyzer.mismatch import Mismatch
from ..analyzer.position import Position
from ..analyzer.values import Site
from .edits import Change
from .story import Story


@dataclass(frozen=True, slots=True)
class Case:
    """A program beside a rule: its test, and the example on its page.

    The usual names are imported before it (`prelude.py`). For an invalid case `at` is
    text in the program at which the finding starts (several: one finding each, in
    order). `fixed` is the whole program after `--fix`; `dialect` the Keras it is for.
    `runs` tells that real Keras runs it (a warning), else it raises.
    """

    code: str
    at: str | tuple[str, ...] = ()
    fixed: str | None = None
    dialect: str = "keras3"


@dataclass(frozen=True, slots=True)
class Draft:
    """A finding before positions, level and code are filled in."""

    site: Site
    subject: str
    says: str = ""
    needs: str = ""
    got: Mapping[str, object] = field(default_factory=dict)
    names: Mapping[str, object] = field(default_factory=dict)
    related: tuple[tuple[Site, str], ...] = ()
    hint: str = ""
    change: Change | None = None
    level: Level | None = None  # where one condition is an error here and a warning there
    late: bool = False  # real Keras raises it only when the model runs
    at: Position | None = None  # where it is not about a node: a comment, unreadable text


class Rule:
    """Base of all rules; subclasses set `code`, `name`, `level` and add `on_*` methods."""

    code: ClassVar[str] = ""
    name: ClassVar[str] = ""
    level: ClassVar[Level] = Level.ERROR
    dialects: ClassVar[tuple[str, ...]] = ("keras3", "keras2")
    suppressible: ClassVar[bool] = True  # by a comment on the line
    keras_says: ClassVar[tuple[str, ...]] = ()  # messages of real Keras that lead here
    VALID: ClassVar[list[Case]] = []
    INVALID: ClassVar[list[Case]] = []

    def __init__(self, story: Story) -> None:
        self.story = story

    @property
    def analysis(self) -> Analysis:
        """The analysis this rule object lives for."""
        return self.story.analysis

    @property
    def dialect(self) -> str:
        """The Keras the checked program is written for."""
        return self.analysis.options.dialect

    def visit(self, fact: Fact) -> Iterator[Draft]:
        """What this rule has to say about one fact."""
        method = getattr(self, _method(type(fact)), None)
        if method is not None:
            yield from method(fact) or ()

    def mismatch(
        self,
        site: Site,
        subject: str,
        failure: Mismatch,
        related: Iterable[tuple[Site, str]] = (),
        change: Change | None = None,
    ) -> Draft:
        """A draft that repeats a proof: needed against got, bound names, hint."""
        return Draft(
            site,
            subject,
            needs=failure.needs,
            got=failure.got,
            names=failure.names,
            related=tuple(related),
            hint=failure.hint,
            change=change,
            late=failure.late,
        )


_methods: dict[type, str] = {}


def _method(kind: type) -> str:
    """`LayerCalled` -> `on_layer_called`."""
    if kind not in _methods:
        words = "".join(f"_{c.lower()}" if c.isupper() else c for c in kind.__name__)
        _methods[kind] = f"on{words}"
    return _methods[kind]
