"""SUB020."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import NameUsed
from ...analyzer.findings import Level
from ..base import Case, Draft, Rule


class RemovedLayerApi(Rule):
    """A name is used that this Keras does not have.

    Why: Keras 3 dropped modules, layers, backend functions and methods of Keras 2; the
    program stops with an AttributeError, ImportError or NotImplementedError.
    Known limits: names of TensorFlow beside `tf.keras` are not looked at.
    """

    code, name, level = "SUB020", "removed-layer-api", Level.ERROR
    keras_says = (
        "module 'keras.layers' has no attribute",
        "module 'keras.backend' has no attribute",
        "`keras.optimizers.legacy` is not supported in Keras 3",
        "Layer `add_metric()` method is deprecated",
    )
    VALID = [
        Case("x = layers.LSTM(3)(Input((4, 2)))"),
        Case("r = keras.ops.mean(np.ones(3))"),
        Case("r = keras.backend.mean(np.ones(3))", dialect="keras2"),
    ]
    INVALID = [
        Case("x = layers.CuDNNLSTM(3)", at="layers.CuDNNLSTM"),
        Case("r = keras.backend.mean", at="keras.backend.mean"),
        Case("from keras.utils import np_utils", at="from keras.utils"),
        Case("x = layers.Dens(3)", at="layers.Dens"),
        Case(
            "class A(Layer):\n    def call(self, x):\n"
            '        self.add_metric(x, name="m")\n        return x\n\n\nr = A()(np.ones((1, 2)))',
            at="self.add_metric",
        ),
    ]

    def on_name_used(self, fact: NameUsed) -> Iterator[Draft]:
        """A name proved to be missing."""
        removed = fact.status == "removed"
        version = "Keras 3" if self.dialect == "keras3" else "Keras 2"
        yield Draft(
            fact.site,
            fact.name,
            says=f"is gone in {version}" if removed else f"does not exist in {version}",
            hint=f"use {fact.instead}" if fact.instead else "",
        )
