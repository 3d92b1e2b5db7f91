"""Run rules over an analysis: drafts become findings, ordered and without repetition."""

from __future__ import annotations

from collections.abc import Iterable

from ..analyzer.analysis import Analysis
from ..analyzer.findings import Edit, Finding, Fix, Level, Place, Related
from ..analyzer.values import Site
from .base import Draft, Rule
from .edits import Change
from .registry import rules


def judge(analysis: Analysis, chosen: Iterable[type[Rule]] | None = None) -> list[Finding]:
    """All findings of the chosen rules, in the order of the source, each once."""
    picked = rules() if chosen is None else chosen
    running = [r(analysis) for r in picked if analysis.options.dialect in r.dialects]
    found: dict[tuple[str, Place], Finding] = {}
    for fact in analysis.facts:
        if fact.site.guarded:
            continue
        for rule in running:
            for draft in rule.visit(fact):
                if not draft.site.guarded:
                    finding = _finding(rule, draft)
                    found.setdefault((finding.code, finding.place), finding)
    return sorted(found.values(), key=_order)


def _finding(rule: Rule, draft: Draft) -> Finding:
    return Finding(
        rule.code,
        rule.name,
        draft.level or rule.level,
        place(draft.site),
        draft.subject,
        draft.says,
        draft.needs,
        draft.got,
        draft.names,
        tuple(Related(place(s), m) for s, m in draft.related),
        draft.hint,
        " and ".join(draft.site.conditions),
        _fix(draft.change) if draft.change else None,
    )


def place(site: Site) -> Place:
    """The position of a site, computed on demand."""
    return Place(site.source.path, site.source.position(site.node))


def _fix(change: Change) -> Fix:
    edits = tuple(Edit(place(r.site), r.text) for r in change.replacements)
    return Fix(change.title, edits, change.safe)


def _order(finding: Finding) -> tuple[object, ...]:
    where = finding.place.position
    rank = list(Level).index(finding.level)
    return finding.place.path, where.cell or 0, where.line, where.column, rank, finding.code
