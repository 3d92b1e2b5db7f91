"""MSK004."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import LayerCalled
from ...analyzer.findings import Level
from ...analyzer.specs.base import Mask
from ..base import Case, Draft
from ..masking import MaskLoss
from ..words import subject


class MergeMaskedWithUnmasked(MaskLoss):
    """A merge layer gets one masked and one unmasked input, and a consumer follows.

    Why: in Keras 3 Add and its like give no mask unless every input has one; Keras 2
    kept the mask.
    Known limits: Concatenate, whose mask becomes all True, is reported only where it is
    lost in full.
    """

    code, name, level = "MSK004", "merge-masked-with-unmasked", Level.WARNING
    dialects = ("keras3",)
    VALID = [
        Case(
            'x = Input((None,), dtype="int32")\n'
            "e = layers.Embedding(9, 5, mask_zero=True)(x)\n"
            "p = layers.Embedding(9, 5, mask_zero=True)(x)\n"
            "m = Model(x, layers.LSTM(3)(layers.Add()([e, p])))\n"
        ),
    ]
    INVALID = [
        Case(
            'x = Input((None,), dtype="int32")\n'
            "e = layers.Embedding(9, 5, mask_zero=True)(x)\n"
            "p = layers.Embedding(9, 5)(x)\n"
            "m = Model(x, layers.LSTM(3)(layers.Add()([e, p])))\n",
            at="layers.Add()",
        ),
    ]

    def lost(self, loser: LayerCalled, consumer: LayerCalled) -> Iterator[Draft]:
        """Report the merge."""
        if loser.mask_rule in (Mask.MERGE, Mask.CONCAT):
            yield Draft(
                loser.site,
                subject(loser.layer),
                says="has an input without a mask, so its output has none",
                related=((consumer.site, f"{subject(consumer.layer)} runs without a mask"),),
                hint="give every branch a mask, or pass mask= to the layer that needs it",
            )
