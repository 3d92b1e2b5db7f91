"""What rules look up about a whole file: who made a layer, who calls it, where masks went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from ..analyzer.analysis import Analysis
from ..analyzer.facts import LayerCalled, LayerCreated, OpCalled
from ..analyzer.specs.base import LayerSpec, Mask, Training, no_weights
from ..analyzer.values import Class, Instance, NativeClass, Tensor, Value

Producer = LayerCalled | OpCalled


class Story:
    """Indexes over the facts of one analysis, made when first asked for."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis

    @cached_property
    def created(self) -> dict[Instance, LayerCreated]:
        """The creation of each layer."""
        return {f.layer: f for f in self.analysis.facts if isinstance(f, LayerCreated)}

    @cached_property
    def calls(self) -> dict[Instance, list[LayerCalled]]:
        """All calls of each layer."""
        found: dict[Instance, list[LayerCalled]] = defaultdict(list)
        for fact in self.analysis.facts:
            if isinstance(fact, LayerCalled):
                found[fact.layer].append(fact)
        return found

    @cached_property
    def consumers(self) -> dict[Tensor, list[Producer]]:
        """The calls that take each tensor."""
        found: dict[Tensor, list[Producer]] = defaultdict(list)
        for fact in self.analysis.facts:
            if isinstance(fact, LayerCalled | OpCalled):
                for tensor in tensors((fact.args, dict(fact.kwargs))):
                    found[tensor].append(fact)
        return found

    def argument(self, layer: Instance, name: str) -> Value:
        """A constructor argument of a layer as the analysis knows it, else None."""
        made = self.created.get(layer)
        return made.arguments.get(name) if made else None


def tensors(value: Value) -> Iterator[Tensor]:
    """All tensors in a nested structure of lists, tuples and dicts."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for member in value:
            yield from tensors(member)
    elif isinstance(value, dict):
        yield from tensors(list(value.values()))


def inputs_of(fact: Producer) -> list[Tensor]:
    """The tensors a call takes."""
    return list(tensors((fact.args, dict(fact.kwargs))))


def spec_of(layer: Instance) -> LayerSpec | None:
    """The spec of a built-in layer, or of the built-in a user class derives from."""
    classes = layer.cls.mro if isinstance(layer.cls, Class) else (layer.cls,)
    for cls in classes:
        if isinstance(cls, NativeClass) and isinstance(cls.spec, LayerSpec):
            return cls.spec
    return None


def is_native(layer: Instance) -> bool:
    """Whether the layer's class is Keras' own."""
    return isinstance(layer.cls, NativeClass)


def mask_loser(tensor: Tensor, steps: int = 64) -> Producer | None:
    """The call on the way to this unmasked tensor at which its mask was lost.

    None when no mask ever was on the way, or a layer consumed it as it should.
    """
    if tensor.mask is not None or steps == 0:
        return None
    made = tensor.producer
    if not isinstance(made, LayerCalled | OpCalled):
        return None
    given = inputs_of(made)
    if any(isinstance(t.mask, Tensor) for t in given) and _may_lose(made):
        return made
    if isinstance(made, LayerCalled) and made.mask_rule is Mask.CONSUME:
        return None
    losers = (mask_loser(t, steps - 1) for t in given)
    return next((found for found in losers if found is not None), None)


def _may_lose(fact: Producer) -> bool:
    return isinstance(fact, OpCalled) or fact.mask_rule is not Mask.CONSUME


def differs(layer: Instance) -> bool:
    """Whether the mode may change what a built-in layer computes."""
    spec = spec_of(layer)
    return spec is not None and spec.training is not Training.SAME


def is_regulariser(layer: Instance) -> bool:
    """Whether a built-in layer acts in training only and has no weights (Dropout, noise)."""
    spec = spec_of(layer)
    return spec is not None and differs(layer) and spec.weights is no_weights
