"""Functions of one or two tensors that models seldom use, element by element."""

from __future__ import annotations

from collections.abc import Mapping

from ..unknown import Undecided
from .agreement import common_dtype
from .base import Args, Call, OpSpec, TensorType
from .elementwise_ops import DtypeRule, floating, kept, numeric, rounding
from .pairwise import arithmetic, broadcast, pairwise
from .spelling import binary, spelled, unary


def _op(
    name: str,
    names: Mapping[str, str | None],
    rule: DtypeRule = floating,
    more: str = "",
) -> OpSpec:
    """An op (...) -> (...); `more` are parameters that only its numbers depend on."""

    def result(a: Args) -> TensorType:
        return TensorType(a.x.shape, rule(a.x.dtype, a.library) if a.x.dtype else None)

    cases = (Call((2, 3)), Call(()))
    return OpSpec(name, f"(x: tensor{more})", result, names, any_rank=True, cases=cases)


def _along_axis(name: str, names: Mapping[str, str | None], more: str) -> OpSpec:
    """An op (..., n) -> (..., n) of at least one axis."""

    def result(a: Args) -> TensorType:
        if not a.x.shape:
            raise Undecided("a scalar normalised")
        return TensorType(a.x.shape, floating(a.x.dtype, a.library) if a.x.dtype else None)

    cases = (Call((2, 3)), Call((3,)))
    return OpSpec(name, f"(x: tensor, {more})", result, names, cases=cases)


UNARY = (
    _op("asinh", unary("tf.asinh tf.math.asinh keras.ops.arcsinh numpy.arcsinh numpy.asinh")),
    _op("acosh", unary("tf.acosh tf.math.acosh keras.ops.arccosh numpy.arccosh numpy.acosh")),
    _op("atanh", unary("tf.atanh tf.math.atanh keras.ops.arctanh numpy.arctanh numpy.atanh")),
    _op("erfc", unary("tf.math.erfc keras.ops.erfc")),
    _op("erfinv", unary("tf.math.erfinv keras.ops.erfinv")),
    _op("lgamma", unary("tf.math.lgamma")),
    _op("digamma", unary("tf.math.digamma")),
    _op("cbrt", unary("keras.ops.cbrt numpy.cbrt")),
    _op("exp2", unary("keras.ops.exp2 numpy.exp2")),
    _op("deg2rad", unary("keras.ops.deg2rad numpy.deg2rad numpy.radians")),
    _op("rad2deg", unary("keras.ops.rad2deg numpy.rad2deg numpy.degrees")),
    _op("rint", unary("tf.math.rint numpy.rint"), numeric),
    _op("trunc", unary("keras.ops.trunc numpy.trunc"), rounding),
    _op("positive", unary("numpy.positive"), kept),
    _op(
        "nan_to_num",
        {
            "keras.ops.nan_to_num": None,
            "numpy.nan_to_num": "(x, copy: _ = True, nan=0.0, posinf=None, neginf=None)",
        },
        kept,
        ", nan=0.0, posinf=None, neginf=None",
    ),
    _op(
        "around",
        {"numpy.around": "(a: x, decimals=0, out: _ = None)"},
        kept,
        ", decimals=0",
    ),
    _op("celu", spelled("keras.ops.celu keras.activations.celu"), more=", alpha=1.0"),
    _op("hard_tanh", unary("keras.ops.hard_tanh keras.activations.hard_tanh"), numeric),
    _op("tanh_shrink", unary("keras.ops.tanh_shrink keras.activations.tanh_shrink")),
    _op(
        "hard_shrink",
        spelled("keras.ops.hard_shrink keras.activations.hard_shrink"),
        numeric,
        ", threshold=0.5",
    ),
    _op(
        "soft_shrink",
        spelled("keras.ops.soft_shrink keras.activations.soft_shrink"),
        numeric,
        ", threshold=0.5",
    ),
    _op("sparse_plus", unary("keras.ops.sparse_plus keras.activations.sparse_plus")),
    _op("sparse_sigmoid", unary("keras.ops.sparse_sigmoid keras.activations.sparse_sigmoid")),
    _op("squareplus", spelled("keras.ops.squareplus keras.activations.squareplus"), more=", b=4"),
    _op("cast_to_floatx", {"keras.backend.cast_to_floatx": None}, lambda dtype, library: "float32"),
)

ALONG_AXIS = (
    _along_axis("sparsemax", spelled("keras.ops.sparsemax keras.activations.sparsemax"), "axis=-1"),
    _along_axis(
        "rms_normalization",
        {"keras.ops.rms_normalization": None},
        "scale: tensor = None, axis=-1, epsilon=None",
    ),
    _along_axis(
        "layer_normalization",
        {
            "keras.ops.layer_normalization": "(x, gamma=None, beta=None, axis=-1, epsilon=None, "
            "**kwargs: _)"
        },
        "gamma: tensor = None, beta: tensor = None, axis=-1, epsilon=None",
    ),
    _along_axis("normalize_op", {"keras.ops.normalize": None}, "axis=-1, order=2, epsilon=None"),
)

BINARY = (
    pairwise("fmax", arithmetic, binary("keras.ops.fmax numpy.fmax")),
    pairwise("fmin", arithmetic, binary("keras.ops.fmin numpy.fmin")),
    pairwise("logaddexp", floating, binary("keras.ops.logaddexp numpy.logaddexp")),
    pairwise("xlogy", floating, binary("tf.math.xlogy")),
    pairwise("xdivy", floating, binary("tf.math.xdivy")),
    pairwise("multiply_no_nan", floating, binary("tf.math.multiply_no_nan")),
)


def _saturating(a: Args) -> TensorType:
    """(...) -> (...) of another dtype."""
    return TensorType(a.x.shape, a.dtype)


SATURATE_CAST = OpSpec(
    "saturate_cast",
    "(x: tensor, dtype: dtype)",
    _saturating,
    {"keras.ops.saturate_cast": None},
    any_rank=True,
    cases=(Call((2, 3), dtype="uint8"),),
)


def _weighted(a: Args) -> TensorType:
    """labels, logits, weight -> their broadcast."""
    tensors = [a.labels, a.logits, a.pos_weight]
    return TensorType(broadcast(tensors), common_dtype(tensors, a.library))


WEIGHTED_CROSS_ENTROPY = OpSpec(
    "weighted_cross_entropy",
    "(labels: tensor, logits: tensor, pos_weight: tensor)",
    _weighted,
    {"tf.nn.weighted_cross_entropy_with_logits": "(labels, logits, pos_weight, name: _ = None)"},
    any_rank=True,
    cases=(Call((2, 3), (2, 3), pos_weight=2.0),),
)
