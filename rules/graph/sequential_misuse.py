"""GRF008."""

from __future__ import annotations

from ...analyzer.findings import Level
from ..base import Case
from ..models import ModelProofRule


class SequentialMisuse(ModelProofRule):
    """A Sequential model gets something other than one list of layers.

    Why: further positional arguments are other parameters, and classes, functions,
    tensors or nested lists are no layers.
    Known limits: silent for values of unknown kind.
    """

    code, name, level = "GRF008", "sequential-misuse", Level.ERROR
    kinds = frozenset({"sequential"})
    keras_says = (
        "Only instances of `keras.Layer` can be added to a Sequential model",
        "Expected `trainable` to be a boolean",
    )
    VALID = [
        Case("m = Sequential([layers.Dense(2), layers.Dense(1)])"),
        Case("m = Sequential(layers.Dense(2), layers.Dense(1))", dialect="keras2"),
    ]
    INVALID = [
        Case("m = Sequential(layers.Dense(2), layers.Dense(1))", at="Sequential("),
        Case("m = Sequential([Input((2,)), keras.activations.relu])", at="Sequential("),
        Case("m = Sequential([layers.Dense])", at="Sequential("),
        Case("m = Sequential()\nm.add(None)", at="m.add"),
    ]
