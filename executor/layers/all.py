"""Every built-in layer: those with a computation here, the others by their specs alone."""

from __future__ import annotations

from ...analyzer.specs import registry
from ..api import object_named
from . import (
    activation_layers,
    attention,
    convolution,
    core,
    merging,
    normalization,
    pooling,
    recurrent,
    recurrent_cells,
    regularization,
    reshaping,
    wrappers,
)
from .input_layer import Input, InputLayer
from .spec_layer import SpecLayer, make_class

# Layers that are known, checked and summarised, but not computed.
for _spec in {id(s): s for s in registry.layers().values()}.values():
    if object_named(f"keras.layers.{_spec.name}") is None:
        make_class(_spec, SpecLayer, {})

__all__ = [
    "Input",
    "InputLayer",
    "activation_layers",
    "attention",
    "convolution",
    "core",
    "merging",
    "normalization",
    "pooling",
    "recurrent",
    "recurrent_cells",
    "regularization",
    "reshaping",
    "wrappers",
]
