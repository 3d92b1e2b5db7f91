"""Functions that call functions: `cond`, `map_fn`, `while_loop` and their like.

A parameter of kind `function` reads as a Python callable on structures of types.
"""

from __future__ import annotations

from ..unknown import Undecided, Unknown
from . import dataset
from .base import Args, OpSpec, TensorType
from .results import Handle


def _result(function: object, *arguments: object) -> object:
    if not callable(function):
        raise Undecided("an unknown function")
    found = function(*arguments)
    if isinstance(found, Unknown):
        raise Undecided(found.reason)
    return tuple(found) if isinstance(found, list) else found


def _cond(a: Args) -> object:
    """What either branch gives."""
    branches = [_result(f) for f in (a.true_fn, a.false_fn) if f is not None]
    if len(branches) < 2:
        raise Undecided("a branch that is not given")
    if branches == [None, None]:
        return None
    return dataset.merged(*branches)


COND = OpSpec(
    "cond",
    "(pred: raw, true_fn: function = None, false_fn: function = None)",
    _cond,
    {
        "tf.cond": "(pred, true_fn=None, false_fn=None, name: _ = None)",
        "keras.ops.cond": "(pred, true_fn, false_fn)",
        "keras.backend.switch": "(condition: pred, then_expression: true_fn, "
        "else_expression: false_fn)",
    },
)


def _map(a: Args) -> object:
    """(n, ...) -> (n, *what the function makes of (...))."""
    elements = dataset.sliced(dataset.from_value(_tupled(a.raw("elems"))))
    made = _result(a.function, elements.element)
    if elements.count is None or isinstance(elements.count, str):
        raise Undecided("a map over nothing")
    return dataset.mapped(made, dataset.batched(elements.count))


def _tupled(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


MAP = OpSpec(
    "map_fn",
    "(function: function, elems: raw)",
    _map,
    {
        "tf.map_fn": "(fn: function, elems, dtype: _ = None, parallel_iterations: _ = None, "
        "back_prop: _ = True, swap_memory: _ = False, infer_shape: _ = True, name: _ = None, "
        "fn_output_signature: _ = None)",
        "tf.vectorized_map": "(fn: function, elems, fallback_to_while_loop: _ = True, "
        "warn: _ = True)",
        "keras.ops.map": "(f: function, xs: elems)",
        "keras.ops.vectorized_map": "(function, elements: elems)",
        "keras.backend.map_fn": "(fn: function, elems, name: _ = None, dtype: _ = None)",
    },
)


def _while(a: Args) -> object:
    """The loop variables, as far as one pass leaves their types."""
    before = dataset.from_value(_tupled(a.raw("loop_vars")))
    parts = before if isinstance(before, tuple) else (before,)
    after = _result(a.body, *parts)
    if after == before:
        return before
    return dataset.merged(before, after)


WHILE = OpSpec(
    "while_loop",
    "(cond: function, body: function, loop_vars: raw)",
    _while,
    {
        "tf.while_loop": "(cond, body, loop_vars, shape_invariants: _ = None, "
        "parallel_iterations: _ = 10, back_prop: _ = True, swap_memory: _ = False, "
        "maximum_iterations: _ = None, name: _ = None)",
        "keras.ops.while_loop": "(cond, body, loop_vars, maximum_iterations: _ = None)",
    },
)


def _host(a: Args) -> object:
    """Python called from the graph: dtypes as announced, shapes unknown."""
    announced = a.outputs
    if isinstance(announced, list | tuple):
        return [TensorType(None, d if isinstance(d, str) else None) for d in announced]
    return TensorType(None, announced if isinstance(announced, str) else None)


HOST = OpSpec(
    "host_function",
    "(outputs=None)",
    _host,
    {
        "tf.py_function": "(func: _ = None, inp: _ = None, Tout: outputs = None, name: _ = None)",
        "tf.numpy_function": "(func: _ = None, inp: _ = None, Tout: outputs = None, "
        "stateful: _ = True, name: _ = None)",
    },
)


def _operator(a: Args) -> Handle:
    """A matrix as a linear operator."""
    return Handle("tf.linalg.LinearOperator", a.x)


def _dense(a: Args) -> TensorType:
    """A linear operator -> its matrix."""
    held = a.operator.value if isinstance(a.operator, Handle) else None
    if not isinstance(held, TensorType):
        raise Undecided("an unknown operator")
    return TensorType(held.shape, held.dtype)


OPERATOR = OpSpec(
    "linear_operator",
    "(x: tensor)",
    _operator,
    {
        "tf.linalg.LinearOperatorLowerTriangular": "(tril: x, is_non_singular: _ = None, "
        "is_self_adjoint: _ = None, is_positive_definite: _ = None, is_square: _ = None, "
        "name: _ = 'LinearOperatorLowerTriangular')",
        "tf.linalg.LinearOperatorFullMatrix": "(matrix: x, is_non_singular: _ = None, "
        "is_self_adjoint: _ = None, is_positive_definite: _ = None, is_square: _ = None, "
        "name: _ = 'LinearOperatorFullMatrix')",
    },
    any_rank=True,
)
DENSE_OPERATOR = OpSpec(
    "operator_to_dense",
    "(operator: raw)",
    _dense,
    {"tf.linalg.LinearOperator.to_dense": "(self: operator, name: _ = 'to_dense')"},
)


def _global_norm(a: Args) -> TensorType:
    """[(...)] -> ()."""
    return TensorType((), "float32")


GLOBAL_NORM = OpSpec(
    "global_norm",
    "(xs: tensors)",
    _global_norm,
    {"tf.linalg.global_norm": "(t_list: xs, name: _ = None)"},
    any_rank=True,
)


def _clip_by_global_norm(a: Args) -> object:
    """[(...)] -> the same clipped, and the norm ()."""
    return [TensorType(x.shape, x.dtype) for x in a.xs], TensorType((), "float32")


CLIP_BY_GLOBAL_NORM = OpSpec(
    "clip_by_global_norm",
    "(xs: tensors, clip_norm)",
    _clip_by_global_norm,
    {"tf.clip_by_global_norm": "(t_list: xs, clip_norm, use_norm: _ = None, name: _ = None)"},
    any_rank=True,
)
