"""SHP030."""

from __future__ import annotations

from typing import ClassVar

from ...analyzer.findings import Level
from ..base import Case
from ..proofs import ProofRule


class CropTooLarge(ProofRule):
    """More is cropped than there is.

    Why: the sum of both crops must be smaller than the axis.
    Known limits: silent when the axis is unknown or None.
    """

    code, name, level = "SHP030", "crop-too-large", Level.ERROR
    kinds: ClassVar = frozenset(["crop"])
    keras_says = (
        "parameter of `Cropping1D` layer must be smaller than the input length",
        "Values in `cropping` argument should be smaller",
    )
    VALID = [
        Case(
            "r = layers.Cropping1D((1, 1))(Input((5, 2)))",
        ),
    ]
    INVALID = [
        Case(
            "r = layers.Cropping1D((3, 3))(Input((5, 2)))",
            at="layers.Cropping1D((3, 3))(",
        ),
        Case(
            "r = layers.Cropping2D(4)(Input((8, 8, 3)))",
            at="layers.Cropping2D(4)(",
        ),
    ]
