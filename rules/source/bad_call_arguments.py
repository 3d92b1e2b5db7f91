"""PYT003."""

from __future__ import annotations

from ...analyzer.facts import LayerCalled
from ...analyzer.findings import Level
from ..base import Case
from ..proofs import ProofRule


class BadCallArguments(ProofRule):
    """A layer is called with arguments that its `call` does not take.

    Why: Keras binds them to the signature of `call` and raises a TypeError.
    Known limits: `mask=` is MSK013's; silent when arguments are passed on by * or **.
    """

    code, name, level = "PYT003", "bad-call-arguments", Level.ERROR
    kinds = frozenset({"call-arguments", "build-arguments"})
    keras_says = (
        "got an unexpected keyword argument",
        "too many positional arguments",
        "missing a required argument",
    )
    VALID = [
        Case("x = Input((5, 16))\nr = layers.MultiHeadAttention(2, 8)(x, x)"),
        Case("x = Input((4,))\nr = layers.Dense(3)(x, training=True)"),
    ]
    INVALID = [
        Case(
            "x = Input((5, 16))\nr = layers.MultiHeadAttention(2, 8)(x)",
            at="layers.MultiHeadAttention",
        ),
        Case("x = Input((4,))\nr = layers.Dense(3)(x, trainable=False)", at="layers.Dense(3)(x"),
        Case(
            "class F(Layer):\n    def call(self):\n        return 1\n\n\nr = F()(np.ones((1, 2)))",
            at="F()(np.ones",
        ),
    ]

    def claims_layer(self, fact: LayerCalled) -> bool:
        """Not `mask`, which has a rule of its own."""
        return fact.failure is not None and fact.failure.names.get("argument") != "mask"
