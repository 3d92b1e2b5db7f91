"""SHP023."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import LayerCalled, Trained
from ...analyzer.findings import Level
from ..base import Case, Draft, Rule
from ..story import tensors
from ..words import origins, subject
from .input_shape_includes_batch import whole_shape_given

KINDS = frozenset({"model-inputs", "model-input-shape"})


class ModelCallWrongInputs(Rule):
    """A model gets another number of inputs, or inputs of another shape, than it was made for.

    Why: a Functional or Sequential model fixes its inputs; fit, evaluate and predict check
    the data against them.
    Known limits: silent for structures that are not known; a trailing axis of size 1 is
    forgiven, as Keras does.
    """

    code, name, level = "SHP023", "model-call-wrong-inputs", Level.ERROR
    keras_says = ("is incompatible with the layer: expected shape=(None, 4), found shape=(2, 5)",)
    _HEAD = "a, b = Input((4,)), Input((4,))\nm = Model([a, b], layers.Add()([a, b]))\n"
    VALID = [
        Case(_HEAD + "r = m([Input((4,)), Input((4,))])"),
        Case("x = Input((4, 1))\nm = Model(x, layers.Dense(2)(x))\nr = m(np.zeros((2, 4)))"),
    ]
    INVALID = [
        Case(_HEAD + "r = m(Input((4,)))", at="m(Input"),
        Case(
            "x = Input((4,))\nm = Model(x, layers.Dense(2)(x))\nr = m.predict(np.zeros((2, 5)))",
            at="m.predict",
        ),
    ]

    def on_layer_called(self, fact: LayerCalled) -> Iterator[Draft]:
        """A model called by hand."""
        if fact.failure is not None and fact.failure.kind in KINDS:
            related = tuple(origins(*tensors(fact.args)))
            yield self.mismatch(fact.site, subject(fact.layer), fact.failure, related)

    def on_trained(self, fact: Trained) -> Iterator[Draft]:
        """A model called by fit, evaluate or predict."""
        if whole_shape_given(fact) is not None:
            return  # SHP019 tells what is wrong
        if fact.failure is not None and fact.failure.kind in KINDS:
            related = tuple(origins(*tensors((fact.x,))))
            where = f"{subject(fact.model)} in {fact.method}"
            yield self.mismatch(fact.site, where, fact.failure, related)
