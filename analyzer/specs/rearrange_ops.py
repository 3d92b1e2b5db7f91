"""Space to depth, padding and repeating as Keras 2 names them, parts replaced."""

from __future__ import annotations

from ..dims import Dim, Dims, mod, same
from ..mismatch import Mismatch
from ..unknown import Undecided
from . import dtypes
from .agreement import common_dtype
from .base import Args, Call, OpSpec, TensorType
from .conv_ops import arranged, channels_first, check_rank, spatial
from .reduce_ops import averaged, reduced


def _divisible(size: Dim, by: int, shape: Dims) -> None:
    if same(mod(size, by), 0) is False:
        raise Mismatch("reshape", f"sizes divisible by {by}", {"input": shape})


def _depth_to_space(a: Args) -> TensorType:
    """(batch, h, w, c) -> (batch, h * block, w * block, c / block**2)."""
    check_rank("input", a.x.shape, 4)
    first = channels_first(a.data_format)
    sizes, channels = spatial(a.x.shape, first)
    block = a.block_size
    _divisible(channels, block * block, a.x.shape)
    grown = [d * block for d in sizes]
    shape = arranged(a.x.shape[0], grown, channels // (block * block), first)
    return TensorType(shape, a.x.dtype)


def _space_to_depth(a: Args) -> TensorType:
    """(batch, h, w, c) -> (batch, h / block, w / block, c * block**2)."""
    check_rank("input", a.x.shape, 4)
    first = channels_first(a.data_format)
    sizes, channels = spatial(a.x.shape, first)
    block = a.block_size
    for size in sizes:
        _divisible(size, block, a.x.shape)
    shape = arranged(a.x.shape[0], [d // block for d in sizes], channels * block * block, first)
    return TensorType(shape, a.x.dtype)


_BLOCK = "(x: tensor, block_size: size, data_format=None)"


def _block_names(name: str) -> dict[str, str | None]:
    return {
        f"tf.nn.{name}": "(input: x, block_size, data_format='NHWC', name: _ = None)",
        f"keras.ops.{name}": "(x, block_size, data_format='channels_last')",
    }


DEPTH_TO_SPACE = OpSpec(
    "depth_to_space",
    _BLOCK,
    _depth_to_space,
    _block_names("depth_to_space"),
    cases=(Call((1, 2, 3, 8), block_size=2), Call((1, 2, 3, 6), block_size=2)),
)
SPACE_TO_DEPTH = OpSpec(
    "space_to_depth",
    _BLOCK,
    _space_to_depth,
    _block_names("space_to_depth"),
    cases=(Call((1, 4, 6, 2), block_size=2), Call((1, 3, 6, 2), block_size=2)),
)


def _repeat_rows(a: Args) -> TensorType:
    """(batch, features) -> (batch, n, features)."""
    check_rank("input", a.x.shape, 2)
    return TensorType((a.x.shape[0], a.n, a.x.shape[1]), a.x.dtype)


REPEAT_ROWS = OpSpec(
    "repeat_rows",
    "(x: tensor, n: size)",
    _repeat_rows,
    {"keras.backend.repeat": None},
    cases=(Call((2, 3), n=4), Call((2, 3, 4), n=4)),
)


def _temporal_padding(a: Args) -> TensorType:
    """(batch, steps, ...) -> (batch, before + steps + after, ...)."""
    check_rank("input", a.x.shape, 3)
    before, after = a.padding
    shape = (a.x.shape[0], before + a.x.shape[1] + after, a.x.shape[2])
    return TensorType(shape, a.x.dtype)


TEMPORAL_PADDING = OpSpec(
    "temporal_padding",
    "(x: tensor, padding: sizes2 = (1, 1))",
    _temporal_padding,
    {"keras.backend.temporal_padding": "(x, padding=(1, 1))"},
    cases=(Call((2, 3, 4)), Call((2, 3, 4), padding=(2, 0))),
)


def _spatial_padding(a: Args) -> TensorType:
    """(batch, h, w, c) -> (batch, top + h + bottom, left + w + right, c)."""
    check_rank("input", a.x.shape, 4)
    first = channels_first(a.data_format)
    sizes, channels = spatial(a.x.shape, first)
    grown = [b + d + e for d, (b, e) in zip(sizes, a.padding, strict=True)]
    return TensorType(arranged(a.x.shape[0], grown, channels, first), a.x.dtype)


SPATIAL_PADDING = OpSpec(
    "spatial_2d_padding",
    "(x: tensor, padding=((1, 1), (1, 1)), data_format=None)",
    _spatial_padding,
    {"keras.backend.spatial_2d_padding": None},
    cases=(Call((2, 3, 4, 5)), Call((2, 3, 4, 5), padding=((2, 0), (0, 1)))),
)


def _resize_images(a: Args) -> TensorType:
    """(batch, h, w, c) -> (batch, h * height_factor, w * width_factor, c)."""
    check_rank("input", a.x.shape, 4)
    first = channels_first(a.data_format)
    (height, width), channels = spatial(a.x.shape, first)
    grown = [height * a.height_factor, width * a.width_factor]
    dtype = a.x.dtype if a.interpolation == "nearest" else "float32"
    return TensorType(arranged(a.x.shape[0], grown, channels, first), dtype)


RESIZE_IMAGES = OpSpec(
    "resize_images",
    "(x: tensor, height_factor: size, width_factor: size, data_format, interpolation='nearest')",
    _resize_images,
    {"keras.backend.resize_images": None},
    cases=(Call((2, 3, 4, 5), height_factor=2, width_factor=3, data_format="channels_last"),),
)


def _slice_update(a: Args) -> TensorType:
    """A tensor with a part replaced."""
    if len(a.x.shape) != len(a.updates.shape):
        raise Mismatch("slice", "updates of the same rank", {"input": a.x.shape})
    return TensorType(a.x.shape, a.x.dtype)


SLICE_UPDATE = OpSpec(
    "slice_update",
    "(x: tensor, start: shape, updates: tensor)",
    _slice_update,
    {"keras.ops.slice_update": "(inputs: x, start_indices: start, updates)"},
    cases=(Call((4, 5), (2, 2), start=[1, 1]),),
)


def _multi_hot(a: Args) -> TensorType:
    """(..., n) integers -> (..., classes)."""
    if a.num_classes is None or not a.x.shape:
        raise Undecided("multi_hot of a scalar")
    return TensorType((*a.x.shape[:-1], a.num_classes), a.dtype or "float32")


MULTI_HOT = OpSpec(
    "multi_hot",
    "(x: tensor, num_classes=None, dtype: dtype = None)",
    _multi_hot,
    {
        "keras.ops.multi_hot": "(inputs: x, num_classes=None, axis: _ = -1, dtype=None, "
        "sparse: _ = False, **kwargs: _)"
    },
    cases=(Call((2, 3), num_classes=5, of="int32"), Call((3,), num_classes=5, of="int32")),
)


def _inner(a: Args) -> TensorType:
    """(..., k), (..., k) -> (..., ...)."""
    left, right = a.x1.shape, a.x2.shape
    dtype = common_dtype([a.x1, a.x2], a.library)
    if not left or not right:
        return TensorType(left or right, dtype)
    if same(left[-1], right[-1]) is False:
        raise Mismatch("matmul", "equal last dims", {"left": left, "right": right})
    return TensorType((*left[:-1], *right[:-1]), dtype)


INNER = OpSpec(
    "inner",
    "(x1: tensor, x2: tensor)",
    _inner,
    {"keras.ops.inner": None, "numpy.inner": "(a: x1, b: x2, /)"},
    cases=(Call((2, 3), (4, 3)), Call((3,), (3,)), Call((2, 3), (4, 2))),
)


def _attention(a: Args) -> TensorType:
    """(batch, t, heads, d), (batch, s, heads, d), (batch, s, heads, v) -> (batch, t, heads, v)."""
    for name, x in (("query", a.query), ("key", a.key), ("value", a.value)):
        check_rank(name, x.shape, 4)
    if same(a.query.shape[-1], a.key.shape[-1]) is False:
        raise Mismatch("attention", "equal last dims", {"query": a.query.shape, "key": a.key.shape})
    if same(a.key.shape[1], a.value.shape[1]) is False:
        raise Mismatch(
            "attention", "as many keys as values", {"key": a.key.shape, "value": a.value.shape}
        )
    dtype = common_dtype([a.query, a.key, a.value], a.library)
    return TensorType((*a.query.shape[:-1], a.value.shape[-1]), dtype)


ATTENTION = OpSpec(
    "dot_product_attention",
    "(query: tensor, key: tensor, value: tensor, bias: tensor = None, mask: tensor = None, "
    "scale=None, is_causal=False)",
    _attention,
    {
        "keras.ops.dot_product_attention": "(query, key, value, bias=None, mask=None, scale=None, "
        "is_causal=False, flash_attention: _ = None, attn_logits_soft_cap: _ = None)"
    },
    cases=(
        Call((2, 5, 3, 4), (2, 6, 3, 4), (2, 6, 3, 4)),
        Call((2, 5, 4), (2, 6, 4), (2, 6, 4)),
    ),
)


def _average(a: Args) -> TensorType:
    """(..., axis, ...) -> (..., ...)."""
    known = a.weights is None and a.x.dtype is not None
    dtype = averaged(a.x.dtype, a.library) if known else None
    return TensorType(reduced(a.x.shape, a.axis, a.keepdims), dtype)


AVERAGE = OpSpec(
    "average",
    "(x: tensor, axis: axis = None, weights: tensor = None, keepdims=False)",
    _average,
    {
        "keras.ops.average": "(x, axis=None, weights=None)",
        "numpy.average": "(a: x, axis=None, weights=None, returned: _ = False, *, keepdims=False)",
    },
    cases=(Call((2, 3), axis=1), Call((2, 3)), Call((2, 3), axis=2)),
)


def _nan_reduction(name: str, floats: bool) -> OpSpec:
    """A reduction that leaves out NaN."""

    def result(a: Args) -> TensorType:
        dtype = a.x.dtype
        if dtype not in dtypes.FLOATS:
            dtype = averaged(dtype, a.library) if dtype and floats else None
        return TensorType(reduced(a.x.shape, a.axis, a.keepdims), dtype)

    tails = {
        "sum": "dtype: _ = None, out: _ = None, keepdims=False, initial: _ = None, where: _ = None",
        "max": "out: _ = None, keepdims=False, initial: _ = None, where: _ = None",
        "min": "out: _ = None, keepdims=False, initial: _ = None, where: _ = None",
        "mean": "dtype: _ = None, out: _ = None, keepdims=False, *, where: _ = None",
        "std": "dtype: _ = None, out: _ = None, ddof: _ = 0, keepdims=False, *, "
        "where: _ = None, mean: _ = None, correction: _ = None",
    }
    return OpSpec(
        f"nan{name}",
        "(x: tensor, axis: axis = None, keepdims=False)",
        result,
        {
            f"keras.ops.nan{name}": "(x, axis=None, keepdims=False)",
            f"numpy.nan{name}": f"(a: x, axis=None, {tails[name]})",
        },
        cases=(Call((2, 3), axis=1), Call((2, 3), axis=1, keepdims=True), Call((2, 3), axis=2)),
    )


NAN_REDUCTIONS = (
    _nan_reduction("sum", False),
    _nan_reduction("max", False),
    _nan_reduction("min", False),
    _nan_reduction("mean", True),
    _nan_reduction("std", True),
)
