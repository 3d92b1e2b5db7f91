"""GRF003."""

from __future__ import annotations

from ...analyzer.findings import Level
from ..base import Case
from ..models import ModelProofRule


class ModelConstructorArguments(ModelProofRule):
    """The inputs or outputs of a model are no KerasTensors.

    Why: `Model(inputs, outputs)` follows the graph between symbolic tensors; arrays,
    layers and numbers have none.
    Known limits: silent for unknown values and subclasses of Model.
    """

    code, name, level = "GRF003", "model-constructor-arguments", Level.ERROR
    kinds = frozenset({"model-ends"})
    keras_says = ("All `outputs` values must be KerasTensors",)
    VALID = [Case("x = Input((2,))\nm = Model(x, layers.Dense(1)(x))")]
    INVALID = [
        Case("x = Input((2,))\nm = Model(x, layers.Dense(1))", at="Model(x"),
        Case("m = Model(Input((2,)), np.ones((1, 2)))", at="Model("),
    ]
