"""What TensorFlow offers beside tensor functions: variables, control flow, conversions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import functions as f
from .. import structure
from ..api import offer, public
from ..data.elements import TensorSpec
from ..dtypes import dtype_name
from ..inputs import to_tensor
from ..layers.keras_tensor import KerasTensor
from ..tensor import Tensor, TensorLike
from ..variable import Variable

offer(TensorSpec, "tf.TensorSpec")


@public("tf.Variable")
class TFVariable(Variable):
    """A variable of TensorFlow's: `tf.Variable([1.0, 2.0])`."""

    __slots__ = ()
    keras_weight = False

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        validate_shape: bool = True,
        **options: Any,
    ) -> None:
        if initial_value is None:
            raise ValueError("tf.Variable needs an initial_value")
        dtype = options.get("dtype")
        name = options.get("name") or "Variable"
        super().__init__(initial_value, trainable is not False, dtype, name)


@public("tf.convert_to_tensor", "keras.ops.convert_to_tensor")
def convert_to_tensor(
    value: Any, dtype: Any = None, dtype_hint: Any = None, name: Any = None, **ignored: Any
) -> Any:
    """A tensor of a value."""
    if isinstance(value, KerasTensor):
        return value
    return to_tensor(value, None if dtype is None else dtype_name(dtype))


@public("keras.ops.convert_to_numpy")
def convert_to_numpy(x: Any) -> np.ndarray:
    """An array of a tensor's values."""
    return np.array(x)


@public("tf.is_tensor", "keras.ops.is_tensor", "keras.backend.is_tensor")
def is_tensor(x: Any) -> bool:
    """Whether a value is a tensor or variable."""
    return isinstance(x, TensorLike)


@public("keras.backend.is_keras_tensor", "keras.utils.is_keras_tensor")
def is_keras_tensor(x: Any) -> bool:
    """Whether a value is symbolic."""
    return isinstance(x, KerasTensor)


@public("tf.executing_eagerly", "tf.inside_function")
def executing_eagerly() -> bool:
    """Whether values are computed as they are written."""
    return True


@public("tf.cond", "keras.ops.cond", "keras.backend.switch")
def cond(
    pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any], name: Any = None
) -> Any:
    """One function's result or the other's; both are computed where the choice is traced."""
    if isinstance(pred, Tensor | bool | np.bool_ | Variable):
        return true_fn() if bool(pred) else false_fn()
    first, second = true_fn(), false_fn()
    return structure.map_structure(lambda a, b: f.where(pred, a, b), first, second)


@public("tf.map_fn", "tf.vectorized_map", "keras.ops.map", "keras.ops.vectorized_map")
def map_fn(fn: Any, elems: Any, *args: Any, **options: Any) -> Any:
    """A function applied to each entry along the first axis, results stacked."""
    if not callable(fn):
        fn, elems = elems, fn
    columns = [f.unstack(leaf, axis=0) for leaf in structure.flatten(elems)]
    rows = zip(*columns, strict=True)
    results = [fn(structure.pack(elems, row)) for row in rows]
    return structure.map_structure(lambda *parts: f.stack(list(parts), 0), *results)


@public("tf.while_loop", "keras.ops.while_loop")
def while_loop(cond: Any, body: Any, loop_vars: Any, *args: Any, **options: Any) -> Any:
    """The variables after the body has run as long as the condition holds."""
    values = loop_vars
    spread = isinstance(loop_vars, list | tuple)
    while bool(cond(*values) if spread else cond(values)):
        values = body(*values) if spread else body(values)
    return values


@public("tf.clip_by_global_norm")
def clip_by_global_norm(
    t_list: Any, clip_norm: Any, use_norm: Any = None, name: Any = None
) -> tuple[list[Any], Any]:
    """Tensors scaled by one factor to a common norm, and the norm they had."""
    norm = global_norm(t_list) if use_norm is None else use_norm
    scale = clip_norm * f.minimum(1.0 / norm, 1.0 / clip_norm)
    return [None if t is None else t * scale for t in t_list], norm


@public("tf.linalg.global_norm")
def global_norm(t_list: Any, name: Any = None) -> Any:
    """The norm of all tensors together."""
    return f.sqrt(f.sum(f.stack([f.sum(f.square(t)) for t in t_list if t is not None], 0)))


@public("tf.py_function", "tf.numpy_function")
def py_function(func: Any, inp: Any, Tout: Any = None, **options: Any) -> Any:
    """A Python function applied to tensors."""
    return structure.map_structure(to_tensor, func(*inp))


@public("tf.print")
def tf_print(*inputs: Any, **options: Any) -> None:
    """Print values."""
    print(*inputs, end=options.get("end", "\n"), sep=options.get("sep", " "))


@public("tf.no_op", "tf.group")
def no_op(*args: Any, **kwargs: Any) -> None:
    """Nothing."""


class _TensorShape(tuple):
    """A shape as TensorFlow shows it."""

    def as_list(self) -> list[Any]:
        """The sizes."""
        return list(self)

    @property
    def rank(self) -> int:
        """How many axes there are."""
        return len(self)


@public("tf.TensorShape")
def tensor_shape(dims: Any = ()) -> tuple[Any, ...]:
    """A shape."""
    return _TensorShape(dims)
