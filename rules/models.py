"""Base of rules that repeat a proof about making a model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from ..analyzer.facts import ModelCreated
from .base import Draft, Rule
from .words import origins, subject


class ModelProofRule(Rule):
    """Claims failures of `Model(...)` and `Sequential(...)` whose kind is in `kinds`."""

    kinds: ClassVar[frozenset[str]] = frozenset()

    def on_model_created(self, fact: ModelCreated) -> Iterator[Draft]:
        """A model that cannot be made."""
        failure = fact.failure
        if failure is not None and failure.kind in self.kinds:
            related = tuple(origins(fact.inputs))
            yield self.mismatch(fact.site, subject(fact.model), failure, related)
