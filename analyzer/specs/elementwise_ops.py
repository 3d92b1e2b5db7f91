"""Functions of one tensor, element by element."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TypeAlias

from ..mismatch import Mismatch
from . import content, dtypes
from .base import Args, Call, OpSpec, TensorType
from .spelling import TF_FEATURES, spelled, unary

DtypeRule: TypeAlias = "Callable[[str, str], str | None]"


def floating(dtype: str, library: str) -> str | None:
    """A float result: TensorFlow wants one, Keras and NumPy make one of integers."""
    if dtype in dtypes.INEXACT:
        return dtype
    if library in dtypes.TENSORFLOW:
        raise Mismatch("dtype", "a floating-point tensor", {"input": dtype})
    if library == "keras":
        return "float32"
    width = 64 if dtype == "int" else min(64, 2 * dtypes.bits(dtype))
    return f"float{width}"


def kept(dtype: str, library: str) -> str | None:
    """The dtype of the input."""
    return dtype


def numeric(dtype: str, library: str) -> str | None:
    """The dtype of the input, which TensorFlow wants to be a number."""
    if library in dtypes.TENSORFLOW and dtype not in dtypes.NUMBERS:
        raise Mismatch("dtype", "a numeric tensor", {"input": dtype})
    return dtype


def number(dtype: str, library: str) -> str | None:
    """The dtype of the input, which NumPy too wants to be a number."""
    if library == "numpy" and dtype == "bool":
        raise Mismatch("dtype", "a numeric array", {"input": dtype})
    return numeric(dtype, library)


def integers_kept(dtype: str, library: str) -> str | None:
    """As `numeric`, but NumPy counts with booleans as int8, Keras as int32."""
    if dtype == "bool" and library in ("numpy", "keras"):
        return "int8" if library == "numpy" else "int32"
    return numeric(dtype, library)


def rounded(dtype: str, library: str) -> str | None:
    """As `numeric`, but NumPy makes float16 of booleans."""
    return "float16" if library == "numpy" and dtype == "bool" else numeric(dtype, library)


def reciprocal(dtype: str, library: str) -> str | None:
    """A float, but NumPy divides integers as integers."""
    kept_integer = library == "numpy" and dtype not in dtypes.INEXACT
    return integers_kept(dtype, library) if kept_integer else floating(dtype, library)


def whole(dtype: str, library: str) -> str | None:
    """The dtype of the input, an integer or bool."""
    if dtype in dtypes.INEXACT and library == "keras":
        return None
    if dtype in dtypes.INEXACT:
        raise Mismatch("dtype", "integers or booleans", {"input": dtype})
    return dtype


def leaky(dtype: str, library: str) -> str | None:
    """A float; TensorFlow casts integers to one here."""
    whole = library in dtypes.TENSORFLOW and dtype in dtypes.INTEGERS
    return "float32" if whole else floating(dtype, library)


def rounding(dtype: str, library: str) -> str | None:
    """Floor, ceil and the like: NumPy leaves integers, Keras makes floats of them."""
    return dtype if library == "numpy" else floating(dtype, library)


def boolean(dtype: str, library: str) -> str | None:
    """A test of each element."""
    return "bool"


def tested_float(dtype: str, library: str) -> str | None:
    """A test that TensorFlow only makes on floats."""
    if library in dtypes.TENSORFLOW:
        floating(dtype, library)
    return "bool"


def logical(dtype: str, library: str) -> str | None:
    """A logical function, which TensorFlow wants on booleans."""
    if library in dtypes.TENSORFLOW and dtype != "bool":
        raise Mismatch("dtype", "a bool tensor", {"input": dtype})
    return "bool"


def _op(
    name: str,
    rule: DtypeRule,
    names: Mapping[str, str | None],
    function: Callable[[object], object] | None = None,
    signature: str = "(x: tensor)",
) -> OpSpec:
    """An op (...) -> (...) on the parameter `x`."""

    def result(a: Args) -> TensorType:
        dtype = rule(a.x.dtype, a.library) if a.x.dtype else None
        return TensorType(a.x.shape, dtype)

    def fold(a: Args) -> object:
        return content.apply(function, a.x.content)

    return OpSpec(
        name,
        signature,
        result,
        names,
        any_rank=True,
        fold=fold if function else None,
        cases=(
            Call((2, 3)),
            Call(()),
            Call((2, 0)),
            Call((2, 3), of="int32"),
            Call((2, 3), of="bool"),
            Call((2,), of="float64"),
            Call((2,), of="int64"),
        ),
    )


def _sign(x: object) -> object:
    return (x > 0) - (x < 0)  # type: ignore[operator]


UNARY = (
    _op("exp", floating, unary("tf.exp tf.math.exp keras.ops.exp keras.backend.exp numpy.exp")),
    _op("expm1", floating, unary("tf.math.expm1 keras.ops.expm1 numpy.expm1")),
    _op("log", floating, unary("tf.math.log keras.ops.log keras.backend.log numpy.log"), math.log),
    _op("log1p", floating, unary("tf.math.log1p keras.ops.log1p numpy.log1p")),
    _op("log2", floating, unary("keras.ops.log2 numpy.log2")),
    _op("log10", floating, unary("keras.ops.log10 numpy.log10")),
    _op(
        "sqrt",
        floating,
        unary("tf.sqrt tf.math.sqrt keras.ops.sqrt keras.backend.sqrt numpy.sqrt"),
        math.sqrt,
    ),
    _op("rsqrt", floating, unary("tf.math.rsqrt keras.ops.rsqrt")),
    _op(
        "square",
        integers_kept,
        unary("tf.square tf.math.square keras.ops.square keras.backend.square numpy.square"),
        lambda x: x * x,
    ),
    _op(
        "abs",
        numeric,
        unary(
            "tf.abs tf.math.abs keras.ops.abs keras.ops.absolute keras.backend.abs "
            "numpy.abs numpy.absolute"
        ),
        abs,
    ),
    _op(
        "negative",
        number,
        unary("tf.negative tf.math.negative keras.ops.negative numpy.negative"),
        lambda x: -x,
    ),
    _op(
        "sign",
        number,
        unary("tf.sign tf.math.sign keras.ops.sign keras.backend.sign numpy.sign"),
        _sign,
    ),
    _op(
        "reciprocal", reciprocal, unary("tf.math.reciprocal keras.ops.reciprocal numpy.reciprocal")
    ),
    _op("sin", floating, unary("tf.sin tf.math.sin keras.ops.sin keras.backend.sin numpy.sin")),
    _op("cos", floating, unary("tf.cos tf.math.cos keras.ops.cos keras.backend.cos numpy.cos")),
    _op("tan", floating, unary("tf.tan tf.math.tan keras.ops.tan numpy.tan")),
    _op("asin", floating, unary("tf.asin tf.math.asin keras.ops.arcsin numpy.arcsin")),
    _op("acos", floating, unary("tf.acos tf.math.acos keras.ops.arccos numpy.arccos")),
    _op("atan", floating, unary("tf.atan tf.math.atan keras.ops.arctan numpy.arctan")),
    _op("sinh", floating, unary("tf.sinh tf.math.sinh keras.ops.sinh numpy.sinh")),
    _op("cosh", floating, unary("tf.cosh tf.math.cosh keras.ops.cosh numpy.cosh")),
    _op("erf", floating, unary("tf.math.erf keras.ops.erf")),
    _op("floor", rounding, unary("tf.floor tf.math.floor keras.ops.floor numpy.floor"), math.floor),
    _op("ceil", rounding, unary("tf.math.ceil keras.ops.ceil numpy.ceil"), math.ceil),
    _op(
        "round",
        rounded,
        spelled(
            "tf.round tf.math.round keras.ops.round keras.backend.round numpy.round",
            tf="(x, name: _ = None)",
            numpy="(a: x, decimals: _ = 0, out: _ = None)",
            backend="(x)",
            keras="(x, decimals: _ = 0)",
        )
        | {"numpy.ndarray.round": "(self: x, /, decimals: _ = 0, out: _ = None)"},
    ),
    _op("is_nan", tested_float, unary("tf.math.is_nan keras.ops.isnan numpy.isnan")),
    _op("is_inf", tested_float, unary("tf.math.is_inf keras.ops.isinf numpy.isinf")),
    _op("is_finite", tested_float, unary("tf.math.is_finite keras.ops.isfinite numpy.isfinite")),
    _op(
        "logical_not",
        logical,
        unary("tf.logical_not tf.math.logical_not keras.ops.logical_not numpy.logical_not"),
        lambda x: not x,
    ),
    _op(
        "bitwise_not",
        whole,
        unary("keras.ops.bitwise_not numpy.bitwise_not numpy.invert"),
    ),
    _op(
        "identity",
        kept,
        spelled(
            "tf.identity keras.ops.copy numpy.copy",
            tf="(input: x, name: _ = None)",
            numpy="(a: x, order: _ = 'K', subok: _ = False)",
        )
        | {
            "numpy.ndarray.copy": "(self: x, /, order: _ = 'C')",
            "tf.Variable.value": "(self: x)",
            "tf.Variable.read_value": "(self: x)",
            "keras.Variable.value": "(self: x)",
        },
        lambda x: x,
    ),
    _op(
        "stop_gradient",
        kept,
        spelled(
            "tf.stop_gradient keras.ops.stop_gradient keras.backend.stop_gradient",
            tf="(input: x, name: _ = None)",
            backend="(variables: x)",
            keras="(variable: x)",
        ),
        lambda x: x,
    ),
)

ACTIVATIONS = (
    _op(
        "sigmoid",
        floating,
        unary(
            "tf.sigmoid tf.nn.sigmoid tf.math.sigmoid keras.ops.sigmoid "
            "keras.activations.sigmoid keras.backend.sigmoid"
        ),
    ),
    _op(
        "tanh",
        floating,
        unary(
            "tf.tanh tf.nn.tanh tf.math.tanh keras.ops.tanh keras.activations.tanh "
            "keras.backend.tanh numpy.tanh"
        ),
    ),
    _op(
        "relu",
        numeric,
        spelled(
            "tf.nn.relu keras.ops.relu keras.activations.relu keras.backend.relu",
            tf=TF_FEATURES,
            backend="(x, alpha: negative_slope = 0.0, max_value=None, threshold=0.0)",
        )
        | {
            "keras.ops.relu": "(x)",
            "keras.activations.relu": "(x, negative_slope=0.0, max_value=None, threshold=0.0)",
        },
        signature="(x: tensor, negative_slope=0.0, max_value=None, threshold=0.0)",
    ),
    _op(
        "relu6",
        numeric,
        spelled("tf.nn.relu6 keras.ops.relu6 keras.activations.relu6", tf=TF_FEATURES),
    ),
    _op(
        "leaky_relu",
        leaky,
        spelled(
            "tf.nn.leaky_relu keras.ops.leaky_relu keras.activations.leaky_relu",
            tf="(features: x, alpha: negative_slope = 0.2, name: _ = None)",
        ),
        signature="(x: tensor, negative_slope=0.2)",
    ),
    _op(
        "elu",
        floating,
        spelled("tf.nn.elu keras.ops.elu keras.activations.elu keras.backend.elu", tf=TF_FEATURES),
        signature="(x: tensor, alpha=1.0)",
    ),
    _op(
        "selu",
        floating,
        spelled("tf.nn.selu keras.ops.selu keras.activations.selu", tf=TF_FEATURES),
    ),
    _op(
        "gelu",
        floating,
        {
            "tf.nn.gelu": "(features: x, approximate=False, name: _ = None)",
            "keras.ops.gelu": "(x, approximate=True)",
            "keras.activations.gelu": "(x, approximate=False)",
        },
        signature="(x: tensor, approximate=False)",
    ),
    _op(
        "silu",
        floating,
        spelled(
            "tf.nn.silu tf.nn.swish keras.ops.silu keras.ops.swish keras.activations.silu "
            "keras.activations.swish",
            tf="(features: x, beta=1.0)",
            keras="(x)",
        ),
        signature="(x: tensor, beta=1.0)",
    ),
    _op(
        "softplus",
        floating,
        spelled(
            "tf.nn.softplus tf.math.softplus keras.ops.softplus keras.activations.softplus "
            "keras.backend.softplus",
            tf=TF_FEATURES,
        ),
    ),
    _op(
        "softsign",
        floating,
        spelled(
            "tf.nn.softsign tf.math.softsign keras.ops.softsign keras.activations.softsign "
            "keras.backend.softsign",
            tf=TF_FEATURES,
        ),
    ),
    _op(
        "log_sigmoid",
        floating,
        unary("tf.math.log_sigmoid keras.ops.log_sigmoid keras.activations.log_sigmoid"),
    ),
    _op(
        "hard_sigmoid",
        floating,
        unary("keras.ops.hard_sigmoid keras.activations.hard_sigmoid keras.backend.hard_sigmoid"),
    ),
    _op(
        "hard_silu",
        floating,
        unary(
            "keras.ops.hard_silu keras.ops.hard_swish keras.activations.hard_silu "
            "keras.activations.hard_swish"
        ),
    ),
    _op("mish", floating, unary("keras.activations.mish")),
    _op("exponential", floating, unary("keras.activations.exponential")),
    _op("linear", kept, unary("keras.activations.linear")),
)
