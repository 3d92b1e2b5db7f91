"""The data of `fit` and its like: one batch of it, as the model gets it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..dims import same
from ..interp.mro import mro_of
from ..mismatch import Mismatch
from ..unknown import Unknown
from ..values import Call, Instance, Tensor, Value
from .bases import SEQUENCE
from .leaves import leaves, mapped, tensors
from .objects import element_of
from .world import world

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter

UNKNOWN = Unknown("data that is not known")


@dataclass(slots=True)
class Batch:
    """Inputs and labels of one batch, `y` None where there are none.

    `given` are those of the program: whole arrays, or the elements of a dataset.
    """

    x: Value
    y: Value = None
    problem: Mismatch | None = None
    given: tuple[Value, Value] = (None, None)


def batch_of(interp: Interpreter, x: Value, y: Value, call: Call) -> Batch:
    """What one step gets from the data that a program passes."""
    element = element_of(x)
    if element is not None:
        found = _split(element)
        found.given = (found.x, found.y)
        return found
    if isinstance(x, Instance) and SEQUENCE in mro_of(x.cls):
        return _from_sequence(interp, x, call)
    if not _arrays(x):
        return Batch(UNKNOWN, UNKNOWN if y is not None else None, None, (x, y))
    problem = _uneven(x, y)
    labels = _batched(interp, y, True) if _arrays(y) else _no_labels(y)
    return Batch(_batched(interp, x), labels, problem, (x, y))


def _no_labels(y: Value) -> Value:
    return None if y is None else UNKNOWN


def _split(element: Value) -> Batch:
    """A dataset carries its labels along: (x, y) or (x, y, weights)."""
    if isinstance(element, tuple):
        if len(element) in (2, 3):
            return Batch(element[0], element[1])
        if len(element) == 1:
            return Batch(element[0])
    return Batch(element)


def _from_sequence(interp: Interpreter, x: Instance, call: Call) -> Batch:
    """`keras.utils.PyDataset`: its item 0 is a batch."""
    method = interp.find_attribute(x, "__getitem__", call.site)
    if method is None or isinstance(method, Unknown):
        return Batch(UNKNOWN, UNKNOWN)
    item = interp.call(method, (0,), {}, call.site)
    if not isinstance(item, tuple) or not _arrays(item):
        return Batch(UNKNOWN, UNKNOWN)
    return _split(_batched(interp, item))


def _arrays(value: Value) -> bool:
    found = list(leaves(value))
    return bool(found) and all(isinstance(v, Tensor) for v in found)


def _batched(interp: Interpreter, value: Value, content: bool = False) -> Value:
    """(n, ...) -> (batch, ...), a size Keras does not know; labels keep their `content`."""
    batch = world(interp).batch

    def one(leaf: Value) -> Value:
        if not isinstance(leaf, Tensor):
            return leaf
        shape = leaf.type.shape
        dims = (batch, *shape[1:]) if shape else shape
        dtype = "float32" if leaf.type.dtype == "float64" else leaf.type.dtype
        kept = leaf.type.content if content else None
        kind = replace(leaf.type, shape=dims, dtype=dtype, content=kept, kind="tensor")
        return Tensor(kind, "tensor", None, leaf.origin, None, leaf.label)

    return mapped(value, one)


def _uneven(x: Value, y: Value) -> Mismatch | None:
    """Arrays of different length."""
    sizes = [t.type.shape[0] for t in [*tensors(x), *tensors(y)] if t.type.shape]
    if sizes and any(same(sizes[0], other) is False for other in sizes[1:]):
        got = {f"array {i + 1}": size for i, size in enumerate(sizes)}
        return Mismatch("cardinality", "arrays with equally many samples", got)
    return None
