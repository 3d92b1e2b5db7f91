"""SUB001."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...analyzer.facts import CallReturned, LayerCalled, Trained
from ...analyzer.findings import Level
from ...analyzer.values import Function, Instance, Site
from ..base import Case, Draft, Rule
from ..story import Story
from ..words import class_name, is_layer


class SuperInitMissing(Rule):
    """The constructor of a layer or model never calls super().__init__().

    Why: Keras sets up tracking there; without it the first call, compile or fit fails.
    Known limits: silent when the base class is unknown; misspelt calls are SUB002's.
    """

    code, name, level = "SUB001", "super-init-missing", Level.ERROR
    keras_says = (
        "you forgot to call `super().__init__()` as the first statement",
        "You must call `super().__init__()` in the layer constructor",
        "object has no attribute '_distribute_strategy'",
    )
    _TAIL = (
        '\n    def call(self, x):\n        return x\n\n\nr = Lay()(np.ones((1, 2), "float32"))\n'
    )
    VALID = [
        Case(
            "class Lay(Layer):\n    def __init__(self):\n        super().__init__()\n"
            "        self.units = 4\n" + _TAIL
        ),
    ]
    INVALID = [
        Case(
            "class Lay(Layer):\n    def __init__(self):\n        self.units = 4\n" + _TAIL,
            at="def __init__",
        ),
    ]

    def __init__(self, story: Story) -> None:
        super().__init__(story)
        self._constructors: dict[Instance, CallReturned] = {}

    def on_call_returned(self, fact: CallReturned) -> Iterator[Draft]:
        """Remember constructors that ran to their end without super().__init__()."""
        if fact.method == "__init__" and fact.super_called is False and "value" not in fact.paths:
            self._constructors.setdefault(fact.layer, fact)
        yield from ()

    def on_layer_called(self, fact: LayerCalled) -> Iterator[Draft]:
        """The first call of such an object fails."""
        if fact.failure is not None and fact.failure.kind == "super-init":
            yield from self._report(fact.layer, fact.site)

    def on_trained(self, fact: Trained) -> Iterator[Draft]:
        """So does fit."""
        if fact.failure is not None and fact.failure.kind == "super-init":
            yield from self._report(fact.model, fact.site)

    def _report(self, layer: Instance, used: Site) -> Iterator[Draft]:
        found = self._constructors.get(layer)
        if found is None or not is_layer(layer) or _misspells(found.function):
            return
        name = class_name(layer)
        yield Draft(
            Site(found.function.source, found.function.node),
            name,
            says="never calls super().__init__()",
            related=((used, f"{name} is used here, which fails"),),
            hint="call super().__init__(**kwargs) first in __init__",
        )


def _misspells(function: Function) -> bool:
    """Whether the constructor has a call that was meant to be super().__init__()."""
    finder = _Finder()
    function.node.visit(finder)
    return finder.found


class _Finder(cst.CSTVisitor):
    def __init__(self) -> None:
        self.found = False

    def visit_Attribute(self, node: cst.Attribute) -> None:
        of_super = isinstance(node.value, cst.Call) and isinstance(node.value.func, cst.Name)
        if of_super and node.value.func.value == "super":  # type: ignore[union-attr]
            self.found = True
