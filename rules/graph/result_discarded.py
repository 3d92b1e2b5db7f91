"""GRF005."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import LayerCalled, ResultDiscarded
from ...analyzer.findings import Level
from ...analyzer.keras.leaves import tensors
from ..base import Case, Draft, Rule
from ..story import is_native
from ..words import subject


class ResultIsDiscarded(Rule):
    """A layer is called on a tensor and its result is thrown away.

    Why: in a Functional graph the layer is then not part of the model.
    Known limits: only calls of built-in layers on KerasTensors as statements of their own;
    a branch that is computed and never used is not reported.
    """

    code, name, level = "GRF005", "result-discarded", Level.WARNING
    _HEAD = "x = Input((2,))\nh = layers.Dense(4)(x)\n"
    VALID = [
        Case(_HEAD + "h = layers.BatchNormalization()(h)\nm = Model(x, layers.Dense(1)(h))"),
    ]
    INVALID = [
        Case(
            _HEAD + "layers.BatchNormalization()(h)\nm = Model(x, layers.Dense(1)(h))",
            at="layers.BatchNormalization()(h)",
        ),
    ]

    def on_result_discarded(self, fact: ResultDiscarded) -> Iterator[Draft]:
        """A statement that is a call of a built-in layer in a Functional graph."""
        call = fact.call
        if not isinstance(call, LayerCalled) or not is_native(call.layer):
            return
        if call.context == "functional" and call.failure is None and tensors(call.outputs):
            if len(self.story.calls[call.layer]) > 1:
                return  # called again: the first call may have been there to build it
            yield Draft(
                fact.site,
                subject(call.layer),
                says="is called and its result is thrown away: it is not part of the model",
                hint="assign the result: x = ...",
            )
