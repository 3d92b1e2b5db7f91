"""Random changes of images in training."""

from __future__ import annotations

from .base import Case, LayerSpec, Mask, Training
from .preprocessing_layers import resized

_CALL = "(data: tensor, training: flag = True)"
_RANGE = "value_range=(0, 255)"
_LAYOUT = "data_format: data_format = None"
_GEOMETRY = "fill_mode='reflect', interpolation: one_of('nearest', 'bilinear') = 'bilinear', "


def _augmentation(
    name: str, signature: str, example: str, training: Training = Training.DIFFERS
) -> LayerSpec:
    return LayerSpec(
        name,
        f"({signature})",
        mask=Mask.DROP,
        training=training,
        call=_CALL,
        cases=(Case(f"{name}({example})", (2, 8, 8, 3)),),
    )


GEOMETRIC = (
    _augmentation(
        "RandomFlip",
        f"mode='horizontal_and_vertical', seed=None, {_LAYOUT}",
        "",
    ),
    _augmentation(
        "RandomRotation",
        f"factor, {_GEOMETRY}seed=None, fill_value=0.0, {_LAYOUT}",
        "0.2",
    ),
    _augmentation(
        "RandomTranslation",
        f"height_factor, width_factor, {_GEOMETRY}seed=None, fill_value=0.0, {_LAYOUT}",
        "0.2, 0.3",
    ),
    _augmentation(
        "RandomZoom",
        f"height_factor, width_factor=None, {_GEOMETRY}seed=None, fill_value=0.0, {_LAYOUT}",
        "0.2",
    ),
    _augmentation(
        "RandomShear",
        "x_factor=0.0, y_factor=0.0, "
        "interpolation: one_of('nearest', 'bilinear') = 'bilinear', "
        "fill_mode='reflect', "
        f"fill_value=0.0, {_LAYOUT}, seed=None",
        "0.2, 0.2",
    ),
    _augmentation(
        "RandomPerspective",
        "factor=1.0, scale=1.0, "
        "interpolation: one_of('nearest', 'bilinear') = 'bilinear', fill_value=0.0, "
        f"seed=None, {_LAYOUT}",
        "",
    ),
)
COLOURS = (
    _augmentation("RandomBrightness", f"factor, {_RANGE}, seed=None", "0.2"),
    _augmentation("RandomContrast", f"factor, {_RANGE}, seed=None", "0.2"),
    _augmentation("RandomSaturation", f"factor, {_RANGE}, {_LAYOUT}, seed=None", "0.5"),
    _augmentation("RandomHue", f"factor, {_RANGE}, {_LAYOUT}, seed=None", "0.2"),
    _augmentation("RandomSharpness", f"factor, {_RANGE}, {_LAYOUT}, seed=None", "0.2"),
    _augmentation("RandomColorDegeneration", f"factor, {_RANGE}, {_LAYOUT}, seed=None", "0.2"),
    _augmentation("RandomPosterization", f"factor, {_RANGE}, {_LAYOUT}, seed=None", "4"),
    _augmentation("RandomGrayscale", f"factor=0.5, {_LAYOUT}, seed=None", "1.0"),
    _augmentation("RandomInvert", f"factor=1.0, {_RANGE}, seed=None, {_LAYOUT}", ""),
    _augmentation(
        "RandomColorJitter",
        f"{_RANGE}, brightness_factor=None, contrast_factor=None, saturation_factor=None, "
        f"hue_factor=None, seed=None, {_LAYOUT}",
        "brightness_factor=0.5",
    ),
    _augmentation(
        "RandomGaussianBlur",
        f"factor=1.0, kernel_size=3, sigma=1.0, {_RANGE}, {_LAYOUT}, seed=None",
        "",
    ),
    _augmentation(
        "RandomErasing",
        f"factor=1.0, scale=(0.02, 0.33), fill_value=None, {_RANGE}, seed=None, {_LAYOUT}",
        "",
    ),
    _augmentation(
        "Solarization",
        f"addition_factor=0.0, threshold_factor=0.0, {_RANGE}, seed=None",
        "0.5, 0.5",
    ),
    _augmentation("AutoContrast", f"{_RANGE}", "", Training.SAME),
)
RANDOM_CROP = LayerSpec(
    "RandomCrop",
    f"(height: extent, width: extent, seed=None, {_LAYOUT})",
    output=resized,
    training=Training.DIFFERS,
    call=_CALL,
    cases=(Case("RandomCrop(4, 5)", (2, 8, 8, 3)),),
)
