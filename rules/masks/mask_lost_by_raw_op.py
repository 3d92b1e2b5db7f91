"""MSK003."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import LayerCalled, OpCalled
from ...analyzer.findings import Level
from ..base import Case, Draft
from ..masking import MaskLoss
from ..words import op_name, subject


class MaskLostByRawOp(MaskLoss):
    """A masked tensor goes through an operator or function and reaches a mask consumer.

    Why: operators and tensor functions never carry masks, and say nothing about it.
    Known limits: silent when `mask=` is given by hand.
    """

    code, name, level = "MSK003", "mask-lost-by-raw-op", Level.WARNING
    VALID = [
        Case(
            'x = Input((None,), dtype="int32")\n'
            "e = layers.Embedding(9, 5, mask_zero=True)(x)\n"
            "m = Model(x, layers.LSTM(3)(layers.Rescaling(2.0)(e)))\n"
        ),
        Case(
            'x = Input((None,), dtype="int32")\n'
            "e = layers.Embedding(9, 5)(x)\n"
            "m = Model(x, layers.LSTM(3)(e * 2.0))\n"
        ),
    ]
    INVALID = [
        Case(
            'x = Input((None,), dtype="int32")\n'
            "e = layers.Embedding(9, 5, mask_zero=True)(x)\n"
            "m = Model(x, layers.LSTM(3)(e * 2.0))\n",
            at="e * 2.0",
        ),
    ]

    def lost_by_op(self, loser: OpCalled, consumer: LayerCalled) -> Iterator[Draft]:
        """Report the operator or function."""
        yield Draft(
            loser.site,
            op_name(loser.spelling),
            says=f"drops the mask that {subject(consumer.layer)} behind it would use",
            related=((consumer.site, f"{subject(consumer.layer)} runs without a mask"),),
            hint="use a layer that keeps masks (Rescaling, Add, ...) or pass mask= on",
        )
