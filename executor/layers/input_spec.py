"""`InputSpec`: what a user's layer demands of its inputs, checked at every call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .. import structure
from ..api import public
from ..dtypes import dtype_name
from ..errors import ModelError
from .arguments import is_tensor, symbolic_shape

if TYPE_CHECKING:
    from .base import Layer


@public("keras.layers.InputSpec", "keras.InputSpec")
@dataclass
class InputSpec:
    """Rank, dtype, shape or single axes that an input must have."""

    dtype: object = None
    shape: Any = None
    ndim: int | None = None
    max_ndim: int | None = None
    min_ndim: int | None = None
    axes: dict[int, int | None] | None = field(default_factory=dict)
    allow_last_axis_squeeze: bool = False
    name: str | None = None
    optional: bool = False

    def __post_init__(self) -> None:
        self.dtype = None if self.dtype is None else dtype_name(self.dtype)
        if self.shape is not None:
            self.shape = tuple(self.shape)
            self.ndim = len(self.shape)
        self.axes = {int(k): v for k, v in (self.axes or {}).items()}

    def get_config(self) -> dict[str, Any]:
        """The fields by name."""
        names = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes", "optional")
        return {n: getattr(self, n) for n in names}

    def problem(self, shape: tuple[int | None, ...], dtype: str) -> str | None:
        """What an input of this shape lacks, or None."""
        if self.dtype is not None and dtype != self.dtype:
            return f"an input of dtype {self.dtype}"
        return (
            self._rank_problem(len(shape))
            or self._axes_problem(shape)
            or self._shape_problem(shape)
        )

    def _rank_problem(self, rank: int) -> str | None:
        exact = None if self.allow_last_axis_squeeze else self.ndim
        limits = (
            ("", exact, lambda n: rank != n),
            ("at most ", self.max_ndim, lambda n: rank > n),
            ("at least ", self.min_ndim, lambda n: rank < n),
        )
        for words, limit, wrong in limits:
            if limit is not None and wrong(limit):
                return f"an input of rank {words}{limit}"
        return None

    def _axes_problem(self, shape: tuple[int | None, ...]) -> str | None:
        for axis, size in (self.axes or {}).items():
            if size is not None and shape[axis] not in (size, None):
                return f"size {size} on axis {axis}"
        return None

    def _shape_problem(self, shape: tuple[int | None, ...]) -> str | None:
        if self.shape is None:
            return None
        wanted = self.shape
        if self.allow_last_axis_squeeze:
            shape = shape[:-1] if shape and shape[-1] == 1 else shape
            wanted = wanted[:-1] if wanted and wanted[-1] == 1 else wanted
        pairs = zip(wanted, shape, strict=False)
        if any(w is not None and s is not None and w != s for w, s in pairs):
            return f"shape {self.shape}"
        return None


def check_input(layer: Layer, value: Any) -> None:
    """Raise where an input does not fit the layer's `input_spec`."""
    if not layer.input_spec:
        return
    specs = structure.flatten(layer.input_spec)
    inputs = _in_order(layer, specs, value)
    if len(inputs) != len(specs):
        raise ModelError(layer._title, f"{len(specs)} inputs", {"": len(inputs)})
    for tensor, spec in zip(inputs, specs, strict=True):
        if spec is None or (tensor is None and spec.optional):
            continue
        if not is_tensor(tensor):
            raise ModelError(layer._title, "tensors as inputs", {"": repr(tensor)})
        shape = symbolic_shape(tensor)
        problem = spec.problem(shape, dtype_name(tensor.dtype))
        if problem:
            raise ModelError(layer._title, problem, {"": shape})


def _in_order(layer: Layer, specs: list[Any], value: Any) -> list[Any]:
    """The inputs in the order of the specs; a dict is read by the names of the specs."""
    names = [s.name for s in specs if s is not None]
    if isinstance(value, dict) and len(names) == len(specs) and all(names):
        missing = [n for n in names if n not in value]
        if missing:
            raise ModelError(layer._title, f"an input named {missing[0]!r}", {"": sorted(value)})
        return [value[n] for n in names]
    return structure.flatten(value)
