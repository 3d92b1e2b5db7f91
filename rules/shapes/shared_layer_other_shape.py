"""SHP024."""

from __future__ import annotations

from typing import ClassVar

from ...analyzer.findings import Level
from ..base import Case
from ..proofs import ProofRule


class SharedLayerOtherShape(ProofRule):
    """A layer is called again with another number of features than its weights have.

    Why: the weights were made for the first input.
    Known limits: silent when either size is unknown.
    """

    code, name, level = "SHP024", "shared-layer-other-shape", Level.ERROR
    kinds: ClassVar = frozenset(["features"])
    keras_says = ("expected axis -1 of input shape to have value 8, but received input with shape",)
    VALID = [
        Case(
            "d = layers.Dense(4)\nd(Input((8,)))\nr = d(Input((5, 8)))\n",
        ),
    ]
    INVALID = [
        Case(
            "d = layers.Dense(4)\na = d(Input((8,)))\nr = d(Input((16,)))\n",
            at="d(Input((16",
        ),
    ]
