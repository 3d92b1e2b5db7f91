"""SHP009."""

from __future__ import annotations

from typing import ClassVar

from ...analyzer.findings import Level
from ..base import Case
from ..proofs import ProofRule


class DotAxesMismatch(ProofRule):
    """Dot contracts two axes of different size.

    Why: the axes named by `axes` are multiplied and summed, so they must be equal.
    Known limits: silent when one of the two sizes is unknown.
    """

    code, name, level = "SHP009", "dot-axes-mismatch", Level.ERROR
    kinds: ClassVar = frozenset(["dot-axes"])
    keras_says = ("Incompatible input shapes: axis values",)
    VALID = [
        Case(
            "q, k = Input((5, 16)), Input((7, 16))\nr = layers.Dot(axes=2)([q, k])\n",
        ),
    ]
    INVALID = [
        Case(
            "q, k = Input((5, 16)), Input((7, 16))\nr = layers.Dot(axes=1)([q, k])\n",
            at="layers.Dot(axes=1)([",
        ),
    ]
