"""SYN001."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.findings import Level
from ...analyzer.position import SourceProblem
from ..base import Case, Draft, Rule
from ..verdict import Verdict


class UnreadableSource(Rule):
    """A file, or a part of it, cannot be read as Python.

    Why: Python refuses the whole file before its first line runs. What comes after the
    slip is checked all the same; a wrong indentation is read as the nearest right one.
    Known limits: after a slip that cannot be mended the statement around it is left out, so
    names may seem to be missing; nothing is reported about them.
    """

    code, name, level = "SYN001", "unreadable-source", Level.ERROR
    VALID = [Case("x = (1, 2)"), Case("def f():\n    x = 1\n    return x")]
    INVALID = [
        Case("x = (1, 2", at="(1, 2"),
        Case("def f():\n    x = 1\n  return x", at="return x"),
        Case("x = 1]\ny = [2\nz = 3", at=("]", "[2")),
    ]

    def on_verdict(self, verdict: Verdict) -> Iterator[Draft]:
        """Tell every problem of the text, in order."""
        for problem in self.analysis.source.problems:
            yield Draft(
                verdict.site,
                SUBJECTS[problem.kind],
                problem.text,
                at=problem.position,
                hint=_hint(problem),
                level=Level.WARNING if problem.kind == "too-large" else None,
            )


SUBJECTS = {
    "unreadable": "the file cannot be opened:",
    "undecodable": "the file cannot be decoded:",
    "syntax": "this is not Python:",
    "notebook": "the notebook cannot be read:",
    "too-large": "the file is not checked:",
}


def _hint(problem: SourceProblem) -> str:
    if problem.kind == "too-large":
        return "raise max-file-size in [tool.dryfit], or exclude the file"
    return ""
