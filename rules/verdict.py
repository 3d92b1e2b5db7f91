"""What came of a run of rules over one file: seen by rules as if it were the last fact."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ..analyzer.facts import Fact
from ..analyzer.suppressions import Suppression


@dataclass(eq=False)
class Verdict(Fact):
    """The comments that suppressed a finding, and which rules had the chance to report.

    `ran` and `known` hold every code, name and family of the rules that ran and of all
    rules, in lower case; `everything` tells that no rule was left out.
    """

    used: AbstractSet[Suppression]
    ran: frozenset[str]
    known: frozenset[str]
    everything: bool

    def could_have_met(self, comment: Suppression) -> bool:
        """Whether each rule the comment is about has run, or does not exist at all."""
        if comment.codes is None:
            return self.everything
        return all(code in self.ran or code not in self.known for code in comment.codes)

    def unknown(self, comment: Suppression) -> frozenset[str]:
        """The words of the comment that no rule is called by."""
        return (comment.codes or frozenset()) - self.known
