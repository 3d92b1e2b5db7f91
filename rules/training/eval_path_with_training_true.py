"""TRN012."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...analyzer.facts import ClassDefined
from ...analyzer.findings import Level
from ...analyzer.values import Site
from ..base import Case, Draft, Rule
from ..edits import keyword, text_of

STEPS = frozenset({"test_step", "predict_step"})


class EvalPathWithTrainingTrue(Rule):
    """`training=True` is written inside test_step or predict_step.

    Why: the model then drops and normalises by the batch while it is evaluated.
    Known limits: only a literal True on a call of self or of a part of it.
    """

    code, name, level = "TRN012", "eval-path-with-training-true", Level.WARNING
    _HEAD = (
        "class M(Model):\n"
        "    def call(self, x, training=None):\n        return x\n\n"
        "    def predict_step(self, data):\n"
    )
    VALID = [Case(_HEAD + "        return self(data, training=False)\n")]
    INVALID = [Case(_HEAD + "        return self(data, training=True)\n", at="self(data")]

    def on_class_defined(self, fact: ClassDefined) -> Iterator[Draft]:
        """Look into the evaluating steps of a model class."""
        if fact.base != "model":
            return
        for statement in fact.cls.node.body.body:
            if isinstance(statement, cst.FunctionDef) and statement.name.value in STEPS:
                finder = _Finder()
                statement.visit(finder)
                for node in finder.found:
                    yield Draft(
                        Site(fact.cls.source, node),
                        f"{fact.cls.name}.{statement.name.value}",
                        says="runs the model in training mode",
                        hint="training=False",
                    )


class _Finder(cst.CSTVisitor):
    """Calls of self, or of something of it, with a literal training=True."""

    def __init__(self) -> None:
        self.found: list[cst.Call] = []

    def visit_Call(self, node: cst.Call) -> None:
        given = keyword(node, "training")
        of_self = text_of(node.func).split(".")[0] == "self"
        if of_self and given is not None and text_of(given.value) == "True":
            self.found.append(node)
