"""Run rules over an analysis: drafts become findings, ordered, once each, wanted ones only."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

import libcst as cst

from ..analyzer.analysis import Analysis
from ..analyzer.facts import Fact
from ..analyzer.findings import Edit, Finding, Fix, Level, Place, Related
from ..analyzer.position import Position
from ..analyzer.suppressions import Suppression
from ..analyzer.values import Site
from .base import Draft, Rule
from .edits import Change
from .registry import rules
from .story import Story
from .verdict import Verdict


def judge(analysis: Analysis, chosen: Iterable[type[Rule]] | None = None) -> list[Finding]:
    """All findings of the chosen rules, in the order of the source, each once.

    Findings that a comment in the source suppresses are left out.
    """
    picked = list(rules() if chosen is None else chosen)
    story = Story(analysis)
    running = [r(story) for r in picked if analysis.options.dialect in r.dialects]
    running.sort(key=lambda rule: not rule.suppressible)  # they see what the others met
    used: set[Suppression] = set()
    found: dict[tuple[str, Place], Finding] = {}
    for fact in [*analysis.facts, _verdict(analysis, picked, used)]:
        for finding, site in _reported(running, fact):
            covering = _covering(finding, site)
            used.update(covering)
            if not covering:
                found.setdefault((finding.code, finding.place), finding)
    return sorted(found.values(), key=_order)


def _verdict(analysis: Analysis, ran: list[type[Rule]], used: set[Suppression]) -> Verdict:
    """The fact that comes last; `used` is filled by the time a rule sees it."""
    site = Site(analysis.source, cst.Pass())
    known = _called(rules()) | _called(ran)
    everything = set(rules()) <= set(ran)
    return Verdict(site, used, _called(ran), known, everything)


def _called(of: Iterable[type[Rule]]) -> frozenset[str]:
    """Every word a comment can name one of the rules by."""
    words = [(r.code, r.name, r.code.rstrip("0123456789")) for r in of]
    return frozenset(word.lower() for each in words for word in each)


def _reported(running: list[Rule], fact: Fact) -> Iterator[tuple[Finding, Site | None]]:
    """Findings about a fact, each with the site whose comments may suppress it."""
    if fact.site.guarded:
        return
    for rule in running:
        try:
            drafts = [draft for draft in rule.visit(fact) if not draft.site.guarded]
            reported = [(_finding(rule, draft), draft) for draft in drafts]
        except Exception as fault:  # the other rules still have their say
            if os.environ.get("DRYFIT_DEBUG") == "1":
                raise
            reason = f"internal: {type(fault).__name__} in rule {rule.code}"
            rule.analysis.coverage.reasons[reason] += 1
            continue
        for finding, draft in reported:
            yield finding, draft.site if rule.suppressible else None


def _covering(finding: Finding, site: Site | None) -> tuple[Suppression, ...]:
    if site is None:
        return ()
    comments = site.source.suppressions
    return comments.covering(finding.code, finding.name, finding.place.position)


def _finding(rule: Rule, draft: Draft) -> Finding:
    return Finding(
        rule.code,
        rule.name,
        draft.level or rule.level,
        place(draft.site, draft.at),
        draft.subject,
        draft.says,
        draft.needs,
        draft.got,
        draft.names,
        tuple(Related(place(s), m) for s, m in _related(draft)),
        draft.hint,
        " and ".join(draft.site.conditions),
        _fix(draft.change) if draft.change else None,
        draft.late,
    )


def _related(draft: Draft) -> Iterator[tuple[Site, str]]:
    """The places that explain a draft; of a shape, also who called the function it is in."""
    yield from draft.related
    calls = [site for site in draft.site.callers if isinstance(site.node, cst.Call)]
    told = [draft.site.node, *(site.node for site, _ in draft.related)]
    if draft.got and calls and calls[-1].node not in told:
        yield calls[-1], "called here"


def place(site: Site, at: Position | None = None) -> Place:
    """The position of a site, computed on demand, or another one in its file."""
    return Place(site.source.path, at or site.source.position(site.node))


def _fix(change: Change) -> Fix:
    edits = tuple(Edit(place(r.site, r.at), r.text) for r in change.replacements)
    return Fix(change.title, edits, change.safe)


def _order(finding: Finding) -> tuple[object, ...]:
    where = finding.place.position
    rank = list(Level).index(finding.level)
    return finding.place.path, where.cell or 0, where.line, where.column, rank, finding.code
