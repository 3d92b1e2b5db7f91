"""TRN008."""

from __future__ import annotations

import libcst as cst

from ...analyzer.facts import LayerCalled
from ...analyzer.findings import Level
from ...analyzer.mismatch import Mismatch
from ..base import Case
from ..edits import Change, replace, text_of
from ..proofs import ProofRule


class TrainingPassedPositionally(ProofRule):
    """A flag or number is passed to a layer call by position.

    Why: Keras 3 takes tensors only by position; `self.dropout(x, training)` raises as
    soon as training is a bool. Keras 2 accepted it.
    Known limits: silent for values that may be tensors.
    Fix safety: safe for a second argument called `training`: it becomes a keyword.
    """

    code, name, level = "TRN008", "training-passed-positionally", Level.ERROR
    dialects = ("keras3",)
    kinds = frozenset({"positional"})
    keras_says = ("Only input tensors may be passed as positional arguments",)
    _HEAD = (
        "class M(Model):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.d = layers.Dropout(0.5)\n\n"
        "    def call(self, x, training=False):\n"
    )
    _TAIL = '\n\nr = M()(np.ones((1, 4), "float32"), training=True)\n'
    VALID = [Case(_HEAD + "        return self.d(x, training=training)\n" + _TAIL)]
    INVALID = [
        Case(
            _HEAD + "        return self.d(x, training)\n" + _TAIL,
            at="self.d(x, training)",
            fixed=_HEAD + "        return self.d(x, training=training)\n" + _TAIL,
        ),
    ]

    def change(self, fact: LayerCalled, failure: Mismatch) -> Change | None:
        """Pass the second argument by keyword when it is the mode."""
        node = fact.site.node
        if not isinstance(node, cst.Call) or len(node.args) != 2:
            return None
        value = node.args[1]
        if value.keyword is not None or text_of(value.value) != "training":
            return None
        new = f"{text_of(node.func)}({text_of(node.args[0].value)}, training=training)"
        return replace(fact.site, node, new, "pass it by keyword")
