"""MSK013."""

from __future__ import annotations

from ...analyzer.facts import LayerCalled
from ...analyzer.findings import Level
from ..base import Case
from ..proofs import ProofRule


class MaskKwargNotAccepted(ProofRule):
    """`mask=` is passed to a layer whose call has no such parameter.

    Why: Dense, Conv1D, Flatten and MultiHeadAttention (which takes attention_mask,
    query_mask, value_mask, key_mask) raise a TypeError.
    Known limits: silent for layers whose call takes **kwargs.
    """

    code, name, level = "MSK013", "mask-kwarg-not-accepted", Level.ERROR
    kinds = frozenset({"call-arguments"})
    keras_says = ("got an unexpected keyword argument 'mask'",)
    VALID = [
        Case('x = Input((4, 5))\nk = Input((4,), dtype="bool")\nr = layers.LSTM(3)(x, mask=k)\n'),
    ]
    INVALID = [
        Case(
            'x = Input((4, 5))\nk = Input((4,), dtype="bool")\nr = layers.Dense(3)(x, mask=k)\n',
            at="layers.Dense(3)(x",
        ),
    ]

    def claims_layer(self, fact: LayerCalled) -> bool:
        """Only when it is `mask` that is not taken."""
        return fact.failure is not None and fact.failure.names.get("argument") == "mask"
