"""From what callers pass to tensors of agreeing dtypes and hashable static arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .context import here
from .dtypes import common
from .tensor import OPERATORS, Tensor, TensorLike, TraceEscape, as_array
from .variable import Variable

if TYPE_CHECKING:
    from .op import Op

_NUMBERS = (bool, int, float)
_SCALARS = (int, float)


def convert(op: Op, flat: tuple[object, ...], layout: object) -> tuple[TensorLike, ...]:
    """The tensor arguments of a call as tensors."""
    if not op.traits.unify:
        return tuple([v if type(v) is Tensor else to_tensor(v) for v in flat])
    if len(flat) == 2:
        pair = _plain_pair(*flat)
        if pair is not None:
            return pair
    return _unified(op, flat, layout)


def _plain_pair(x: object, y: object) -> tuple[TensorLike, ...] | None:
    """The usual cases by the shortest way: two of one dtype, or a float and a number."""
    x = x.read() if isinstance(x, Variable) else x
    y = y.read() if isinstance(y, Variable) else y
    if isinstance(x, TensorLike):
        dtype = x.dtype
        if isinstance(y, TensorLike):
            return (x, y) if dtype is y.dtype else None
        if type(y) in _SCALARS and dtype.kind == "f":
            return (x, Tensor.wrap(np.array(y, dtype)))
    elif isinstance(y, TensorLike) and type(x) in _SCALARS and y.dtype.kind == "f":
        return (Tensor.wrap(np.array(x, y.dtype)), y)
    return None


def to_tensor(value: object, dtype: str | None = None) -> TensorLike:
    """A tensor or traced value; arrays and numbers are wrapped, variables read."""
    if isinstance(value, Variable):
        value = value.read()
    if isinstance(value, TensorLike):
        if dtype is not None and value.dtype != dtype:
            return OPERATORS["cast"](value, dtype)  # type: ignore[return-value]
        return value
    if isinstance(value, list | tuple) and _contains_tensor(value):
        return OPERATORS["stack"]([to_tensor(v, dtype) for v in value], 0)
    special = getattr(value, "__dryfit_tensor__", None)
    if special is not None:
        return to_tensor(special(), dtype)
    # A tape may need the value later, when the caller's array has changed.
    return Tensor(value, dtype) if here.tapes else Tensor.wrap(as_array(value, dtype))


def _contains_tensor(value: object) -> bool:
    if isinstance(value, list | tuple):
        return any(_contains_tensor(v) for v in value)
    return isinstance(value, TensorLike)


def _unified(op: Op, flat: tuple[object, ...], layout: object) -> tuple[TensorLike, ...]:
    values = [to_tensor(v) if _is_list(v) else v for v in flat]
    values = [v.read() if isinstance(v, Variable) else v for v in values]
    joined = _joined(op, layout, len(values))
    dtype = _common(values, joined)
    return tuple(
        [
            (v if type(v) is Tensor and v.array.dtype == dtype else to_tensor(v, dtype))
            if i in joined
            else to_tensor(v)
            for i, v in enumerate(values)
        ]
    )


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


def _joined(op: Op, layout: object, count: int) -> range | set[int]:
    """Which flat inputs are brought to one dtype."""
    unify = op.traits.unify
    if unify == ("*",):
        return range(count)
    joined: set[int] = set()
    i = 0
    widths = layout or [-1] * len(op.params)
    for param, n in zip(op.params, widths, strict=True):  # type: ignore[call-overload]
        width = 0 if n is None else 1 if n < 0 else n
        if param.name in unify:
            joined.update(range(i, i + width))
        i += width
    return joined


def _common(values: list[object], joined: range | set[int]) -> str:
    tensors, arrays, numbers = [], [], []
    for i in joined:
        v = values[i]
        if isinstance(v, TensorLike):
            tensors.append(v.dtype.name)
        elif type(v) in _NUMBERS:
            numbers.append(type(v))
        else:
            arrays.append(np.asarray(v).dtype)
    if tensors:  # arrays and numbers adapt to tensors within their kind
        kinds = {"f": float, "i": int, "u": int, "b": bool}
        numbers += [kinds.get(a.kind, float) for a in arrays]
        return common(tensors, numbers)
    return common([a.name for a in arrays], numbers)


def freeze(value: object) -> Any:
    """Static arguments in hashable form; small concrete tensors become Python numbers."""
    if isinstance(value, tuple | list):
        return tuple([freeze(v) for v in value])
    if isinstance(value, Variable):
        value = value.read()
    if isinstance(value, Tensor):
        return freeze(value.array.tolist())
    if isinstance(value, TensorLike):
        raise TraceEscape("a shape or axis depends on a traced value")
    if isinstance(value, np.ndarray):
        return freeze(value.tolist())
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dict):
        return tuple(sorted((k, freeze(v)) for k, v in value.items()))
    return value
