"""Images as tensors: (batch, height, width, channels), or one image without batch."""

from __future__ import annotations

from collections.abc import Callable

from ..dims import Dim, Dims, symbol
from ..mismatch import Mismatch
from ..unknown import Undecided
from . import dtypes
from .base import Args, Call, OpSpec, TensorType


def _image(shape: Dims) -> tuple[Dims, Dim]:
    """The leading dims and the channels of one image or a batch."""
    if len(shape) not in (3, 4):
        raise Mismatch("rank", "(height, width, channels), or a batch of it", {"images": shape})
    return shape[:-3], shape[-1]


def _sized(x: TensorType, height: Dim, width: Dim, dtype: str | None) -> TensorType:
    batch, channels = _image(x.shape)
    return TensorType((*batch, height, width, channels), dtype)


def _resize(a: Args) -> TensorType:
    """(..., h, w, c), (height, width) -> (..., height, width, c)."""
    if a.preserve_aspect_ratio:
        raise Undecided("aspect ratio kept")
    if len(a.size) != 2:
        raise Mismatch("argument", "a size (height, width)", {"size": a.size})
    return _sized(a.x, *a.size, _resized_dtype(a))


def _resized_dtype(a: Args) -> str | None:
    """float32, but nearest neighbours keep the dtype."""
    method = a.method if isinstance(a.method, str) else None
    if method is None:
        return None
    return a.x.dtype if method.lower() == "nearest" else "float32"


RESIZE = OpSpec(
    "image_resize",
    "(x: tensor, size: shape, method='bilinear', preserve_aspect_ratio=False)",
    _resize,
    names={
        "tf.image.resize": "(images: x, size, method='bilinear', "
        "preserve_aspect_ratio=False, antialias: _ = False, name: _ = None)"
    },
    cases=(
        Call((2, 4, 5, 3), size=(8, 9)),
        Call((4, 5, 3), size=[8, 9], of="uint8"),
        Call((4, 5, 3), size=[8, 9], method="nearest", of="uint8"),
        Call((4, 5), size=[8, 9]),
    ),
)


def _targeted(keep: bool) -> Callable[[Args], TensorType]:
    def result(a: Args) -> TensorType:
        return _sized(a.x, a.height, a.width, a.x.dtype if keep else "float32")

    return result


_TARGET = "(x: tensor, height: size, width: size)"
_CASES = (
    Call((2, 4, 5, 3), height=3, width=2),
    Call((4, 5, 3), height=3, width=2),
    Call((4, 5), height=3, width=2),
)
RESIZE_WITH_PAD = OpSpec(
    "image_resize_with_pad",
    _TARGET,
    _targeted(False),
    names={
        "tf.image.resize_with_pad": "(image: x, target_height: height, "
        "target_width: width, method: _ = 'bilinear', antialias: _ = False)"
    },
    cases=_CASES,
)
CROP_OR_PAD = OpSpec(
    "image_crop_or_pad",
    _TARGET,
    _targeted(True),
    names={
        "tf.image.resize_with_crop_or_pad": "(image: x, target_height: height, target_width: width)"
    },
    cases=_CASES,
)
TO_BOX = OpSpec(
    "image_to_box",
    "(x: tensor, top: size, left: size, height: size, width: size)",
    _targeted(True),
    names={
        f"tf.image.{name}_to_bounding_box": "(image: x, offset_height: top, "
        "offset_width: left, target_height: height, target_width: width)"
        for name in ("crop", "pad")
    },
)


def _kept(a: Args) -> TensorType:
    """(..., h, w, c) -> (..., h, w, c)."""
    _image(a.x.shape)
    return TensorType(a.x.shape, a.x.dtype)


SAME_IMAGE = OpSpec(
    "image_same",
    "(x: tensor)",
    _kept,
    names={
        "tf.image.flip_left_right": "(image: x)",
        "tf.image.flip_up_down": "(image: x)",
        "tf.image.adjust_brightness": "(image: x, delta: _)",
        "tf.image.adjust_contrast": "(images: x, contrast_factor: _)",
        "tf.image.adjust_saturation": "(image: x, saturation_factor: _, name: _ = None)",
        "tf.image.adjust_hue": "(image: x, delta: _, name: _ = None)",
        "tf.image.per_image_standardization": "(image: x)",
        "tf.image.random_flip_left_right": "(image: x, seed: _ = None)",
        "tf.image.random_flip_up_down": "(image: x, seed: _ = None)",
        "tf.image.random_brightness": "(image: x, max_delta: _, seed: _ = None)",
        "tf.image.random_contrast": "(image: x, lower: _, upper: _, seed: _ = None)",
        "tf.image.random_saturation": "(image: x, lower: _, upper: _, seed: _ = None)",
        "tf.image.random_hue": "(image: x, max_delta: _, seed: _ = None)",
        "tf.image.stateless_random_brightness": "(image: x, max_delta: _, seed: _)",
        "tf.image.stateless_random_contrast": "(image: x, lower: _, upper: _, seed: _)",
    },
    cases=(Call((2, 4, 5, 3)), Call((4, 5, 3))),
)


def _random_crop(a: Args) -> TensorType:
    """A tensor and a size -> a part of that size."""
    if len(a.size) != len(a.x.shape):
        raise Mismatch("rank", f"{len(a.x.shape)} sizes", {"size": a.size})
    shape = tuple(h if s == -1 else s for h, s in zip(a.x.shape, a.size, strict=True))
    return TensorType(shape, a.x.dtype)


RANDOM_CROP = OpSpec(
    "image_random_crop",
    "(x: tensor, size: shape)",
    _random_crop,
    names={
        "tf.image.random_crop": "(value: x, size, seed: _ = None, name: _ = None)",
        "tf.image.stateless_random_crop": "(value: x, size, seed: _, name: _ = None)",
    },
    cases=(Call((8, 8, 3), size=(4, 4, 3)),),
)


def _converted(a: Args) -> TensorType:
    """(...) -> (...) of another dtype."""
    return TensorType(a.x.shape, a.dtype)


CONVERT_IMAGE_DTYPE = OpSpec(
    "convert_image_dtype",
    "(x: tensor, dtype: dtype)",
    _converted,
    names={
        "tf.image.convert_image_dtype": "(image: x, dtype, saturate: _ = False, name: _ = None)"
    },
    any_rank=True,
    cases=(Call((4, 5, 3), dtype="float32", of="uint8"),),
)


def _grey(a: Args) -> TensorType:
    """(..., 3) -> (..., 1)."""
    if not a.x.shape or (isinstance(a.x.shape[-1], int) and a.x.shape[-1] != 3):
        raise Mismatch("channels", "3 channels", {"images": a.x.shape})
    return TensorType((*a.x.shape[:-1], 1), a.x.dtype)


RGB_TO_GREY = OpSpec(
    "rgb_to_grayscale",
    "(x: tensor)",
    _grey,
    names={"tf.image.rgb_to_grayscale": "(images: x, name: _ = None)"},
    cases=(Call((2, 4, 5, 3)), Call((4, 5, 2))),
)


def _turned(a: Args) -> TensorType:
    """(..., h, w, c) -> (..., w, h, c) for odd k."""
    batch, channels = _image(a.x.shape)
    height, width = a.x.shape[-3:-1]
    if a.k % 2:
        height, width = width, height
    return TensorType((*batch, height, width, channels), a.x.dtype)


ROT90_IMAGE = OpSpec(
    "image_rot90",
    "(x: tensor, k=1)",
    _turned,
    names={"tf.image.rot90": "(image: x, k=1, name: _ = None)"},
    cases=(Call((2, 4, 5, 3)), Call((4, 5, 3), k=2)),
)


def _decoded(a: Args) -> TensorType:
    """A string -> (height, width, channels)."""
    channels = a.channels if isinstance(a.channels, int) and a.channels > 0 else None
    last = symbol("channels") if channels is None else channels
    dtype = a.dtype if a.dtype in dtypes.NAMES else "uint8"
    return TensorType((symbol("height"), symbol("width"), last), dtype)


_JPEG = (
    "(contents: _, channels=0, ratio: _ = 1, fancy_upscaling: _ = True, "
    "try_recover_truncated: _ = False, acceptable_fraction: _ = 1, dct_method: _ = '', "
    "name: _ = None)"
)
_PNG = "(contents: _, channels=0, dtype='uint8', name: _ = None)"
DECODE = OpSpec(
    "decode_image",
    "(channels=0, dtype: dtype = 'uint8')",
    _decoded,
    names={
        "tf.image.decode_jpeg": _JPEG,
        "tf.io.decode_jpeg": _JPEG,
        "tf.image.decode_png": _PNG,
        "tf.io.decode_png": _PNG,
    },
)


def _per_image(a: Args) -> TensorType:
    """(..., h, w, c), (..., h, w, c) -> (...)."""
    return TensorType(a.x1.shape[:-3], "float32")


COMPARE_IMAGES = OpSpec(
    "compare_images",
    "(x1: tensor, x2: tensor)",
    _per_image,
    names={
        "tf.image.psnr": "(a: x1, b: x2, max_val: _, name: _ = None)",
        "tf.image.ssim": "(img1: x1, img2: x2, max_val: _, filter_size: _ = 11, "
        "filter_sigma: _ = 1.5, k1: _ = 0.01, k2: _ = 0.03, "
        "return_index_map: _ = False)",
    },
)
