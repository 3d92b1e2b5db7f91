"""Findings for programs: JSON, GitHub annotations, and one plain text a finding."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ..analyzer.findings import Edit, Finding, Fix, Level, Related
from ..analyzer.messages import concise, message

GITHUB_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.HINT: "notice"}
GITHUB_VALUE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
GITHUB_PROPERTY = GITHUB_VALUE | {":": "%3A", ",": "%2C"}


def sentence(finding: Finding) -> str:
    """The message and what to do about it, on one line."""
    text = message(finding)
    return f"{text}; fix: {finding.hint}" if finding.hint else text


def as_json(findings: Iterable[Finding]) -> str:
    """One array, one object a finding; the form is a public interface."""
    return json.dumps([_finding(finding) for finding in findings], indent=2, ensure_ascii=False)


def _finding(finding: Finding) -> dict[str, object]:
    place = finding.place.position
    return {
        "path": finding.place.path,
        "cell": place.cell,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "code": finding.code,
        "name": finding.name,
        "severity": finding.level.value,
        "message": sentence(finding),
        "related": [_related(related) for related in finding.related],
        "fix": _fix(finding.fix) if finding.fix else None,
    }


def _related(related: Related) -> dict[str, object]:
    place = related.place.position
    return {
        "path": related.place.path,
        "line": place.line,
        "column": place.column,
        "message": related.message,
    }


def _fix(fix: Fix) -> dict[str, object]:
    return {"title": fix.title, "edits": [_edit(edit) for edit in fix.edits]}


def _edit(edit: Edit) -> dict[str, object]:
    place = edit.place.position
    return {
        "path": edit.place.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "text": edit.text,
    }


def as_github(findings: Iterable[Finding]) -> str:
    """Workflow commands: an annotation at the line, in the files view of a pull request."""
    return "\n".join(_annotation(finding) for finding in findings)


def _annotation(finding: Finding) -> str:
    place = finding.place.position
    properties = {
        "file": finding.place.path,
        "line": str(place.line),
        "col": str(place.column),
        "endLine": str(place.end_line),
        "endColumn": str(place.end_column),
        "title": f"{finding.code} {finding.name}",
    }
    told = ",".join(f"{k}={_escaped(v, GITHUB_PROPERTY)}" for k, v in properties.items())
    words = _escaped(sentence(finding), GITHUB_VALUE)
    return f"::{GITHUB_LEVELS[finding.level]} {told}::{words}"


def _escaped(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(character, character) for character in text)


def as_concise(findings: Iterable[Finding]) -> str:
    """The plain text of each finding: where, what, needed against got, what to do."""
    return "\n".join(concise(finding) for finding in findings)
