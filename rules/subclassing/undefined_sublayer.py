"""SUB022."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...analyzer.facts import PythonError
from ...analyzer.findings import Level
from ...analyzer.values import Instance
from ..base import Case, Draft, Rule
from ..edits import Change, replace
from ..python import nearest
from ..words import class_name, is_layer


class UndefinedSublayer(Rule):
    """A layer or model reads an attribute that nothing ever sets.

    Why: a misspelt `self.dense_1` fails in the first call with an AttributeError.
    Known limits: silent when a base class is unknown or attributes are set dynamically.
    """

    code, name, level = "SUB022", "undefined-sublayer", Level.ERROR
    keras_says = ("object has no attribute",)
    _HEAD = (
        "class M(Layer):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.dense1 = layers.Dense(2)\n\n"
        "    def call(self, x):\n"
    )
    _TAIL = '\n\nr = M()(np.ones((1, 2), "float32"))\n'
    VALID = [Case(_HEAD + "        return self.dense1(x)\n" + _TAIL)]
    INVALID = [
        Case(_HEAD + "        return self.dense_1(x)\n" + _TAIL, at="self.dense_1"),
    ]

    def on_python_error(self, fact: PythonError) -> Iterator[Draft]:
        """An attribute of a layer proved absent."""
        layer = fact.subject
        if fact.kind != "attribute" or not isinstance(layer, Instance) or not is_layer(layer):
            return
        name = str(fact.detail.get("name"))
        yield Draft(
            fact.site,
            class_name(layer),
            says=f"has no attribute '{name}'",
            hint=nearest(name, layer.attrs) or f"set self.{name} in __init__",
            change=self._change(fact, name, layer),
        )

    def _change(self, fact: PythonError, name: str, layer: Instance) -> Change | None:
        node = fact.site.node
        near = nearest(name, layer.attrs).split("'")
        if not isinstance(node, cst.Attribute) or len(near) < 2:
            return None
        new = node.with_changes(attr=cst.Name(near[1]))
        return replace(fact.site, node, new, f"use {near[1]}", safe=False)
