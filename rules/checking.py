"""From one source to what is reported about it: the whole way, for the commands and `load`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..analyzer.analysis import Analysis, Coverage, Import, Options, analyze
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

    @property
    def coverage(self) -> Coverage:
        """How much was seen."""
        return self.analysis.coverage if self.analysis else Coverage()

    @property
    def imports(self) -> Mapping[Import, str]:
        """Where the imports of the project led."""
        return self.analysis.imports if self.analysis else {}


def check(
    source: Source, options: Options | None = None, selection: Selection | None = None
) -> Checked:
    """Analyse a source and judge it; one that does not name Keras costs only its reading."""
    if not source.relevant():
        return Checked(source, skipped="it does not mention keras or tensorflow")
    selection = selection or Selection()
    analysis = analyze(source, options or Options())
    findings = judge(analysis, selection.chosen(source.path))
    if source.kind == "notebook" or source.problems:
        findings = [_by_hand(finding) for finding in findings]
    return Checked(source, tuple(selection.weighed(findings)), analysis)


def _by_hand(finding: Finding) -> Finding:
    """The finding with its fix as a proposal: the lines read are not those of the file."""
    return replace(finding, fix=replace(finding.fix, safe=False)) if finding.fix else finding
