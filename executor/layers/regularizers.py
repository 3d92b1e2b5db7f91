"""Regularizers: weights to penalties."""

from __future__ import annotations

import math
from typing import Any

from .. import functions as f
from ..api import offer, public
from .named import Named, register, resolve
from .serialize import deserialize, serialize


@public("keras.regularizers.Regularizer", "keras.Regularizer")
class Regularizer(Named):
    """Computes a penalty that is added to the loss."""

    family = "regularizer"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if self.spec_name is None:
            return
        super().__init__(*args, **kwargs)
        for name, value in vars(self).items():
            if value is None:
                setattr(self, name, 0.0)
            elif isinstance(value, bool) or (
                isinstance(value, int | float) and not math.isfinite(value)
            ):
                raise ValueError(
                    f"{type(self).__name__} needs {name} to be a number, got {value!r}"
                )

    def __call__(self, x: Any) -> Any:
        """The penalty of a weight."""
        return 0.0


def _register(cls: type[Regularizer]) -> type[Regularizer]:
    cls.spec_name = cls.__name__
    register(cls, "regularizers")
    return cls


@_register
class L1L2(Regularizer):
    """l1 * sum(|x|) + l2 * sum(x²)."""

    l1: float
    l2: float

    def __call__(self, x: Any) -> Any:
        """The penalty of a weight."""
        total = None
        if self.l1:
            total = self.l1 * f.sum(f.abs(x))
        if self.l2:
            squares = self.l2 * f.sum(f.square(x))
            total = squares if total is None else total + squares
        return f.zeros((), x.dtype.name) if total is None else total


@_register
class L1(Regularizer):
    """l1 * sum(|x|)."""

    l1: float

    def __call__(self, x: Any) -> Any:
        """The penalty of a weight."""
        return self.l1 * f.sum(f.abs(x))


@_register
class L2(Regularizer):
    """l2 * sum(x²)."""

    l2: float

    def __call__(self, x: Any) -> Any:
        """The penalty of a weight."""
        return self.l2 * f.sum(f.square(x))


@_register
class OrthogonalRegularizer(Regularizer):
    """The mean cosine between different rows (or columns), times `factor`."""

    factor: float
    mode: str

    def __call__(self, x: Any) -> Any:
        """The penalty of a matrix."""
        if len(x.shape) != 2:
            raise ValueError(f"OrthogonalRegularizer needs a matrix, got the shape {x.shape}")
        rows = x if self.mode == "rows" else f.transpose(x)
        length = f.sqrt(f.maximum(f.sum(f.square(rows), axis=1, keepdims=True), 1e-12))
        unit = rows / length
        cosines = f.matmul(unit, f.transpose(unit))
        size = rows.shape[0]
        others = cosines * (1.0 - f.eye(size, dtype=x.dtype.name))
        return self.factor * 0.5 * f.sum(f.abs(others)) / (size * (size - 1.0) / 2.0)


@public("keras.regularizers.get")
def get(identifier: Any) -> Any:
    """A regularizer from its name, config, class, function or itself."""
    if isinstance(identifier, str) and identifier.lower() in ("l1_l2", "l1l2"):
        return L1L2(l1=0.01, l2=0.01)
    return resolve("regularizer", identifier)


offer(serialize, "keras.regularizers.serialize")
offer(deserialize, "keras.regularizers.deserialize")
