"""Convolution and pooling as functions (`tf.nn`, `keras.ops`)."""

from __future__ import annotations

from collections.abc import Sequence

from ..dims import Dim, Dims, same
from ..mismatch import Mismatch
from ..shapes import window
from ..unknown import Undecided
from .agreement import common_dtype
from .base import Args, Call, OpSpec, TensorType


def channels_first(data_format: object) -> bool:
    """Whether channels come right after the batch ("NCHW", "channels_first")."""
    if data_format is None:
        return False
    if not isinstance(data_format, str):
        raise Undecided("data format")
    return data_format == "channels_first" or data_format.startswith("NC")


def spatial(shape: Dims, first: bool) -> tuple[list[Dim], Dim]:
    """The spatial dims and the channels of (batch, ..., channels)."""
    return (list(shape[2:]), shape[1]) if first else (list(shape[1:-1]), shape[-1])


def arranged(batch: Dim, dims: Sequence[Dim], channels: Dim, first: bool) -> Dims:
    """A shape from its batch, spatial dims and channels."""
    return (batch, channels, *dims) if first else (batch, *dims, channels)


def per_axis(value: object, count: int, first: bool) -> list[Dim]:
    """One number per spatial axis, from a number, one per axis, or one per input axis."""
    if value is None:
        return [1] * count
    listed = list(value) if isinstance(value, tuple | list) else [value]
    if len(listed) == 1:
        return listed * count
    if len(listed) == count + 2:
        return listed[2:] if first else listed[1:-1]
    if len(listed) != count:
        raise Mismatch("window", f"{count} numbers", {"given": tuple(listed)})
    return listed


def _padding(a: Args) -> str:
    if not isinstance(a.padding, str):
        raise Undecided("explicit padding")
    if a.library == "tf" and not a.padding.isupper():
        raise Mismatch("argument", '"SAME" or "VALID"', {"padding": a.padding})
    return a.padding.lower()


def check_rank(name: str, shape: Dims, rank: int) -> None:
    """`Mismatch` where a tensor has another rank."""
    if len(shape) != rank:
        raise Mismatch("rank", f"rank {rank}", {name: shape})


def _conv(a: Args) -> TensorType:
    """(batch, ..., in), (..., in / groups, out) -> (batch, ..., out)."""
    count = len(a.kernel.shape) - 2
    if count < 1:
        raise Mismatch("rank", "a kernel (..., in, out)", {"kernel": a.kernel.shape})
    check_rank("input", a.x.shape, count + 2)
    first = channels_first(a.data_format)
    sizes, channels = spatial(a.x.shape, first)
    *taps, depth, units = a.kernel.shape
    _check_depth(channels, depth, a)
    out = _windows(a, sizes, taps, first)
    dtype = common_dtype([a.x, a.kernel], a.library)
    return TensorType(arranged(a.x.shape[0], out, units, first), dtype)


def _check_depth(channels: Dim, depth: Dim, a: Args) -> None:
    """The input's channels are a multiple of what the kernel reads."""
    if isinstance(channels, int) and isinstance(depth, int) and depth and channels % depth:
        raise Mismatch(
            "channels",
            "channels that the kernel divides",
            {"input": a.x.shape, "kernel": a.kernel.shape},
            {"channels": channels, "kernel channels": depth},
        )


def _windows(a: Args, sizes: Sequence[Dim], taps: Sequence[Dim], first: bool) -> list[Dim]:
    count = len(sizes)
    strides = per_axis(a.strides, count, first)
    dilations = per_axis(a.dilations, count, first)
    padding = _padding(a)
    rows = zip(sizes, taps, strides, dilations, strict=True)
    return [window(n, k, s, d, padding) for n, k, s, d in rows]


_CONV = "(x: tensor, kernel: tensor, strides=1, padding='valid', data_format=None, dilations=1)"
_REST = "data_format='{}', dilations=None, name: _ = None)"
_KERAS2 = (
    "(x, kernel, strides={0}, padding='valid', data_format=None, dilation_rate: dilations = {0})"
)


def _conv_op(name: str, count: int | None, names: dict[str, str | None], *cases: Call) -> OpSpec:
    """A convolution over `count` axes (None: any)."""

    def result(a: Args) -> TensorType:
        if count is not None:
            check_rank("kernel", a.kernel.shape, count + 2)
        return _conv(a)

    return OpSpec(name, _CONV, result, names, cases=cases)


CONV = _conv_op(
    "conv",
    None,
    {
        "tf.nn.convolution": "(input: x, filters: kernel, strides=None, padding='VALID', "
        "data_format=None, dilations=None, name: _ = None)",
        "keras.ops.conv": "(inputs: x, kernel, strides=1, padding='valid', data_format=None, "
        "dilation_rate: dilations = 1)",
    },
    Call((2, 8, 8, 3), (3, 3, 3, 4), padding="valid"),
    Call((2, 8, 3), (3, 3, 4), padding="same", strides=2),
    Call((2, 8, 3), (3, 3, 3, 4), padding="same"),
)
CONV1D = _conv_op(
    "conv1d",
    1,
    {
        "tf.nn.conv1d": "(input: x, filters: kernel, stride: strides, padding, "
        + _REST.format("NWC"),
        "keras.backend.conv1d": _KERAS2.format("1"),
    },
    Call((2, 8, 3), (3, 3, 4), strides=1, padding="SAME"),
    Call((2, 8, 3), (3, 3, 4), strides=2, padding="valid"),
    Call((2, 8, 3), (3, 2, 4), strides=1, padding="SAME"),
)
CONV2D = _conv_op(
    "conv2d",
    2,
    {
        "tf.nn.conv2d": "(input: x, filters: kernel, strides, padding, " + _REST.format("NHWC"),
        "keras.backend.conv2d": _KERAS2.format("(1, 1)"),
    },
    Call((2, 8, 8, 3), (3, 3, 3, 4), strides=1, padding="VALID"),
    Call((2, 8, 9, 3), (3, 3, 3, 4), strides=2, padding="SAME"),
    Call((2, 8, 9, 3), (3, 3, 3, 4), strides=(2, 1), padding="same"),
    Call((2, 8, 8, 3), (3, 3, 3, 4), strides=[1, 2, 2, 1], padding="SAME"),
    Call((2, 8, 8, 3), (3, 3, 2, 4), strides=1, padding="SAME"),
)
CONV3D = _conv_op(
    "conv3d",
    3,
    {"tf.nn.conv3d": "(input: x, filters: kernel, strides, padding, " + _REST.format("NDHWC")},
    Call((2, 4, 4, 4, 3), (2, 2, 2, 3, 5), strides=[1, 1, 1, 1, 1], padding="VALID"),
)


def _depthwise(a: Args) -> TensorType:
    """(batch, ..., in), (..., in, multiplier) -> (batch, ..., in * multiplier)."""
    count = len(a.kernel.shape) - 2
    check_rank("input", a.x.shape, count + 2)
    first = channels_first(a.data_format)
    sizes, channels = spatial(a.x.shape, first)
    *taps, depth, multiplier = a.kernel.shape
    if same(channels, depth) is False:
        raise Mismatch(
            "channels", f"{depth} channels", {"input": a.x.shape, "kernel": a.kernel.shape}
        )
    out = _windows(a, sizes, taps, first)
    dtype = common_dtype([a.x, a.kernel], a.library)
    return TensorType(arranged(a.x.shape[0], out, channels * multiplier, first), dtype)


DEPTHWISE_CONV = OpSpec(
    "depthwise_conv",
    _CONV,
    _depthwise,
    names={
        "tf.nn.depthwise_conv2d": "(input: x, filter: kernel, strides, padding, "
        "data_format=None, dilations=None, name: _ = None)",
        "keras.ops.depthwise_conv": "(inputs: x, kernel, strides=1, padding='valid', "
        "data_format=None, dilation_rate: dilations = 1)",
    },
    cases=(
        Call((2, 8, 8, 3), (3, 3, 3, 2), strides=[1, 1, 1, 1], padding="SAME"),
        Call((2, 8, 8, 3), (3, 3, 3, 2), padding="valid"),
    ),
)


def _conv_transpose(a: Args) -> TensorType:
    """(batch, ..., in), (..., out, in), output shape -> that shape."""
    check_rank("input", a.x.shape, len(a.kernel.shape))
    if len(a.output_shape) != len(a.x.shape):
        raise Mismatch("rank", f"{len(a.x.shape)} sizes", {"output_shape": a.output_shape})
    if same(spatial(a.x.shape, channels_first(a.data_format))[1], a.kernel.shape[-1]) is False:
        raise Mismatch(
            "channels",
            f"{a.kernel.shape[-1]} channels",
            {"input": a.x.shape, "kernel": a.kernel.shape},
        )
    return TensorType(a.output_shape, common_dtype([a.x, a.kernel], a.library))


def _conv_transpose_op(count: int, layout: str, *cases: Call) -> OpSpec:
    def result(a: Args) -> TensorType:
        check_rank("kernel", a.kernel.shape, count + 2)
        return _conv_transpose(a)

    return OpSpec(
        f"conv{count}d_transpose",
        "(x: tensor, kernel: tensor, output_shape: shape, strides, padding='SAME', "
        "data_format=None, dilations=None)",
        result,
        names={
            f"tf.nn.conv{count}d_transpose": "(input: x, filters: kernel, output_shape, "
            f"strides, padding='SAME', data_format='{layout}', dilations=None, name: _ = None)"
        },
        cases=cases,
    )


CONV_TRANSPOSES = (
    _conv_transpose_op(1, "NWC", Call((2, 4, 3), (3, 5, 3), output_shape=(2, 8, 5), strides=2)),
    _conv_transpose_op(
        2,
        "NHWC",
        Call((2, 4, 4, 3), (3, 3, 5, 3), output_shape=(2, 8, 8, 5), strides=2),
        Call((2, 4, 4, 3), (3, 3, 5, 4), output_shape=(2, 8, 8, 5), strides=2),
    ),
    _conv_transpose_op(3, "NDHWC"),
)


def _pool(a: Args) -> TensorType:
    """(batch, ..., channels) -> (batch, fewer ..., channels)."""
    count = len(a.x.shape) - 2
    if count < 1:
        raise Mismatch("rank", "(batch, ..., channels)", {"input": a.x.shape})
    first = channels_first(a.data_format)
    sizes, channels = spatial(a.x.shape, first)
    taps = per_axis(a.size, count, first)
    strides = taps if a.strides is None else per_axis(a.strides, count, first)
    rows = zip(sizes, taps, strides, strict=True)
    out = [window(n, k, s, 1, _padding(a)) for n, k, s in rows]
    return TensorType(arranged(a.x.shape[0], out, channels, first), a.x.dtype)


_POOL = "(x: tensor, size, strides=None, padding='valid', data_format=None)"


def _pool_op(name: str, count: int | None, names: dict[str, str | None], *cases: Call) -> OpSpec:
    """A pooling over `count` axes (None: any)."""

    def result(a: Args) -> TensorType:
        if count is not None:
            check_rank("input", a.x.shape, count + 2)
        return _pool(a)

    return OpSpec(name, _POOL, result, names, cases=cases)


def _pools(kind: str, long: str) -> tuple[OpSpec, ...]:
    plain = "(input: x, ksize: size, strides, padding, data_format={}, name: _ = None)"
    return (
        _pool_op(
            f"{long}_pool",
            None,
            {
                f"tf.nn.{kind}_pool": plain.format("None"),
                f"keras.ops.{long}_pool": "(inputs: x, pool_size: size, strides=None, "
                "padding='valid', data_format=None)",
            },
            Call((2, 8, 8, 3), size=2, strides=2, padding="VALID"),
            Call((2, 9, 8, 3), size=3, strides=2, padding="SAME"),
            Call((2, 8, 3), size=2, strides=2, padding="VALID"),
            Call((2, 8, 8, 3), size=2, padding="valid"),
            Call((2, 8, 8, 3), size=(2, 3), strides=1, padding="same"),
        ),
        _pool_op(
            f"{long}_pool1d",
            1,
            {f"tf.nn.{kind}_pool1d": plain.format("'NWC'")},
            Call((2, 8, 3), size=2, strides=2, padding="VALID"),
        ),
        _pool_op(
            f"{long}_pool2d",
            2,
            {f"tf.nn.{kind}_pool2d": plain.format("'NHWC'")},
            Call((2, 9, 8, 3), size=[1, 3, 3, 1], strides=[1, 2, 2, 1], padding="SAME"),
            Call((2, 8, 3), size=2, strides=2, padding="VALID"),
        ),
    )


MAX_POOLS = _pools("max", "max")
AVERAGE_POOLS = _pools("avg", "average")
