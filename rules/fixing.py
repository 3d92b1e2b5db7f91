"""Apply the edits of safe fixes to a text."""

from __future__ import annotations

from collections.abc import Iterable

from ..analyzer.findings import Edit, Finding
from ..analyzer.position import line_starts


def apply_fixes(text: str, findings: Iterable[Finding], unsafe: bool = False) -> str:
    """The text with every fix applied that is safe and overlaps no earlier one."""
    taken: list[tuple[int, int, str]] = []
    starts = line_starts(text)
    for finding in findings:
        fix = finding.fix
        if fix is None or not (fix.safe or unsafe):
            continue
        spans = [_span(starts, edit) for edit in fix.edits]
        if any(a < end and start < b for a, b, _ in spans for start, end, _ in taken):
            continue
        taken += [s for s in spans if s not in taken]
    for start, end, new in sorted(taken, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _span(starts: list[int], edit: Edit) -> tuple[int, int, str]:
    p = edit.place.position
    begin = starts[p.line - 1] + p.column - 1
    return begin, starts[p.end_line - 1] + p.end_column - 1, edit.text
