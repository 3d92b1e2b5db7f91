"""Depthwise and separable convolutions."""

from __future__ import annotations

from ..dims import Dim, Dims, product
from .base import Args, Case, Fails, LayerSpec, Weight
from .conv_layers import same_rank, windows
from .parts import SPACE, arranged, axes_text, channels, weight

_EXAMPLE = {1: (9,), 2: (8, 7)}


def _depthwise_output(c: Args, x: Dims) -> Dims:
    """(batch, ...spatial, channels) -> (batch, ...shrunk, channels * depth_multiplier)."""
    space = windows(c, x, c.kernel_size, c.dilation_rate)
    return arranged(c, x[0], space, channels(c, x) * c.depth_multiplier)


def _depthwise_weights(c: Args, x: Dims) -> dict[str, Weight]:
    """kernel (...kernel_size, channels, depth_multiplier), bias (channels * multiplier,)."""
    same_rank(c, x, c.kernel_size)
    depth = channels(c, x)
    made = {"kernel": weight(c, "depthwise", (*c.kernel_size, depth, c.depth_multiplier))}
    bias = {"bias": weight(c, "bias", (depth * c.depth_multiplier,))}
    return made | (bias if c.use_bias else {})


def _depthwise(n: int) -> LayerSpec:
    name, one = f"DepthwiseConv{n}D", {1: "1", 2: "(1, 1)"}[n]
    example = _EXAMPLE[n]
    return LayerSpec(
        name,
        f"(kernel_size: sizes{n}, strides: sizes{n} = {one}, "
        "padding: one_of('valid', 'same') = 'valid', depth_multiplier: filters = 1, "
        f"data_format: data_format = None, dilation_rate: sizes{n} = {one}, "
        "activation: activation = None, use_bias: flag = True, "
        "depthwise_initializer: initializer = 'glorot_uniform', "
        "bias_initializer: initializer = 'zeros', depthwise_regularizer: regularizer = None, "
        "bias_regularizer: regularizer = None, activity_regularizer: regularizer = None, "
        "depthwise_constraint: constraint = None, bias_constraint: constraint = None)",
        accepts=axes_text(*SPACE[n], "...", "channels"),
        output=_depthwise_output,
        weights=_depthwise_weights,
        flops=lambda c, x, y: 2 * product(y[1:]) * product(c.kernel_size),
        cases=(
            Case(f"{name}(3)", (2, *example, 3)),
            Case(f"{name}(3, padding='same', depth_multiplier=2)", (2, *example, 3)),
            Case(f"{name}(2, strides=2, use_bias=False)", (None, *(None for _ in example), 3)),
            Fails(f"{name}(3)", (2, *example)),
            Fails(f"{name}(9)", (2, *(3 for _ in example), 3)),
            Fails(f"{name}(3)", (None, *example, None)),
            Fails(f"{name}(3, depth_multiplier=0)", (2, *example, 3)),
        ),
    )


DEPTHWISE_CONV1D, DEPTHWISE_CONV2D = (_depthwise(n) for n in (1, 2))


def _separable_output(c: Args, x: Dims) -> Dims:
    """(batch, ...spatial, channels) -> (batch, ...shrunk, filters)."""
    return arranged(c, x[0], windows(c, x, c.kernel_size, c.dilation_rate), c.filters)


def _separable_weights(c: Args, x: Dims) -> dict[str, Weight]:
    """depthwise_kernel, pointwise_kernel (1, channels * multiplier, filters), bias."""
    same_rank(c, x, c.kernel_size)
    depth, ones = channels(c, x), (1,) * len(c.kernel_size)
    deep = (*c.kernel_size, depth, c.depth_multiplier)
    made = {"depthwise_kernel": weight(c, "depthwise", deep)}
    wide = (*ones, c.depth_multiplier * depth, c.filters)
    made["pointwise_kernel"] = weight(c, "pointwise", wide)
    return made | ({"bias": weight(c, "bias", (c.filters,))} if c.use_bias else {})


def _separable_flops(c: Args, x: Dims, y: Dims) -> Dim:
    depth = channels(c, x) * c.depth_multiplier
    places = product(y[1:]) // c.filters
    return 2 * places * depth * (product(c.kernel_size) + c.filters)


def _separable(n: int) -> LayerSpec:
    name, one = f"SeparableConv{n}D", {1: "1", 2: "(1, 1)"}[n]
    # Keras 2 takes 'causal' for one axis.
    padding = "loose_one_of('valid', 'same')" if n == 1 else "one_of('valid', 'same')"
    example = _EXAMPLE[n]
    return LayerSpec(
        name,
        f"(filters: filters, kernel_size: sizes{n}, strides: sizes{n} = {one}, "
        f"padding: {padding} = 'valid', data_format: data_format = None, "
        f"dilation_rate: sizes{n} = {one}, depth_multiplier: filters = 1, "
        "activation: activation = None, use_bias: flag = True, "
        "depthwise_initializer: initializer = 'glorot_uniform', "
        "pointwise_initializer: initializer = 'glorot_uniform', "
        "bias_initializer: initializer = 'zeros', depthwise_regularizer: regularizer = None, "
        "pointwise_regularizer: regularizer = None, bias_regularizer: regularizer = None, "
        "activity_regularizer: regularizer = None, depthwise_constraint: constraint = None, "
        "pointwise_constraint: constraint = None, bias_constraint: constraint = None)",
        accepts=axes_text(*SPACE[n], "...", "channels"),
        output=_separable_output,
        weights=_separable_weights,
        aliases=(f"SeparableConvolution{n}D",),
        flops=_separable_flops,
        cases=(
            Case(f"{name}(4, 3)", (2, *example, 3)),
            Case(f"{name}(4, 3, padding='same', depth_multiplier=2)", (2, *example, 3)),
            Case(f"{name}(4, 2, strides=2, use_bias=False)", (None, *(None for _ in example), 3)),
            Fails(f"{name}(4, 3)", (2, *example)),
            Fails(f"{name}(4, 9)", (2, *(3 for _ in example), 3)),
            Fails(f"{name}(4, 3)", (None, *example, None)),
            Fails(f"{name}(0, 3)", (2, *example, 3)),
        ),
    )


SEPARABLE_CONV1D, SEPARABLE_CONV2D = (_separable(n) for n in (1, 2))
