"""Calling tensor functions by their public names, with the types of the library meant.

The spec decides what fits and which dtype comes out; the function of the same canonical
name in the op table computes it.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from ..analyzer.specs import calling, registry
from ..analyzer.specs.base import OpSpec, TensorType
from ..analyzer.unknown import Undecided
from .inputs import freeze, to_tensor
from .nest import flatten, map_structure
from .op import Op
from .tensor import OPERATORS, Tensor, TensorLike
from .variable import Variable

_STATIC = ("shape", "axis", "size")
# Arguments that say how to compute, not what.
_HARMLESS = frozenset(
    {"a_is_sparse", "b_is_sparse", "back_prop", "bad_indices_policy", "caching_device"}
    | {"casting", "check_valid", "conjugate", "copy", "deterministic", "device", "dtype_hint"}
    | {"fallback_to_while_loop", "flash_attention", "infer_shape", "layout", "like", "message"}
    | {"name", "num_parallel_calls", "optimize", "options", "order", "parallel_iterations"}
    | {"read_value", "shape_invariants", "sorted", "stable", "subok", "summarize"}
    | {"swap_memory", "synchronized", "use_locking", "validate_indices", "validate_shape", "warn"}
)
# What TensorFlow takes for the axis where others flatten.
_TF_AXIS = {
    "argmax": lambda values: 0,
    "argmin": lambda values: 0,
    "gather": lambda values: values["batch_dims"],
}


def call(spelling: str, args: Sequence[object], kwargs: Mapping[str, object]) -> Any:
    """What the function of this public name ("tf.reduce_sum") returns.

    An argument with a method `__public_call__(spelling, args, kwargs)` takes the call over.
    """
    for value in flatten((tuple(args), dict(kwargs))):
        if hasattr(type(value), "__public_call__"):
            return value.__public_call__(spelling, args, kwargs)  # type: ignore[attr-defined]
    spec, values = calling.bind(spelling, args, kwargs)
    unread = calling.unread(spelling, args, kwargs) - _HARMLESS
    if unread:
        names = ", ".join(f"{n}=" for n in sorted(unread))
        raise NotImplementedError(f"{spelling}({names}) is not computed by Dryfit yet")
    return run(spec, values, calling.library_of(spelling))


def function(spelling: str) -> partial[Any]:
    """The public name as an ordinary function."""
    if spelling not in registry.spellings():
        raise AttributeError(spelling)
    return partial(_called, spelling)


def _called(spelling: str, *args: object, **kwargs: object) -> Any:
    return call(spelling, args, kwargs)


def run(spec: OpSpec, values: dict[str, object], library: str) -> Any:
    """Check canonical arguments against the spec, then compute."""
    values = {n: _static(spec, n, v) for n, v in values.items()}
    expected = predicted(spec, values, library)
    target = OPERATORS.get(spec.name)
    if target is None:
        raise NotImplementedError(f"{spec.name} has no kernel yet")
    if library == "tf" and spec.name in _TF_AXIS and values["axis"] is None:
        values["axis"] = _TF_AXIS[spec.name](values)
    values = _in_result_dtype(target, values, expected)
    known = _accepted(spec.name)
    result = target(**{n: v for n, v in values.items() if n in known})
    if library == "tf" and spec.name in _TF_RESULT:
        result = _TF_RESULT[spec.name](result)
    return _typed(result, expected)


def _in_result_dtype(
    target: object, values: dict[str, object], expected: object
) -> dict[str, object]:
    """Elementwise ops compute in the dtype of their result: 1 / 3 of integers, say."""
    if not (isinstance(target, Op) and target.traits.elementwise is not None):
        return values
    if not isinstance(expected, TensorType) or expected.dtype in (None, "bool"):
        return values
    return {n: to_tensor(v, expected.dtype) for n, v in values.items()}


def _tf_svd(result: Any) -> Any:
    """TensorFlow gives s, u, v of the product u diag(s) vᵀ."""
    if not isinstance(result, tuple):
        return result
    u, s, v = result
    return s, u, OPERATORS["matrix_transpose"](v)


_TF_RESULT = {"svd": _tf_svd}


def _static(spec: OpSpec, name: str, value: object) -> object:
    param = spec.parameters.params.get(name)
    return freeze(value) if param is not None and param.kind in _STATIC else value


@cache
def _accepted(name: str) -> frozenset[str]:
    target = OPERATORS[name]
    if isinstance(target, Op):
        return frozenset(target.spec.parameters.params)
    return frozenset(inspect.signature(target).parameters)


def predicted(spec: OpSpec, values: Mapping[str, object], library: str) -> object:
    """The types the spec predicts; None where it cannot. Raises `Mismatch`."""
    params = spec.parameters.params
    kinds = ("tensor", "tensors")
    read = {
        n: map_structure(_as_type, v) if n in params and params[n].kind in kinds else v
        for n, v in values.items()
    }
    try:
        return spec.result(calling.prepare(spec, read, library))
    except Undecided:
        return None


def _as_type(value: object) -> object:
    if isinstance(value, TensorLike):
        return TensorType(value.shape, value.dtype.name, _content(value), "tensor")
    if isinstance(value, np.ndarray | np.generic):
        return TensorType(value.shape, value.dtype.name, None, "array")
    return value


def _content(value: TensorLike) -> object:
    """The numbers of a small known integer tensor: it may stand for a shape or a length."""
    if isinstance(value, Tensor) and value.dtype.kind in "iu" and value.size <= 16:
        return freeze(value)
    return None


def _typed(result: object, expected: object) -> object:
    """The result in the dtypes that the spec gives it."""
    if isinstance(expected, TensorType) and isinstance(result, TensorLike):
        wanted = expected.dtype
        if wanted in (None, "int", "float", "string") or result.dtype == wanted:
            return result.read() if isinstance(result, Variable) else result
        return OPERATORS["cast"](result, wanted)
    if isinstance(expected, list | tuple) and isinstance(result, list | tuple):
        pairs = zip(result, expected, strict=True)
        return type(result)(_typed(r, e) for r, e in pairs)
    return result
