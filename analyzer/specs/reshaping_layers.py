"""Layers that rearrange, repeat, pad or crop axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from ..dims import Dim, Dims, less, product, symbol
from ..mismatch import Mismatch
from ..shapes import reshape
from .base import Args, Case, Fails, LayerSpec, input_dtype
from .parts import SPACE, arranged, axes_text, channels, spatial

_EXAMPLE = {1: (8,), 2: (8, 7), 3: (4, 5, 6)}

FLATTEN = LayerSpec(
    "Flatten",
    "(data_format: data_format = None)",
    accepts="(batch, ...)",
    output=lambda c, x: (x[0], product(x[1:])),
    dtype=input_dtype,
    cases=(
        Case("Flatten()", (2, 3, 4)),
        Case("Flatten()", (2,)),
        Case("Flatten()", (None, None, 8)),
        Case("Flatten()", (2, 3, 4), dtype="int32"),
    ),
)


def _target(c: Args, x: Dims) -> tuple[Dim, ...]:
    """The target shape with None, which Keras treats as unknown, made a symbol."""
    return tuple(symbol("d", static=False) if d is None else d for d in c.target_shape)


def _reshape_output(c: Args, x: Dims) -> Dims:
    """(batch, ...) -> (batch, ...target_shape)."""
    return (x[0], *reshape(x[1:], _target(c, x), "target_shape"))


def _check_reshape(c: Args) -> None:
    target = c.target_shape
    if sum(d == -1 for d in target) > 1:
        raise Mismatch("reshape", "at most one -1", {"target_shape": target})


RESHAPE = LayerSpec(
    "Reshape",
    "(target_shape: shape)",
    output=_reshape_output,
    dtype=input_dtype,
    check=_check_reshape,
    cases=(
        Case("Reshape((7, 7, 2))", (2, 98)),
        Case("Reshape((-1, 2))", (2, 6, 3)),
        Case("Reshape((4, 3))", (None, None, 2)),
        Case("Reshape((-1, 8))", (None, None, 8)),
        Case("Reshape((-1, 28, 28, 1))", (2, 784)),
        Case("Reshape((None, 28, 28, 1))", (None, 784)),
        Case("Reshape([6])", (2, 3, 2), dtype="int32"),
        Fails("Reshape((7, 7, 2))", (2, 100)),
        Fails("Reshape((-1, -1, 2))", (2, 8)),
        Fails("Reshape((-1, 3))", (2, 8)),
    ),
)


def _check_permute(c: Args) -> None:
    dims = c.dims
    if sorted(dims) != list(range(1, len(dims) + 1)):
        hint = "axes are counted from 1, the batch axis is left out"
        needs = f"a permutation of 1..{len(dims)}"
        raise Mismatch("permutation", needs, {"dims": tuple(dims)}, {}, hint)


def _permute_output(c: Args, x: Dims) -> Dims:
    """(batch, ...) -> (batch, ...permuted)."""
    if len(x) != len(c.dims) + 1:
        needs = f"{len(c.dims)} axes beside the batch"
        raise Mismatch("rank", needs, {"": x}, {"dims": tuple(c.dims), "rank": len(x)})
    return (x[0], *(x[d] for d in c.dims))


PERMUTE = LayerSpec(
    "Permute",
    "(dims: axes)",
    accepts="(batch, ...)",
    output=_permute_output,
    dtype=input_dtype,
    check=_check_permute,
    cases=(
        Case("Permute((2, 1, 3))", (2, 4, 5, 6)),
        Case("Permute((2, 1))", (None, None, 6)),
        Fails("Permute((1, 0, 2))", (2, 4, 5, 6)),
        Fails("Permute((2, 1))", (2, 4, 5, 6)),
    ),
)
REPEAT_VECTOR = LayerSpec(
    "RepeatVector",
    "(n: loose_size)",
    accepts="(batch, features)",
    output=lambda c, x: (x[0], c.n, x[1]),
    cases=(
        Case("RepeatVector(3)", (2, 4)),
        Case("RepeatVector(3)", (None, None)),
        Fails("RepeatVector(3)", (2, 4, 5)),
        Fails("RepeatVector(0)", (2, 4)),
        Fails("RepeatVector(3.0)", (2, 4)),
    ),
)


def _up_output(c: Args, x: Dims) -> Dims:
    """(batch, ...spatial, channels) -> (batch, ...spatial * size, channels)."""
    space = tuple(d * s for d, s in zip(spatial(c, x), c.size, strict=True))
    return arranged(c, x[0], space, channels(c, x))


def _up_sampling(n: int) -> LayerSpec:
    name, size = f"UpSampling{n}D", {1: "2", 2: "(2, 2)", 3: "(2, 2, 2)"}[n]
    layout = "" if n == 1 else ", data_format: data_format = None"
    if n == 2:
        kinds = "'nearest', 'bilinear', 'bicubic', 'lanczos3', 'lanczos5'"
        layout += f", interpolation: late_one_of({kinds}) = 'nearest'"
    example = _EXAMPLE[n]
    return LayerSpec(
        name,
        f"(size: sizes{n} = {size}{layout})",
        accepts=axes_text(*SPACE[n], "channels"),
        output=_up_output,
        cases=(
            Case(f"{name}()", (2, *example, 3)),
            Case(f"{name}(3)", (None, *(None for _ in example), 3)),
            Fails(f"{name}()", (2, 3)),
            Fails(f"{name}(0)", (2, *example, 3)),
        ),
    )


UP_SAMPLING = tuple(_up_sampling(n) for n in (1, 2, 3))


Side: TypeAlias = "Dim | Sequence[Dim]"


def sides(value: Dim | Sequence[Side], n: int) -> list[tuple[Dim, Dim]]:
    """`padding` or `cropping` of n axes as (before, after) of each."""
    if not isinstance(value, Sequence):
        return [(value, value)] * n
    return [_pair(value)] if n == 1 else [_pair(v) for v in value]


def _pair(side: Side | Sequence[Side]) -> tuple[Dim, Dim]:
    before, after = side if isinstance(side, Sequence) else (side, side)
    assert not isinstance(before, Sequence)
    assert not isinstance(after, Sequence)
    return before, after


def _check_sides(name: str, n: int, c: Args) -> None:
    value = getattr(c, name)
    entries = value if isinstance(value, Sequence) else (value,) * max(n, 2)
    pairs = [e for e in entries if isinstance(e, Sequence)]
    flat = [e for e in entries if not isinstance(e, Sequence)] + [e for p in pairs for e in p]
    formed = len(entries) == max(n, 2) and all(len(p) == 2 for p in pairs)
    if not formed or (n == 1 and pairs) or any(isinstance(e, int) and e < 0 for e in flat):
        needs = "an integer >= 0, one for each axis, or (before, after) for each"
        raise Mismatch("hyperparameter", needs, {name: value})


def _pad_output(c: Args, x: Dims) -> Dims:
    """(batch, ...spatial, channels) -> (batch, ...longer, channels)."""
    space = spatial(c, x)
    pairs = zip(space, sides(c.padding, len(space)), strict=True)
    return arranged(c, x[0], tuple(d + a + b for d, (a, b) in pairs), channels(c, x))


def _zero_padding(n: int) -> LayerSpec:
    name, example = f"ZeroPadding{n}D", _EXAMPLE[n]
    default = {1: "1", 2: "(1, 1)", 3: "((1, 1), (1, 1), (1, 1))"}[n]
    uneven = {1: "(2, 0)", 2: "((1, 2), (0, 3))", 3: "((1, 2), 0, (0, 3))"}[n]
    return LayerSpec(
        name,
        f"(padding: sides = {default}, data_format: data_format = None)",
        accepts=axes_text(*SPACE[n], "channels"),
        output=_pad_output,
        check=lambda c: _check_sides("padding", n, c),
        cases=(
            Case(f"{name}()", (2, *example, 3)),
            Case(f"{name}({uneven})", (None, *(None for _ in example), 3)),
            Case(f"{name}(2, data_format='channels_first')", (2, 3, *example)),
            Fails(f"{name}()", (2, 3)),
            Fails(f"{name}((1, 2, 3, 4))", (2, *example, 3)),
        ),
    )


ZERO_PADDING = tuple(_zero_padding(n) for n in (1, 2, 3))


def _crop_output(c: Args, x: Dims) -> Dims:
    """(batch, ...spatial, channels) -> (batch, ...shorter, channels)."""
    space = spatial(c, x)
    out = []
    for size, (before, after) in zip(space, sides(c.cropping, len(space)), strict=True):
        # Keras 2 lets Cropping3D leave nothing.
        nothing = c.library == "keras2" and len(space) == 3
        if less(before + after, size) is False and not nothing:
            needs = f"more than {before + after} steps to crop ({before}, {after})"
            raise Mismatch("crop", needs, {"": x}, {"steps": size, "cropping": (before, after)})
        out.append(size - before - after)
    return arranged(c, x[0], tuple(out), channels(c, x))


def _cropping(n: int) -> LayerSpec:
    name, example = f"Cropping{n}D", _EXAMPLE[n]
    default = {1: "(1, 1)", 2: "((0, 0), (0, 0))", 3: "((1, 1), (1, 1), (1, 1))"}[n]
    layout = "" if n == 1 else ", data_format: data_format = None"
    uneven = {1: "(2, 0)", 2: "((1, 2), (0, 3))", 3: "((1, 2), (0, 0), (0, 3))"}[n]
    return LayerSpec(
        name,
        f"(cropping: sides = {default}{layout})",
        accepts=axes_text(*SPACE[n], "channels"),
        output=_crop_output,
        check=lambda c: _check_sides("cropping", n, c),
        cases=(
            Case(f"{name}()", (2, *example, 3)),
            Case(f"{name}({uneven})", (None, *(None for _ in example), 3)),
            Fails(f"{name}()", (2, 3)),
            Fails(f"{name}(4)", (2, *example, 3)),
            Fails(f"{name}((1, 2, 3, 4))", (2, *example, 3)),
        ),
    )


CROPPING = tuple(_cropping(n) for n in (1, 2, 3))
