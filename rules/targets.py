"""Base of rules about labels that a loss rejects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from ..analyzer.facts import Trained
from ..analyzer.keras.labels import loss_of
from ..analyzer.keras.layer import state_of
from ..analyzer.keras.leaves import tensors
from ..analyzer.keras.state import ModelState
from .base import Draft, Rule
from .words import origins, subject


class TargetRule(Rule):
    """Claims failures of fit and evaluate whose kind is in `kinds`.

    `high_rank` says whether it is about outputs that still have a time or space axis;
    None: about both.
    """

    kinds: ClassVar[frozenset[str]] = frozenset()
    losses: ClassVar[frozenset[str]] = frozenset()
    high_rank: ClassVar[bool | None] = None

    def on_trained(self, fact: Trained) -> Iterator[Draft]:
        """A proved disagreement of labels and output."""
        failure = fact.failure
        if failure is None or failure.kind not in self.kinds or not self._claims(fact):
            return
        related = tuple(origins(*tensors(fact.y)))
        where = f"{subject(fact.model)} in {fact.method}"
        yield self.mismatch(fact.site, where, failure, related)

    def _claims(self, fact: Trained) -> bool:
        if self.dialect == "keras2" and not self.losses:
            return False  # measured: Keras 2 lets some of these through
        outputs = tensors(fact.outputs)
        rank = len(outputs[0].type.shape or ()) if len(outputs) == 1 else 0
        if self.high_rank is not None and (rank >= 3) is not self.high_rank:
            return False
        if not self.losses:
            return True
        state = state_of(fact.model)
        compiled = state.compiled if isinstance(state, ModelState) else None
        found = loss_of(self.dialect, compiled.arguments.get("loss")) if compiled else None
        return found is not None and found[0].name in self.losses
