"""GRF001."""

from __future__ import annotations

from ...analyzer.findings import Level
from ..base import Case
from ..models import ModelProofRule


class GraphDisconnected(ModelProofRule):
    """An output of a model depends on an Input that is not among its inputs.

    Why: Keras cannot compute the output from the inputs it is given.
    Known limits: silent where a tensor comes from something unknown. An Input that is
    listed and not used is fine.
    """

    code, name, level = "GRF001", "graph-disconnected", Level.ERROR
    kinds = frozenset({"disconnected"})
    keras_says = ("is not connected to `inputs`", "Graph disconnected: cannot obtain value")
    VALID = [
        Case("a, b = Input((2,)), Input((2,))\nm = Model([a, b], layers.Add()([a, b]))"),
        Case("a, b = Input((2,)), Input((2,))\nm = Model([a, b], layers.Dense(1)(a))"),
    ]
    INVALID = [
        Case("a, b = Input((2,)), Input((2,))\nm = Model(a, layers.Add()([a, b]))", at="Model(a"),
    ]
