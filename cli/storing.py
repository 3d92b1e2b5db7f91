"""Findings and coverage as plain data and back, for the cache."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

from ..analyzer.analysis import Coverage
from ..analyzer.findings import Edit, Finding, Fix, Level, Place, Related
from ..analyzer.mismatch import shape_text
from ..analyzer.position import Position

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run shows of one source."""

    findings: tuple[Finding, ...]
    coverage: Coverage


class _Shown(str):
    """A value that is already text: it is shown as it is."""

    def __repr__(self) -> str:
        return str(self)


def plain(outcome: Outcome) -> Plain:
    """An outcome as JSON can hold it; shapes become their text."""
    seen = outcome.coverage
    counted = [seen.layer_calls, seen.known, dict(seen.reasons), seen.exhausted]
    return {"findings": [_finding(f) for f in outcome.findings], "coverage": counted}


def restored(data: Plain) -> Outcome:
    """The outcome that was stored; it renders as the original did."""
    calls, known, reasons, exhausted = data["coverage"]
    coverage = Coverage(calls, known, Counter(reasons), exhausted)
    return Outcome(tuple(_finding_of(f) for f in data["findings"]), coverage)


def _finding(finding: Finding) -> Plain:
    return {
        "rule": [finding.code, finding.name, finding.level.value],
        "place": _place(finding.place),
        "words": [finding.subject, finding.says, finding.needs, finding.hint, finding.when],
        "got": _values(finding.got),
        "names": _values(finding.names),
        "related": [[_place(r.place), r.message] for r in finding.related],
        "fix": _fix(finding.fix) if finding.fix else None,
        "late": finding.late,
    }


def _values(values: Mapping[str, object]) -> dict[str, str]:
    return {name: shape_text(value) for name, value in values.items()}


def _place(place: Place) -> list[object]:
    return [place.path, *astuple(place.position)]


def _fix(fix: Fix) -> list[object]:
    return [fix.title, fix.safe, [[_place(edit.place), edit.text] for edit in fix.edits]]


def _finding_of(data: Plain) -> Finding:
    code, name, level = data["rule"]
    subject, says, needs, hint, when = data["words"]
    return Finding(
        code,
        name,
        Level(level),
        _place_of(data["place"]),
        subject,
        says,
        needs,
        {k: _Shown(v) for k, v in data["got"].items()},
        {k: _Shown(v) for k, v in data["names"].items()},
        tuple(Related(_place_of(place), message) for place, message in data["related"]),
        hint,
        when,
        _fix_of(data["fix"]) if data["fix"] else None,
        data["late"],
    )


def _place_of(data: list[Any]) -> Place:
    return Place(data[0], Position(*data[1:]))


def _fix_of(data: list[Any]) -> Fix:
    title, safe, edits = data
    return Fix(title, tuple(Edit(_place_of(place), text) for place, text in edits), safe)
