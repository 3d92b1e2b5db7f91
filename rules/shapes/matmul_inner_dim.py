"""SHP034."""

from __future__ import annotations

from typing import ClassVar

from ...analyzer.findings import Level
from ..base import Case
from ..proofs import ProofRule


class MatmulInnerDim(ProofRule):
    """The inner dims of a matrix product differ.

    Why: (m, k) times (k, n): both k must be equal.
    Known limits: silent when one of them is unknown.
    """

    code, name, level = "SHP034", "matmul-inner-dim", Level.ERROR
    kinds: ClassVar = frozenset(["matmul", "matmul-rank", "einsum"])
    op_kinds: ClassVar = frozenset(["matmul", "matmul-rank", "einsum"])
    keras_says = (
        "Matrix size-incompatible",
        "Dimensions must be equal, but are",
    )
    VALID = [
        Case(
            "class D(Layer):\n"
            "    def build(self, s):\n"
            "        self.w = self.add_weight(shape=(s[-1], 8))\n"
            "\n"
            "    def call(self, x):\n"
            "        return x @ self.w\n"
            "\n"
            "\n"
            'r = D()(np.ones((2, 4), "float32"))\n',
        ),
    ]
    INVALID = [
        Case(
            "class D(Layer):\n"
            "    def build(self, s):\n"
            "        self.w = self.add_weight(shape=(8, s[-1]))\n"
            "\n"
            "    def call(self, x):\n"
            "        return x @ self.w\n"
            "\n"
            "\n"
            'r = D()(np.ones((2, 4), "float32"))\n',
            at="x @ self.w",
        ),
    ]
