"""SHP010."""

from __future__ import annotations

from typing import ClassVar

from ...analyzer.findings import Level
from ..base import Case
from ..proofs import ProofRule


class ReshapeSizeMismatch(ProofRule):
    """A reshape changes the number of elements.

    Why: the product of the target must equal the product of the input.
    Known limits: silent when an axis other than the batch is unknown.
    """

    code, name, level = "SHP010", "reshape-size-mismatch", Level.ERROR
    kinds: ClassVar = frozenset(["reshape"])
    op_kinds: ClassVar = frozenset(["reshape"])
    created_kinds: ClassVar = frozenset(["reshape"])
    keras_says = (
        "The total size of the tensor must be unchanged",
        "total size of new array must be unchanged",
    )
    VALID = [
        Case(
            "x = layers.Dense(98)(Input((8,)))\nr = layers.Reshape((7, 7, 2))(x)\n",
        ),
        Case(
            "r = layers.Reshape((4, 3))(Input((None, 2)))",
        ),
    ]
    INVALID = [
        Case(
            "x = layers.Dense(100)(Input((8,)))\nr = layers.Reshape((7, 7, 2))(x)\n",
            at="layers.Reshape((7, 7, 2))(x)",
        ),
        Case(
            "r = layers.Reshape((-1, 3))(Input((8,)))",
            at="layers.Reshape((-1, 3))(",
        ),
    ]
