"""SUB012."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import AttributeSet
from ...analyzer.findings import Level
from ...analyzer.keras.state import ModelState
from ...analyzer.values import Class, Instance
from ..base import Case, Draft, Rule
from ..words import class_name, is_layer

# Measured on Keras 3.15: properties without a setter.
LAYER = frozenset(
    {
        "weights",
        "trainable_weights",
        "non_trainable_weights",
        "variables",
        "trainable_variables",
        "non_trainable_variables",
        "losses",
        "metrics",
        "dtype",
        "input_dtype",
        "compute_dtype",
        "variable_dtype",
        "input",
        "output",
        "path",
    }
)
MODEL = LAYER | {"layers", "metrics_names"}
# Keras 2 has no such properties.
NOT_IN_KERAS2 = frozenset({"path", "input_dtype"})


class ReservedAttributeName(Rule):
    """A layer or model assigns an attribute that Keras keeps for itself.

    Why: `layers`, `weights`, `metrics`, `input`, ... are properties without a setter; the
    assignment raises an AttributeError.
    Known limits: names that are merely dangerous (`loss`, `history`) are not reported.
    """

    code, name, level = "SUB012", "reserved-attribute-name", Level.ERROR
    keras_says = (
        "`Model.layers` attribute is reserved and should not be used",
        "has no setter",
    )
    _HEAD = "class M(Model):\n    def __init__(self):\n        super().__init__()\n"
    VALID = [Case(_HEAD + "        self.blocks = [layers.Dense(2)]\n\n\nm = M()\n")]
    INVALID = [
        Case(_HEAD + "        self.layers = [layers.Dense(2)]\n\n\nm = M()\n", at="self.layers ="),
        Case(_HEAD + "        self.weights = 3\n\n\nm = M()\n", at="self.weights ="),
    ]

    def on_attribute_set(self, fact: AttributeSet) -> Iterator[Draft]:
        """An assignment to one of the properties."""
        target = fact.target
        if not isinstance(target, Instance) or not is_layer(target):
            return
        reserved = MODEL if isinstance(target.state, ModelState) else LAYER
        if self.dialect == "keras2":
            reserved = reserved - NOT_IN_KERAS2
        if fact.name not in reserved or _redefined(target, fact.name):
            return
        yield Draft(
            fact.site,
            f"{class_name(target)}.{fact.name}",
            says="is a property of Keras and cannot be assigned",
            hint="choose another name",
        )


def _redefined(target: Instance, name: str) -> bool:
    """Whether the user's class has an attribute of that name itself."""
    cls = target.cls
    return isinstance(cls, Class) and any(
        isinstance(base, Class) and name in base.names for base in cls.mro
    )
