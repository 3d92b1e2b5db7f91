"""SHP016."""

from __future__ import annotations

from ...analyzer.findings import Level
from ..base import Case
from ..proofs import ProofRule


class BadLayerHyperparameter(ProofRule):
    """A constructor argument of a layer lies outside its domain.

    Why: Keras rejects it, some at construction, some in the first call.
    Known limits: only values the analysis knows.
    """

    code, name, level = "SHP016", "bad-layer-hyperparameter", Level.ERROR
    created_kinds = frozenset({"hyperparameter", "arguments"})
    keras_says = (
        "Received an invalid value for `units`, expected a positive integer",
        "argument must be a tuple of 2 integers",
        "Expected a float value between 0 and 1",
    )
    VALID = [
        Case("layers.Conv2D(32, (3, 3))"),
        Case("layers.Dropout(1)"),
        Case("layers.Conv2D(4, 3, padding='SAME')"),
    ]
    INVALID = [
        Case("layers.Conv2D(32, (3, 3, 3))", at="layers.Conv2D"),
        Case("layers.Dense(0)", at="layers.Dense"),
        Case("layers.Dropout(20)", at="layers.Dropout"),
        Case("x = layers.Conv2D(4, 3, padding='causal')", at="layers.Conv2D"),
    ]
