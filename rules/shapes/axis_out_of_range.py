"""SHP017."""

from __future__ import annotations

from typing import ClassVar

from ...analyzer.findings import Level
from ..base import Case
from ..proofs import ProofRule


class AxisOutOfRange(ProofRule):
    """An axis number lies outside the rank of the input.

    Why: a tensor of rank n has the axes -n to n-1.
    Known limits: silent when the rank or the axis is unknown.
    """

    code, name, level = "SHP017", "axis-out-of-range", Level.ERROR
    kinds: ClassVar = frozenset(["axis", "permutation"])
    op_kinds: ClassVar = frozenset(["axis"])
    created_kinds: ClassVar = frozenset(["permutation"])
    keras_says = (
        "list index out of range",
        "Invalid permutation argument",
    )
    VALID = [
        Case(
            "r = layers.BatchNormalization(axis=1)(Input((4,)))",
        ),
    ]
    INVALID = [
        Case(
            "r = layers.BatchNormalization(axis=3)(Input((4,)))",
            at="layers.BatchNormalization(axis=3)(",
        ),
        Case(
            "r = ops.sum(Input((4,)), axis=5)",
            at="ops.sum",
        ),
    ]
