"""SHP004."""

from __future__ import annotations

from typing import ClassVar

from ...analyzer.findings import Level
from ..base import Case
from ..proofs import ProofRule


class ConcatenateShapeMismatch(ProofRule):
    """Inputs to concatenate differ outside the concatenation axis.

    Why: all other axes must be equal, the rank too.
    Known limits: silent when a dim is unknown or None.
    """

    code, name, level = "SHP004", "concatenate-shape-mismatch", Level.ERROR
    kinds: ClassVar = frozenset(["concat", "concat-rank"])
    op_kinds: ClassVar = frozenset(["concat", "concat-rank"])
    keras_says = ("matching shapes except for the concatenation axis",)
    VALID = [
        Case(
            "a, b = Input((4, 8)), Input((5, 8))\nr = layers.Concatenate(axis=1)([a, b])\n",
        ),
        Case(
            "r = layers.Concatenate()([Input((None, 3)), Input((5, 3))])",
        ),
    ]
    INVALID = [
        Case(
            "a, b = Input((4, 8)), Input((5, 8))\nr = layers.Concatenate()([a, b])\n",
            at="layers.Concatenate()([a",
        ),
        Case(
            "r = layers.Concatenate()([Input((4,)), Input((4, 3))])",
            at="layers.Concatenate()([",
        ),
    ]
