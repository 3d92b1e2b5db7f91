"""MSK002."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import LayerCalled
from ...analyzer.findings import Level
from ..base import Case, Draft, Rule
from ..story import spec_of
from ..words import subject

COLLAPSES = frozenset({"Flatten", "GlobalMaxPooling1D"})


class MaskedTimeAxisCollapsed(Rule):
    """A masked sequence is reduced over time by a layer that ignores masks.

    Why: padded steps go into the result although mask_zero or Masking asked to skip them.
    Known limits: only Flatten and GlobalMaxPooling1D; reductions by tensor functions are
    not followed. The last step of a masked RNN is right and not reported.
    """

    code, name, level = "MSK002", "masked-time-axis-collapsed", Level.WARNING
    VALID = [
        Case(
            'x = Input((None,), dtype="int32")\n'
            "e = layers.Embedding(9, 50, mask_zero=True)(x)\n"
            "m = Model(x, layers.GlobalAveragePooling1D()(e))\n"
        ),
        Case(
            'x = Input((None,), dtype="int32")\n'
            "e = layers.Embedding(9, 50, mask_zero=True)(x)\n"
            "h = layers.LSTM(3, return_sequences=True)(e)\n"
            "m = Model(x, h[:, -1])\n"
        ),
    ]
    INVALID = [
        Case(
            'x = Input((None,), dtype="int32")\n'
            "e = layers.Embedding(9, 50, mask_zero=True)(x)\n"
            "m = Model(x, layers.GlobalMaxPooling1D()(e))\n",
            at="layers.GlobalMaxPooling1D",
        ),
    ]

    def on_layer_called(self, fact: LayerCalled) -> Iterator[Draft]:
        """A mask arrives at a layer that reduces time without it."""
        spec = spec_of(fact.layer)
        if spec is not None and spec.name in COLLAPSES and fact.mask_lost:
            yield Draft(
                fact.site,
                subject(fact.layer),
                says="mixes padded steps into its result: it ignores the mask of its input",
                hint="use GlobalAveragePooling1D, an RNN or attention, which read the mask",
            )
