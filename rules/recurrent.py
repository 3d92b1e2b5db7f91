"""Recurrent layers: which one a tensor comes from, past layers that keep its form."""

from __future__ import annotations

from ..analyzer.facts import LayerCalled
from ..analyzer.values import Instance, Tensor
from .story import Story, spec_of

RECURRENT = frozenset({"LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional"})
KEEPERS = frozenset(
    {
        "Dropout",
        "Dense",
        "BatchNormalization",
        "LayerNormalization",
        "Activation",
        "GaussianNoise",
        "GaussianDropout",
        "AlphaDropout",
        "ReLU",
        "LeakyReLU",
        "ELU",
        "PReLU",
    }
)


def last_step_producer(story: Story, fact: LayerCalled) -> LayerCalled | None:
    """The recurrent call that returned its last step only, which reaches this call."""
    value = fact.inputs
    for _ in range(16):
        made = value.producer if isinstance(value, Tensor) else None
        if not isinstance(made, LayerCalled):
            return None
        spec = spec_of(made.layer)
        if spec is not None and spec.name in RECURRENT:
            return made if returns_last(story, made.layer) else None
        if spec is None or spec.name not in KEEPERS:
            return None
        value = made.inputs
    return None


def returns_last(story: Story, layer: Instance) -> bool:
    """Whether a recurrent layer is known to return its last step only."""
    inner = story.argument(layer, "layer")
    config = getattr(inner, "config", None)
    if config is not None:
        return config.raw("return_sequences") is False
    return story.argument(layer, "return_sequences") is False
