"""SHP020."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...analyzer.facts import LayerCreated
from ...analyzer.findings import Level
from ..base import Case, Draft, Rule
from ..edits import Change, Replacement, text_of
from ..words import class_name


class InputShapeNotATuple(Rule):
    """A shape is given as a bare number: `Input(10)`, `Input(shape=(10))`.

    Why: parentheses do not make a tuple, the comma does; Keras 3 cannot convert 10 to a
    shape. Keras 2 accepted it.
    Known limits: only where the number is known.
    Fix safety: safe, a comma is added.
    """

    code, name, level = "SHP020", "input-shape-not-a-tuple", Level.ERROR
    dialects = ("keras3",)
    keras_says = ("Cannot convert '10' to a shape",)
    VALID = [Case("x = Input(shape=(10,))")]
    INVALID = [
        Case("x = Input(shape=(10))", at="Input(", fixed="x = Input(shape=(10,))"),
        Case("x = Input(10)", at="Input(", fixed="x = Input((10,))"),
    ]

    def on_layer_created(self, fact: LayerCreated) -> Iterator[Draft]:
        """An Input whose shape is no tuple."""
        for problem in fact.problems:
            if problem.kind == "input-shape":
                change = self._change(fact)
                yield self.mismatch(fact.site, class_name(fact.layer), problem, (), change)

    def _change(self, fact: LayerCreated) -> Change | None:
        node = fact.site.node
        if not isinstance(node, cst.Call) or not node.args:
            return None
        named = (a for a in node.args if a.keyword is not None and a.keyword.value == "shape")
        arg = next(named, node.args[0])
        if not isinstance(arg.value, cst.Integer):
            return None
        bare = arg.value.with_changes(lpar=[], rpar=[])
        new = arg.with_changes(value=cst.parse_expression(f"({text_of(bare)},)"))
        call = node.with_changes(args=[new if a is arg else a for a in node.args])
        site = type(fact.site)(fact.site.source, node)
        return Change("make it a tuple", (Replacement(site, text_of(call)),))
