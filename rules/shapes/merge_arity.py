"""SHP008."""

from __future__ import annotations

from typing import ClassVar

from ...analyzer.findings import Level
from ..base import Case
from ..proofs import ProofRule


class MergeArity(ProofRule):
    """A merge layer gets a list of the wrong length.

    Why: Subtract and Dot take exactly two tensors.
    Known limits: silent when the length of the list is unknown.
    """

    code, name, level = "SHP008", "merge-arity", Level.ERROR
    kinds: ClassVar = frozenset(["arity"])
    keras_says = (
        "should be called on exactly 2 inputs",
        "should be called on a list of 2 inputs",
    )
    VALID = [
        Case(
            "a = Input((4,))\nr = layers.Subtract()([a, a])\n",
        ),
    ]
    INVALID = [
        Case(
            "a = Input((4,))\nr = layers.Subtract()([a, a, a])\n",
            at="layers.Subtract()([a",
        ),
        Case(
            "a = Input((4,))\nr = layers.Dot(axes=1)([a, a, a])\n",
            at="layers.Dot(axes=1)([",
        ),
    ]
