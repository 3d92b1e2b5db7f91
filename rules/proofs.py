"""Base of rules that repeat a proof: a `Mismatch` of certain kinds on a call or constructor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from ..analyzer.facts import LayerCalled, LayerCreated, OpCalled
from ..analyzer.mismatch import Mismatch
from .base import Draft, Rule
from .edits import Change
from .story import tensors
from .words import cause, class_name, op_name, origins, subject


class ProofRule(Rule):
    """Claims failures whose kind is in `kinds`, on layers and ops that `claims_*` accept."""

    kinds: ClassVar[frozenset[str]] = frozenset()
    op_kinds: ClassVar[frozenset[str]] = frozenset()
    created_kinds: ClassVar[frozenset[str]] = frozenset()

    def on_layer_called(self, fact: LayerCalled) -> Iterator[Draft]:
        """A failed layer call, reported where it is to be mended."""
        failure = fact.failure
        if failure is not None and failure.kind in self.kinds and self.claims_layer(fact):
            related = tuple(origins(*tensors(fact.args)))
            change = self.change(fact, failure)
            yield self.mismatch(cause(fact), subject(fact.layer), failure, related, change)

    def on_op_called(self, fact: OpCalled) -> Iterator[Draft]:
        """A failed tensor function or operator."""
        failure = fact.failure
        if failure is not None and failure.kind in self.op_kinds and self.claims_op(fact):
            related = tuple(origins(*tensors(fact.args)))
            yield self.mismatch(fact.site, op_name(fact.spelling), failure, related)

    def on_layer_created(self, fact: LayerCreated) -> Iterator[Draft]:
        """A constructor argument proved wrong."""
        for problem in fact.problems:
            if problem.kind in self.created_kinds:
                yield self.mismatch(fact.site, class_name(fact.layer), problem)

    def claims_layer(self, fact: LayerCalled) -> bool:
        """Whether this rule is the one to speak about the failed call."""
        return True

    def claims_op(self, fact: OpCalled) -> bool:
        """Whether this rule is the one to speak about the failed op."""
        return True

    def change(self, fact: LayerCalled, failure: Mismatch) -> Change | None:
        """The edit that mends it, if there is a certain one."""
        return None
