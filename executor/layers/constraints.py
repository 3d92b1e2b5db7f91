"""Constraints: what a weight must satisfy after each update."""

from __future__ import annotations

from typing import Any

from .. import functions as f
from ..api import offer, public
from .named import Named, register, resolve
from .serialize import deserialize, serialize

_EPSILON = 1e-7


@public("keras.constraints.Constraint")
class Constraint(Named):
    """Projects a weight onto the values it may have."""

    family = "constraint"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if self.spec_name is not None:
            super().__init__(*args, **kwargs)

    def __call__(self, w: Any) -> Any:
        """The projected weight."""
        raise NotImplementedError(f"{type(self).__name__} has no __call__(w)")


def _register(cls: type[Constraint]) -> type[Constraint]:
    cls.spec_name = cls.__name__
    register(cls, "constraints")
    return cls


def _norms(w: Any, axis: Any) -> Any:
    axes = tuple(axis) if isinstance(axis, list) else axis
    return f.sqrt(f.sum(f.square(w), axis=axes, keepdims=True))


@_register
class MaxNorm(Constraint):
    """Norms of at most `max_value`."""

    max_value: float
    axis: Any

    def __call__(self, w: Any) -> Any:
        """The projected weight."""
        norms = _norms(w, self.axis)
        return w * (f.clip(norms, 0, self.max_value) / (_EPSILON + norms))


@_register
class NonNeg(Constraint):
    """Values of at least 0."""

    def __call__(self, w: Any) -> Any:
        """The projected weight."""
        return f.maximum(w, 0)


@_register
class UnitNorm(Constraint):
    """Norms of 1."""

    axis: Any

    def __call__(self, w: Any) -> Any:
        """The projected weight."""
        return w / (_EPSILON + _norms(w, self.axis))


@_register
class MinMaxNorm(Constraint):
    """Norms between `min_value` and `max_value`, approached at `rate`."""

    min_value: float
    max_value: float
    rate: float
    axis: Any

    def __call__(self, w: Any) -> Any:
        """The projected weight."""
        norms = _norms(w, self.axis)
        inside = f.clip(norms, self.min_value, self.max_value)
        wanted = self.rate * inside + (1 - self.rate) * norms
        return w * (wanted / (_EPSILON + norms))


@public("keras.constraints.get")
def get(identifier: Any) -> Any:
    """A constraint from its name, config, class, function or itself."""
    return resolve("constraint", identifier)


offer(serialize, "keras.constraints.serialize")
offer(deserialize, "keras.constraints.deserialize")
