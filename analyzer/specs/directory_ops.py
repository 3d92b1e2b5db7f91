"""Data sets that Keras' utilities read from folders and arrays."""

from __future__ import annotations

from ..dims import symbol
from ..mismatch import Mismatch
from ..unknown import Undecided
from .base import Args, OpSpec, TensorType
from .dataset import Data, Structure

_CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}


def _tensor(shape: tuple[object, ...], dtype: str) -> TensorType:
    return TensorType(shape, dtype, None, "tensor")  # type: ignore[arg-type]


def _labelled(a: Args, batch: tuple[object, ...], x: TensorType) -> Structure:
    """The examples with their labels, by `label_mode`."""
    if a.label_mode is None or a.labels is None:
        return x
    labels = {
        "int": ((), "int32"),
        "binary": ((1,), "float32"),
        "categorical": ((symbol("classes"),), "float32"),
    }.get(a.label_mode)
    if labels is None:
        raise Undecided("label mode")
    shape, dtype = labels
    return x, _tensor((*batch, *shape), dtype)


def _batch(a: Args) -> tuple[object, ...]:
    return () if a.batch_size is None else (symbol("batch"),)


def _split(a: Args, element: Structure) -> object:
    """One dataset, or two for subset "both"."""
    return [Data(element), Data(element)] if a.subset == "both" else Data(element)


def _images(a: Args) -> object:
    """A folder -> (batch, height, width, channels) with labels."""
    if a.color_mode not in _CHANNELS:
        raise Mismatch(
            "argument", 'color_mode "rgb", "rgba" or "grayscale"', {"color_mode": a.color_mode}
        )
    if a.data_format == "channels_first":
        raise Undecided("channels first")
    batch = _batch(a)
    x = _tensor((*batch, *a.image_size, _CHANNELS[a.color_mode]), "float32")
    return _split(a, _labelled(a, batch, x))


_IMAGES = (
    "(directory: _, labels='inferred', label_mode='int', class_names: _ = None, "
    "color_mode='rgb', batch_size=32, image_size=(256, 256), shuffle: _ = True, "
    "seed: _ = None, validation_split: _ = None, subset=None, "
    "interpolation: _ = 'bilinear', follow_links: _ = False, "
    "crop_to_aspect_ratio: _ = False, pad_to_aspect_ratio: _ = False, data_format=None, "
    "format: _ = 'tf', verbose: _ = True)"
)
IMAGE_DATASET = OpSpec(
    "image_dataset_from_directory",
    "(labels='inferred', label_mode='int', color_mode='rgb', batch_size=32, "
    "image_size: sizes2 = (256, 256), subset=None, data_format=None)",
    _images,
    names=dict.fromkeys(
        (
            "keras.utils.image_dataset_from_directory",
            "keras.preprocessing.image_dataset_from_directory",
        ),
        _IMAGES,
    ),
)


def _texts(a: Args) -> object:
    """A folder -> (batch,) strings with labels."""
    batch = _batch(a)
    return _split(a, _labelled(a, batch, _tensor(batch, "string")))


_TEXTS = (
    "(directory: _, labels='inferred', label_mode='int', class_names: _ = None, "
    "batch_size=32, max_length: _ = None, shuffle: _ = True, seed: _ = None, "
    "validation_split: _ = None, subset=None, follow_links: _ = False, format: _ = 'tf', "
    "verbose: _ = True)"
)
TEXT_DATASET = OpSpec(
    "text_dataset_from_directory",
    "(labels='inferred', label_mode='int', batch_size=32, subset=None)",
    _texts,
    names=dict.fromkeys(
        (
            "keras.utils.text_dataset_from_directory",
            "keras.preprocessing.text_dataset_from_directory",
        ),
        _TEXTS,
    ),
)


def _timeseries(a: Args) -> Data:
    """(n, ...), targets (n, ...) -> (batch, length, ...) with (batch, ...)."""
    if a.data.shape is None or not a.data.shape:
        raise Undecided("a series of unknown shape")
    batch = _batch(a)
    x = _tensor((*batch, a.sequence_length, *a.data.shape[1:]), a.data.dtype or "")
    if a.targets is None:
        return Data(x)
    if a.targets.shape is None or not a.targets.shape:
        raise Undecided("targets of unknown shape")
    return Data((x, _tensor((*batch, *a.targets.shape[1:]), a.targets.dtype or "")))


TIMESERIES = OpSpec(
    "timeseries_dataset_from_array",
    "(data: tensor, targets: tensor, sequence_length: size, batch_size=128)",
    _timeseries,
    names={
        "keras.utils.timeseries_dataset_from_array": "(data, targets, sequence_length, "
        "sequence_stride: _ = 1, sampling_rate: _ = 1, batch_size=128, shuffle: _ = False, "
        "seed: _ = None, start_index: _ = None, end_index: _ = None, format: _ = 'tf')"
    },
    any_rank=True,
)


def _split_dataset(a: Args) -> tuple[Data, Data]:
    """One dataset -> two of the same elements."""
    if not isinstance(a.dataset, Data):
        raise Undecided("an unknown dataset")
    return Data(a.dataset.element), Data(a.dataset.element)


SPLIT_DATASET = OpSpec(
    "split_dataset",
    "(dataset: raw)",
    _split_dataset,
    names={
        "keras.utils.split_dataset": "(dataset, left_size: _ = None, right_size: _ = None, "
        "shuffle: _ = False, seed: _ = None, preferred_backend: _ = None)"
    },
)
