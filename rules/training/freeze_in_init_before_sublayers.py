"""TRN016."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import AttributeSet
from ...analyzer.findings import Level
from ...analyzer.values import Instance
from ..base import Case, Draft, Rule
from ..story import Story
from ..words import class_name, is_layer


class FreezeInInitBeforeSublayers(Rule):
    """`self.trainable = False` stands in a constructor before the sublayers are made.

    Why: before super().__init__() it is overwritten; after it, sublayers made later keep
    their own flag True, so that an outer model trains them.
    Known limits: only assignments in `__init__`.
    """

    code, name, level = "TRN016", "freeze-in-init-before-sublayers", Level.WARNING
    _OPEN = "class M(Model):\n    def __init__(self):\n"
    _TAIL = "\n    def call(self, x):\n        return self.d(x)\n\n\nm = M()\n"
    VALID = [
        Case(
            _OPEN + "        super().__init__()\n        self.d = layers.Dense(2)\n"
            "        self.trainable = False\n" + _TAIL
        ),
    ]
    INVALID = [
        Case(
            _OPEN + "        self.trainable = False\n        super().__init__()\n"
            "        self.d = layers.Dense(2)\n" + _TAIL,
            at="self.trainable = False",
        ),
    ]

    def __init__(self, story: Story) -> None:
        super().__init__(story)
        self._frozen: dict[Instance, AttributeSet] = {}

    def on_attribute_set(self, fact: AttributeSet) -> Iterator[Draft]:
        """A freeze in the constructor, then a layer as attribute."""
        layer = fact.target
        if fact.method != "__init__" or not isinstance(layer, Instance):
            return
        if fact.name == "trainable":
            if fact.value is False:
                self._frozen[layer] = fact
            else:
                self._frozen.pop(layer, None)
        elif isinstance(fact.value, Instance) and is_layer(fact.value):
            frozen = self._frozen.pop(layer, None)
            if frozen is not None:
                yield Draft(
                    frozen.site,
                    f"{class_name(layer)}.trainable = False",
                    says="does not reach the layers made after it",
                    related=((fact.site, f"self.{fact.name} is made later"),),
                    hint="set it at the end of __init__",
                )
