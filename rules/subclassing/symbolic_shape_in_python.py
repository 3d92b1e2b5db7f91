"""SUB019."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import PythonError
from ...analyzer.findings import Level
from ..base import Case, Draft, Rule
from ..edits import text_of


class SymbolicShapeInPython(Rule):
    """Python computes with an axis of x.shape that is None.

    Why: the batch, and every axis Input leaves open, is None in x.shape while the graph is
    built; the real size is in keras.ops.shape(x) or tf.shape(x).
    Known limits: only arithmetic and range() written on the shape itself.
    """

    code, name, level = "SUB019", "symbolic-shape-in-python", Level.ERROR
    keras_says = ("unsupported operand type(s) for *: 'NoneType' and 'int'",)
    _HEAD = "class Z(Layer):\n    def call(self, x):\n"
    _TAIL = "\n\nm = Sequential([Input((2,)), Z()])\n"
    VALID = [
        Case(_HEAD + "        n = ops.shape(x)[0] * 2\n        return x\n" + _TAIL),
        Case(_HEAD + "        n = x.shape[1] * 2\n        return x\n" + _TAIL),
    ]
    INVALID = [
        Case(_HEAD + "        n = x.shape[0] * 2\n        return x\n" + _TAIL, at="x.shape[0] * 2"),
    ]

    def on_python_error(self, fact: PythonError) -> Iterator[Draft]:
        """A TypeError with None on one side, written on a shape."""
        operands = [fact.detail.get("left"), fact.detail.get("right")]
        text = text_of(fact.site.node)
        if fact.kind == "type" and "NoneType" in operands and ".shape" in text:
            yield Draft(
                fact.site,
                text,
                says="computes with an axis that is None while the graph is built",
                hint="take the axis from keras.ops.shape(x) or tf.shape(x)",
            )
