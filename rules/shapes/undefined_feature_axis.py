"""SHP012."""

from __future__ import annotations

from typing import ClassVar

from ...analyzer.findings import Level
from ..base import Case
from ..proofs import ProofRule


class UndefinedFeatureAxis(ProofRule):
    """A layer would make weights from an axis that is None.

    Why: the size of a kernel is fixed when the layer is built; Flatten over a None axis
    leaves no size to build from.
    Known limits: silent when the axis is merely unknown to the analysis.
    """

    code, name, level = "SHP012", "undefined-feature-axis", Level.ERROR
    kinds: ClassVar = frozenset(["axis-undefined"])
    keras_says = (
        "Shapes used to initialize variables must be fully-defined",
        "The last dimension of the inputs to a Dense layer should be defined",
    )
    VALID = [
        Case(
            "x = layers.GlobalAveragePooling1D()(Input((None, 8)))\nr = layers.Dense(4)(x)\n",
        ),
    ]
    INVALID = [
        Case(
            "x = layers.Flatten()(Input((None, 8)))\nr = layers.Dense(4)(x)\n",
            at="layers.Dense(4)(x)",
        ),
        Case(
            "r = layers.Conv2D(4, 3)(Input((28, 28, None)))",
            at="layers.Conv2D(4, 3)(",
        ),
    ]
