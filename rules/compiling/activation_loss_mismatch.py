"""CMP004."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import Compiled
from ...analyzer.findings import Level
from ..base import Case, Draft, Rule
from ..losses import ending, loss
from ..words import subject

# Last activation and loss that do not belong together, with what to use instead.
PAIRS = {
    ("softmax", "BinaryCrossentropy"): "categorical_crossentropy for softmax",
    ("sigmoid", "CategoricalCrossentropy"): "softmax, or binary_crossentropy for many labels",
    ("sigmoid", "SparseCategoricalCrossentropy"): "softmax for one class of many",
}


class ActivationLossMismatch(Rule):
    """The last activation and the cross-entropy do not belong together.

    Why: softmax shares one unit of probability among the classes, sigmoid judges each by
    itself; the wrong loss trains something other than predict returns.
    Known limits: only outputs of two or more units; silent where the activation is unknown.
    """

    code, name, level = "CMP004", "activation-loss-mismatch", Level.WARNING
    _HEAD = "m = Sequential([Input((6,)), layers.Dense(5, activation='softmax')])\n"
    VALID = [
        Case(_HEAD + "m.compile('sgd', 'categorical_crossentropy')"),
        Case(
            "m = Sequential([Input((6,)), layers.Dense(5, activation='sigmoid')])\n"
            "m.compile('sgd', 'binary_crossentropy')"
        ),
    ]
    INVALID = [Case(_HEAD + "m.compile('sgd', 'binary_crossentropy')", at="m.compile")]

    def on_compiled(self, fact: Compiled) -> Iterator[Draft]:
        """Look the pair up."""
        found, end = loss(fact, self.dialect), ending(fact.model)
        if found is None or end is None or found.logits:
            return
        advice = PAIRS.get((end.activation, found.spec.name))
        units = end.units
        if advice is not None and isinstance(units, int) and units > 1:
            yield Draft(
                fact.site,
                found.spec.name,
                says=f"does not belong to {end.activation} over {units} units "
                f"in {subject(end.layer)}",
                hint=f"use {advice}",
            )
