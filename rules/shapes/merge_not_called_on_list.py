"""SHP007."""

from __future__ import annotations

import libcst as cst

from ...analyzer.facts import LayerCalled
from ...analyzer.findings import Level
from ...analyzer.mismatch import Mismatch
from ..base import Case
from ..edits import Change, replace, text_of
from ..proofs import ProofRule


class MergeNotCalledOnList(ProofRule):
    """A merge layer is called on tensors one by one, not on a list of them.

    Why: Add, Concatenate, Dot and the like take one argument, a list.
    Known limits: silent when the argument may be a list.
    Fix safety: safe, the positional tensors are put in a list.
    """

    code, name, level = "SHP007", "merge-not-called-on-list", Level.ERROR
    kinds = frozenset({"not-a-list"})
    keras_says = (
        "too many positional arguments",
        "A merge layer should be called on a list of inputs",
        "should be called on a list of at least 1 input",
    )
    VALID = [Case("a, b = Input((4,)), Input((4,))\nr = layers.Add()([a, b])")]
    INVALID = [
        Case(
            "a, b = Input((4,)), Input((4,))\nr = layers.Add()(a, b)",
            at="layers.Add()(a, b)",
            fixed="a, b = Input((4,)), Input((4,))\nr = layers.Add()([a, b])",
        ),
        Case("r = layers.Concatenate()(Input((4,)))", at="layers.Concatenate()("),
    ]

    def change(self, fact: LayerCalled, failure: Mismatch) -> Change | None:
        """Put the positional arguments in a list."""
        node = fact.site.node
        if not isinstance(node, cst.Call) or len(node.args) < 2:
            return None
        if any(a.keyword is not None or a.star for a in node.args):
            return None
        listed = ", ".join(text_of(a.value) for a in node.args)
        return replace(fact.site, node, f"{text_of(node.func)}([{listed}])", "put them in a list")
