"""SUP001."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...analyzer.findings import Level
from ...analyzer.position import Position
from ...analyzer.suppressions import Suppression
from ..base import Case, Draft, Rule
from ..edits import Change, Replacement
from ..verdict import Verdict


class UnusedSuppression(Rule):
    """A comment says to ignore a finding, and there is none.

    Why: what it was written for has been mended, or its code is misspelt; left in place it
    would hide the next finding on that line. `# noqa` may be meant for another tool, so an
    unused one is not told.
    Known limits: only comments whose rules have all run are judged.
    Fix safety: safe, a comment is taken away.
    """

    code, name, level = "SUP001", "unused-suppression", Level.WARNING
    suppressible = False  # a comment cannot hide that it is of no use
    VALID = [
        Case("x = 1  # noqa: SHP999"),
        Case("x = 1  # dryfit is not told anything here"),
    ]
    INVALID = [
        Case("x = 1  # dryfit: ignore[SHP999]", at="# dryfit", fixed="x = 1"),
        Case("x = 1  # one  # dryfit: ignore[SHP999]", at="# dryfit", fixed="x = 1  # one"),
        Case("# dryfit: ignore-file[no-such-rule]\n", at="# dryfit", fixed="\n"),
    ]

    def on_verdict(self, verdict: Verdict) -> Iterator[Draft]:
        """Tell every comment that has suppressed nothing."""
        if not self.analysis.source.complete:
            return  # what it is about may be in the part that could not be read
        for comment in self.analysis.source.suppressions.unused(verdict.used):
            if verdict.could_have_met(comment):
                unknown = sorted(verdict.unknown(comment))
                says = f"suppresses nothing: no rule is called {unknown[0]}" if unknown else ""
                yield Draft(
                    verdict.site,
                    "this comment",
                    says or "suppresses nothing",
                    at=comment.position,
                    hint="remove it",
                    change=self._without(verdict, comment),
                )

    def _without(self, verdict: Verdict, comment: Suppression) -> Change:
        source, place = self.analysis.source, comment.position
        before = source.line(place.line, place.cell)[: place.column - 1]
        start = len(before.rstrip()) + 1
        gone: Position = replace(place, column=start)
        return Change("remove the comment", (Replacement(verdict.site, "", gone),))
