"""SHP001."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import LayerCalled
from ...analyzer.findings import Level
from ..base import Case, Draft, Rule
from ..recurrent import last_step_producer
from ..words import cause, origins, subject


class InputRankMismatch(Rule):
    """A layer receives fewer or more axes than it takes.

    Why: Conv1D reads (batch, steps, channels); with an axis missing the call fails.
    Known limits: silent when the rank is unknown; what a recurrent layer before it
    should have returned is SHP002.
    """

    code, name, level = "SHP001", "input-rank-mismatch", Level.ERROR
    keras_says = ("expected min_ndim=4, found ndim=3", "expected ndim=3, found ndim=2")
    VALID = [Case("x = layers.Conv2D(8, 3)(Input((28, 28, 1)))")]
    INVALID = [
        Case("x = layers.Conv2D(8, 3)(Input((28, 28)))", at="layers.Conv2D(8, 3)(Input"),
        Case("x = layers.LSTM(4)(Input((8,)))", at="layers.LSTM(4)(Input"),
        Case("m = Sequential([Input((9,)), layers.Conv1D(8, 3)])", at="layers.Conv1D"),
    ]

    def on_layer_called(self, fact: LayerCalled) -> Iterator[Draft]:
        """Repeat the proof, with the place the shape came from."""
        if fact.failure is None or fact.failure.kind != "rank":
            return
        if last_step_producer(self.story, fact) is None:
            related = origins(fact.inputs)
            yield self.mismatch(cause(fact), subject(fact.layer), fact.failure, related)
