"""SHP005."""

from __future__ import annotations

from typing import ClassVar

from ...analyzer.findings import Level
from ..base import Case
from ..proofs import ProofRule


class MergeIncompatibleShapes(ProofRule):
    """Shapes that are added, multiplied or compared do not broadcast.

    Why: aligned from the right, two axes must be equal or one of them 1.
    Known limits: silent when a dim is unknown; a merge that broadcasts by accident is
    SHP006's.
    """

    code, name, level = "SHP005", "merge-incompatible-shapes", Level.ERROR
    kinds: ClassVar = frozenset(["broadcast"])
    op_kinds: ClassVar = frozenset(["broadcast"])
    keras_says = (
        "Inputs have incompatible shapes",
        "Cannot broadcast shape",
    )
    VALID = [
        Case(
            "a, b = Input((16,)), Input((32,))\nr = layers.Add()([a, layers.Dense(16)(b)])\n",
        ),
        Case(
            "r = layers.Add()([Input((4, 16)), Input((16,))])",
        ),
    ]
    INVALID = [
        Case(
            "a, b = Input((16,)), Input((32,))\nr = layers.Add()([a, b])\n",
            at="layers.Add()([a",
        ),
        Case(
            "r = Input((16,)) + Input((32,))",
            at="Input((16,)) +",
        ),
    ]
