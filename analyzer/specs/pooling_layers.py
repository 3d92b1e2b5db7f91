"""Pooling over windows, over whole axes, and to a fixed size."""

from __future__ import annotations

from ..dims import Dims, product
from ..shapes import window
from .base import Args, Case, Fails, LayerSpec, Mask
from .parts import SPACE, arranged, axes_text, channels, channels_first, spatial

_EXAMPLE = {1: (8,), 2: (8, 7), 3: (4, 5, 6)}


def _pool_output(c: Args, x: Dims) -> Dims:
    """(batch, ...spatial, channels) -> (batch, ...shrunk, channels)."""
    strides = c.pool_size if c.strides is None else c.strides
    steps = zip(spatial(c, x), c.pool_size, strides, strict=True)
    space = tuple(window(size, k, s, 1, c.padding.lower(), x) for size, k, s in steps)
    return arranged(c, x[0], space, channels(c, x))


def _pool(kind: str, n: int) -> LayerSpec:
    short = {"Max": "MaxPool", "Average": "AvgPool"}[kind]
    size = {1: "2", 2: "(2, 2)", 3: "(2, 2, 2)"}[n]
    default = f" = {size}" if kind == "Max" else ""
    name, example = f"{kind}Pooling{n}D", _EXAMPLE[n]
    return LayerSpec(
        name,
        f"(pool_size: sizes{n}{default}, strides: strides{n} = None, "
        "padding: late_choice('valid', 'same') = 'valid', data_format: data_format = None)",
        keras2=f"(pool_size: sizes{n} = {size}, strides: strides{n} = None, "
        "padding: one_of('valid', 'same') = 'valid', data_format: data_format = None)",
        accepts=axes_text(*SPACE[n], "channels"),
        output=_pool_output,
        aliases=(f"{short}{n}D",),
        flops=lambda c, x, y: product(y[1:]) * product(c.pool_size),
        cases=(
            Case(f"{name}(2)", (2, *example, 3)),
            Case(f"{name}(3, strides=2, padding='same')", (2, *example, 3)),
            Case(f"{name}(2, strides=1)", (None, *(None for _ in example), 3)),
            Case(f"{name}(2, data_format='channels_first')", (None, 3, *example)),
            Fails(f"{name}(2)", (2, *example)),
            Fails(f"{name}(2)", (2, *(1 for _ in example), 3)),
            Fails(f"{name}(0)", (2, *example, 3)),
            Fails(f"{name}(2, padding='full')", (2, *example, 3)),
        ),
    )


MAX_POOLING1D, MAX_POOLING2D, MAX_POOLING3D = (_pool("Max", n) for n in (1, 2, 3))
AVERAGE_POOLING1D, AVERAGE_POOLING2D, AVERAGE_POOLING3D = (_pool("Average", n) for n in (1, 2, 3))


def _global_output(c: Args, x: Dims) -> Dims:
    """(batch, ...spatial, channels) -> (batch, channels), or with axes of 1."""
    if not c.keepdims:
        return (x[0], channels(c, x))
    return arranged(c, x[0], (1,) * (len(x) - 2), channels(c, x))


def _global_pool(kind: str, n: int) -> LayerSpec:
    short = {"Max": "GlobalMaxPool", "Average": "GlobalAvgPool"}[kind]
    masked = kind == "Average" and n == 1
    name, example = f"Global{kind}Pooling{n}D", _EXAMPLE[n]
    return LayerSpec(
        name,
        "(data_format: data_format = None, keepdims: flag = False)",
        accepts=axes_text(*SPACE[n], "channels"),
        output=_global_output,
        mask=Mask.CONSUME if masked else Mask.DROP,
        call="(inputs: tensor, mask: mask = None)" if masked else "(inputs: tensor)",
        aliases=(f"{short}{n}D",),
        flops=lambda c, x, y: product(x[1:]),
        cases=(
            Case(f"{name}()", (2, *example, 3)),
            Case(f"{name}(keepdims=True)", (None, *(None for _ in example), 3)),
            Case(f"{name}('channels_first')", (2, 3, *example)),
            Fails(f"{name}()", (2, 3)),
        ),
    )


GLOBAL_MAX_POOLING = tuple(_global_pool("Max", n) for n in (1, 2, 3))
GLOBAL_AVERAGE_POOLING = tuple(_global_pool("Average", n) for n in (1, 2, 3))


def _adaptive_output(c: Args, x: Dims) -> Dims:
    """(batch, ...spatial, channels) -> (batch, ...output_size, channels)."""
    size = c.output_size
    space = tuple(size) if isinstance(size, tuple | list) else (size,) * (len(x) - 2)
    return (x[0], x[1], *space) if channels_first(c) else (x[0], *space, x[-1])


def _adaptive_pool(kind: str, n: int) -> LayerSpec:
    name = f"Adaptive{kind}Pooling{n}D"
    return LayerSpec(
        name,
        f"(output_size: late_sizes{n}, data_format: data_format = None)",
        output=_adaptive_output,
        cases=(Case(f"{name}(2)", (2, *_EXAMPLE[n], 3)),),
    )


ADAPTIVE_POOLING = tuple(_adaptive_pool(k, n) for k in ("Max", "Average") for n in (1, 2, 3))
