"""SUB006."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import LayerCalled, LayerCreated
from ...analyzer.findings import Level
from ...analyzer.keras.layer import state_of, sublayers
from ...analyzer.specs.base import no_weights
from ...analyzer.values import Instance
from ..base import Case, Draft, Rule
from ..story import Story, spec_of
from ..words import class_name, is_user_class, subject


class SublayerNotTracked(Rule):
    """A layer with weights is used in `call`, and Keras cannot see that it belongs there.

    Why: only layers kept in attributes of the layer, and in lists, tuples and dicts there,
    are tracked; one kept in another object, a closure or a global is not trained or saved.
    Known limits: only layers called inside a user's `call`.
    """

    code, name, level = "SUB006", "sublayer-not-tracked", Level.WARNING
    _TAIL = "\n\nm = M()\nr = m(np.ones((1, 3)))\n"
    VALID = [
        Case(
            "class M(Model):\n    def __init__(self):\n        super().__init__()\n"
            "        self.d = {'a': [layers.Dense(2)]}\n\n"
            "    def call(self, x):\n        return self.d['a'][0](x)\n" + _TAIL
        ),
    ]
    INVALID = [
        Case(
            "class Box:\n    pass\n\n\n"
            "class M(Model):\n    def __init__(self):\n        super().__init__()\n"
            "        self.box = Box()\n        self.box.d = layers.Dense(2)\n\n"
            "    def call(self, x):\n        return self.box.d(x)\n" + _TAIL,
            at="layers.Dense(2)",
        ),
    ]

    def __init__(self, story: Story) -> None:
        super().__init__(story)
        self._told: set[Instance] = set()

    def on_layer_called(self, fact: LayerCalled) -> Iterator[Draft]:
        """A layer called inside `call` that the caller does not own."""
        if fact.where is None or fact.where[1] != "call" or fact.layer in self._told:
            return
        owner = fact.where[0]
        made = self._made_outside(fact.layer)
        if made is None or not _complete(owner) or _owns(owner, fact.layer):
            return
        self._told.add(fact.layer)
        yield Draft(
            made.site,
            subject(fact.layer),
            says=f"is used by {class_name(owner)}, which does not track it: "
            "its weights are neither trained nor saved",
            related=((fact.site, f"{class_name(owner)} calls it here"),),
            hint="keep it in an attribute of the layer, or in a list or dict there",
        )

    def _made_outside(self, layer: Instance) -> LayerCreated | None:
        """The creation of a built-in layer with weights, unless in `call` itself."""
        spec, made = spec_of(layer), self.story.created.get(layer)
        if spec is None or spec.weights is no_weights or made is None or made.where == "call":
            return None
        return made


def _complete(owner: Instance) -> bool:
    """Whether it is a user's layer and all that it holds is known."""
    state = state_of(owner)
    return state is not None and not state.open and is_user_class(owner)


def _owns(owner: Instance, layer: Instance, seen: set[Instance] | None = None) -> bool:
    seen = set() if seen is None else seen
    if owner in seen:
        return False
    seen.add(owner)
    return any(inner is layer or _owns(inner, layer, seen) for inner in sublayers(owner))
