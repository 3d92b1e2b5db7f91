"""SUB005."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import AttributeSet, LayerCreated, WeightCreated
from ...analyzer.findings import Level
from ...analyzer.specs.base import no_weights
from ...analyzer.values import Instance
from ..base import Case, Draft, Rule
from ..story import spec_of
from ..words import class_name, is_layer


class StateCreatedInCall(Rule):
    """A layer with weights, or a weight, is made inside `call`.

    Why: it is made anew in every call, so it never learns; assigned to self, Keras 3
    raises, because the layer is already built.
    Known limits: layers without weights may be made in `call`.
    """

    code, name, level = "SUB005", "state-created-in-call", Level.ERROR
    keras_says = ("You cannot add new elements of state",)
    _TAIL = "\n\nm = M()\nr = m(np.ones((1, 3)))\n"
    VALID = [
        Case(
            "class M(Layer):\n    def __init__(self):\n        super().__init__()\n"
            "        self.d = layers.Dense(2)\n\n    def call(self, x):\n"
            "        return layers.Flatten()(self.d(x))\n" + _TAIL
        ),
    ]
    INVALID = [
        Case(
            "class M(Layer):\n    def call(self, x):\n        self.d = layers.Dense(2)\n"
            "        return self.d(x)\n" + _TAIL,
            at="layers.Dense(2)",
        ),
        Case(
            "class M(Layer):\n    def call(self, x):\n        return layers.Dense(2)(x)\n" + _TAIL,
            at="layers.Dense(2)",
        ),
        Case(
            "class M(Layer):\n    def call(self, x):\n"
            "        w = self.add_weight(shape=(3, 2))\n        return x @ w\n" + _TAIL,
            at="self.add_weight",
        ),
    ]

    def on_layer_created(self, fact: LayerCreated) -> Iterator[Draft]:
        """A layer that will have weights, made while a `call` runs."""
        spec = spec_of(fact.layer)
        if fact.where != "call" or spec is None or spec.weights is no_weights:
            return
        kept = self._kept(fact.layer)
        says = (
            "is assigned to self inside call: Keras raises, the layer is already built"
            if kept
            else "is made anew in every call: it never learns"
        )
        yield Draft(
            fact.site,
            class_name(fact.layer),
            says=says,
            hint="make it in __init__ or build",
            level=Level.ERROR if kept and self.dialect == "keras3" else Level.WARNING,
        )

    def _kept(self, layer: Instance) -> bool:
        facts = (f for f in self.analysis.facts if isinstance(f, AttributeSet))
        return any(
            f.value is layer and isinstance(f.target, Instance) and is_layer(f.target)
            for f in facts
        )

    def on_weight_created(self, fact: WeightCreated) -> Iterator[Draft]:
        """`self.add_weight` while `call` runs."""
        if fact.method == "call" and fact.how == "add_weight":
            yield Draft(
                fact.site,
                "add_weight",
                says="is called inside call: state belongs into __init__ or build",
                hint="make the weight in build",
                level=Level.ERROR if self.dialect == "keras3" else Level.WARNING,
            )
