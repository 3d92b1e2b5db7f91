"""SHP013."""

from __future__ import annotations

from typing import ClassVar

from ...analyzer.findings import Level
from ..base import Case
from ..proofs import ProofRule


class WindowLargerThanInput(ProofRule):
    """A convolution or pooling window is larger than what is left of the input.

    Why: with padding='valid' the output would have no element; stacks of pooling shrink
    small images away.
    Known limits: silent when the axis is unknown or None.
    """

    code, name, level = "SHP013", "window-larger-than-input", Level.ERROR
    kinds: ClassVar = frozenset(["window"])
    op_kinds: ClassVar = frozenset(["window"])
    keras_says = (
        "Computed output size would be zero or negative",
        "Negative dimension size caused by subtracting",
    )
    VALID = [
        Case(
            "x = Input((28, 28, 3))\n"
            "for _ in range(2):\n"
            "    x = layers.MaxPooling2D()(layers.Conv2D(4, 3)(x))\n",
        ),
    ]
    INVALID = [
        Case(
            "x = Input((8, 8, 3))\n"
            "for _ in range(4):\n"
            "    x = layers.MaxPooling2D()(layers.Conv2D(4, 3)(x))\n",
            at="layers.MaxPooling2D()(layers",
        ),
        Case(
            "r = layers.Conv1D(4, 5)(Input((3, 2)))",
            at="layers.Conv1D(4, 5)(",
        ),
    ]
