"""SHP002."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...analyzer.facts import LayerCalled
from ...analyzer.findings import Level
from ...analyzer.values import Instance
from ..base import Case, Draft, Rule
from ..edits import Change, replace, with_keyword
from ..recurrent import last_step_producer
from ..words import cause, origins, subject


class RnnStackNeedsReturnSequences(Rule):
    """A layer that reads a sequence gets only the last step of a recurrent layer.

    Why: LSTM, GRU and SimpleRNN return the last output (batch, units) unless
    return_sequences=True; the next recurrent layer, Conv1D or attention needs
    (batch, steps, units).
    Known limits: silent when return_sequences is not known.
    Fix safety: safe when the recurrent layer has one consumer; it sets
    return_sequences=True.
    """

    code, name, level = "SHP002", "rnn-stack-needs-return-sequences", Level.ERROR
    keras_says = ("expected ndim=3, found ndim=2",)
    VALID = [
        Case(
            "m = Sequential([Input((10, 3)), layers.LSTM(8, return_sequences=True), "
            "layers.Dropout(.2), layers.LSTM(4)])"
        ),
    ]
    INVALID = [
        Case(
            "m = Sequential([Input((10, 3)), layers.LSTM(8), layers.Dropout(.2), layers.LSTM(4)])",
            at="layers.LSTM(4)",
            fixed="m = Sequential([Input((10, 3)), layers.LSTM(8, return_sequences=True), "
            "layers.Dropout(.2), layers.LSTM(4)])",
        ),
        Case(
            "x = Input((10, 3))\n"
            "y = layers.Bidirectional(layers.LSTM(8))(x)\n"
            "z = layers.GRU(4)(y)\n",
            at="layers.GRU(4)(y)",
            fixed="x = Input((10, 3))\n"
            "y = layers.Bidirectional(layers.LSTM(8, return_sequences=True))(x)\n"
            "z = layers.GRU(4)(y)\n",
        ),
    ]

    def on_layer_called(self, fact: LayerCalled) -> Iterator[Draft]:
        """A rank that is one too low, made by a recurrent layer before."""
        failure = fact.failure
        if failure is None or failure.kind != "rank":
            return
        producer = last_step_producer(self.story, fact)
        if producer is None:
            return
        made = producer.layer.site
        related = [*origins(fact.inputs)]
        if made is not None:
            related.append((made, f"{subject(producer.layer)} returns only its last step"))
        yield self.mismatch(
            cause(fact), subject(fact.layer), failure, related, self._fix(producer.layer)
        )

    def _fix(self, layer: Instance) -> Change | None:
        inner = self.story.argument(layer, "layer")
        target = getattr(inner, "layer", layer)
        site = target.site
        if site is None or not isinstance(site.node, cst.Call):
            return None
        new = with_keyword(site.node, "return_sequences", "True")
        alone = len(self.story.calls[layer]) == 1
        return replace(site, site.node, new, "return the whole sequence", alone)
