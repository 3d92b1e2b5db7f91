"""CMP009."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import Compiled, LayerCreated
from ...analyzer.findings import Level
from ..base import Case, Draft, Rule
from ..words import class_name, subject


class UnknownIdentifierString(Rule):
    """A string names an optimizer, loss, metric, activation, ... that Keras does not know.

    Why: Keras looks the string up and raises, for losses and metrics only at fit.
    Known limits: names registered as custom objects are not known to the analysis.
    """

    code, name, level = "CMP009", "unknown-identifier-string", Level.ERROR
    keras_says = (
        "Could not interpret loss identifier",
        "Could not interpret optimizer identifier",
        "Could not interpret activation function identifier",
    )
    _HEAD = "m = Sequential([Input((2,)), layers.Dense(1, activation='sigmoid')])\n"
    VALID = [
        Case(_HEAD + "m.compile('adam', 'binary_crossentropy', metrics=['accuracy'])"),
        Case(_HEAD + "m.compile('ADAM', 'mse', metrics=['precision'])"),
    ]
    INVALID = [
        Case(_HEAD + "m.compile('adam', 'binary_cross_entropy')", at="m.compile"),
        Case(_HEAD + "m.compile('Adamm', 'mse')", at="m.compile"),
        Case("layers.Dense(3, activation='reLu')", at="layers.Dense"),
    ]

    def on_compiled(self, fact: Compiled) -> Iterator[Draft]:
        """Strings given to compile."""
        for problem in fact.problems:
            yield self.mismatch(fact.site, f"{subject(fact.model)}.compile", problem)

    def on_layer_created(self, fact: LayerCreated) -> Iterator[Draft]:
        """Strings given to a layer's constructor."""
        for problem in fact.problems:
            if problem.kind == "identifier":
                yield self.mismatch(fact.site, class_name(fact.layer), problem)
