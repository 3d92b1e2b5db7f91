"""MSK016."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import LayerCalled
from ...analyzer.findings import Level
from ...analyzer.keras.layer import own_method, sublayers
from ...analyzer.values import Instance, Tensor
from ..base import Case, Draft, Rule
from ..masking import CONSUMERS
from ..story import Story, inputs_of, is_native, spec_of
from ..words import is_user_class, subject


class CompositeEmbeddingHidesMask(Rule):
    """A layer wraps an Embedding with mask_zero and hands no mask on to a consumer.

    Why: the mask is made by the inner Embedding; the outer layer has to return it from
    compute_mask, or the layers behind it run without.
    Known limits: only where a layer that reads masks follows.
    """

    code, name, level = "MSK016", "composite-embedding-hides-mask", Level.WARNING
    _HEAD = (
        "class TokPos(Layer):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.t = layers.Embedding(9, 5, mask_zero=True)\n"
        "        self.p = layers.Embedding(4, 5)\n\n"
        "    def call(self, x):\n"
        "        return self.t(x) + self.p(np.arange(4))\n"
    )
    _TAIL = '\n\nx = Input((4,), dtype="int32")\ny = layers.LSTM(3)(TokPos()(x))\n'
    VALID = [
        Case(
            _HEAD + "\n    def compute_mask(self, x, mask=None):\n"
            "        return self.t.compute_mask(x)\n" + _TAIL
        ),
    ]
    INVALID = [Case(_HEAD + _TAIL, at="TokPos()(x)")]

    def __init__(self, story: Story) -> None:
        super().__init__(story)
        self._told: set[Instance] = set()

    def on_layer_called(self, fact: LayerCalled) -> Iterator[Draft]:
        """A consumer whose input comes from such a layer."""
        if not is_native(fact.layer) or fact.mask_rule not in CONSUMERS or fact.mask_given:
            return
        for tensor in inputs_of(fact):
            made = tensor.producer
            if isinstance(tensor.mask, Tensor) or not isinstance(made, LayerCalled):
                continue
            layer = made.layer
            if layer in self._told or not is_user_class(layer) or not _hides(layer):
                continue
            self._told.add(layer)
            yield Draft(
                made.site,
                subject(layer),
                says=f"makes a mask inside and hands none on to {subject(fact.layer)}",
                related=((fact.site, f"{subject(fact.layer)} runs without a mask"),),
                hint="def compute_mask(self, inputs, mask=None): "
                "return self.<embedding>.compute_mask(inputs)",
            )


def _hides(layer: Instance) -> bool:
    if own_method(layer, "compute_mask") is not None:
        return False
    inner = [spec_of(s) for s in sublayers(layer)]
    return any(
        spec is not None and spec.name == "Embedding" and _masks(s)
        for s, spec in zip(sublayers(layer), inner, strict=True)
    )


def _masks(layer: Instance) -> bool:
    config = getattr(layer.state, "config", None)
    return config is not None and config.raw("mask_zero") is True
