"""Arithmetic and comparison of two tensors, with broadcasting."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from .. import shapes
from ..dims import Dims, Expr, less, maximum, minimum, same
from ..mismatch import Mismatch
from . import content, dtypes
from .agreement import common_dtype
from .base import Args, Call, OpSpec, TensorType
from .elementwise_ops import floating
from .spelling import binary, spelled

DtypeRule: TypeAlias = "Callable[[str, str], str | None]"


def broadcast(tensors: Sequence[TensorType]) -> Dims | None:
    """The broadcast shape; None where a rank is unknown."""
    known = [t.shape for t in tensors if t.shape is not None]
    return shapes.broadcast(*known) if len(known) == len(tensors) else None


def arithmetic(dtype: str, library: str) -> str | None:
    """The common dtype, in TensorFlow a number."""
    if library in dtypes.TENSORFLOW and dtype not in (*dtypes.NUMBERS, "string"):
        raise Mismatch("dtype", "numeric tensors", {"input": dtype})
    return dtype


def common(dtype: str, library: str) -> str | None:
    """The common dtype."""
    return dtype


def subtraction(dtype: str, library: str) -> str | None:
    """The common dtype; neither TensorFlow nor NumPy subtracts booleans."""
    if library == "numpy" and dtype == "bool":
        raise Mismatch("dtype", "numeric tensors", {"input": dtype})
    return arithmetic(dtype, library)


def true_division(dtype: str, library: str) -> str | None:
    """A float: of integers, TensorFlow and NumPy make float64, Keras float32."""
    if dtype in dtypes.INEXACT:
        return dtype
    if library in dtypes.TENSORFLOW:
        arithmetic(dtype, library)
        small = dtype in ("int8", "uint8", "int16", "uint16")
        return "float32" if small else "float64"
    return "float32" if library == "keras" else "float64"


def integers_too(dtype: str, library: str) -> str | None:
    """The common dtype; Keras and NumPy compute booleans as int32 or int8."""
    if library in dtypes.TENSORFLOW or dtype != "bool":
        return arithmetic(dtype, library)
    return "int32" if library == "keras" else "int8"


def boolean(dtype: str, library: str) -> str | None:
    """A comparison."""
    return "bool"


def ordering(dtype: str, library: str) -> str | None:
    """A comparison that TensorFlow makes on numbers only."""
    arithmetic(dtype, library)
    return "bool"


def logical(dtype: str, library: str) -> str | None:
    """A logical function, which TensorFlow wants on booleans."""
    if library in dtypes.TENSORFLOW and dtype != "bool":
        raise Mismatch("dtype", "bool tensors", {"input": dtype})
    return "bool"


def _op(
    name: str,
    rule: DtypeRule,
    names: Mapping[str, str | None],
    function: Callable[[object, object], object] | None = None,
) -> OpSpec:
    """An op (..., a), (..., b) -> the broadcast shape."""

    def result(a: Args) -> TensorType:
        tensors = (a.x1, a.x2)
        dtype = common_dtype(tensors, a.library)
        return TensorType(broadcast(tensors), rule(dtype, a.library) if dtype else None)

    def fold(a: Args) -> object:
        return content.apply(function, a.x1.content, a.x2.content)

    return OpSpec(
        name,
        "(x1: tensor, x2: tensor)",
        result,
        names,
        any_rank=True,
        fold=fold if function else None,
        cases=CASES,
    )


CASES = (
    Call((2, 3), (2, 3)),
    Call((2, 3), (3,)),
    Call((2, 1), (1, 3)),
    Call((4, 1, 3), (2, 1)),
    Call((), (2, 3)),
    Call((0, 3), (1, 3)),
    Call((2, 3), (2, 3), of="int32"),
    Call((2, 3), (2, 3), of="bool"),
    Call((2,), (2,), of=("float32", "int32")),
    Call((2,), (2,), of=("int64", "int32")),
    Call((2,), (2,), of=("float64", "float32")),
    Call((2, 3), (2, 4)),
    Call((2, 3), (4,)),
)


def _divide(x: object, y: object) -> object:
    if isinstance(x, Expr) or isinstance(y, Expr):
        quotient = x // y  # type: ignore[operator]
        if same(quotient * y, x) is True:
            return quotient
        raise ValueError
    return x / y  # type: ignore[operator]


def _less(x: object, y: object) -> bool:
    decided = less(x, y) if _symbolic(x, y) else x < y  # type: ignore
    if decided is None:
        raise ValueError
    return bool(decided)


def _equal(x: object, y: object) -> bool:
    decided = same(x, y) if _symbolic(x, y) else x == y  # type: ignore[arg-type]
    if decided is None:
        raise ValueError
    return bool(decided)


def _symbolic(x: object, y: object) -> bool:
    return isinstance(x, Expr) or isinstance(y, Expr)


def _max(x: object, y: object) -> object:
    return maximum(x, y) if _symbolic(x, y) else max(x, y)  # type: ignore


def _min(x: object, y: object) -> object:
    return minimum(x, y) if _symbolic(x, y) else min(x, y)  # type: ignore


ARITHMETIC = (
    _op(
        "add",
        arithmetic,
        binary("tf.add tf.math.add keras.ops.add numpy.add"),
        operator.add,
    ),
    _op(
        "subtract",
        subtraction,
        binary("tf.subtract tf.math.subtract keras.ops.subtract numpy.subtract"),
        operator.sub,
    ),
    _op(
        "multiply",
        arithmetic,
        binary("tf.multiply tf.math.multiply keras.ops.multiply numpy.multiply"),
        operator.mul,
    ),
    _op(
        "divide",
        true_division,
        binary(
            "tf.divide tf.math.divide tf.truediv tf.math.truediv keras.ops.divide "
            "keras.ops.true_divide numpy.divide numpy.true_divide"
        ),
        _divide,
    ),
    _op(
        "divide_no_nan",
        true_division,
        binary("tf.math.divide_no_nan keras.ops.divide_no_nan"),
    ),
    _op(
        "floor_divide",
        integers_too,
        binary("tf.math.floordiv keras.ops.floor_divide numpy.floor_divide"),
        operator.floordiv,
    ),
    _op(
        "mod",
        integers_too,
        binary("tf.math.floormod tf.math.mod keras.ops.mod numpy.mod numpy.remainder"),
        operator.mod,
    ),
    _op(
        "power",
        integers_too,
        binary("tf.pow tf.math.pow keras.ops.power numpy.power")
        | {"keras.backend.pow": "(x: x1, a: x2)"},
        operator.pow,
    ),
    _op(
        "maximum",
        arithmetic,
        binary("tf.maximum tf.math.maximum keras.ops.maximum keras.backend.maximum numpy.maximum"),
        _max,
    ),
    _op(
        "minimum",
        arithmetic,
        binary("tf.minimum tf.math.minimum keras.ops.minimum keras.backend.minimum numpy.minimum"),
        _min,
    ),
    _op(
        "squared_difference",
        arithmetic,
        binary("tf.math.squared_difference"),
    ),
    _op(
        "atan2",
        floating,
        spelled(
            "tf.math.atan2 keras.ops.arctan2 numpy.arctan2",
            tf="(y: x1, x: x2, name: _ = None)",
            numpy=binary("numpy.arctan2")["numpy.arctan2"],
        ),
        math.atan2,
    ),
)

COMPARISON = (
    _op(
        "equal",
        boolean,
        binary("tf.equal tf.math.equal keras.ops.equal keras.backend.equal numpy.equal"),
        _equal,
    ),
    _op(
        "not_equal",
        boolean,
        binary(
            "tf.not_equal tf.math.not_equal keras.ops.not_equal keras.backend.not_equal "
            "numpy.not_equal"
        ),
        lambda x, y: not _equal(x, y),
    ),
    _op(
        "less",
        ordering,
        binary("tf.less tf.math.less keras.ops.less keras.backend.less numpy.less"),
        _less,
    ),
    _op(
        "less_equal",
        ordering,
        binary(
            "tf.less_equal tf.math.less_equal keras.ops.less_equal keras.backend.less_equal "
            "numpy.less_equal"
        ),
        lambda x, y: not _less(y, x),
    ),
    _op(
        "greater",
        ordering,
        binary("tf.greater tf.math.greater keras.ops.greater keras.backend.greater numpy.greater"),
        lambda x, y: _less(y, x),
    ),
    _op(
        "greater_equal",
        ordering,
        binary(
            "tf.greater_equal tf.math.greater_equal keras.ops.greater_equal "
            "keras.backend.greater_equal numpy.greater_equal"
        ),
        lambda x, y: not _less(x, y),
    ),
    _op(
        "logical_and",
        logical,
        binary("tf.logical_and tf.math.logical_and keras.ops.logical_and numpy.logical_and"),
        lambda x, y: bool(x and y),
    ),
    _op(
        "logical_or",
        logical,
        binary("tf.logical_or tf.math.logical_or keras.ops.logical_or numpy.logical_or"),
        lambda x, y: bool(x or y),
    ),
    _op(
        "logical_xor",
        logical,
        binary("tf.math.logical_xor keras.ops.logical_xor numpy.logical_xor"),
        lambda x, y: bool(x) != bool(y),
    ),
)


def _scalar_mul(a: Args) -> TensorType:
    """(), (...) -> (...)."""
    if a.x1.shape:
        raise Mismatch("rank", "a scalar", {"scalar": a.x1.shape})
    return TensorType(a.x2.shape, common_dtype([a.x1, a.x2], a.library))


SCALAR_MUL = OpSpec(
    "scalar_mul",
    "(x1: tensor, x2: tensor)",
    _scalar_mul,
    names=spelled("tf.scalar_mul tf.math.scalar_mul", tf="(scalar: x1, x: x2, name: _ = None)"),
    any_rank=True,
    cases=(Call((), (2, 3)), Call((2, 3), (2, 3))),
)


def _clip(a: Args) -> TensorType:
    """(...), bounds -> (...)."""
    bounds = [b for b in (a.x_min, a.x_max) if b is not None]
    dtype = common_dtype([a.x, *bounds], a.library)
    return TensorType(broadcast([a.x, *bounds]), dtype)


def _fold_clip(a: Args) -> object:
    found = a.x.content
    if a.x_min is not None:
        found = content.apply(_max, found, a.x_min.content)
    return found if a.x_max is None else content.apply(_min, found, a.x_max.content)


CLIP = OpSpec(
    "clip",
    "(x: tensor, x_min: tensor = None, x_max: tensor = None)",
    _clip,
    names={
        "tf.clip_by_value": (
            "(t: x, clip_value_min: x_min, clip_value_max: x_max, name: _ = None)"
        ),
        "keras.ops.clip": "(x, x_min, x_max)",
        "keras.backend.clip": "(x, min_value: x_min, max_value: x_max)",
        "numpy.clip": (
            "(a: x, a_min: x_min = None, a_max: x_max = None, out: _ = None, *, "
            "min: _ = None, max: _ = None, **kwargs: _)"
        ),
    },
    any_rank=True,
    fold=_fold_clip,
    cases=(Call((2, 3), x_min=0.0, x_max=1.0), Call((2, 3), x_min=0, x_max=1, dtype="int32")),
)

__all__ = ["ARITHMETIC", "CLIP", "COMPARISON", "SCALAR_MUL", "broadcast"]
