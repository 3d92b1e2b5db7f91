"""Dropout and noise: layers that act in training only."""

from __future__ import annotations

import math
from typing import Any

from ...analyzer.specs import core_layers
from ...analyzer.specs import regularization_layers as specs
from .. import functions as f
from ..random import SeedGenerator
from .spec_layer import SpecLayer, computes


class RandomLayer(SpecLayer):
    """A built-in layer that draws random numbers from a generator of its own."""

    def _set_up(self) -> None:
        self.seed_generator = SeedGenerator(getattr(self, "seed", None))


def _dropped(c: Any, x: Any, training: Any, noise_shape: Any) -> Any:
    if not training or c.rate == 0:
        return x
    return f.dropout(x, c.rate, noise_shape, seed=c.seed_generator)


@computes(specs.DROPOUT, RandomLayer)
def dropout(c: Any, w: Any, x: Any, training: Any = False) -> Any:
    """(...) -> (...), a share `rate` set to 0."""
    shape = c.noise_shape
    if shape is not None:
        shape = tuple(x.shape[i] if n is None else n for i, n in enumerate(shape))
    return _dropped(c, x, training, shape)


def _spatial(c: Any, w: Any, x: Any, training: Any = False) -> Any:
    """(batch, ..., channels) -> the same with whole channels set to 0."""
    inner = [1] * (len(x.shape) - 2)
    first = getattr(c, "data_format", None) == "channels_first"
    shape = (x.shape[0], x.shape[1], *inner) if first else (x.shape[0], *inner, x.shape[-1])
    return _dropped(c, x, training, shape)


for _spec in (specs.SPATIAL_DROPOUT1D, specs.SPATIAL_DROPOUT2D, specs.SPATIAL_DROPOUT3D):
    computes(_spec, RandomLayer)(_spatial)


@computes(specs.GAUSSIAN_NOISE, RandomLayer)
def gaussian_noise(c: Any, w: Any, x: Any, training: Any = False) -> Any:
    """(...) -> (...) with normal noise added."""
    if not training or c.stddev == 0:
        return x
    return x + f.random_normal(x.shape, 0.0, c.stddev, x.dtype, seed=c.seed_generator)


@computes(specs.GAUSSIAN_DROPOUT, RandomLayer)
def gaussian_dropout(c: Any, w: Any, x: Any, training: Any = False) -> Any:
    """(...) -> (...) times normal noise around 1."""
    if not training or c.rate == 0:
        return x
    deviation = math.sqrt(c.rate / (1.0 - c.rate))
    return x * f.random_normal(x.shape, 1.0, deviation, x.dtype, seed=c.seed_generator)


# The value a dropped SELU unit takes (Klambauer et al., 2017): -scale * alpha.
_ALPHA_PRIME = -1.0507009873554805 * 1.6732632423543772


@computes(specs.ALPHA_DROPOUT, RandomLayer)
def alpha_dropout(c: Any, w: Any, x: Any, training: Any = False) -> Any:
    """(...) -> (...), dropped values set to SELU's lowest, mean and variance kept."""
    if not training or c.rate == 0:
        return x
    shape = x.shape if c.noise_shape is None else c.noise_shape
    kept = f.random_uniform(shape, 0.0, 1.0, "float32", seed=c.seed_generator) >= c.rate
    kept = f.cast(kept, x.dtype)
    a = 1.0 / math.sqrt((1.0 - c.rate) * (1.0 + c.rate * _ALPHA_PRIME**2))
    return a * (x * kept + _ALPHA_PRIME * (1.0 - kept)) - a * _ALPHA_PRIME * c.rate


@computes(core_layers.ACTIVITY_REGULARIZATION)
def activity_regularization(c: Any, w: Any, x: Any) -> Any:
    """(...) -> (...), its size added to the loss."""
    return x
