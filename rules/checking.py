"""From one source to what is reported about it: the whole way, for the commands and `load`."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..analyzer.analysis import Analysis, Options, analyze
from ..analyzer.findings import Finding
from ..analyzer.source import Source
from .runner import judge
from .selection import Selection


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of one source; `skipped` says why it was not looked into."""

    source: Source
    findings: tuple[Finding, ...] = ()
    analysis: Analysis | None = field(default=None, repr=False)
    skipped: str = ""


def check(
    source: Source, options: Options | None = None, selection: Selection | None = None
) -> Checked:
    """Analyse a source and judge it; one that does not name Keras costs only its reading."""
    if not source.relevant():
        return Checked(source, skipped="it does not mention keras or tensorflow")
    selection = selection or Selection()
    analysis = analyze(source, options or Options())
    findings = judge(analysis, selection.chosen(source.path))
    return Checked(source, tuple(selection.weighed(findings)), analysis)
