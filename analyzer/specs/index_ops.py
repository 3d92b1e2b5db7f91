"""`x[...]`: integers, slices, new axes, ellipsis, masks and index arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .. import shapes
from ..dims import Dim, Dims, Expr, bounds, less, maximum, minimum, symbol
from ..mismatch import Mismatch
from ..unknown import Undecided, Unknown
from . import content, convert
from .base import Args, Call, OpSpec, TensorType
from .gather_ops import masked

# What KerasTensor takes only inside a tuple, if at all (measured: Keras 3.15).
_TUPLE_ONLY = (slice, type(None), float, str)


@dataclass(frozen=True, slots=True)
class _Array:
    """An index array: its shape, and the axes it consumes (a mask consumes its rank)."""

    type: TensorType
    consumes: int = 1

    @property
    def shape(self) -> Dims:
        """The shape it contributes; a mask gives a vector of matches."""
        if self.type.dtype == "bool":
            return (symbol("matches", 0),)
        return self.type.shape or ()


def _getitem(a: Args) -> TensorType:
    """(d0, d1, ...), index -> the selected part."""
    x, index = a.x, a.raw("index")
    symbolic = a.library == "keras" and x.kind == "keras"
    family = "keras" if symbolic else "numpy" if x.kind == "array" else "tf"
    items = _items(index, family)
    if any(isinstance(i, Unknown) for i in items):
        raise Undecided("an index is unknown")
    items = _expanded(items, len(x.shape), x.shape)
    arrays = [i for i in items if isinstance(i, _Array)]
    if arrays:
        _check_arrays(arrays, items, family)
        return TensorType(_advanced(x.shape, items), x.dtype)
    return TensorType(_basic(x.shape, items), x.dtype, _folded(x, items))


def _items(index: object, family: str) -> list[object]:
    """The index as a list of integers, slices, None, Ellipsis, arrays and Unknowns."""
    index = convert.unwrapped(index)
    if isinstance(index, tuple) or (isinstance(index, list) and family != "numpy"):
        return [_item(i, family) for i in index]
    alone = isinstance(index, TensorType) or index is ...
    if family == "keras" and (alone or isinstance(index, _TUPLE_ONLY)):
        raise Mismatch("index-type", "a tuple, as in x[:, 0]", {"index": _named(index)})
    return [_item(index, family)]


def _named(item: object) -> str:
    return type(item).__name__ if isinstance(item, slice | TensorType) else repr(item)


def _item(item: object, family: str) -> object:
    item = convert.unwrapped(item)
    if isinstance(item, list) and family == "numpy":
        item = convert.as_tensor(item, "numpy")
    if isinstance(item, TensorType):
        return _tensor_item(item)
    if isinstance(item, float | str | list | tuple | dict):
        kinds = "integers, slices, ... and None"
        raise Mismatch("index-type", kinds, {"index": _named(item)})
    known = isinstance(item, int | Expr | slice | Unknown) or item is None or item is ...
    if not known or isinstance(item, bool):
        return Unknown("an index of unknown kind")
    return item


def _tensor_item(item: TensorType) -> object:
    if item.shape is None or item.dtype is None:
        return Unknown("an index tensor of unknown type")
    if item.dtype == "bool":
        return _Array(item, len(item.shape)) if item.shape else Unknown("a bool index")
    if item.dtype.startswith("float"):
        raise Mismatch("index-type", "integer indices", {"index": item.dtype})
    if item.shape:
        return _Array(item)
    return item.content if isinstance(item.content, int | Expr) else symbol("index", 0)


def _consumed(item: object) -> int:
    """How many axes of the input an item stands for."""
    if isinstance(item, _Array):
        return item.consumes
    return 0 if item is None else 1


def _expanded(items: list[object], rank: int, shape: Dims) -> list[object]:
    """The items with the ellipsis, and what is left out at the end, as full slices."""
    dots = [k for k, i in enumerate(items) if i is ...]
    if len(dots) > 1:
        raise Mismatch("index", "one ellipsis", {"index": "..., ..."})
    used = sum(_consumed(i) for i in items if i is not ...)
    if used > rank:
        raise Mismatch("index-rank", f"at most {rank} indices", {"input": shape, "indices": used})
    place = dots[0] if dots else len(items)
    rest = items[place + 1 :] if dots else []
    return [*items[:place], *[slice(None)] * (rank - used), *rest]


def _basic(shape: Dims, items: Sequence[object]) -> Dims:
    """The shape that integers, slices and new axes give."""
    out: list[Dim] = []
    axes = iter(enumerate(shape))
    for item in items:
        if item is None:
            out.append(1)
            continue
        axis, size = next(axes)
        if isinstance(item, slice):
            out.append(sliced(size, item))
        else:
            _check_bounds(item, size, axis, shape)
    return tuple(out)


def _check_bounds(item: object, size: Dim, axis: int, shape: Dims) -> None:
    if isinstance(item, int) and isinstance(size, int) and not -size <= item < size:
        raise Mismatch(
            "index-bounds",
            f"an index in [{-size}, {size - 1}]",
            {"input": shape},
            {"axis": axis, "index": item},
        )


def sliced(size: Dim, part: slice) -> Dim:
    """The length of `part` of an axis of `size`."""
    start, stop, step = (_bound(b) for b in (part.start, part.stop, part.step))
    if any(isinstance(b, Unknown) for b in (start, stop, step)):
        return symbol("slice", 0)
    if all(isinstance(b, int | None) for b in (start, stop, step)) and isinstance(size, int):
        if step == 0:
            raise Mismatch("index", "a step that is not 0", {"step": 0})
        return len(range(*slice(start, stop, step).indices(size)))
    if step in (None, 1):
        return _between(size, start, stop)
    if start is None and stop is None and isinstance(step, int):
        return (size + abs(step) - 1) // abs(step)
    return symbol("slice", 0)


def _bound(value: object) -> object:
    """A slice bound as a dim, None where left out."""
    value = convert.unwrapped(value)
    if isinstance(value, TensorType):
        value = value.content
        return value if isinstance(value, int | Expr) else Unknown("a slice bound")
    return value if isinstance(value, int | Expr | None) else Unknown("a slice bound")


def _between(size: Dim, start: Dim | None, stop: Dim | None) -> Dim:
    """The length from start to stop by ones, both counted from either end."""
    low = 0 if start is None else _place(start, size)
    high = size if stop is None else _place(stop, size)
    if low is None or high is None:
        return symbol("slice", 0)
    return maximum(high - low, 0)


def _place(bound: Dim, size: Dim) -> Dim | None:
    """A slice bound as a place from 0 to size; None where its sign is not known."""
    if less(bound, 0) is True:
        return maximum(size + bound, 0)
    if less(bound, 0) is False or (bounds(bound)[0] or -1) >= 0:
        return minimum(bound, size)
    return None


def _check_arrays(arrays: Sequence[_Array], items: Sequence[object], family: str) -> None:
    """TensorFlow takes one mask alone, KerasTensor no arrays; NumPy takes all."""
    if family == "numpy":
        return
    alone = all(i == slice(None) or isinstance(i, _Array) for i in items)
    mask = arrays[0].type.dtype == "bool" and items[0] is arrays[0] and len(arrays) == 1
    if family == "keras" or not (mask and alone):
        raise Mismatch(
            "index-array",
            "integers, slices, ... and None",
            {"index": arrays[0].type.shape},
            hint="tf.gather or keras.ops.take look up by an array of indices",
        )


def _advanced(shape: Dims, items: Sequence[object]) -> Dims:
    """NumPy's rule: index arrays broadcast; their axes stand first unless adjacent."""
    out: list[Dim] = []
    places: list[int] = []
    parts: list[Dims] = []
    axis = 0
    for k, item in enumerate(items):
        if isinstance(item, (_Array, int | Expr)):
            places.append(k)
            parts.append(_picked(shape, axis, item))
        else:
            out.append(1 if item is None else sliced(shape[axis], item))  # type: ignore[arg-type]
        axis += _consumed(item)
    adjacent = places == list(range(places[0], places[-1] + 1))
    front = places[0] if adjacent else 0
    return (*out[:front], *shapes.broadcast(*parts), *out[front:])


def _picked(shape: Dims, axis: int, item: object) -> Dims:
    """What an integer or index array contributes, checked against its axis."""
    if not isinstance(item, _Array):
        _check_bounds(item, shape[axis], axis, shape)
        return ()
    if item.type.dtype == "bool":
        masked(shape, item.type.shape or (), axis)
    return item.shape


def _folded(x: TensorType, items: Sequence[object]) -> object:
    """The selected content, where the input's is known and the index is plain."""
    plain = all(i is None or isinstance(i, int) or _whole(i) for i in items)
    if x.content is None or not plain or 0 in (*(x.shape or ()), *_basic(x.shape or (), items)):
        return None
    found: object = x.content
    axis = 0
    for item in items:
        found = _picked_content(found, item, axis)
        axis += not isinstance(item, int)
    return found


def _picked_content(value: object, item: object, axis: int) -> object:
    """One axis of a content indexed by a new axis, an integer or a plain slice."""
    shape = content.block(value).shape
    if item is None:
        return content.reshape(value, (*shape[:axis], 1, *shape[axis:]))
    if isinstance(item, int):
        part = content.take(value, [item], axis)
        return content.reshape(part, (*shape[:axis], *shape[axis + 1 :]))
    return content.take(value, range(shape[axis])[item], axis)  # type: ignore[index]


def _whole(item: object) -> bool:
    """Whether a slice has known integer bounds."""
    if not isinstance(item, slice):
        return False
    return all(b is None or isinstance(b, int) for b in (item.start, item.stop, item.step))


GETITEM = OpSpec(
    "getitem",
    "(x: tensor, index: raw)",
    _getitem,
    names={"keras.ops.get_item": "(x, key: index)"},
)


def _slice(a: Args) -> TensorType:
    """(d0, d1, ...), begin, size -> (size0, size1, ...); -1 takes the rest."""
    shape, begin, size = a.x.shape, a.begin, a.size
    if not len(shape) == len(begin) == len(size):
        raise Mismatch("slice", f"{len(shape)} begins and sizes", {"begin": begin, "size": size})
    out: list[Dim] = []
    for have, first, length in zip(shape, begin, size, strict=True):
        out.append(have - first if length == -1 else length)
        if less(have, first + (0 if length == -1 else length)) is True:
            raise Mismatch("slice", "a part of the input", {"input": shape, "size": size})
    return TensorType(tuple(out), a.x.dtype)


SLICE = OpSpec(
    "slice",
    "(x: tensor, begin: shape, size: shape)",
    _slice,
    names={
        "tf.slice": "(input_: x, begin, size, name: _ = None)",
        "keras.ops.slice": "(inputs: x, start_indices: begin, shape: size)",
    },
    cases=(
        Call((4, 5), begin=[1, 0], size=[2, 5]),
        Call((4, 5), begin=[1, 2], size=[-1, 3]),
        Call((4, 5), begin=[1, 2], size=[2, 4]),
        Call((4, 5), begin=[1], size=[2]),
    ),
)
