"""TRN019."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import Trained
from ...analyzer.findings import Level
from ...analyzer.keras.kinds import own_method, state_of
from ...analyzer.keras.tracking import trainable_weights
from ..base import Case, Draft, Rule
from ..words import subject


class NothingTrainable(Rule):
    """A model is fitted and has nothing to train.

    Why: with every layer frozen fit runs and changes nothing.
    Known limits: silent for custom train_step and for models not known in full.
    """

    code, name, level = "TRN019", "nothing-trainable", Level.WARNING
    keras_says = ("The model does not have any trainable weights",)
    _HEAD = "m = Sequential([Input((3,)), layers.Dense(1)])\n"
    _TAIL = 'm.compile("sgd", "mse")\nm.fit(np.ones((4, 3)), np.ones(4))'
    VALID = [Case(_HEAD + _TAIL)]
    INVALID = [Case(_HEAD + "m.trainable = False\n" + _TAIL, at="m.fit")]

    def on_trained(self, fact: Trained) -> Iterator[Draft]:
        """Fit with no trainable weight."""
        state = state_of(fact.model)
        if fact.method not in ("fit", "train_on_batch") or fact.failure is not None:
            return
        if state is None or not state.built or state.open or state.failed:
            return
        if own_method(fact.model, "train_step") is not None:
            return
        found = trainable_weights(fact.model, self.dialect)
        if found == []:
            yield Draft(
                fact.site,
                subject(fact.model),
                says="has no trainable weights: fit changes nothing",
                hint="set trainable = True on what should learn, then compile",
            )
