"""Functions that prepare data: Keras' utilities and data sets, scikit-learn's splits."""

from __future__ import annotations

import math

from ..dims import Dim, Dims, same, symbol
from ..mismatch import Mismatch
from ..unknown import Undecided, Unknown
from .base import Args, Call, OpSpec, TensorType


def _to_categorical(a: Args) -> TensorType:
    """(...) or (..., 1) -> (..., classes)."""
    shape = a.x.shape
    if len(shape) > 1 and shape[-1] == 1:
        shape = shape[:-1]
    count = symbol("classes") if a.num_classes is None else a.num_classes
    kind = "tensor" if a.x.kind == "tensor" else "array"
    dtype = "float32" if a.x.kind == "tensor" else "float64"
    return TensorType((*shape, count), dtype, None, kind)


TO_CATEGORICAL = OpSpec(
    "to_categorical",
    "(x: tensor, num_classes=None)",
    _to_categorical,
    names={"keras.utils.to_categorical": None},
    cases=(
        Call(x=[0, 1, 2]),
        Call(x=[[0], [1]], num_classes=3),
        Call(x=[[0, 1], [1, 2]], num_classes=3),
        Call((4,), num_classes=4, of="int32"),
    ),
)


def _pad_sequences(a: Args) -> TensorType:
    """[n sequences] -> (n, maxlen)."""
    if isinstance(a.sequences, list | tuple):
        count: Dim = len(a.sequences)
    else:
        count = _rows(a.raw("sequences"))
    longest = _longest(a.sequences) if a.maxlen is None else a.maxlen
    return TensorType((count, longest), a.dtype or "int32", None, "array")


def _rows(value: object) -> Dim:
    held = getattr(value, "type", value)
    if isinstance(held, TensorType) and held.shape:
        return held.shape[0]
    raise Undecided("the number of sequences")


def _longest(sequences: object) -> Dim:
    if isinstance(sequences, list | tuple):
        lengths = [len(s) for s in sequences if isinstance(s, list | tuple)]
        if lengths and len(lengths) == len(sequences):
            return max(lengths)
    return symbol("longest")


_PADDERS = ("keras.utils", "keras.preprocessing.sequence")
_PAD = (
    "(sequences, maxlen=None, dtype='int32', padding: _ = 'pre', truncating: _ = 'pre', "
    "value: _ = 0.0)"
)
PAD_SEQUENCES = OpSpec(
    "pad_sequences",
    "(sequences: raw, maxlen=None, dtype: dtype = 'int32')",
    _pad_sequences,
    names={f"{owner}.pad_sequences": _PAD for owner in _PADDERS},
    cases=(
        Call(sequences=[[1, 2], [3]]),
        Call(sequences=[[1, 2], [3]], maxlen=4),
        Call(sequences=[[1, 2], [3]], maxlen=4, dtype="float32"),
    ),
)

NORMALIZE = OpSpec(
    "normalize",
    "(x: tensor)",
    lambda a: TensorType(a.x.shape, a.x.dtype, None, "array" if a.x.kind == "array" else ""),
    names={"keras.utils.normalize": "(x, axis: _ = -1, order: _ = 2)"},
    any_rank=True,
)


def _train_test_split(a: Args) -> list[object]:
    """[(n, ...)] -> train and test part of each."""
    parts = a.arrays
    if not parts:
        raise Mismatch("argument", "at least one array", {})
    if any(p.shape is None for p in parts):
        raise Undecided("arrays of unknown shape")
    if any(p.shape == () for p in parts):
        raise Mismatch("rank", "arrays with rows", {"array": ()})
    rows = parts[0].shape[0]
    for other in parts[1:]:
        if same(rows, other.shape[0]) is False:
            raise Mismatch(
                "batch", "as many rows in each", {"first": rows, "other": other.shape[0]}
            )
    train, test = split_sizes(rows, a.test_size, a.train_size)
    return [half for p in parts for half in (_taken(p, train), _taken(p, test))]


def _taken(part: TensorType, count: Dim) -> object:
    if not part.kind:
        return Unknown("a list split in two")
    return TensorType((count, *part.shape[1:]), part.dtype, None, part.kind)


def split_sizes(rows: Dim, test: object, train: object) -> tuple[Dim, Dim]:
    """The sizes of the train and test part, rounded as scikit-learn rounds."""
    if test is None and train is None:
        test = 0.25
    for share in (test, train):
        _check_share(share, rows)
    if isinstance(test, float) and isinstance(train, float) and test + train > 1:
        both = {"test": test, "train": train}
        raise Mismatch("argument", "shares that add up to at most 1", both)
    test_rows = _share(rows, test, math.ceil)
    train_rows = _share(rows, train, math.floor)
    if test_rows is None:
        test_rows = rows - train_rows  # type: ignore[operator]
    if train_rows is None:
        train_rows = rows - test_rows
    if isinstance(train_rows, int) and isinstance(test_rows, int):
        _check_sum(train_rows, test_rows, rows)
    return train_rows, test_rows


def _check_share(share: object, rows: Dim) -> None:
    if isinstance(share, float) and not 0 < share < 1:
        raise Mismatch("argument", "a share between 0 and 1", {"size": share})
    if isinstance(share, int) and isinstance(rows, int) and not 0 < share < rows:
        raise Mismatch("argument", f"a size between 0 and {rows}", {"size": share})


def _check_sum(train: int, test: int, rows: Dim) -> None:
    if train == 0 or (isinstance(rows, int) and train + test > rows):
        raise Mismatch("argument", f"parts of {rows} rows", {"train": train, "test": test})


def _share(rows: Dim, share: object, rounding: object) -> Dim | None:
    """A share of the rows: a count as it is, a fraction rounded."""
    if share is None or isinstance(share, int):
        return share
    if isinstance(rows, int) and isinstance(share, float):
        return rounding(share * rows)  # type: ignore[operator]
    return symbol("rows")


_SHARES = (
    (None, None),
    (0.2, None),
    (0.33, None),
    (None, 0.6),
    (0.33, 0.5),
    (0.5, 0.6),
    (2, None),
    (None, 3),
    (1, 0.5),
)
TRAIN_TEST_SPLIT = OpSpec(
    "train_test_split",
    "(arrays: tensors, test_size=None, train_size=None)",
    _train_test_split,
    names={
        "sklearn.model_selection.train_test_split": "(*arrays, test_size=None, "
        "train_size=None, random_state: _ = None, shuffle: _ = True, stratify: _ = None)"
    },
    any_rank=True,
    cases=(
        *(Call([(n, 2), (n,)], test_size=t, train_size=r) for n in (3, 7, 11) for t, r in _SHARES),
        Call([(4, 2), (3,)], test_size=0.5),
        Call([(4, 2)]),
    ),
)


def _images(size: int) -> Dims:
    return (size, 28, 28)


# (x_train, y_train), (x_test, y_test) as Keras 3.15 loads them; None: Python lists inside.
_ARRAYS: dict[str, tuple[tuple[Dims, str | None], ...]] = {
    "mnist": (
        (_images(60000), "uint8"),
        ((60000,), "uint8"),
        (_images(10000), "uint8"),
        ((10000,), "uint8"),
    ),
    "cifar10": (
        ((50000, 32, 32, 3), "uint8"),
        ((50000, 1), "uint8"),
        ((10000, 32, 32, 3), "uint8"),
        ((10000, 1), "uint8"),
    ),
    "cifar100": (
        ((50000, 32, 32, 3), "uint8"),
        ((50000, 1), "int64"),
        ((10000, 32, 32, 3), "uint8"),
        ((10000, 1), "int64"),
    ),
    "imdb": (
        ((25000,), None),
        ((25000,), "int64"),
        ((25000,), None),
        ((25000,), "int64"),
    ),
    "reuters": (((8982,), None), ((8982,), "int64"), ((2246,), None), ((2246,), "int64")),
    "boston_housing": (
        ((404, 13), "float64"),
        ((404,), "float64"),
        ((102, 13), "float64"),
        ((102,), "float64"),
    ),
    "california_housing": (
        ((16512, 8), "float32"),
        ((16512,), "float32"),
        ((4128, 8), "float32"),
        ((4128,), "float32"),
    ),
}
_ARRAYS["fashion_mnist"] = _ARRAYS["mnist"]
_ARGUMENTS = {
    "mnist": "(path: _ = 'mnist.npz')",
    "imdb": "(path: _ = 'imdb.npz', num_words: _ = None, skip_top: _ = 0, maxlen=None, "
    "seed: _ = 113, start_char: _ = 1, oov_char: _ = 2, index_from: _ = 3, **kwargs: _)",
    "reuters": "(path: _ = 'reuters.npz', num_words: _ = None, skip_top: _ = 0, "
    "maxlen=None, test_split=0.2, seed: _ = 113, start_char: _ = 1, oov_char: _ = 2, "
    "index_from: _ = 3)",
    "cifar100": "(label_mode: _ = 'fine')",
    "boston_housing": "(path: _ = 'boston_housing.npz', test_split=0.2, seed: _ = 113)",
    "california_housing": "(version='large', path: _ = 'california_housing.npz', "
    "test_split=0.2, seed: _ = 113)",
}


def _loaded(name: str) -> OpSpec:
    """The loader of one data set."""

    def result(a: Args) -> object:
        if a.maxlen is not None or a.test_split != 0.2 or a.version != "large":
            raise Undecided(f"{name} loaded in parts")
        parts = [TensorType(shape, dtype, None, "array") for shape, dtype in _ARRAYS[name]]
        return (parts[0], parts[1]), (parts[2], parts[3])

    return OpSpec(
        f"load_{name}",
        "(maxlen=None, test_split=0.2, version='large')",
        result,
        {f"keras.datasets.{name}.load_data": _ARGUMENTS.get(name, "()")},
    )


DATASETS = tuple(_loaded(name) for name in _ARRAYS)
