"""What `fit`, `evaluate` and `predict` accept as data, as batches of (x, y, sample weights)."""

from __future__ import annotations

import math
import random
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import structure
from ..data.dataset import INFINITE, Dataset
from ..dtypes import default_float
from ..errors import ModelError
from ..tensor import TensorLike
from .sequence import PyDataset

Batch = tuple[Any, Any, Any]


@dataclass(frozen=True)
class Data:
    """Batches of one pass: `batches()` starts it, `count` is None where it is not known."""

    batches: Callable[[], Iterator[Batch]]
    count: int | None = None
    on_epoch_end: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Options:
    """How data is cut into batches."""

    batch_size: int | None = None
    shuffle: Any = False
    class_weight: dict[int, float] | None = None
    steps: int | None = None


def make_data(x: Any, y: Any, sample_weight: Any, options: Options) -> Data:
    """Data from what the user passed."""
    if isinstance(x, Dataset):
        _only_x("a Dataset", y, sample_weight, options)
        count = None if x.cardinality() < 0 else x.cardinality()
        return Data(lambda: _unpacked(x.as_numpy_iterator(), options), count)
    if isinstance(x, PyDataset) or (hasattr(x, "__getitem__") and hasattr(x, "on_epoch_end")):
        _only_x("a PyDataset", y, sample_weight, options)
        return _from_sequence(x, options)
    if hasattr(x, "__next__") or _is_loader(x):
        _only_x("a generator", y, sample_weight, options)
        return _from_iterable(x, options)
    return _from_arrays(x, y, sample_weight, options)


def _only_x(what: str, y: Any, sample_weight: Any, options: Options) -> None:
    if y is not None or sample_weight is not None:
        name = "y" if y is not None else "sample_weight"
        raise ValueError(
            f"{name} cannot be given when x is {what}, which yields (x, y) or (x, y, weights)"
        )


def _is_loader(x: Any) -> bool:
    """Whether an object is an iterable of batches that is no array and no structure."""
    plain = structure.is_nested(x) or isinstance(x, np.ndarray | TensorLike | str)
    return not plain and hasattr(x, "__iter__") and not hasattr(x, "__array__")


def unpack(data: Any) -> Batch:
    """(x,), (x, y) or (x, y, sample_weight) -> three parts, None where one is missing."""
    if isinstance(data, list):
        data = tuple(data)
    if not isinstance(data, tuple):
        return data, None, None
    if len(data) > 3:
        raise ModelError(
            "data", "(x,), (x, y) or (x, y, sample_weight)", {"": f"{len(data)} parts"}
        )
    return (*data, None, None)[:3]  # type: ignore[return-value]


def _weights(y: Any, given: Any, options: Options) -> Any:
    if options.class_weight is None:
        return given
    if given is not None:
        raise ValueError("class_weight and sample_weight cannot be given at the same time")
    if structure.is_nested(y):
        raise ValueError("class_weight is for models with one output; use sample_weight")
    return class_weights(np.asarray(y), options.class_weight)


def class_weights(y: np.ndarray, by_class: dict[int, float]) -> np.ndarray:
    """The weight of each sample: that of its class, 1 where none is given."""
    if y.ndim > 1:
        y = np.argmax(y, axis=-1) if y.shape[-1] != 1 else np.squeeze(y, axis=-1)
    classes = np.round(y).astype(np.int32)
    weights = np.ones(classes.shape, default_float())
    for number, weight in by_class.items():
        weights[classes == number] = weight
    return weights


def to_array(value: Any) -> Any:
    """A leaf of the data as an array; float64 becomes the default float."""
    if value is None:
        return None
    array = np.asarray(value)
    if array.dtype == object:
        raise ModelError(
            "data",
            "arrays of numbers",
            {"": f"an array of objects, shape {array.shape}"},
            {},
            "pad the rows to one length (keras.utils.pad_sequences) or stack them (np.stack)",
        )
    return array.astype(default_float()) if array.dtype == np.float64 else array


def as_arrays(data: Any) -> Any:
    """Data with every leaf an array."""
    return structure.map_structure(to_array, data)


def _from_arrays(x: Any, y: Any, sample_weight: Any, options: Options) -> Data:
    x, y, sample_weight = (as_arrays(part) for part in (x, y, sample_weight))
    sizes = _sizes(x, y, sample_weight)
    size = sizes.pop()
    sample_weight = _weights(y, sample_weight, options)
    batch = options.batch_size
    if batch is None:
        batch = math.ceil(size / options.steps) if options.steps else 32
    if batch < 1:
        raise ValueError(f"batch_size needs to be at least 1, got {batch}")
    count = math.ceil(size / batch)
    whole = (x, y, sample_weight)

    def batches() -> Iterator[Batch]:
        for rows in _row_groups(size, batch, options.shuffle):
            yield _rows_of(whole, rows)

    return Data(batches, count)


def _rows_of(arrays: Any, rows: Any) -> Any:
    return structure.map_structure(lambda a: None if a is None else a[rows], arrays)


def _sizes(x: Any, y: Any, sample_weight: Any) -> set[int]:
    labelled = [
        (f"{name}{''.join(f'[{k!r}]' for k in path)}", leaf)
        for name, part in (("x", x), ("y", y), ("sample_weight", sample_weight))
        for path, leaf in structure.flatten_with_path(part)
        if leaf is not None
    ]
    if not labelled:
        raise ModelError("data", "x", {"": "nothing"})
    scalar = next((name for name, leaf in labelled if leaf.ndim == 0), None)
    if scalar is not None:
        raise ModelError("data", "arrays with a batch axis", {scalar: "a single number"})
    sizes = {len(leaf) for _, leaf in labelled}
    if len(sizes) > 1:
        got = {name: leaf.shape for name, leaf in labelled}
        raise ModelError("Data cardinality is ambiguous: data", "arrays of one length", got)
    return sizes


def _row_groups(size: int, batch: int, shuffle: Any) -> Iterator[Any]:
    """The rows of each batch: slices in order, or index arrays of a random order."""
    starts = list(range(0, size, batch))
    if shuffle == "batch":
        random.shuffle(starts)
    elif shuffle:
        order = np.random.default_rng(random.randrange(2**31)).permutation(size)
        for start in starts:
            yield order[start : start + batch]
        return
    for start in starts:
        yield slice(start, min(start + batch, size))


def _unpacked(batches: Iterator[Any], options: Options) -> Iterator[Batch]:
    for data in batches:
        x, y, weight = unpack(data)
        x, y, weight = as_arrays(x), as_arrays(y), as_arrays(weight)
        yield x, y, _weights(y, weight, options)


def _from_iterable(x: Any, options: Options) -> Data:
    """A generator: every pass goes on where the last one stopped."""
    again = not hasattr(x, "__next__")
    running = iter(x)
    return Data(lambda: _unpacked(iter(x) if again else running, options), _length(x))


def _length(x: Any) -> int | None:
    try:
        return len(x)
    except TypeError:
        return None


def _from_sequence(x: Any, options: Options) -> Data:
    count = _length(x)
    if count is None:
        count = getattr(x, "num_batches", None)

    def batches() -> Iterator[Batch]:
        order = list(range(count or 0))
        if options.shuffle:
            random.shuffle(order)
        return _unpacked((x[i] for i in order), options)

    return Data(batches, count, x.on_epoch_end)


class Passes:
    """Passes over data of `steps` batches each; without `steps`, passes over all of it."""

    def __init__(self, data: Data, steps: int | None) -> None:
        self.data, self.steps = data, steps
        self._running: Iterator[Batch] | None = None
        self._seen = 0

    @property
    def count(self) -> int | None:
        """How many batches a pass has, where that is known."""
        return self.steps or self.data.count

    def __iter__(self) -> Iterator[Batch]:
        if self.steps is None:
            yield from self.data.batches()
        else:
            yield from self._some(self.steps)
        self.data.on_epoch_end()

    def _some(self, steps: int) -> Iterator[Batch]:
        if self._running is None:
            self._running, self._seen = self.data.batches(), 0
        for _ in range(steps):
            batch = next(self._running, None)
            if batch is None:
                warnings.warn(
                    f"the data ran out after {self._seen} batches, {steps} steps were asked for"
                    "\n    fix: make the data repeat, or ask for fewer steps",
                    stacklevel=2,
                )
                self._running = None
                return
            self._seen += 1
            yield batch
        if self.data.count is not None and self._seen >= self.data.count:
            self._running = None


def split(parts: Batch, share: float) -> tuple[Batch, Batch]:
    """Arrays cut at a share from the end: what trains, what validates."""
    leaves = [leaf for leaf in structure.flatten(parts) if leaf is not None]
    wrong = next((leaf for leaf in leaves if not hasattr(leaf, "shape")), None)
    if wrong is not None or not 0 < share < 1:
        raise ValueError(
            f"validation_split={share} is a share between 0 and 1 of data given as arrays"
            + ("" if wrong is None else f", got {type(wrong).__name__}")
        )
    size = len(leaves[0])
    cut = math.floor(size * (1.0 - share))
    if cut in (0, size):
        raise ValueError(f"validation_split={share} of {size} samples leaves one part empty")
    return _rows_of(parts, slice(None, cut)), _rows_of(parts, slice(cut, None))


__all__ = ["INFINITE", "Data", "Options", "Passes", "make_data", "split", "unpack"]
