"""CMP009."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import Compiled, LayerCreated
from ...analyzer.findings import Level
from ...analyzer.values import Site
from ..base import Case, Draft, Rule
from ..words import class_name, subject


def _adds_names(site: Site) -> bool:
    """Whether the file registers names of its own."""
    text = site.source.text
    return "custom_object" in text or "register_keras" in text


class UnknownIdentifierString(Rule):
    """A string names an optimizer, loss, metric, activation, ... that Keras does not know.

    Why: Keras looks the string up and raises, for losses and metrics only at fit.
    Known limits: silent in files that speak of custom objects, which add to the names.
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
        Case(
            "keras.saving.get_custom_objects()['mine'] = lambda shape, dtype=None: 0\n"
            "layers.Dense(3, kernel_initializer='mine')"
        ),
    ]
    INVALID = [
        Case(_HEAD + "m.compile('adam', 'binary_cross_entropy')", at="m.compile"),
        Case(_HEAD + "m.compile('Adamm', 'mse')", at="m.compile"),
        Case("layers.Dense(3, activation='reLu')", at="layers.Dense"),
    ]

    def on_compiled(self, fact: Compiled) -> Iterator[Draft]:
        """Strings given to compile."""
        for problem in () if _adds_names(fact.site) else fact.problems:
            yield self.mismatch(fact.site, f"{subject(fact.model)}.compile", problem)

    def on_layer_created(self, fact: LayerCreated) -> Iterator[Draft]:
        """Strings given to a layer's constructor."""
        for problem in () if _adds_names(fact.site) else fact.problems:
            if problem.kind == "identifier":
                yield self.mismatch(fact.site, class_name(fact.layer), problem)
