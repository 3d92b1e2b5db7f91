"""Layers that are noise in training and the identity in inference."""

from __future__ import annotations

from ..dims import Dims, less
from ..mismatch import Mismatch
from .base import Args, Case, Fails, LayerSpec, Mask, Training
from .parts import SPACE, axes_text

_CALL = "(inputs: tensor, training: flag = False)"


def _when_positive(c: Args) -> Training:
    return Training.SAME if c.rate == 0 else Training.DIFFERS


def _noise_shape(c: Args, x: Dims) -> Dims:
    """(...) -> (...), the dropout pattern broadcast along the 1s of `noise_shape`."""
    noise = c.noise_shape
    if noise is not None:
        fits = len(noise) == len(x) and not any(
            n is not None and less(1, n) and less(n, d) for n, d in zip(noise, x, strict=False)
        )
        if not fits:
            needs = "a noise_shape that broadcasts to the input"
            raise Mismatch("broadcast", needs, {"": x, "noise_shape": noise}, {}, "", True)
    return x


DROPOUT = LayerSpec(
    "Dropout",
    "(rate: rate, noise_shape: shape = None, seed=None)",
    output=_noise_shape,
    mask=Mask.PASS,
    training=_when_positive,
    call=_CALL,
    cases=(
        Case("Dropout(0.5)", (2, 3)),
        Case("Dropout(0.5, noise_shape=(None, 1, 3))", (2, 5, 3)),
        Case("Dropout(0)", (2, 3)),
        Case("Dropout(1)", (2, 3)),
        Fails("Dropout(20)", (2, 3)),
        Fails("Dropout(-0.1)", (2, 3)),
        Fails("Dropout('0.5')", (2, 3)),
    ),
)
ALPHA_DROPOUT = LayerSpec(
    "AlphaDropout",
    "(rate: share, noise_shape: shape = None, seed=None)",
    mask=Mask.PASS,
    training=_when_positive,
    call=_CALL,
    cases=(Case("AlphaDropout(0.5)", (2, 5, 3)), Fails("AlphaDropout(1.5)", (2, 3))),
)
GAUSSIAN_DROPOUT = LayerSpec(
    "GaussianDropout",
    "(rate: share, seed=None)",
    mask=Mask.PASS,
    training=_when_positive,
    call=_CALL,
    cases=(Case("GaussianDropout(0.5)", (2, 5, 3)), Fails("GaussianDropout(1.5)", (2, 3))),
)
GAUSSIAN_NOISE = LayerSpec(
    "GaussianNoise",
    "(stddev: share, seed=None)",
    mask=Mask.PASS,
    training=lambda c: Training.SAME if c.stddev == 0 else Training.DIFFERS,
    call=_CALL,
    cases=(Case("GaussianNoise(0.5)", (2, 5, 3)), Fails("GaussianNoise(1.5)", (2, 3))),
)


def _spatial_dropout(n: int, sizes: tuple[int, ...]) -> LayerSpec:
    layout = "" if n == 1 else "data_format: data_format = None, "
    name = f"SpatialDropout{n}D"
    return LayerSpec(
        name,
        f"(rate: rate, {layout}seed=None)",
        accepts=axes_text(*SPACE[n], "channels"),
        mask=Mask.PASS,
        training=_when_positive,
        call=_CALL,
        cases=(
            Case(f"{name}(0.5)", (2, *sizes, 3)),
            Fails(f"{name}(0.5)", (2, *sizes)),
            Fails(f"{name}(2)", (2, *sizes, 3)),
        ),
    )


SPATIAL_DROPOUT1D = _spatial_dropout(1, (5,))
SPATIAL_DROPOUT2D = _spatial_dropout(2, (4, 5))
SPATIAL_DROPOUT3D = _spatial_dropout(3, (4, 5, 6))
