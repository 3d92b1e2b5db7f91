"""Calls whose numbers, not only shapes, are compared with real Keras; imports NumPy alone."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import numpy as np

# (public name, op table's name, inputs, keywords). Inputs are shapes, arrays or numbers.
Case = tuple[str, str, tuple[object, ...], dict[str, object]]

_UNARY = [
    "abs",
    "sign",
    "square",
    "sqrt",
    "rsqrt",
    "exp",
    "expm1",
    "log",
    "log1p",
    "sin",
    "cos",
    "tan",
    "tanh",
    "sigmoid",
    "relu",
    "relu6",
    "elu",
    "selu",
    "silu",
    "softplus",
    "softsign",
    "leaky_relu",
    "hard_sigmoid",
    "hard_silu",
    "log_sigmoid",
    "softmax",
    "log_softmax",
    "erf",
    "floor",
    "ceil",
    "negative",
    "reciprocal",
]
_BINARY = [
    "add",
    "subtract",
    "multiply",
    "divide",
    "maximum",
    "minimum",
    "power",
    "mod",
    "floor_divide",
]
_REDUCE = ["sum", "mean", "max", "min", "prod", "var", "std", "logsumexp"]
_POSITIVE = {"sqrt", "rsqrt", "log", "log1p", "power", "reciprocal", "prod", "divide"}


def _ops(name: str) -> str:
    return f"keras.ops.{name}"


def _simple() -> Iterator[Case]:
    for name in _UNARY:
        yield _ops(name), name, ((3, 5),), {}
    for name in _BINARY:
        yield _ops(name), name, ((3, 5), (3, 5)), {}
        yield _ops(name), name, ((4, 1, 5), (3, 1)), {}
    for name in _REDUCE:
        yield _ops(name), name, ((3, 4, 5),), {"axis": (0, 2)}
        yield _ops(name), name, ((3, 4),), {"axis": -1, "keepdims": True}
    for approximate in (True, False):
        yield _ops("gelu"), "gelu", ((3, 5),), {"approximate": approximate}
    yield _ops("cumsum"), "cumsum", ((3, 5),), {"axis": 1}
    yield _ops("cumprod"), "cumprod", ((3, 5),), {"axis": 0}
    yield _ops("norm"), "norm", ((3, 5),), {"axis": 1}


def _arrangement() -> Iterator[Case]:
    index = np.array([[0, 2], [3, 1]])
    yield _ops("take"), "gather", ((4, 5), index), {"axis": 0}
    yield _ops("take"), "gather", ((3, 4, 5), index), {"axis": 1}
    yield _ops("take_along_axis"), "take_along_axis", ((2, 5), index), {"axis": 1}
    yield _ops("tile"), "tile", ((2, 3), (2, 2)), {}
    yield _ops("repeat"), "repeat", ((2, 3), 2), {"axis": 1}
    yield _ops("flip"), "flip", ((2, 3, 4),), {"axis": (0, 2)}
    yield _ops("roll"), "roll", ((3, 4),), {"shift": 1, "axis": 1}
    for mode in ("constant", "reflect", "symmetric"):
        yield _ops("pad"), "pad", ((3, 4), ((1, 2), (0, 1))), {"mode": mode}
    yield _ops("sort"), "sort", ((3, 5),), {"axis": 0}
    yield _ops("einsum"), "einsum", ("bij,bkj->bik", (2, 3, 4), (2, 5, 4)), {}
    yield _ops("einsum"), "einsum", ("aecd,abcd->acbe", (2, 3, 4, 5), (2, 6, 4, 5)), {}
    yield _ops("einsum"), "einsum", ("abc,cde->abde", (2, 3, 4), (4, 5, 6)), {}
    yield _ops("tensordot"), "tensordot", ((2, 3, 4), (4, 3, 5)), {"axes": ((1, 2), (1, 0))}
    yield _ops("matmul"), "matmul", ((5, 2, 3), (3, 4)), {}
    yield _ops("matmul"), "matmul", ((3,), (2, 3, 4)), {}
    yield _ops("dot"), "dot", ((2, 3, 4), (5, 4, 2)), {}


def _windows() -> Iterator[Case]:
    for strides in (1, 2, 3):
        for padding in ("valid", "same"):
            how = {"strides": strides, "padding": padding}
            yield _ops("conv"), "conv", ((2, 9, 8, 3), (3, 2, 3, 4)), how
            yield _ops("conv"), "conv", ((2, 9, 3), (3, 3, 4)), how
            yield (
                _ops("conv_transpose"),
                "conv_transpose",
                ((2, 5, 4, 3), (3, 2, 4, 3)),
                how,
            )
            yield _ops("conv_transpose"), "conv_transpose", ((2, 5, 3), (3, 4, 3)), how
            yield (
                _ops("depthwise_conv"),
                "depthwise_conv",
                ((2, 9, 8, 3), (3, 2, 3, 2)),
                how,
            )
            three = ((2, 9, 8, 3), (3, 2, 3, 2), (1, 1, 6, 5))
            yield _ops("separable_conv"), "separable_conv", three, how
            for pool in ("max_pool", "average_pool"):
                yield _ops(pool), pool, ((2, 9, 8, 3), (3, 2)), how
                yield _ops(pool), pool, ((2, 9, 3), 2), how
    more = {"strides": 2, "output_padding": 1}
    for padding in ("valid", "same"):
        how = more | {"padding": padding}
        yield _ops("conv_transpose"), "conv_transpose", ((2, 5, 4, 3), (3, 3, 4, 3)), how
    how = {"dilation_rate": 2, "padding": "same"}
    yield _ops("conv"), "conv", ((2, 9, 8, 3), (3, 2, 3, 4)), how
    yield _ops("conv"), "conv", ((2, 9, 8, 4), (3, 3, 2, 6)), {"padding": "same"}


def _network() -> Iterator[Case]:
    logits = {"from_logits": True}
    share = np.random.default_rng(5).dirichlet(np.ones(5), 4).astype(np.float32)
    chances = np.random.default_rng(6).dirichlet(np.ones(5), 4).astype(np.float32)
    for name in ("categorical_crossentropy", "binary_crossentropy"):
        yield _ops(name), name, (share, (4, 5)), logits
        yield _ops(name), name, (share, chances), {}
    name = "sparse_categorical_crossentropy"
    yield _ops(name), name, (np.array([1, 3, 0, 2]), (4, 5)), logits
    yield _ops(name), name, (np.array([1, 3, 0, 2]), chances), {}
    three = ((2, 5, 3, 4), (2, 6, 3, 4), (2, 6, 3, 4))
    yield _ops("dot_product_attention"), "dot_product_attention", three, {}
    three = ((2, 5, 3, 4),) * 3
    yield _ops("dot_product_attention"), "dot_product_attention", three, {"is_causal": True}
    how = {"epsilon": 1e-3}
    yield _ops("layer_normalization"), "layer_normalization", ((3, 4, 5), (5,), (5,)), how
    for interpolation in ("nearest", "bilinear"):
        how = {"interpolation": interpolation}
        yield "keras.ops.image.resize", "resize", ((2, 4, 5, 3), (7, 8)), how


_HOLES = np.array([[1.0, np.nan, -2.0], [np.nan, 4.0, 0.5]], np.float32)
_NEAR = np.array([[-1.5, -1.0, -0.6, -0.2], [0.0, 0.3, 0.9, 2.5]], np.float32)
_INNER = _NEAR[0] / 2


def _rare() -> Iterator[Case]:
    """Functions that models seldom use."""
    for name, own in (("arcsinh", "asinh"), ("exp2", "exp2"), ("trunc", "trunc")):
        yield _ops(name), own, (_NEAR,), {}
    for name, own in (("arctanh", "atanh"), ("erfinv", "erfinv"), ("erfc", "erfc")):
        yield _ops(name), own, (_INNER,), {}
    yield _ops("arccosh"), "acosh", (np.abs(_NEAR) + 1.1,), {}
    yield _ops("cbrt"), "cbrt", (np.abs(_NEAR) + 0.1,), {}
    for name in ("deg2rad", "rad2deg", "celu", "hard_tanh", "tanh_shrink", "hard_shrink"):
        yield _ops(name), name, (_NEAR,), {}
    for name in ("soft_shrink", "squareplus", "sparse_plus", "sparse_sigmoid", "sparsemax"):
        yield _ops(name), name, (_NEAR,), {}
    yield _ops("celu"), "celu", (_NEAR,), {"alpha": 0.3}
    yield _ops("squareplus"), "squareplus", (_NEAR,), {"b": 2}
    yield _ops("hard_shrink"), "hard_shrink", (_NEAR,), {"threshold": 1.0}
    yield _ops("sparsemax"), "sparsemax", (_NEAR,), {"axis": 0}
    for name in ("nansum", "nanmean", "nanmax", "nanmin", "nanstd"):
        yield _ops(name), name, (_HOLES,), {}
    yield _ops("nansum"), "nansum", (_HOLES,), {"axis": 1, "keepdims": True}
    endless = np.array([np.inf, 1.0, np.nan, -np.inf], np.float32)
    yield _ops("nan_to_num"), "nan_to_num", (endless,), {"nan": 3.0, "posinf": 7.0, "neginf": -5.0}
    for name in ("fmax", "fmin"):
        yield _ops(name), name, (_HOLES, _HOLES[::-1].copy()), {}
    yield _ops("logaddexp"), "logaddexp", ((3, 4), (3, 4)), {}
    yield _ops("inner"), "inner", ((2, 3, 4), (5, 4)), {}
    yield _ops("average"), "average", ((3, 4),), {"axis": 1}
    weights = np.array([1.0, 2.0, 4.0], np.float32)
    yield _ops("average"), "average", ((3, 4),), {"axis": 0, "weights": weights}
    for order in (1, 2, 3):
        yield _ops("normalize"), "normalize_op", ((3, 4),), {"order": order}
    yield _ops("rms_normalization"), "rms_normalization", ((3, 4), (4,)), {}
    yield _ops("layer_normalization"), "layer_normalization", ((3, 4), (4,)), {}
    for blocks in ("channels_last", "channels_first"):
        how = {"block_size": 2, "data_format": blocks}
        yield _ops("space_to_depth"), "space_to_depth", ((2, 4, 6, 8),), how
        yield _ops("depth_to_space"), "depth_to_space", ((2, 4, 6, 8),), how
    yield _ops("multi_hot"), "multi_hot", (np.array([[0, 2], [1, 1]]), 4), {}
    yield _ops("slice_update"), "slice_update", ((4, 5), (1, 2), (2, 3)), {}
    mask = np.tri(5, 6, dtype=bool)[None, None]
    three = ((2, 5, 3, 4), (2, 6, 3, 4), (2, 6, 3, 4))
    yield _ops("dot_product_attention"), "dot_product_attention", three, {"mask": mask}
    yield _ops("dot_product_attention"), "dot_product_attention", three, {"scale": 0.3}


def cases() -> list[tuple[str, Case]]:
    """Every call under a name of its own."""
    rows = [*_simple(), *_arrangement(), *_windows(), *_network(), *_rare()]
    return [(f"{case[1]}-{number}", case) for number, case in enumerate(rows)]


_SET = {"tile", "pad", "resize", "max_pool", "average_pool"}  # tuples that are no shapes


def inputs(key: str, case: Case) -> list[object]:
    """The arguments, shapes replaced by arrays that depend on the case alone."""
    rng = np.random.default_rng(zlib.crc32(key.encode()))
    made = []
    for number, given in enumerate(case[2]):
        settings = number > 0 and (case[1] in _SET or (case[1], number) == ("slice_update", 1))
        if not isinstance(given, tuple) or settings:
            made.append(given)
        elif case[1] in _POSITIVE:
            made.append(rng.uniform(0.3, 2.0, given).astype(np.float32))
        else:
            made.append(rng.normal(size=given).astype(np.float32))
    return made


def is_float(value: object) -> bool:
    """Whether an argument can have a gradient."""
    return isinstance(value, np.ndarray) and value.dtype == np.float32
