"""Noise in training, nothing in inference."""

from __future__ import annotations

from typing import Any

from ...analyzer.specs import regularization_layers as specs
from .. import functions as f
from .. import random
from .spec_layer import SpecLayer, computes


class RandomLayer(SpecLayer):
    """Keeps a stream of seeds, where it draws at all."""

    def _set_up(self) -> None:
        if self._strength:
            self.seed_generator = random.SeedGenerator(self.seed)

    @property
    def _strength(self) -> float:
        """0 where the layer never does anything."""
        return getattr(self, "rate", getattr(self, "stddev", 0.0))


@computes(specs.DROPOUT, RandomLayer)
def dropout(c: Any, w: Any, x: Any, training: Any) -> Any:
    """(...) -> (...), a share set to 0 and the rest scaled up."""
    if not training or not c.rate:
        return x
    return random.dropout(x, c.rate, c.noise_shape, c.seed_generator)


def _spatial_dropout(c: Any, w: Any, x: Any, training: Any) -> Any:
    """(batch, ...spatial, channels) -> the same, whole channels set to 0."""
    if not training or not c.rate:
        return x
    ones = (1,) * (len(x.shape) - 2)
    first = getattr(c, "data_format", None) == "channels_first"
    noise = (x.shape[0], x.shape[1], *ones) if first else (x.shape[0], *ones, x.shape[-1])
    return random.dropout(x, c.rate, noise, c.seed_generator)


for _spec in (specs.SPATIAL_DROPOUT1D, specs.SPATIAL_DROPOUT2D, specs.SPATIAL_DROPOUT3D):
    computes(_spec, RandomLayer)(_spatial_dropout)


@computes(specs.GAUSSIAN_NOISE, RandomLayer)
def gaussian_noise(c: Any, w: Any, x: Any, training: Any) -> Any:
    """(...) -> (...) + noise."""
    if not training or not c.stddev:
        return x
    return x + random.normal(x.shape, 0.0, c.stddev, x.dtype.name, c.seed_generator)


@computes(specs.GAUSSIAN_DROPOUT, RandomLayer)
def gaussian_dropout(c: Any, w: Any, x: Any, training: Any) -> Any:
    """(...) -> (...) * noise around 1."""
    if not training or not c.rate:
        return x
    spread = (c.rate / (1.0 - c.rate)) ** 0.5
    return x * random.normal(x.shape, 1.0, spread, x.dtype.name, c.seed_generator)


@computes(specs.ALPHA_DROPOUT, RandomLayer)
def alpha_dropout(c: Any, w: Any, x: Any, training: Any) -> Any:
    """(...) -> (...), a share set to the lowest value of selu, mean and variance kept."""
    if not training or not c.rate:
        return x
    lowest = -1.6732632423543772 * 1.0507009873554805
    shape = x.shape if c.noise_shape is None else _filled(c.noise_shape, x.shape)
    drawn = random.uniform(shape, 0.0, 1.0, x.dtype.name, c.seed_generator)
    kept = f.cast(f.greater_equal(drawn, c.rate), x.dtype.name)
    a = ((1.0 - c.rate) * (1.0 + c.rate * lowest**2)) ** -0.5
    b = -a * lowest * c.rate
    return a * (x * kept + lowest * (1.0 - kept)) + b


def _filled(noise: Any, shape: Any) -> tuple[int, ...]:
    return tuple(d if n is None else n for n, d in zip(noise, shape, strict=True))
