"""TRN002."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...analyzer.facts import LayerCalled
from ...analyzer.findings import Level
from ..base import Case, Draft, Rule
from ..edits import replace, without_keyword, written
from ..story import is_regulariser
from ..words import subject


class TrainingFalseKillsRegularisation(Rule):
    """`training=False` is written at a Dropout or noise layer: it never does anything.

    Why: these layers act in training only, so the literal switches them off for good.
    Known limits: silent for BatchNormalization and whole models, where it has a use.
    Fix safety: safe, the mode of the model takes over.
    """

    code, name, level = "TRN002", "training-false-kills-regularisation", Level.WARNING
    _HEAD = (
        "class M(Model):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.d = layers.Dropout(0.5)\n\n"
        "    def call(self, x, training=None):\n"
    )
    _TAIL = "\n\nr = M()(np.ones((1, 100)))\n"
    VALID = [Case(_HEAD + "        return self.d(x, training=training)\n" + _TAIL)]
    INVALID = [
        Case(
            _HEAD + "        return self.d(x, training=False)\n" + _TAIL,
            at="self.d(x, training=False)",
            fixed=_HEAD + "        return self.d(x)\n" + _TAIL,
        ),
    ]

    def on_layer_called(self, fact: LayerCalled) -> Iterator[Draft]:
        """A literal False on a layer that acts in training only and has no weights."""
        if not is_regulariser(fact.layer):
            return
        node = fact.site.node
        if written(fact.site, "training") == "False" and isinstance(node, cst.Call):
            in_graph = fact.context == "functional" and self.dialect == "keras3"
            if in_graph or (fact.context != "functional" and fact.where is None):
                return  # overridden by fit, or called by hand
            new = without_keyword(node, "training")
            yield Draft(
                fact.site,
                subject(fact.layer),
                says="is switched off for good by training=False",
                hint="drop it; Keras passes the mode by itself",
                change=replace(fact.site, node, new, "drop training=False"),
            )
