"""Convolutions and transposed convolutions."""

from __future__ import annotations

from ..dims import Dim, Dims, less, maximum, mod, product, same
from ..mismatch import Mismatch
from ..shapes import window
from .base import Args, Case, Fails, LayerSpec, Weight
from .parts import SPACE, arranged, axes_text, channels, spatial, weight

_TAIL = (
    "activation: activation = None, use_bias: flag = True, "
    "kernel_initializer: initializer = 'glorot_uniform', "
    "bias_initializer: initializer = 'zeros', kernel_regularizer: regularizer = None, "
    "bias_regularizer: regularizer = None, activity_regularizer: regularizer = None, "
    "kernel_constraint: constraint = None, bias_constraint: constraint = None)"
)


def _filters_divide(c: Args) -> None:
    if same(mod(c.filters, c.groups), 0) is False:
        names = {"filters": c.filters, "groups": c.groups}
        raise Mismatch("groups", "filters divisible by groups", {}, names)


def strides_or_dilation(c: Args) -> None:
    """Keras rejects strides and dilation together."""
    strides, dilation = c.strides, c.dilation_rate
    if any(less(1, s) for s in strides) and any(less(1, d) for d in dilation):
        names = {"strides": strides, "dilation_rate": dilation}
        raise Mismatch("arguments", "strides=1 or dilation_rate=1", {}, names)


def _check_conv(c: Args) -> None:
    _filters_divide(c)
    strides_or_dilation(c)


def same_rank(c: Args, x: Dims, kernel: Dims) -> None:
    """One kernel axis for each spatial axis; Keras 2 takes more batch axes."""
    batches = len(x) - len(kernel) - 1
    if batches != 1 and not (batches > 1 and c.library == "keras2"):
        needs = axes_text(*SPACE[len(kernel)], "channels")
        raise Mismatch("rank", needs, {"": x}, {"rank": len(x)})


def batched(x: Dims, kernel: Dims) -> tuple[Dims, Dims]:
    """(...batches, batch, ...spatial, channels) -> the extra batch axes, the rest."""
    extra = max(len(x) - len(kernel) - 2, 0)
    return x[:extra], x[extra:]


def windows(c: Args, x: Dims, kernel: Dims, dilation: Dims) -> Dims:
    """(batch, ...spatial, channels) -> (...spatial) after a sliding window."""
    same_rank(c, x, kernel)
    steps = zip(spatial(c, x), kernel, c.strides, dilation, strict=True)
    padding = c.padding.lower()
    return tuple(window(size, k, s, d, padding, x) for size, k, s, d in steps)


def _conv_output(c: Args, x: Dims) -> Dims:
    """(batch, ...spatial, channels) -> (batch, ...shrunk, filters)."""
    same_rank(c, x, c.kernel_size)
    extra, one = batched(x, c.kernel_size)
    space = windows(c, one, c.kernel_size, c.dilation_rate)
    return (*extra, *arranged(c, one[0], space, c.filters))


def _conv_weights(c: Args, x: Dims) -> dict[str, Weight]:
    """kernel (...kernel_size, channels // groups, filters), bias (filters,)."""
    same_rank(c, x, c.kernel_size)
    depth = channels(c, batched(x, c.kernel_size)[1])
    if same(mod(depth, c.groups), 0) is False:
        names = {"channels": depth, "groups": c.groups}
        raise Mismatch("groups", "channels divisible by groups", {"": x}, names)
    kernel = weight(c, "kernel", (*c.kernel_size, depth // c.groups, c.filters))
    return {"kernel": kernel} | ({"bias": weight(c, "bias", (c.filters,))} if c.use_bias else {})


def _conv_flops(c: Args, x: Dims, y: Dims) -> Dim:
    return 2 * product(y[1:]) * product(c.kernel_size) * (channels(c, x) // c.groups)


def _conv(n: int, aliases: tuple[str, ...], cases: tuple[Case, ...]) -> LayerSpec:
    paddings = "'valid', 'same', 'causal'" if n == 1 else "'valid', 'same'"
    one = {1: "1", 2: "(1, 1)", 3: "(1, 1, 1)"}[n]
    return LayerSpec(
        f"Conv{n}D",
        f"(filters: filters, kernel_size: sizes{n}, strides: sizes{n} = {one}, "
        f"padding: one_of({paddings}) = 'valid', data_format: data_format = None, "
        f"dilation_rate: sizes{n} = {one}, groups: count = 1, {_TAIL}",
        accepts=axes_text(*SPACE[n], "...", "channels"),
        output=_conv_output,
        weights=_conv_weights,
        check=_check_conv,
        aliases=aliases,
        flops=_conv_flops,
        cases=cases,
    )


CONV1D = _conv(
    1,
    ("Convolution1D",),
    (
        Case("Conv1D(4, 3)", (2, 9, 3)),
        Case("Conv1D(4, 3, padding='causal', dilation_rate=2)", (2, 9, 3)),
        Case("Conv1D(4, 3, padding='SAME', strides=2, use_bias=False)", (2, 9, 3)),
        Case("Conv1D(4, 2, strides=3)", (2, 9, 3)),
        Case("Conv1D(4, 5)", (None, None, 3)),
        Case("Conv1D(4, 3, data_format='channels_first')", (None, 3, 9)),
        Case("Conv1D(4, 9)", (2, 9, 3)),
        Fails("Conv1D(4, 5)", (2, 3, 2)),
        Fails("Conv1D(4, 3, dilation_rate=5)", (2, 10, 2)),
        Fails("Conv1D(4, 3)", (2, 9)),
        Fails("Conv1D(4, 3)", (2, 9, 3, 1)),
        Fails("Conv1D(4, 3)", (None, 9, None)),
        Fails("Conv1D(4, 3, padding='full')", (2, 9, 3)),
    ),
)
CONV2D = _conv(
    2,
    ("Convolution2D",),
    (
        Case("Conv2D(4, 3)", (2, 8, 7, 3)),
        Case("Conv2D(4, (3, 2), strides=(1, 2), padding='same')", (2, 8, 7, 3)),
        Case("Conv2D(4, 3, dilation_rate=(2, 1))", (2, 8, 7, 3)),
        Case("Conv2D(8, 3, groups=4)", (2, 8, 8, 8)),
        Case("Conv2D(4, [3, 3], use_bias=False)", (None, None, None, 3)),
        Case("Conv2D(4, 3, data_format='channels_first')", (None, 3, 8, 8)),
        Case("Conv2D(4, 3, strides=2)", (2, 28, 28, 1)),
        Fails("Conv2D(8, 3)", (2, 28, 28)),
        Fails("Conv2D(4, 3)", (2, 5, 8, 8, 3)),
        Fails("Conv2D(4, 3)", (None, 28, 28, None)),
        Fails("Conv2D(8, 3, groups=4)", (2, 16, 16, 6)),
        Fails("Conv2D(6, 3, groups=4)", (2, 16, 16, 8)),
        Fails("Conv2D(8, 3, strides=2, dilation_rate=2)", (2, 16, 16, 3)),
        Fails("Conv2D(32, (3, 3, 3))", (2, 8, 8, 3)),
        Fails("Conv2D(4, 3, padding='causal')", (2, 8, 8, 3)),
        Fails("Conv2D(4, 3, padding='full')", (2, 8, 8, 3)),
        Fails("Conv2D(0, 3)", (2, 8, 8, 3)),
        Fails("Conv2D(32.0, 3)", (2, 8, 8, 3)),
        Fails("Conv2D(4, 3)", (2, 2, 8, 3)),
    ),
)
CONV3D = _conv(
    3,
    ("Convolution3D",),
    (
        Case("Conv3D(4, 2)", (2, 4, 5, 6, 3)),
        Case("Conv3D(4, (1, 2, 3), strides=2, padding='same')", (2, 4, 5, 6, 3)),
        Fails("Conv3D(4, 2)", (2, 4, 5, 3)),
        Fails("Conv3D(4, 5)", (2, 4, 5, 6, 3)),
    ),
)


def _check_transpose(c: Args) -> None:
    if c.output_padding is not None:
        pairs = list(zip(c.output_padding, c.strides, strict=False))
        if any(isinstance(p, int) and isinstance(s, int) and p >= s for p, s in pairs):
            names = {"output_padding": c.output_padding, "strides": c.strides}
            raise Mismatch("arguments", "output_padding smaller than strides", {}, names)
    strides_or_dilation(c)


def _stretched(c: Args, axis: int, size: Dim) -> Dim:
    """The length of one axis after a transposed convolution."""
    stride, extra = c.strides[axis], None
    if c.output_padding is not None:
        extra = c.output_padding[axis]
    span = (c.kernel_size[axis] - 1) * c.dilation_rate[axis] + 1
    if c.padding.lower() == "valid":
        rest = maximum(span, stride) - span if extra is None else extra
        return (size - 1) * stride + span + rest
    return size * stride if extra is None else (size - 1) * stride + span % 2 + extra


def _transpose_output(c: Args, x: Dims) -> Dims:
    """(batch, ...spatial, channels) -> (batch, ...stretched, filters)."""
    same_rank(c, x, c.kernel_size)
    space = tuple(_stretched(c, i, size) for i, size in enumerate(spatial(c, x)))
    return arranged(c, x[0], space, c.filters)


def _transpose_weights(c: Args, x: Dims) -> dict[str, Weight]:
    """kernel (...kernel_size, filters, channels), bias (filters,)."""
    kernel = weight(c, "kernel", (*c.kernel_size, c.filters, channels(c, x)))
    return {"kernel": kernel} | ({"bias": weight(c, "bias", (c.filters,))} if c.use_bias else {})


def _transpose_flops(c: Args, x: Dims, y: Dims) -> Dim:
    return 2 * product(x[1:]) * product(c.kernel_size) * c.filters


def _conv_transpose(n: int, cases: tuple[Case, ...]) -> LayerSpec:
    one = {1: "1", 2: "(1, 1)", 3: "(1, 1, 1)"}[n]
    extra = f"output_padding: paddings{n} = None"
    layout = "data_format: data_format = None"
    middle = f"{layout}, {extra}" if n == 3 else f"{extra}, {layout}"  # so in Keras
    return LayerSpec(
        f"Conv{n}DTranspose",
        f"(filters: filters, kernel_size: sizes{n}, strides: sizes{n} = {one}, "
        f"padding: one_of('valid', 'same') = 'valid', {middle}, "
        f"dilation_rate: sizes{n} = {one}, {_TAIL}",
        accepts=axes_text(*SPACE[n], "...", "channels"),
        output=_transpose_output,
        weights=_transpose_weights,
        check=_check_transpose,
        aliases=(f"Convolution{n}DTranspose",),
        legacy=("Deconvolution2D", "Deconv2D") if n == 2 else (),
        flops=_transpose_flops,
        cases=cases,
    )


CONV1D_TRANSPOSE = _conv_transpose(
    1,
    (
        Case("Conv1DTranspose(4, 3)", (2, 9, 3)),
        Case("Conv1DTranspose(4, 3, strides=2, padding='same')", (2, 9, 3)),
        Case("Conv1DTranspose(4, 2, strides=3)", (2, 9, 3)),
        Case("Conv1DTranspose(4, 3)", (None, None, 3)),
        Fails("Conv1DTranspose(4, 3)", (2, 9)),
        Fails("Conv1DTranspose(4, 3)", (None, 9, None)),
        Fails("Conv1DTranspose(4, 3, padding='causal')", (2, 9, 3)),
    ),
)
CONV2D_TRANSPOSE = _conv_transpose(
    2,
    (
        Case("Conv2DTranspose(16, 3)", (2, 4, 4, 1)),
        Case("Conv2DTranspose(4, 3, strides=2, output_padding=1)", (2, 8, 8, 3)),
        Case(
            "Conv2DTranspose(4, (3, 2), strides=2, padding='same', output_padding=1)", (2, 8, 7, 3)
        ),
        Case("Conv2DTranspose(4, 3, strides=(2, 3), padding='same', use_bias=False)", (2, 8, 7, 3)),
        Case("Conv2DTranspose(4, 3, data_format='channels_first')", (None, 3, 8, 8)),
        Fails("Conv2DTranspose(4, 3, strides=2, output_padding=2)", (2, 8, 8, 3)),
        Fails("Conv2DTranspose(8, 3, strides=2, dilation_rate=2)", (2, 16, 16, 3)),
        Fails("Conv2DTranspose(4, 3)", (2, 8, 8)),
        Fails("Conv2DTranspose(4, 3)", (None, 8, 8, None)),
    ),
)
CONV3D_TRANSPOSE = _conv_transpose(
    3,
    (
        Case("Conv3DTranspose(4, 2)", (2, 4, 5, 6, 3)),
        Case("Conv3DTranspose(4, 2, strides=(1, 2, 3), padding='same')", (2, 4, 5, 6, 3)),
        Fails("Conv3DTranspose(4, 2)", (2, 5, 6, 3)),
    ),
)
