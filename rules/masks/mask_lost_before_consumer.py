"""MSK001."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import LayerCalled
from ...analyzer.findings import Level
from ..base import Case, Draft
from ..masking import MaskLoss
from ..story import is_native
from ..words import subject


class MaskLostBeforeConsumer(MaskLoss):
    """A layer that does not support masking stands between a mask and the layer that needs it.

    Why: Conv1D, pooling, Flatten and their like destroy the mask; the LSTM or attention
    behind them then treats padding as data.
    Known limits: silent when `mask=` is given by hand, and for user-defined layers
    (MSK005).
    """

    code, name, level = "MSK001", "mask-lost-before-consumer", Level.WARNING
    keras_says = ("does not support masking and will therefore destroy the mask information",)
    VALID = [
        Case(
            'x = Input((4,), dtype="int32")\n'
            "e = layers.Embedding(9, 5, mask_zero=True)(x)\n"
            "y = layers.LSTM(3)(layers.Dense(6)(e))\n"
        ),
        Case(
            'x = Input((4,), dtype="int32")\n'
            "e = layers.Embedding(9, 5, mask_zero=True)\n"
            "h = layers.Conv1D(6, 1)(e(x))\n"
            "y = layers.LSTM(3)(h, mask=e.compute_mask(x))\n"
        ),
    ]
    INVALID = [
        Case(
            'x = Input((4,), dtype="int32")\n'
            "e = layers.Embedding(9, 5, mask_zero=True)(x)\n"
            "c = layers.Conv1D(6, 1)(e)\n"
            "m = Model(x, layers.LSTM(3)(c))\n",
            at="layers.Conv1D",
        ),
    ]

    def lost(self, loser: LayerCalled, consumer: LayerCalled) -> Iterator[Draft]:
        """Report the built-in layer that drops the mask."""
        if is_native(loser.layer):
            yield Draft(
                loser.site,
                subject(loser.layer),
                says=f"drops the mask that {subject(consumer.layer)} behind it would use",
                related=((consumer.site, f"{subject(consumer.layer)} runs without a mask"),),
                hint="compute the mask once and pass mask=, or use a layer that keeps masks",
            )
