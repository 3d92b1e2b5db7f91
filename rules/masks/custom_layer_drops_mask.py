"""MSK005."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import LayerCalled
from ...analyzer.findings import Level
from ..base import Case, Draft
from ..masking import MaskLoss
from ..words import is_user_class, subject


class CustomLayerDropsMask(MaskLoss):
    """A user-defined layer without mask support stands between a mask and its consumer.

    Why: a Layer drops the mask of its input unless it says `supports_masking = True` or
    overrides compute_mask.
    Known limits: silent when `mask=` is given by hand.
    """

    code, name, level = "MSK005", "custom-layer-drops-mask", Level.WARNING
    keras_says = ("does not support masking and will therefore destroy the mask information",)
    VALID = [
        Case(
            "class Scale(Layer):\n"
            "    def __init__(self, **kwargs):\n"
            "        super().__init__(**kwargs)\n"
            "        self.supports_masking = True\n\n"
            "    def call(self, x):\n"
            "        return x * 2.0\n\n\n"
            'x = Input((None,), dtype="int32")\n'
            "e = layers.Embedding(9, 5, mask_zero=True)(x)\n"
            "m = Model(x, layers.LSTM(3)(Scale()(e)))\n"
        ),
    ]
    INVALID = [
        Case(
            "class Scale(Layer):\n"
            "    def call(self, x):\n"
            "        return x * 2.0\n\n\n"
            'x = Input((None,), dtype="int32")\n'
            "e = layers.Embedding(9, 5, mask_zero=True)(x)\n"
            "m = Model(x, layers.LSTM(3)(Scale()(e)))\n",
            at="Scale()(e)",
        ),
    ]

    def lost(self, loser: LayerCalled, consumer: LayerCalled) -> Iterator[Draft]:
        """Report the call of the user's layer."""
        if is_user_class(loser.layer):
            yield Draft(
                loser.site,
                subject(loser.layer),
                says=f"drops the mask that {subject(consumer.layer)} behind it would use",
                related=((consumer.site, f"{subject(consumer.layer)} runs without a mask"),),
                hint="set self.supports_masking = True after super().__init__(), "
                "or override compute_mask",
            )
