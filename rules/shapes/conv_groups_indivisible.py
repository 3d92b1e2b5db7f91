"""SHP014."""

from __future__ import annotations

from typing import ClassVar

from ...analyzer.findings import Level
from ..base import Case
from ..proofs import ProofRule


class ConvGroupsIndivisible(ProofRule):
    """Channels or filters do not divide into the groups of a convolution.

    Why: each group reads and makes an equal share.
    Known limits: silent when the channels are unknown.
    """

    code, name, level = "SHP014", "conv-groups-indivisible", Level.ERROR
    kinds: ClassVar = frozenset(["groups"])
    created_kinds: ClassVar = frozenset(["groups"])
    keras_says = (
        "must be evenly divisible by the number of groups",
        "evenly divisible by the groups",
    )
    VALID = [
        Case(
            "r = layers.Conv2D(6, 3, groups=3)(Input((8, 8, 6)))",
        ),
    ]
    INVALID = [
        Case(
            "r = layers.Conv2D(6, 3, groups=3)(Input((8, 8, 4)))",
            at="layers.Conv2D(6, 3, groups=3)",
        ),
        Case(
            "r = layers.Conv2D(8, 3, groups=3)",
            at="layers.Conv2D(8",
        ),
    ]
