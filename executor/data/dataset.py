"""`Dataset`: lazy sequences of elements, with the transformations of `tf.data`."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from .. import structure
from .elements import TensorSpec, spec_of, stack, stack_padded, to_element, to_tensors

INFINITE, UNKNOWN = -1, -2
AUTOTUNE = -1
Maker = Callable[[], Iterator[Any]]


def _size(value: Any) -> int:
    return int(np.asarray(value))


class Dataset:
    """A sequence of elements that can be iterated again and again.

    `make` starts an iteration; `count` is the number of elements, or one of INFINITE
    and UNKNOWN; `spec` describes an element, and is found from the first one if absent.
    """

    def __init__(self, make: Maker, count: int = UNKNOWN, spec: Any = None) -> None:
        self._make, self._count, self._spec = make, count, spec

    # Sources.

    @staticmethod
    def from_tensor_slices(tensors: Any, name: str | None = None) -> Dataset:
        """(n, ...) in a structure -> n elements (...)."""
        return Slices(to_element(tensors))

    @staticmethod
    def from_tensors(tensors: Any, name: str | None = None) -> Dataset:
        """One element."""
        element = to_element(tensors)
        return Dataset(lambda: iter([element]), 1)

    @staticmethod
    def from_generator(
        generator: Callable[..., Iterable[Any]],
        output_types: Any = None,
        output_shapes: Any = None,
        args: tuple[Any, ...] | None = None,
        output_signature: Any = None,
        name: str | None = None,
    ) -> Dataset:
        """The elements that a generator function yields, in the given dtypes."""
        if not callable(generator):
            raise TypeError("from_generator() takes a function that makes an iterator")
        spec = output_signature
        if spec is None and output_types is not None:
            spec = structure.map_structure(lambda t: TensorSpec(None, t), output_types)

        def make() -> Iterator[Any]:
            for element in generator(*(args or ())):
                yield _in_dtypes(element, spec)

        return Dataset(make, UNKNOWN, spec)

    @staticmethod
    def range(*args: Any, output_type: Any = "int64", name: str | None = None) -> Dataset:
        """The integers of a range."""
        numbers = range(*(_size(a) for a in args))
        dtype = TensorSpec((), output_type)
        return Dataset(lambda: (np.asarray(i, dtype.dtype) for i in numbers), len(numbers), dtype)

    @staticmethod
    def zip(*datasets: Any, name: str | None = None) -> Dataset:
        """Elements of several datasets side by side."""
        parts = datasets[0] if len(datasets) == 1 else datasets
        flat: list[Dataset] = structure.flatten(parts)

        def make() -> Iterator[Any]:
            for leaves in zip(*(d._make() for d in flat), strict=False):
                yield structure.pack(parts, leaves)

        counts = [d._count for d in flat if d._count != INFINITE]
        count = UNKNOWN if UNKNOWN in counts else min(counts, default=INFINITE)
        return Dataset(make, count)

    # Transformations.

    def batch(self, batch_size: Any, drop_remainder: bool = False, **options: Any) -> Dataset:
        """Elements (...) -> elements (batch_size, ...)."""
        return self._grouped(_size(batch_size), drop_remainder, stack)

    def padded_batch(
        self,
        batch_size: Any,
        padded_shapes: Any = None,
        padding_values: Any = None,
        drop_remainder: bool = False,
        name: str | None = None,
    ) -> Dataset:
        """As `batch`, elements padded to a common shape first."""
        values = None if padding_values is None else to_element(padding_values)
        return self._grouped(
            _size(batch_size), drop_remainder, lambda e: stack_padded(e, padded_shapes, values)
        )

    def _grouped(self, size: int, drop: bool, join: Callable[[list[Any]], Any]) -> Dataset:
        if size < 1:
            raise ValueError(f"batch() needs a batch_size of at least 1, got {size}")

        def make() -> Iterator[Any]:
            elements = self._make()
            while group := list(itertools.islice(elements, size)):
                if len(group) == size or not drop:
                    yield join(group)

        count = self._count if self._count < 0 else self._count // size
        if self._count > 0 and self._count % size and not drop:
            count += 1
        return Dataset(make, count)

    def unbatch(self, name: str | None = None) -> Dataset:
        """Elements (n, ...) -> n elements (...) each."""
        return self.flat_map(Slices)

    def map(
        self,
        map_func: Callable[..., Any],
        num_parallel_calls: Any = None,
        deterministic: Any = None,
        **options: Any,
    ) -> Dataset:
        """The function applied to each element."""
        make = lambda: (to_element(_applied(map_func, e)) for e in self._make())  # noqa: E731
        return Dataset(make, self._count)

    def flat_map(self, map_func: Callable[..., Any], name: str | None = None) -> Dataset:
        """The elements of the datasets that the function makes, one after another."""

        def make() -> Iterator[Any]:
            for element in self._make():
                yield from _applied(map_func, element)._make()

        return Dataset(make, UNKNOWN)

    def interleave(self, map_func: Callable[..., Any], *args: Any, **options: Any) -> Dataset:
        """As `flat_map`, in the order of `cycle_length` 1."""
        return self.flat_map(map_func)

    def filter(self, predicate: Callable[..., Any], name: str | None = None) -> Dataset:
        """The elements for which the predicate holds."""
        make = lambda: (e for e in self._make() if bool(_applied(predicate, e)))  # noqa: E731
        return Dataset(make, UNKNOWN, self._spec)

    def shuffle(
        self,
        buffer_size: Any,
        seed: int | None = None,
        reshuffle_each_iteration: bool | None = True,
        name: str | None = None,
    ) -> Dataset:
        """Elements in random order, drawn from a buffer of `buffer_size`."""
        size = _size(buffer_size)
        draws = _Draws(seed, reshuffle_each_iteration is not False)

        def make() -> Iterator[Any]:
            return _shuffled(self._make(), size, draws.start())

        return Dataset(make, self._count, self._spec)

    def repeat(self, count: Any = None, name: str | None = None) -> Dataset:
        """All elements again and again; without end for None or -1."""
        times = None if count is None or _size(count) < 0 else _size(count)

        def make() -> Iterator[Any]:
            for _ in itertools.count() if times is None else range(times):
                empty = True
                for element in self._make():
                    empty = False
                    yield element
                if empty:
                    return

        total = INFINITE if times is None else self._count if self._count < 0 else 0
        return Dataset(make, total or self._count * (times or 0), self._spec)

    def take(self, count: Any, name: str | None = None) -> Dataset:
        """The first elements."""
        n = _size(count)
        if n < 0:
            return self
        total = n if self._count == INFINITE else min(n, self._count)
        return Dataset(
            lambda: itertools.islice(self._make(), n),
            UNKNOWN if self._count == UNKNOWN else total,
            self._spec,
        )

    def skip(self, count: Any, name: str | None = None) -> Dataset:
        """All but the first elements."""
        n = _size(count)
        total = self._count if self._count < 0 else max(self._count - n, 0)
        return Dataset(lambda: itertools.islice(self._make(), n, None), total, self._spec)

    def shard(self, num_shards: Any, index: Any, name: str | None = None) -> Dataset:
        """Every `num_shards`-th element, from `index` on."""
        n, i = _size(num_shards), _size(index)
        return Dataset(lambda: itertools.islice(self._make(), i, None, n), UNKNOWN, self._spec)

    def concatenate(self, dataset: Dataset, name: str | None = None) -> Dataset:
        """The elements of this dataset, then those of another."""
        counts = (self._count, dataset._count)
        total = sum(counts) if min(counts) >= 0 else min(counts)
        if UNKNOWN in counts:
            total = UNKNOWN
        return Dataset(lambda: itertools.chain(self._make(), dataset._make()), total, self._spec)

    def enumerate(self, start: int = 0, name: str | None = None) -> Dataset:
        """Elements with their numbers."""

        def make() -> Iterator[Any]:
            for i, element in enumerate(self._make(), start):
                yield np.asarray(i, np.int64), element

        return Dataset(make, self._count)

    def cache(self, filename: str = "", name: str | None = None) -> Dataset:
        """The same elements, kept in memory once all have been seen."""
        kept: list[Any] = []

        def make() -> Iterator[Any]:
            if kept:
                return iter(kept[0])
            return self._keeping(kept)

        return Dataset(make, self._count, self._spec)

    def _keeping(self, kept: list[Any]) -> Iterator[Any]:
        seen = []
        for element in self._make():
            seen.append(element)
            yield element
        kept[:] = [seen]

    def prefetch(self, buffer_size: Any = AUTOTUNE, name: str | None = None) -> Dataset:
        """The dataset itself: elements are made when asked for."""
        return self

    def with_options(self, options: object, name: str | None = None) -> Dataset:
        """The dataset itself."""
        return self

    def apply(self, transformation: Callable[[Dataset], Dataset]) -> Dataset:
        """What a function makes of the dataset."""
        return transformation(self)

    # Reading.

    def __iter__(self) -> Iterator[Any]:
        return (to_tensors(e) for e in self._make())

    def as_numpy_iterator(self) -> Iterator[Any]:
        """The elements as arrays."""
        return self._make()

    def reduce(self, initial_state: Any, reduce_func: Callable[..., Any]) -> Any:
        """The elements folded into a state."""
        state = initial_state
        for element in self:
            state = reduce_func(state, element)
        return state

    def get_single_element(self, name: str | None = None) -> Any:
        """The only element."""
        return next(iter(self))

    def cardinality(self, name: str | None = None) -> int:
        """The number of elements; -1 without end, -2 not known."""
        return self._count

    def __len__(self) -> int:
        if self._count < 0:
            why = "it has no end" if self._count == INFINITE else "it is only known by counting"
            raise TypeError(f"the length of this dataset is not available: {why}")
        return self._count

    def __bool__(self) -> bool:
        return True

    @property
    def element_spec(self) -> Any:
        """Shapes and dtypes of an element."""
        if self._spec is None:
            first = next(iter(self._make()), None)
            self._spec = None if first is None else spec_of(first)
        return self._spec

    def __repr__(self) -> str:
        return f"<Dataset cardinality={self._count}>"


class Slices(Dataset):
    """Rows of arrays that stand in memory; shuffling and batching work on row numbers."""

    def __init__(self, arrays: Any, order: Callable[[], Iterator[int]] | None = None) -> None:
        leaves = [np.asarray(a) for a in structure.flatten(arrays)]
        sizes = {len(a) for a in leaves if a.ndim}
        if len(sizes) != 1 or any(a.ndim == 0 for a in leaves):
            shapes = ", ".join(str(a.shape) for a in leaves)
            raise ValueError(f"from_tensor_slices() needs arrays of equal length, got {shapes}")
        (self._length,) = sizes
        self._arrays = structure.pack(arrays, leaves)
        self._order = order or (lambda: iter(range(self._length)))
        super().__init__(lambda: (self._row(i) for i in self._order()), self._length)

    def _row(self, index: Any) -> Any:
        return structure.map_structure(lambda a: a[index], self._arrays)

    def shuffle(self, buffer_size: Any, seed: int | None = None, *args: Any, **kw: Any) -> Dataset:
        """Rows in random order."""
        reshuffle = kw.get("reshuffle_each_iteration", args[0] if args else True)
        draws, size = _Draws(seed, reshuffle is not False), _size(buffer_size)
        return Slices(self._arrays, lambda: _shuffled(self._order(), size, draws.start()))

    def batch(self, batch_size: Any, drop_remainder: bool = False, **options: Any) -> Dataset:
        """Rows (...) -> elements (batch_size, ...)."""
        size = _size(batch_size)
        grouped = super().batch(size, drop_remainder)

        def make() -> Iterator[Any]:
            order = self._order()
            while rows := list(itertools.islice(order, size)):
                if len(rows) == size or not drop_remainder:
                    yield self._row(_span(rows))

        return Dataset(make, grouped._count)


def _span(rows: list[int]) -> Any:
    """Rows as a slice where they follow one another: a view instead of a copy."""
    first, last = rows[0], rows[-1]
    if last - first + 1 == len(rows) and all(a + 1 == b for a, b in itertools.pairwise(rows)):
        return slice(first, last + 1)
    return np.asarray(rows)


class _Draws:
    """The random generators of the successive iterations of a shuffle."""

    def __init__(self, seed: int | None, again: bool) -> None:
        self._seed = seed if seed is not None else random.randrange(2**31)
        self._again = again
        self._runs = 0

    def start(self) -> np.random.Generator:
        run = self._runs if self._again else 0
        self._runs += 1
        return np.random.default_rng((self._seed, run))


def _shuffled(items: Iterator[Any], size: int, rng: np.random.Generator) -> Iterator[Any]:
    """Items drawn at random from a buffer that is filled up again."""
    if size < 1:
        raise ValueError(f"shuffle() needs a buffer_size of at least 1, got {size}")
    buffer = list(itertools.islice(items, size))
    for item in items:
        i = int(rng.integers(len(buffer)))
        drawn, buffer[i] = buffer[i], item
        yield drawn
    for i in rng.permutation(len(buffer)):
        yield buffer[i]


def _applied(function: Callable[..., Any], element: Any) -> Any:
    """A user's function on an element: the parts of a tuple are its arguments."""
    tensors = to_tensors(element)
    return function(*tensors) if isinstance(tensors, tuple) else function(tensors)


def _in_dtypes(element: Any, spec: Any) -> Any:
    if spec is None:
        return to_element(element)
    leaves = structure.flatten(spec)
    if not structure.is_nested(spec):
        return np.asarray(element, dtype=spec.dtype)
    parts = structure.flatten(_shallow(element, spec))
    arrays = [np.asarray(p, dtype=s.dtype) for p, s in zip(parts, leaves, strict=True)]
    return structure.pack(spec, arrays)


def _shallow(element: Any, spec: Any) -> Any:
    """An element with lists inside it as arrays, in the structure of its spec."""
    if isinstance(spec, dict):
        return {k: _shallow(element[k], s) for k, s in spec.items()}
    if isinstance(spec, list | tuple):
        return tuple(_shallow(e, s) for e, s in zip(element, spec, strict=True))
    return np.asarray(element)
