"""SUB007."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import AttributeSet
from ...analyzer.findings import Level
from ...analyzer.keras.leaves import tensors
from ...analyzer.values import Instance
from ..base import Case, Draft, Rule
from ..words import class_name, is_layer


class TfVariableAsWeight(Rule):
    """A tf.Variable is kept as a weight of a Keras 3 layer.

    Why: Keras 3 tracks its own variables only; a tf.Variable is not trained, not saved, not
    counted. Keras 2 tracked it.
    Known limits: only variables assigned to an attribute, lists included.
    """

    code, name, level = "SUB007", "tf-variable-as-weight", Level.WARNING
    dialects = ("keras3",)
    _TAIL = "\n    def call(self, x):\n        return x @ self.w\n"
    _HEAD = "class M(Model):\n    def __init__(self):\n        super().__init__()\n"
    VALID = [Case(_HEAD + "        self.w = self.add_weight(shape=(3, 1))\n" + _TAIL)]
    INVALID = [
        Case(
            _HEAD + "        self.w = tf.Variable(np.zeros((3, 1)))\n" + _TAIL + "\n\nm = M()\n",
            at="tf.Variable",
        ),
    ]

    def on_attribute_set(self, fact: AttributeSet) -> Iterator[Draft]:
        """A tf.Variable becomes an attribute of a layer."""
        layer = fact.target
        if not isinstance(layer, Instance) or not is_layer(layer):
            return
        for variable in tensors(fact.value):
            if variable.kind == "variable" and variable.label == "tf.Variable":
                yield Draft(
                    variable.origin or fact.site,
                    f"{class_name(layer)}.{fact.name}",
                    says="is a tf.Variable: Keras 3 neither trains nor saves it",
                    hint=f"self.{fact.name} = self.add_weight(shape=..., initializer=...)",
                )
