"""Layers that prepare numbers, categories, text and the size of images."""

from __future__ import annotations

from ..dims import Dim, Dims, same, symbol
from ..mismatch import Mismatch
from ..shapes import normalize_axis
from ..unknown import Undecided, Unknown
from .base import Args, Case, Fails, LayerSpec, Weight
from .parts import channels_first, passes_in_keras3

RESCALING = LayerSpec(
    "Rescaling",
    "(scale: number, offset: number = 0.0)",
    mask=passes_in_keras3,
    cases=(
        Case("Rescaling(1 / 255)", (2, 5, 3)),
        Case("Rescaling(2.0, offset=-1.0)", (None, None, 3)),
        Case("Rescaling(0.5)", (2, 3), dtype="int32"),
    ),
)


def image_axes(c: Args, x: Dims) -> tuple[int, int]:
    """The axes of height and width of an image or a batch of images."""
    if not isinstance(x, tuple):
        raise Undecided("images in a structure")
    if len(x) not in (3, 4):
        raise Mismatch("rank", "(batch, height, width, channels)", {"": x}, {"rank": len(x)})
    first = len(x) - 2 if channels_first(c) else len(x) - 3
    return first, first + 1


def resized(c: Args, x: Dims) -> Dims:
    """(..., height, width, channels) -> (..., c.height, c.width, channels)."""
    height, width = image_axes(c, x)
    shape = list(x)
    shape[height], shape[width] = c.height, c.width
    return tuple(shape)


_INTERPOLATION = (
    "interpolation: late_one_of('nearest', 'bilinear', 'bicubic', 'lanczos3', 'lanczos5', "
    "'area') = 'bilinear'"
)
_IMAGE_CALL = "(data: tensor, training: flag = True)"
RESIZING = LayerSpec(
    "Resizing",
    f"(height: extent, width: extent, {_INTERPOLATION}, crop_to_aspect_ratio: flag = False, "
    "pad_to_aspect_ratio: flag = False, fill_mode='constant', fill_value=0.0, "
    "antialias: flag = False, data_format: data_format = None)",
    output=resized,
    call=_IMAGE_CALL,
    cases=(
        Case("Resizing(4, 5)", (2, 8, 7, 3)),
        Case("Resizing(4, 5)", (8, 7, 3)),
        Case("Resizing(4, 5)", (None, None, None, 3)),
    ),
)
CENTER_CROP = LayerSpec(
    "CenterCrop",
    "(height: extent, width: extent, data_format: data_format = None)",
    output=resized,
    call=_IMAGE_CALL,
    cases=(
        Case("CenterCrop(4, 5)", (2, 8, 7, 3)),
        Case("CenterCrop(12, 5)", (2, 8, 7, 3)),
        Fails("CenterCrop(4, 5)", (8, 7)),
    ),
)


def _kept(c: Args, x: Dims) -> Dims:
    """The sizes of the axes that keep their own mean."""
    axis = () if c.axis is None else c.axis
    axes = axis if isinstance(axis, tuple | list) else (axis,)
    return tuple(x[a] for a in sorted(normalize_axis(a, len(x)) for a in axes))


def _normalization_weights(c: Args, x: Dims) -> dict[str, Weight]:
    """mean, variance (kept axes), count (); none where they are given."""
    shape = _kept(c, x)
    if c.mean is not None:
        return {}
    made = {"mean": Weight(shape, "zeros", False), "variance": Weight(shape, "ones", False)}
    return made | {"count": Weight((), "zeros", False, "int64")}


NORMALIZATION = LayerSpec(
    "Normalization",
    "(axis: axes = -1, mean=None, variance=None, invert: flag = False)",
    weights=_normalization_weights,
    mask=passes_in_keras3,
    cases=(
        Case("Normalization()", (2, 5, 3)),
        Case("Normalization(axis=None)", (2, 3)),
        Case("Normalization(axis=(1, 2))", (2, 5, 3)),
        Case("Normalization(mean=3.0, variance=2.0)", (2, 3)),
        Fails("Normalization(axis=3)", (2, 3)),
        Fails("Normalization()", (None, None)),
        Fails("Normalization(mean=3.0)", (2, 3)),
    ),
    check=lambda c: _mean_and_variance(c),
)


def _mean_and_variance(c: Args) -> None:
    given = {"mean": c.mean, "variance": c.variance}
    if (c.mean is None) != (c.variance is None):
        raise Mismatch("arguments", "mean and variance, or neither", given)


def encoded(x: Dims, depth: Dim, one_hot: bool) -> Dims:
    """(..., n) -> (..., depth), or (..., n, depth) for each of several categories."""
    if one_hot and not (len(x) > 1 and x[-1] == 1):
        if len(x) > 1 and same(x[-1], 1) is None:
            raise Undecided("a last axis that may be 1")
        return (*x, depth)
    return (*x[:-1], depth)


def _check_tokens(c: Args) -> None:
    if c.raw("num_tokens") is None:
        raise Mismatch("arguments", "num_tokens", {"num_tokens": None})


CATEGORY_ENCODING = LayerSpec(
    "CategoryEncoding",
    "(num_tokens: tokens = None, output_mode: choice('multi_hot', 'one_hot', 'count', "
    "'binary') = 'multi_hot', sparse: flag = False)",
    output=lambda c, x: encoded(x, c.num_tokens, c.output_mode == "one_hot"),
    call="(inputs: tensor, count_weights: tensor = None)",
    check=_check_tokens,
    cases=(
        Case("CategoryEncoding(4)", (2, 3), dtype="int32"),
        Case("CategoryEncoding(4, output_mode='one_hot')", (2, 3), dtype="int32"),
        Case("CategoryEncoding(4, output_mode='one_hot')", (2, 1), dtype="int32"),
        Case("CategoryEncoding(4, output_mode='count')", (2, 3), dtype="int32"),
        Fails("CategoryEncoding()", (2, 3), dtype="int32"),
        Fails("CategoryEncoding(0)", (2, 3), dtype="int32"),
        Fails("CategoryEncoding(4, output_mode='int')", (2, 3), dtype="int32"),
    ),
)
_MODES = "'int', 'one_hot', 'multi_hot', 'count'"


def _mode_dtype(c: Args, given: object, compute: str | None) -> str | None:
    """Numbers of categories are int64, their encodings floats."""
    return "int64" if c.output_mode == "int" else compute


def _by_mode(c: Args, x: Dims, depth: Dim) -> Dims:
    return tuple(x) if c.output_mode == "int" else encoded(x, depth, c.output_mode == "one_hot")


HASHING = LayerSpec(
    "Hashing",
    "(num_bins: extent, mask_value=None, salt=None, "
    f"output_mode: choice({_MODES}) = 'int', sparse: flag = False)",
    output=lambda c, x: _by_mode(c, x, c.num_bins),
    dtype=_mode_dtype,
    cases=(
        Case("Hashing(4)", (2, 3), dtype="int32"),
        Case("Hashing(4, output_mode='one_hot')", (2, 1), dtype="int32"),
        Case("Hashing(4, output_mode='multi_hot')", (2, 3), dtype="int32"),
    ),
)


def _bins(c: Args) -> Dim:
    if c.raw("bin_boundaries") is None:
        return c.num_bins
    return len(c.bin_boundaries) + 1


DISCRETIZATION = LayerSpec(
    "Discretization",
    "(bin_boundaries=None, num_bins: extent = None, epsilon=0.01, "
    f"output_mode: choice({_MODES}) = 'int', sparse: flag = False)",
    output=lambda c, x: _by_mode(c, x, _bins(c)),
    dtype=lambda c, given, compute: "int32" if c.output_mode == "int" else compute,
    cases=(
        Case("Discretization([0.0, 1.0, 2.0])", (2, 3)),
        Case("Discretization([0.0, 1.0], output_mode='one_hot')", (2, 3)),
    ),
)


def _check_crossed(x: object) -> list[Dims]:
    if not isinstance(x, list) or len(x) != 2:
        raise Mismatch("arity", "a list of 2 tensors", {"": x})
    return x


def _crossed(c: Args, x: list[Dims]) -> Dims:
    """[(batch, 1), (batch, 1)] -> (batch, 1), or (batch, num_bins)."""
    return _by_mode(c, _check_crossed(x)[0], c.num_bins)


HASHED_CROSSING = LayerSpec(
    "HashedCrossing",
    "(num_bins: extent, output_mode: choice('int', 'one_hot') = 'int', sparse: flag = False)",
    output=_crossed,
    call="(inputs: tensors)",
    dtype=_mode_dtype,
    cases=(
        Case("HashedCrossing(4)", [(2, 1), (2, 1)], dtype="int32"),
        Case("HashedCrossing(4, output_mode='one_hot')", [(2, 1), (2, 1)], dtype="int32"),
    ),
)


def _vocabulary_size(c: Args) -> Dim:
    """Tokens and those of unknown words, the mask left out; a symbol where learnt."""
    if c.pad_to_max_tokens and c.raw("max_tokens") is not None:
        return c.max_tokens
    words = c.raw("vocabulary")
    if not isinstance(words, tuple | list) or any(isinstance(w, Unknown) for w in words):
        return symbol("vocabulary")
    masks = c.raw("mask_token") is not None and c.raw("mask_token") in words
    unknown = 0 if c.get("oov_token") in words else c.num_oov_indices
    return len(words) + unknown - masks


def _looked_up(c: Args, x: Dims) -> Dims:
    """(...) -> (...), or with the size of the vocabulary."""
    return tuple(x) if c.output_mode == "int" else _by_mode(c, x, _vocabulary_size(c))


def _lookup_dtype(c: Args, given: object, compute: str | None) -> str | None:
    """Numbers are int64. Encodings: Keras says floats of symbols, and gives int64."""
    return "int64" if c.output_mode == "int" else None


_LOOKUP_MODES = f"{_MODES}, 'tf_idf', 'binary', 'tf-idf'"
STRING_LOOKUP = LayerSpec(
    "StringLookup",
    "(max_tokens: extent = None, num_oov_indices: extent = 1, mask_token=None, "
    "oov_token='[UNK]', vocabulary=None, idf_weights=None, invert: flag = False, "
    f"output_mode: choice({_LOOKUP_MODES}) = 'int', pad_to_max_tokens: flag = False, "
    "sparse: flag = False, encoding='utf-8', name=None, salt=None, "
    "*, vocabulary_size=None, has_input_vocabulary=None)",
    output=_looked_up,
    dtype=lambda c, given, compute: "string" if c.invert else _lookup_dtype(c, given, compute),
    cases=(
        Case("StringLookup(vocabulary=['a', 'b'])", (2, 3), dtype="string"),
        Case("StringLookup(vocabulary=['a', 'b'], output_mode='one_hot')", (2, 1), dtype="string"),
        Case(
            "StringLookup(vocabulary=['a', 'b'], output_mode='multi_hot')",
            (2, 3),
            dtype="string",
        ),
    ),
)
INTEGER_LOOKUP = LayerSpec(
    "IntegerLookup",
    "(max_tokens: extent = None, num_oov_indices: extent = 1, mask_token=None, oov_token=-1, "
    "vocabulary=None, vocabulary_dtype='int64', idf_weights=None, invert: flag = False, "
    f"output_mode: choice({_LOOKUP_MODES}) = 'int', sparse: flag = False, "
    "pad_to_max_tokens: flag = False, oov_method='floormod', salt=None, "
    "*, vocabulary_size=None, has_input_vocabulary=None)",
    output=_looked_up,
    dtype=_lookup_dtype,
    cases=(
        Case("IntegerLookup(vocabulary=[1, 2, 3])", (2, 3), dtype="int64"),
        Case("IntegerLookup(vocabulary=[1, 2], output_mode='one_hot')", (2, 1), dtype="int64"),
        Case(
            "IntegerLookup(vocabulary=[1, 2], mask_token=0, output_mode='count')",
            (2, 3),
            dtype="int64",
        ),
    ),
)


def _vectorized(c: Args, x: Dims) -> Dims:
    """(batch,) or (batch, 1) -> (batch, words), or (batch, vocabulary)."""
    if c.output_mode == "int":
        length = c.output_sequence_length
        return (x[0], symbol("words", static=False) if length is None else length)
    if c.pad_to_max_tokens and c.raw("max_tokens") is not None:
        return (x[0], c.max_tokens)
    words = c.raw("vocabulary")
    if not isinstance(words, tuple | list):
        return (x[0], symbol("vocabulary"))
    return (x[0], len(words) + 1)


TEXT_VECTORIZATION = LayerSpec(
    "TextVectorization",
    "(max_tokens: extent = None, standardize='lower_and_strip_punctuation', "
    "split='whitespace', ngrams=None, "
    f"output_mode: choice({_LOOKUP_MODES}) = 'int', output_sequence_length: extent = None, "
    "pad_to_max_tokens: flag = False, vocabulary=None, idf_weights=None, "
    "sparse: flag = False, ragged: flag = False, encoding='utf-8', "
    "*, vocabulary_size=None, has_input_vocabulary=None)",
    output=_vectorized,
    dtype=_lookup_dtype,
    cases=(
        Case(
            "TextVectorization(vocabulary=['a', 'b'], output_sequence_length=4)",
            (2,),
            dtype="string",
        ),
        Case(
            "TextVectorization(vocabulary=['a', 'b'], output_mode='multi_hot')",
            (2,),
            dtype="string",
        ),
    ),
)
