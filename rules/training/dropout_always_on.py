"""TRN001."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import LayerCalled
from ...analyzer.findings import Level
from ..base import Case, Draft, Rule
from ..edits import written
from ..story import differs
from ..words import subject

STEPS = frozenset({"train_step", "train_on_batch"})


class DropoutAlwaysOn(Rule):
    """`training=True` is written at the call of a layer inside a model.

    Why: inside `call` the layer then drops, or normalises by the batch, in predict and
    evaluate too. In a Functional graph Keras 3.0 to 3.15 overrides the literal in fit,
    evaluate and predict, so that Monte-Carlo dropout written this way does nothing.
    Known limits: only a literal True; `train_step` and custom loops are what it is for.
    """

    code, name, level = "TRN001", "dropout-always-on", Level.WARNING
    VALID = [
        Case("x = Input((100,))\nm = Model(x, layers.Dropout(0.5)(x))"),
        Case(
            "class M(Model):\n"
            "    def __init__(self):\n"
            "        super().__init__()\n"
            "        self.d = layers.Dropout(0.5)\n\n"
            "    def call(self, x, training=None):\n"
            "        return self.d(x, training=training)\n\n\n"
            "r = M()(np.ones((1, 100)))\n"
        ),
    ]
    INVALID = [
        Case(
            "x = Input((100,))\nm = Model(x, layers.Dropout(0.5)(x, training=True))",
            at="layers.Dropout(0.5)(x, training=True)",
        ),
        Case(
            "class M(Model):\n"
            "    def __init__(self):\n"
            "        super().__init__()\n"
            "        self.d = layers.Dropout(0.5)\n\n"
            "    def call(self, x):\n"
            "        return self.d(x, training=True)\n\n\n"
            "r = M()(np.ones((1, 100)))\n",
            at="self.d(x, training=True)",
        ),
    ]

    def on_layer_called(self, fact: LayerCalled) -> Iterator[Draft]:
        """A literal True on a layer whose computation depends on the mode."""
        if not differs(fact.layer) or written(fact.site, "training") != "True":
            return
        if fact.context == "functional":
            yield self._draft(fact, self._functional())
        elif fact.where is not None and fact.where[1] == "call":
            yield self._draft(fact, "stays in training mode in predict and evaluate")

    def _functional(self) -> str:
        if self.dialect == "keras2":
            return "stays in training mode in predict and evaluate"
        return (
            "is given training=True, which fit, evaluate and predict of a Functional model "
            "override (Keras 3.0 to 3.15)"
        )

    def _draft(self, fact: LayerCalled, says: str) -> Draft:
        hint = "drop training=True; Keras passes the mode by itself"
        return Draft(fact.site, subject(fact.layer), says, hint=hint)
