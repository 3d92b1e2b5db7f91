"""GRF004."""

from __future__ import annotations

from ...analyzer.facts import LayerCalled
from ...analyzer.findings import Level
from ..base import Case
from ..proofs import ProofRule


class LayerNotCalled(ProofRule):
    """A layer object stands where a tensor is needed.

    Why: `layers.Dense(4)` is a layer; its result is `layers.Dense(4)(x)`.
    Known limits: silent for values of unknown kind.
    """

    code, name, level = "GRF004", "layer-not-called", Level.ERROR
    kinds = frozenset({"not-a-tensor"})
    keras_says = ("Only input tensors may be passed as positional arguments",)
    VALID = [Case("x = Input((2,))\nh = layers.Dense(4)(x)\nr = layers.Dense(1)(h)")]
    INVALID = [
        Case(
            "x = Input((2,))\nh = layers.Dense(4)\nr = layers.Dense(1)(h)",
            at="layers.Dense(1)(h)",
        ),
    ]

    def claims_layer(self, fact: LayerCalled) -> bool:
        """Not where a `call` returned None: that is SUB011's."""
        failure = fact.failure
        return failure is not None and list(failure.got.values()) != [None]
