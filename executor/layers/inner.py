"""A layer as the argument of another, in the form in which specs read it."""

from __future__ import annotations

from typing import Any

from ...analyzer.specs import applied
from ...analyzer.specs.base import Args, Inputs, LayerSpec, Mask, Outputs, Training, Weight
from ...analyzer.unknown import Undecided
from .arguments import call_signature
from .base import Layer


class InnerLayer:
    """What specs ask of the layer inside a wrapper, answered by the layer itself."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.name = layer.name
        self.spec: LayerSpec | None = getattr(layer, "spec", None)
        self.config: Args | None = getattr(layer, "_config", None)

    def _configured(self) -> applied.Configured:
        if self.spec is None or self.config is None:
            raise Undecided(f"{self.name} is not a built-in layer")
        return applied.Configured(self.spec, self.config, self.name)

    def output(self, x: Inputs, **call: object) -> Outputs:
        """The shapes a call returns."""
        return self._configured().output(x, **call)

    def weights(self, x: Inputs, **call: object) -> dict[str, Weight]:
        """The weights a first call makes."""
        return self._configured().weights(x, **call)

    def mask_rule(self) -> Mask:
        """What it does with a mask."""
        if self.spec is not None and self.config is not None:
            return self.spec.mask_rule(self.config)
        return Mask.PASS if self.layer.supports_masking else Mask.DROP

    def training_rule(self) -> Training:
        """Whether `training` matters to it."""
        if self.spec is not None and self.config is not None:
            return self.spec.training_rule(self.config)
        takes = call_signature(self.layer.call).takes("training")
        return Training.DIFFERS if takes else Training.SAME

    def states(self) -> list[Inputs]:
        """The state shapes of an RNN cell."""
        return self._configured().states()


def inner_layer(value: Any) -> Any:
    """A layer as specs read it; every other value as it is."""
    if isinstance(value, Layer):
        return InnerLayer(value)
    if isinstance(value, list | tuple) and any(isinstance(v, Layer) for v in value):
        return [inner_layer(v) for v in value]
    return value
