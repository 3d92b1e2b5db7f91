"""Elements of a dataset: structures of arrays, their specs, stacking and wrapping."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import structure
from ..dtypes import dtype_name
from ..tensor import Tensor, TensorLike, as_array

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class TensorSpec:
    """Shape and dtype of a tensor, None where a size is not known."""

    shape: Any = None
    dtype: Any = "float32"
    name: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "dtype", dtype_name(self.dtype))
        if self.shape is not None:
            shape = tuple(None if d is None else int(d) for d in self.shape)
            object.__setattr__(self, "shape", shape)


def to_element(value: Any) -> Any:
    """What a user's function or generator gave, as a structure of arrays.

    Tuples and dicts are structure; a list is a tensor, as in TensorFlow.
    """
    if isinstance(value, tuple):
        items = [to_element(v) for v in value]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if isinstance(value, dict):
        return type(value)((k, to_element(v)) for k, v in value.items())
    if isinstance(value, TensorLike):
        return np.asarray(value)
    return as_array(value)


def to_tensors(element: Any) -> Any:
    """An element as users see it: tensors in place of arrays."""
    return structure.map_structure(Tensor, element)


def stack(elements: Sequence[Any]) -> Any:
    """Elements of equal shapes -> one element with a batch axis in front."""
    return structure.map_structure(_stack, *elements)


def _stack(*arrays: Any) -> np.ndarray:
    shapes = {np.shape(a) for a in arrays}
    if len(shapes) > 1:
        raise ValueError(
            f"cannot batch elements of different shapes: {', '.join(map(str, sorted(shapes)))}\n"
            "    fix: use padded_batch(), or bring the elements to one shape with map()"
        )
    return np.stack([np.asarray(a) for a in arrays])


def stack_padded(elements: Sequence[Any], shapes: Any = None, values: Any = None) -> Any:
    """Elements padded to common shapes, then stacked."""
    leaves = [structure.flatten(e) for e in elements]
    wanted = _spread_shapes(shapes, len(leaves[0]))
    fill = _spread(values, len(leaves[0]))
    columns = zip(zip(*leaves, strict=True), wanted, fill, strict=True)
    return structure.pack(elements[0], [_padded(arrays, s, v) for arrays, s, v in columns])


def _spread_shapes(shapes: Any, count: int) -> list[Any]:
    if shapes is None:
        return [None] * count
    if structure.is_shape(shapes):
        return [shapes] * count
    found: list[Any] = []
    structure.map_shapes(found.append, shapes)
    return found


def _spread(value: Any, count: int) -> list[Any]:
    leaves = structure.flatten(value)
    return leaves if len(leaves) == count else [leaves[0]] * count


def _padded(arrays: Iterable[Any], shape: Any, value: Any) -> np.ndarray:
    parts = [np.asarray(a) for a in arrays]
    rank = parts[0].ndim
    largest = [max(p.shape[i] for p in parts) for i in range(rank)]
    sizes = largest if shape is None else _filled(shape, largest)
    if any(p.shape[i] > sizes[i] for p in parts for i in range(rank)):
        raise ValueError(f"padded_batch(): an element of shape {largest} exceeds {tuple(sizes)}")
    default = b"" if parts[0].dtype.kind == "S" else "" if parts[0].dtype.kind == "U" else 0
    out = np.full((len(parts), *sizes), default if value is None else value, parts[0].dtype)
    for row, part in zip(out, parts, strict=True):
        row[tuple(slice(n) for n in part.shape)] = part
    return out


def _filled(shape: Any, largest: list[int]) -> list[int]:
    return [m if d in (None, -1) else int(d) for d, m in zip(shape, largest, strict=True)]


def spec_of(element: Any, batched: Shape = ()) -> Any:
    """The specs of an element; `batched` is put in front of each shape."""
    return structure.map_structure(
        lambda a: TensorSpec((*batched, *np.shape(a)), np.asarray(a).dtype), element
    )
