"""Arithmetic on two tensors, with broadcasting; clipping."""

from __future__ import annotations

import math
import operator

from ..mismatch import Mismatch
from . import content, dtypes
from .agreement import common_dtype
from .base import Args, Call, OpSpec, TensorType
from .elementwise_ops import floating
from .pairwise import (
    arithmetic,
    broadcast,
    common,
    divided,
    integers_too,
    larger,
    pairwise,
    smaller,
    subtraction,
    true_division,
)
from .spelling import binary, spelled

_XY = "(x: x1, y: x2)"


ARITHMETIC = (
    pairwise(
        "add",
        arithmetic,
        binary("tf.add tf.math.add keras.ops.add numpy.add"),
        operator.add,
    ),
    pairwise(
        "subtract",
        subtraction,
        binary("tf.subtract tf.math.subtract keras.ops.subtract numpy.subtract"),
        operator.sub,
    ),
    pairwise(
        "multiply",
        common,
        binary("tf.multiply tf.math.multiply keras.ops.multiply numpy.multiply"),
        operator.mul,
    ),
    pairwise(
        "divide",
        true_division,
        binary(
            "tf.divide tf.math.divide tf.truediv tf.math.truediv keras.ops.divide "
            "keras.ops.true_divide numpy.divide numpy.true_divide"
        ),
        divided,
    ),
    pairwise(
        "divide_no_nan",
        true_division,
        binary("tf.math.divide_no_nan keras.ops.divide_no_nan"),
    ),
    pairwise(
        "floor_divide",
        integers_too,
        binary("tf.math.floordiv keras.ops.floor_divide numpy.floor_divide"),
        operator.floordiv,
    ),
    pairwise(
        "mod",
        integers_too,
        binary("tf.math.floormod tf.math.mod keras.ops.mod numpy.mod numpy.remainder"),
        operator.mod,
    ),
    pairwise(
        "power",
        integers_too,
        binary("tf.pow tf.math.pow keras.ops.power numpy.power")
        | {"keras.backend.pow": "(x: x1, a: x2)"},
        operator.pow,
    ),
    pairwise(
        "maximum",
        arithmetic,
        binary("tf.maximum tf.math.maximum keras.ops.maximum keras.backend.maximum numpy.maximum"),
        larger,
    ),
    pairwise(
        "minimum",
        arithmetic,
        binary("tf.minimum tf.math.minimum keras.ops.minimum keras.backend.minimum numpy.minimum"),
        smaller,
    ),
    pairwise(
        "squared_difference",
        arithmetic,
        binary("tf.math.squared_difference"),
    ),
    pairwise(
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


def bitwise(dtype: str, library: str) -> str | None:
    """The common dtype, an integer or bool (Keras' variables compute it logically)."""
    if dtype in dtypes.INEXACT and library == "keras":
        return None
    if dtype in dtypes.INEXACT:
        raise Mismatch("dtype", "integers or booleans", {"input": dtype})
    return dtype


BITWISE = (
    pairwise(
        "bitwise_and",
        bitwise,
        binary("keras.ops.bitwise_and numpy.bitwise_and") | {"keras.ops.bitwise_and": _XY},
    ),
    pairwise(
        "bitwise_or",
        bitwise,
        binary("keras.ops.bitwise_or numpy.bitwise_or") | {"keras.ops.bitwise_or": _XY},
    ),
    pairwise(
        "bitwise_xor",
        bitwise,
        binary("keras.ops.bitwise_xor numpy.bitwise_xor") | {"keras.ops.bitwise_xor": _XY},
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
        found = content.apply(larger, found, a.x_min.content)
    return found if a.x_max is None else content.apply(smaller, found, a.x_max.content)


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
        "numpy.ndarray.clip": (
            "(self: x, /, min: x_min = None, max: x_max = None, out: _ = None, **kwargs: _)"
        ),
    },
    any_rank=True,
    fold=_fold_clip,
    cases=(Call((2, 3), x_min=0.0, x_max=1.0), Call((2, 3), x_min=0, x_max=1, dtype="int32")),
)
