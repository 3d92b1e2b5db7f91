"""SUB011."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import CallReturned, LayerCalled, Trained
from ...analyzer.findings import Level
from ...analyzer.values import Instance, Site
from ..base import Case, Draft, Rule
from ..story import Story
from ..words import class_name


class CallReturnsNone(Rule):
    """The method `call` of a layer returns nothing, and the result is used.

    Why: a missing `return` gives None, which the next layer, or fit, rejects.
    Known limits: silent while the result is not used (a layer that only adds a loss).
    """

    code, name, level = "SUB011", "call-returns-none", Level.ERROR
    keras_says = ("Inputs to a layer should be tensors. Got 'None'", "None values not supported")
    _HEAD = "class N(Layer):\n    def call(self, x):\n        y = x * 2\n"
    _TAIL = "\n\nx = Input((2,))\nr = layers.Dense(1)(N()(x))\n"
    VALID = [Case(_HEAD + "        return y\n" + _TAIL)]
    INVALID = [Case(_HEAD + _TAIL, at="def call")]

    def __init__(self, story: Story) -> None:
        super().__init__(story)
        self._silent: dict[Instance, CallReturned] = {}

    def on_call_returned(self, fact: CallReturned) -> Iterator[Draft]:
        """Remember a `call` that can only return None."""
        if fact.method == "call" and fact.value is None and fact.paths <= {"none", "raise"}:
            self._silent[fact.layer] = fact
        yield from ()

    def on_layer_called(self, fact: LayerCalled) -> Iterator[Draft]:
        """None arrives at a layer: the last silent `call` is the culprit."""
        failure = fact.failure
        if failure is not None and failure.kind == "not-a-tensor" and self._silent:
            got = list(failure.got.values())
            if got == [None]:
                yield from self._report(list(self._silent)[-1], fact.site)

    def on_trained(self, fact: Trained) -> Iterator[Draft]:
        """A model whose call returns None is trained or asked to predict."""
        if fact.model in self._silent:
            yield from self._report(fact.model, fact.site)

    def _report(self, layer: Instance, used: Site) -> Iterator[Draft]:
        found = self._silent[layer]
        name = class_name(layer)
        yield Draft(
            Site(found.function.source, found.function.node),
            f"{name}.call",
            says="returns nothing",
            related=((used, "its result is used here"),),
            hint="return the tensor",
        )
