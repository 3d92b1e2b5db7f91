"""Control flow as functions: they run as Python does, and are unrolled where a plan is traced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..composite import composite
from ..inputs import to_tensor
from ..nest import flatten, map_structure
from ..tensor import OPERATORS as ops


@composite
def cond(pred: object, true_fn: Any = None, false_fn: Any = None) -> object:
    """What `true_fn()` or `false_fn()` returns; values stand for themselves."""
    chosen = true_fn if bool(pred) else false_fn
    return chosen() if callable(chosen) else chosen


@composite
def while_loop(cond: Callable[..., object], body: Callable[..., object], loop_vars: Any) -> object:
    """The loop variables, passed through `body` as long as `cond` holds of them."""
    single = not isinstance(loop_vars, list | tuple)
    values = (loop_vars,) if single else tuple(loop_vars)
    values = map_structure(to_tensor, values)
    while bool(cond(*values)):
        found = body(*values)
        values = tuple(found) if isinstance(found, list | tuple) else (found,)
    if single:
        return values[0]
    return list(values) if isinstance(loop_vars, list) else values


@composite
def map_fn(function: Callable[..., object], elems: Any) -> object:
    """`function` of each element along the first axis, stacked."""
    parts = map_structure(lambda x: ops["unstack"](to_tensor(x)), elems)
    count = to_tensor(flatten(elems)[0]).shape[0]
    results = [function(_element(elems, parts, i)) for i in range(count)]
    columns = zip(*[flatten(r) for r in results], strict=True)
    stacked = iter([ops["stack"](list(column)) for column in columns])
    return map_structure(lambda leaf: next(stacked), results[0])


def _element(elems: Any, parts: Any, index: int) -> Any:
    """The structure of `elems` with the element at an index for each tensor."""
    if isinstance(elems, dict):
        return {k: _element(v, parts[k], index) for k, v in elems.items()}
    if isinstance(elems, list | tuple):
        return type(elems)(_element(v, p, index) for v, p in zip(elems, parts, strict=True))
    return parts[index]
