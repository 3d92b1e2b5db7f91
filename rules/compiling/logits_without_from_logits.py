"""CMP002."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import Compiled
from ...analyzer.findings import Level
from ..base import Case, Draft, Rule
from ..losses import CROSSENTROPIES, LINEAR, ending, loss
from ..words import subject

UNBOUNDED = frozenset({LINEAR, "relu", "tanh"})


class LogitsWithoutFromLogits(Rule):
    """The model ends without softmax or sigmoid, and its cross-entropy expects probabilities.

    Why: outputs outside 0..1 are clipped; where all are, the gradient is exactly zero.
    Known limits: silent for custom last layers and for outputs of unknown activation.
    """

    code, name, level = "CMP002", "logits-without-from-logits", Level.WARNING
    VALID = [
        Case(
            'm = Sequential([Input((3,)), layers.Dense(3, activation="softmax")])\n'
            'm.compile("sgd", "sparse_categorical_crossentropy")'
        ),
        Case(
            "m = Sequential([Input((3,)), layers.Dense(3), layers.Softmax()])\n"
            'm.compile("sgd", "sparse_categorical_crossentropy")'
        ),
    ]
    INVALID = [
        Case(
            "m = Sequential([Input((3,)), layers.Dense(3)])\n"
            'm.compile("sgd", "sparse_categorical_crossentropy")',
            at="m.compile",
        ),
        Case(
            "m = Sequential([Input((1,)), layers.Dense(1)])\n"
            'm.compile("sgd", "binary_crossentropy")',
            at="m.compile",
        ),
    ]

    def on_compiled(self, fact: Compiled) -> Iterator[Draft]:
        """Compare the last activation with what the loss expects."""
        found, end = loss(fact, self.dialect), ending(fact.model)
        if found is None or end is None or found.spec.name not in CROSSENTROPIES:
            return
        if found.logits is False and end.activation in UNBOUNDED:
            wanted = "sigmoid" if found.spec.name == "BinaryCrossentropy" else "softmax"
            ends = "no activation" if end.activation == LINEAR else end.activation
            yield Draft(
                fact.site,
                found.spec.name,
                says=f"expects probabilities, but {subject(end.layer)} ends in {ends}",
                related=((end.layer.site, f"{subject(end.layer)} is made"),)
                if end.layer.site
                else (),
                hint=f"activation='{wanted}' in the last layer, or from_logits=True in the loss",
            )
