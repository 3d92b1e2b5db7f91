"""What the methods of tf.data.Dataset do to elements and counts.

Functions that a method calls (`map`, `filter`, ...) are of kind `function`: the reader
gives a Python callable from element structures to the structure of the result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..dims import Expr, symbol
from ..unknown import Undecided, Unknown
from . import dataset
from .base import Args, OpSpec, TensorType
from .create_ops import count_between
from .dataset import INFINITE, Count, Data, Structure

_OWNER = "tf.data.Dataset"


def _data(a: Args) -> Data:
    if not isinstance(a.data, Data):
        raise Undecided("an unknown dataset")
    return a.data


def _call(a: Args, *arguments: object) -> Structure:
    if not callable(a.function):
        raise Undecided("an unknown function")
    found = a.function(*arguments)
    if isinstance(found, Unknown):
        raise Undecided(found.reason)
    return found


def _parts(element: Structure) -> tuple[object, ...]:
    """An element as the arguments of a function: a tuple is spread."""
    return element if isinstance(element, tuple) else (element,)


def _source(name: str, result: Callable[[Args], object], canonical: str, spelled: str) -> OpSpec:
    return OpSpec(f"dataset_{name}", canonical, result, {f"{_OWNER}.{name}": spelled})


def _method(
    name: str,
    result: Callable[[Args], object],
    canonical: str = "",
    spelled: str = "",
) -> OpSpec:
    """A method: its parameters beside the dataset, canonical and as spelled."""
    head = f", {canonical}" if canonical else ""
    own = f", {spelled}" if spelled else ""
    return OpSpec(
        f"dataset_{name}",
        f"(data: raw{head})",
        result,
        {f"{_OWNER}.{name}": f"(self: data{own})"},
    )


def _range(a: Args) -> Data:
    """Counts from start to stop by step."""
    bounds = [t.content for t in a.bounds]
    if not 1 <= len(bounds) <= 3 or any(not isinstance(b, int | Expr) for b in bounds):
        return Data(TensorType((), "int64", None, "tensor"))
    start, stop, step = {1: (0, *bounds, 1), 2: (*bounds, 1), 3: tuple(bounds)}[len(bounds)]
    element = TensorType((), a.dtype or "int64", None, "tensor")
    return Data(element, count_between(start, stop, step))


def _from_generator(a: Args) -> Data:
    """The elements that a generator is said to give."""
    if a.output_signature is not None:
        return Data(dataset.of_spec(a.raw("output_signature")))
    if a.output_types is None:
        raise Undecided("a generator of unknown elements")
    return Data(_typed(a.output_types, a.output_shapes))


def _typed(kinds: object, shapes: object) -> Structure:
    """Dtypes and shapes in the same structure, as tensors."""
    if isinstance(kinds, list | tuple):
        known = shapes if isinstance(shapes, list | tuple) else [None] * len(kinds)
        return tuple(_typed(k, s) for k, s in zip(kinds, known, strict=False))
    if isinstance(kinds, dict):
        known = shapes if isinstance(shapes, dict) else {}
        return {n: _typed(k, known.get(n)) for n, k in kinds.items()}
    shape = None
    if isinstance(shapes, list | tuple):
        shape = tuple(d if isinstance(d, int | Expr) else symbol("dim", 0) for d in shapes)
    return TensorType(shape, kinds if isinstance(kinds, str) else None, None, "tensor")


def _zip(a: Args) -> Data:
    """Datasets side by side -> tuples of their elements."""
    given = a.datasets if a.datasets is not None else a.given
    if len(a.given) == 1 and isinstance(a.given[0], tuple | list | dict):
        given = a.given[0]
    structure = tuple(given) if isinstance(given, list) else given
    parts = dataset.leaves(structure)
    if not parts or not all(isinstance(p, Data) for p in parts):
        raise Undecided("an unknown dataset")
    count = dataset.shortest([p.count for p in parts])  # type: ignore[attr-defined]
    return Data(dataset.mapped(structure, lambda d: d.element), count)  # type: ignore[attr-defined]


SOURCES = (
    _source(
        "from_tensor_slices",
        lambda a: dataset.sliced(dataset.from_value(a.raw("tensors"))),
        "(tensors: raw)",
        "(tensors, name: _ = None)",
    ),
    _source(
        "from_tensors",
        lambda a: Data(dataset.from_value(a.raw("tensors")), 1),
        "(tensors: raw)",
        "(tensors, name: _ = None)",
    ),
    # TensorFlow's own signature is (*args, **kwargs).
    _source(
        "range",
        _range,
        "(bounds: tensors, dtype: dtype = None)",
        "(*args: bounds, output_type: dtype = None, name: _ = None)",
    ),
    _source(
        "from_generator",
        _from_generator,
        "(generator: raw, output_types=None, output_shapes=None, output_signature: raw = None)",
        "(generator, output_types=None, output_shapes=None, args: _ = None, "
        "output_signature=None, name: _ = None)",
    ),
    _source(
        "zip",
        _zip,
        "(given: raw = (), datasets: raw = None)",
        "(*args: given, datasets=None, name: _ = None)",
    ),
    _source(
        "random",
        lambda a: Data(TensorType((), "int64", None, "tensor"), INFINITE),
        "()",
        "(seed: _ = None, rerandomize_each_iteration: _ = None, name: _ = None)",
    ),
    _source(
        "list_files",
        lambda a: Data(TensorType((), "string", None, "tensor")),
        "()",
        "(file_pattern: _, shuffle: _ = None, seed: _ = None, name: _ = None)",
    ),
)


def _lines(a: Args) -> Data:
    """Files -> their lines or records, as strings."""
    return Data(TensorType((), "string", None, "tensor"))


FILES = OpSpec(
    "dataset_files",
    "(filenames: raw)",
    _lines,
    names={
        "tf.data.TextLineDataset": "(filenames, compression_type: _ = None, "
        "buffer_size: _ = None, num_parallel_reads: _ = None, name: _ = None)",
        "tf.data.TFRecordDataset": "(filenames, compression_type: _ = None, "
        "buffer_size: _ = None, num_parallel_reads: _ = None, name: _ = None)",
    },
)


def _batch(a: Args) -> Data:
    """Elements (...) -> (batch, ...), the last one perhaps shorter."""
    data = _data(a)
    size = a.batch_size if a.drop_remainder is True else symbol("batch")
    element = dataset.mapped(data.element, dataset.batched(size))
    return Data(element, dataset.pieces(data.count, a.batch_size, a.drop_remainder))


def _padded_batch(a: Args) -> Data:
    """Elements of several shapes -> (batch, the largest of each)."""
    data = _data(a)
    size = a.batch_size if a.drop_remainder is True else symbol("batch")
    padded = _padded(data.element, a.padded_shapes)
    element = dataset.mapped(padded, dataset.batched(size))
    return Data(element, dataset.pieces(data.count, a.batch_size, a.drop_remainder))


def _padded(element: Structure, shapes: object) -> Structure:
    if isinstance(element, tuple):
        known = shapes if isinstance(shapes, tuple | list) else [None] * len(element)
        if len(known) != len(element):
            raise Undecided("padded shapes of another structure")
        return tuple(_padded(e, s) for e, s in zip(element, known, strict=True))
    if isinstance(element, dict):
        known = shapes if isinstance(shapes, dict) else {}
        return {k: _padded(v, known.get(k)) for k, v in element.items()}
    if not isinstance(element, TensorType):
        raise Undecided("a batch of datasets")
    if isinstance(shapes, tuple | list):
        return replace(element, shape=tuple(_padded_dim(d) for d in shapes), content=None)
    return element


def _padded_dim(dim: object) -> object:
    known = isinstance(dim, int | Expr) and dim != -1
    return dim if known else symbol("padded", 0)


def _same(a: Args) -> Data:
    """The same elements."""
    return _data(a)


def _map(a: Args) -> Data:
    """Elements -> what the function makes of them."""
    data = _data(a)
    found = _call(a, *_parts(data.element))
    structure = tuple(found) if isinstance(found, list) else found
    return Data(structure, data.count)


def _flat_map(a: Args) -> Data:
    """Elements -> datasets, one after another."""
    inner = _call(a, *_parts(_data(a).element))
    if not isinstance(inner, Data):
        raise Undecided("a function that gives no dataset")
    return Data(inner.element)


def _filter(a: Args) -> Data:
    """Some of the elements."""
    return Data(_data(a).element)


def _concatenate(a: Args) -> Data:
    """One dataset after the other."""
    first, second = _data(a), a.other
    if not isinstance(second, Data):
        raise Undecided("an unknown dataset")
    return Data(dataset.merged(first.element, second.element), _added(first.count, second.count))


def _added(left: Count, right: Count) -> Count:
    if INFINITE in (left, right):
        return INFINITE
    return None if left is None or right is None else left + right  # type: ignore[operator]


def _window(a: Args) -> Data:
    """Elements -> datasets of `size` neighbours, one for each leaf."""
    data = _data(a)
    shift = a.size if a.shift is None else a.shift
    element = dataset.mapped(data.element, lambda leaf: Data(leaf, a.size))
    if not a.drop_remainder:
        return Data(element, dataset.pieces(data.count, shift, False))
    whole = dataset.rest_of(data.count, a.size - shift)
    return Data(element, dataset.pieces(whole, shift, True))


def _enumerate(a: Args) -> Data:
    """Elements -> (number, element)."""
    data = _data(a)
    return Data((TensorType((), "int64", None, "tensor"), data.element), data.count)


def _shard(a: Args) -> Data:
    """Every num_shards-th element."""
    data = _data(a)
    if data.count in (None, INFINITE):
        return data
    left = dataset.rest_of(data.count, a.index)
    return Data(data.element, dataset.pieces(left, a.num_shards, False))


def _cardinality(a: Args) -> TensorType:
    """How many elements: a number, -1 for no end, -2 for unknown."""
    count = _data(a).count
    known = {INFINITE: -1}.get(count, count) if isinstance(count, str) else count  # type: ignore
    return TensorType((), "int64", Unknown("count") if known is None else known)


def _as_arrays(a: Args) -> Data:
    """The same elements as arrays."""
    data = _data(a)

    def array(leaf: object) -> object:
        return replace(leaf, kind="array") if isinstance(leaf, TensorType) else leaf

    return Data(dataset.mapped(data.element, array), data.count)


_PARALLEL = "num_parallel_calls: _ = None, deterministic: _ = None"
METHODS = (
    _method(
        "batch",
        _batch,
        "batch_size: size, drop_remainder=False",
        f"batch_size, drop_remainder=False, {_PARALLEL}, name: _ = None",
    ),
    _method(
        "padded_batch",
        _padded_batch,
        "batch_size: size, padded_shapes=None, drop_remainder=False",
        "batch_size, padded_shapes=None, padding_values: _ = None, drop_remainder=False, "
        "name: _ = None",
    ),
    _method(
        "unbatch",
        lambda a: Data(dataset.mapped(_data(a).element, dataset.unbatched)),
        spelled="name: _ = None",
    ),
    _method(
        "shuffle",
        _same,
        spelled="buffer_size: _, seed: _ = None, "
        "reshuffle_each_iteration: _ = True, name: _ = None",
    ),
    _method("prefetch", _same, spelled="buffer_size: _, name: _ = None"),
    _method("cache", _same, spelled="filename: _ = '', name: _ = None"),
    _method("with_options", _same, spelled="options: _, name: _ = None"),
    _method("ignore_errors", _filter, spelled="log_warning: _ = False, name: _ = None"),
    _method(
        "repeat",
        lambda a: replace(_data(a), count=dataset.times(_data(a).count, a.times)),
        "times=None",
        "count: times = None, name: _ = None",
    ),
    _method(
        "take",
        lambda a: replace(_data(a), count=dataset.first_of(_data(a).count, a.number)),
        "number: size",
        "count: number, name: _ = None",
    ),
    _method(
        "skip",
        lambda a: replace(_data(a), count=dataset.rest_of(_data(a).count, a.number)),
        "number: size",
        "count: number, name: _ = None",
    ),
    _method(
        "map",
        _map,
        "function: function",
        f"map_func: function, {_PARALLEL}, synchronous: _ = None, "
        "use_unbounded_threadpool: _ = False, name: _ = None",
    ),
    _method("filter", _filter, "function: function", "predicate: function, name: _ = None"),
    _method("flat_map", _flat_map, "function: function", "map_func: function, name: _ = None"),
    _method(
        "interleave",
        _flat_map,
        "function: function",
        "map_func: function, cycle_length: _ = None, block_length: _ = None, "
        f"{_PARALLEL}, name: _ = None",
    ),
    _method(
        "apply",
        lambda a: _call(a, _data(a)),
        "function: function",
        "transformation_func: function",
    ),
    _method("concatenate", _concatenate, "other: raw", "dataset: other, name: _ = None"),
    _method("enumerate", _enumerate, spelled="start: _ = 0, name: _ = None"),
    _method(
        "window",
        _window,
        "size: size, shift=None, drop_remainder=False",
        "size, shift=None, stride: _ = 1, drop_remainder=False, name: _ = None",
    ),
    _method(
        "shard",
        _shard,
        "num_shards: size, index: size",
        "num_shards, index, name: _ = None",
    ),
    _method("cardinality", _cardinality),
    _method("as_numpy_iterator", _as_arrays),
    _method("element_spec", lambda a: _data(a).element),
)
CARDINALITY = OpSpec(
    "data_cardinality",
    "(data: raw)",
    _cardinality,
    {"tf.data.experimental.cardinality": "(dataset: data)"},
)
