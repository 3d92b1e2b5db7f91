"""Apply the edits of safe fixes to a text, and check the text again until none is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ..analyzer.findings import Edit, Finding
from ..analyzer.parsing import syntax_problem
from ..analyzer.position import line_starts
from ..analyzer.source import Source

if TYPE_CHECKING:
    from .checking import Checked

MOST_PASSES = 10  # a fix may make another finding visible; a tenth is a circle


def apply_fixes(text: str, findings: Iterable[Finding], unsafe: bool = False) -> str:
    """The text with every fix applied that is safe and overlaps no earlier one."""
    return _applied(text, [f for f in findings if f.fix and (f.fix.safe or unsafe)])[0]


def _applied(text: str, findings: Iterable[Finding]) -> tuple[str, int]:
    """The text after the fixes that do not overlap, and how many those are."""
    taken: list[tuple[int, int, str]] = []
    starts = line_starts(text)
    count = 0
    for finding in findings:
        spans = [_span(starts, edit) for edit in (finding.fix.edits if finding.fix else ())]
        if any(a < end and start < b for a, b, _ in spans for start, end, _ in taken):
            continue
        taken += [s for s in spans if s not in taken]
        count += 1
    for start, end, new in sorted(taken, reverse=True):
        text = text[:start] + new + text[end:]
    return text, count


def _span(starts: list[int], edit: Edit) -> tuple[int, int, str]:
    p = edit.place.position
    begin = starts[p.line - 1] + p.column - 1
    return begin, starts[p.end_line - 1] + p.end_column - 1, edit.text


def mended(checked: Checked, check: Callable[[Source], Checked]) -> tuple[Checked, int]:
    """What is left after all safe fixes, and how many were applied.

    A fix whose result is no Python is not taken.
    """
    applied = 0
    for _ in range(MOST_PASSES):
        source = checked.source
        fixable = [f for f in checked.findings if _fixable(f, source)]
        text, count = _applied(source.text, fixable)
        if not count or text == source.text or syntax_problem(text):
            break
        applied += count
        checked = check(Source(source.path, text.encode(source.encoding), source.kind))
    return checked, applied


def _fixable(finding: Finding, source: Source) -> bool:
    fix = finding.fix
    if fix is None or not fix.safe:
        return False
    return all(edit.place.path == source.path for edit in fix.edits)
