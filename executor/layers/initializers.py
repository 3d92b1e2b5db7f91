"""Initializers: shapes to first values."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...analyzer.specs.recurrent_layers import UnitForgetBias
from ..api import offer, public
from ..dtypes import default_float, dtype_name
from ..tensor import Tensor, TensorLike
from .named import Named, register, resolve
from .serialize import deserialize, serialize

Shape = tuple[int, ...]
Fill = Callable[[Any, Shape, np.random.Generator], Any]


@public("keras.initializers.Initializer", "keras.Initializer")
class Initializer(Named):
    """Makes the first value of a weight: `initializer(shape, dtype=None)`."""

    family = "initializer"
    sparse = ("input_axes", "output_axes")
    _fill: Fill | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if self.spec_name is not None:
            super().__init__(*args, **kwargs)
            self._seed = _plain_seed(getattr(self, "seed", None))

    def __call__(self, shape: Any, dtype: object = None, **options: object) -> Any:
        """A value of a shape and dtype."""
        if self._fill is None:
            raise NotImplementedError(f"{type(self).__name__} has no __call__(shape, dtype)")
        sizes = tuple(int(d) for d in shape)
        rng = np.random.default_rng(self._seed)
        name = default_float() if dtype is None else dtype_name(dtype)
        return Tensor(np.asarray(self._fill(sizes, rng)).astype(name))

    def with_fans(self, inputs: Sequence[int], outputs: Sequence[int]) -> Any:
        """The same, counting the given axes as inputs and outputs where it counts at all."""
        if getattr(self, "input_axes", 0) is not None:
            return self
        config = {**self.get_config(), "input_axes": inputs, "output_axes": outputs}
        return type(self).from_config(config)

    def clone(self) -> Any:
        """An equal initializer."""
        return type(self).from_config(self.get_config())


def _plain_seed(seed: Any) -> int:
    """One seed per object, so that equal calls of one initializer give equal values."""
    if seed is None:
        return random.randint(1, 10**9)
    return int(np.asarray(getattr(seed, "state", seed)).ravel()[0])


def _initializer(name: str) -> Callable[[Fill], Fill]:
    def define(fill: Fill) -> Fill:
        members = {"spec_name": name, "_fill": fill, "__doc__": fill.__doc__}
        register(type(name, (Initializer,), members), "initializers")
        return fill

    return define


@_initializer("Zeros")
def _zeros(c: Any, shape: Shape, rng: np.random.Generator) -> Any:
    """All 0."""
    return np.zeros(shape)


@_initializer("Ones")
def _ones(c: Any, shape: Shape, rng: np.random.Generator) -> Any:
    """All 1."""
    return np.ones(shape)


@_initializer("Constant")
def _constant(c: Any, shape: Shape, rng: np.random.Generator) -> Any:
    """All `value`."""
    return np.broadcast_to(np.asarray(c.value), shape)


@_initializer("Identity")
def _identity(c: Any, shape: Shape, rng: np.random.Generator) -> Any:
    """(n, m) with `gain` on the diagonal."""
    if len(shape) != 2:
        raise ValueError(f"Identity makes matrices, got the shape {shape}")
    return c.gain * np.eye(*shape)


@_initializer("RandomNormal")
def _random_normal(c: Any, shape: Shape, rng: np.random.Generator) -> Any:
    """Normal values."""
    return rng.normal(c.mean, c.stddev, shape)


@_initializer("RandomUniform")
def _random_uniform(c: Any, shape: Shape, rng: np.random.Generator) -> Any:
    """Uniform values."""
    return rng.uniform(c.minval, c.maxval, shape)


@_initializer("TruncatedNormal")
def _truncated_normal(c: Any, shape: Shape, rng: np.random.Generator) -> Any:
    """Normal values within two standard deviations."""
    return c.mean + c.stddev * _truncated(shape, rng)


def _truncated(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    values = rng.normal(size=shape)
    while (outside := np.abs(values) > 2).any():
        values[outside] = rng.normal(size=int(outside.sum()))
    return values


def fans(
    shape: Shape, input_axes: Sequence[int] | None = None, output_axes: Sequence[int] | None = None
) -> tuple[int, int]:
    """How many values go into and come out of a weight of this shape."""
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[a] for a in input_axes), math.prod(shape[a] for a in output_axes)
    if len(shape) < 2:
        size = shape[0] if shape else 1
        return size, size
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


def _scaled(c: Any, shape: Shape, rng: np.random.Generator, how: tuple[float, str, str]) -> Any:
    """Values whose variance is scale / n, n counted as the mode says."""
    scale, mode, distribution = how
    fan_in, fan_out = fans(shape, getattr(c, "input_axes", None), getattr(c, "output_axes", None))
    count = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    variance = scale / max(1.0, count)
    if distribution == "uniform":
        limit = math.sqrt(3 * variance)
        return rng.uniform(-limit, limit, shape)
    if distribution == "untruncated_normal":
        return rng.normal(0, math.sqrt(variance), shape)
    # The standard deviation of a normal distribution cut off at two of its own.
    return _truncated(shape, rng) * math.sqrt(variance) / 0.87962566103423978


@_initializer("VarianceScaling")
def _variance_scaling(c: Any, shape: Shape, rng: np.random.Generator) -> Any:
    """Values whose variance is `scale` over the number of inputs or outputs."""
    return _scaled(c, shape, rng, (c.scale, c.mode, c.distribution))


def _preset(name: str, scale: float, mode: str, distribution: str) -> None:
    def fill(c: Any, shape: Shape, rng: np.random.Generator) -> Any:
        return _scaled(c, shape, rng, (scale, mode, distribution))

    fill.__doc__ = f"A {distribution} of variance {scale:g} / {mode}.".replace("_", " ")
    _initializer(name)(fill)


_preset("GlorotUniform", 1, "fan_avg", "uniform")
_preset("GlorotNormal", 1, "fan_avg", "truncated_normal")
_preset("HeUniform", 2, "fan_in", "uniform")
_preset("HeNormal", 2, "fan_in", "truncated_normal")
_preset("LecunUniform", 1, "fan_in", "uniform")
_preset("LecunNormal", 1, "fan_in", "truncated_normal")


@_initializer("Orthogonal")
def _orthogonal(c: Any, shape: Shape, rng: np.random.Generator) -> Any:
    """A matrix with orthogonal rows or columns, times `gain`."""
    if len(shape) < 2:
        raise ValueError(f"Orthogonal needs at least two axes, got the shape {shape}")
    rows, columns = math.prod(shape[:-1]), shape[-1]
    q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diag(r))
    return c.gain * (q.T if rows < columns else q).reshape(shape)


@public("keras.initializers.get")
def get(identifier: Any) -> Any:
    """An initializer from its name, config, class, function or value."""
    if isinstance(identifier, np.ndarray | np.generic | TensorLike):
        return _given(np.asarray(identifier))
    if isinstance(identifier, UnitForgetBias):
        return _forgetting(get(identifier.base))
    return resolve("initializer", identifier)


def _forgetting(base: Any) -> Callable[..., Any]:
    """An LSTM's bias: 1 for the forget gate, `base` for the others."""

    def fill(shape: Any, dtype: object = None) -> Any:
        units = shape[0] // 4
        parts = [base((n * units,), dtype=dtype) for n in (1, 1, 2)]
        values = [np.asarray(parts[0]), np.ones(units), np.asarray(parts[2])]
        return Tensor(np.concatenate(values).astype(dtype_name(dtype or default_float())))

    return fill


def _given(value: np.ndarray) -> Callable[..., Any]:
    def fixed(shape: Any, dtype: object = None) -> Any:
        if tuple(shape) != value.shape:
            raise ValueError(
                f"the initial value has shape {value.shape}, the weight {tuple(shape)}"
            )
        return Tensor(value.astype(dtype_name(dtype or value.dtype)))

    return fixed


offer(serialize, "keras.initializers.serialize")
offer(deserialize, "keras.initializers.deserialize")
