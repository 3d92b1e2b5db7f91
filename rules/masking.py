"""Base of the rules about masks that get lost on the way to a layer that needs them."""

from __future__ import annotations

from collections.abc import Iterator

from ..analyzer.facts import LayerCalled, OpCalled
from ..analyzer.specs.base import Mask
from ..analyzer.values import Tensor
from .base import Draft, Rule
from .story import inputs_of, is_native, mask_loser

CONSUMERS = frozenset({Mask.CONSUME, Mask.CONSUME_PASS})


class MaskLoss(Rule):
    """Finds, for each built-in consumer without a mask, the call that lost it."""

    def on_layer_called(self, fact: LayerCalled) -> Iterator[Draft]:
        """Follow the unmasked inputs of a consumer back to where a mask was lost."""
        if not is_native(fact.layer) or fact.mask_rule not in CONSUMERS or fact.mask_given:
            return
        for tensor in inputs_of(fact):
            if isinstance(tensor.mask, Tensor):
                return
            loser = mask_loser(tensor)
            if isinstance(loser, LayerCalled):
                yield from self.lost(loser, fact)
            elif isinstance(loser, OpCalled):
                yield from self.lost_by_op(loser, fact)

    def lost(self, loser: LayerCalled, consumer: LayerCalled) -> Iterator[Draft]:
        """What to say when a layer lost the mask."""
        return iter(())

    def lost_by_op(self, loser: OpCalled, consumer: LayerCalled) -> Iterator[Draft]:
        """What to say when a tensor function or operator lost it."""
        return iter(())
