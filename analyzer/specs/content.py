"""Known small values of tensors: nested tuples of leaves, and moves over them.

A content is one leaf (for a scalar) or a nested tuple of them: dims, floats, bools,
strings, or an `Unknown` where one element alone is not known.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..dims import product
from ..unknown import Unknown

LIMIT = 4096  # elements; larger values are not followed


@dataclass(frozen=True, slots=True)
class Block:
    """A content laid out flat, in C order."""

    shape: tuple[int, ...]
    flat: tuple[object, ...]


def block(content: object) -> Block:
    """The flat form of a nested tuple."""
    if not isinstance(content, tuple):
        return Block((), (content,))
    parts = [block(c) for c in content]
    inner = parts[0].shape if parts else ()
    return Block((len(parts), *inner), tuple(leaf for p in parts for leaf in p.flat))


def nested(b: Block) -> object:
    """The nested tuple of a flat form."""
    if not b.shape:
        return b.flat[0]
    step = int(product(b.shape[1:]))
    parts = (b.flat[i * step : (i + 1) * step] for i in range(b.shape[0]))
    return tuple(nested(Block(b.shape[1:], part)) for part in parts)


def select(
    b: Block, shape: Sequence[int], source: Callable[[tuple[int, ...]], Sequence[int]]
) -> Block:
    """A block of `shape` whose element at index i is the one of `b` at `source(i)`."""
    strides = [int(product(b.shape[k + 1 :])) for k in range(len(b.shape))]
    indices = itertools.product(*(range(n) for n in shape))
    flat = (b.flat[sum(map(int.__mul__, source(i), strides))] for i in indices)
    return Block(tuple(shape), tuple(flat))


def apply(function: Callable[..., object], *contents: object) -> object:
    """`function` on broadcast leaves; a leaf it cannot compute becomes Unknown."""
    blocks = [block(c) for c in contents]
    rank = max(len(b.shape) for b in blocks)
    padded = [Block((1,) * (rank - len(b.shape)) + b.shape, b.flat) for b in blocks]
    shape = tuple(_common(sizes) for sizes in zip(*(b.shape for b in padded), strict=True))
    wide = [_stretch(b, shape).flat for b in padded]
    return nested(Block(shape, tuple(_leaf(function, *x) for x in zip(*wide, strict=True))))


def _common(sizes: Sequence[int]) -> int:
    return next((n for n in sizes if n != 1), 1)


def _stretch(b: Block, shape: tuple[int, ...]) -> Block:
    if b.shape == shape:
        return b
    return select(b, shape, lambda i: [k if n > 1 else 0 for k, n in zip(i, b.shape, strict=True)])


def _leaf(function: Callable[..., object], *leaves: object) -> object:
    for leaf in leaves:
        if isinstance(leaf, Unknown):
            return leaf
    try:
        return function(*leaves)
    except (TypeError, ValueError, ArithmeticError, NotImplementedError):
        return Unknown("not computed")


def reduce(function: Callable[..., object], content: object, axes: Sequence[int]) -> object:
    """`function` (of a list of leaves) over the given axes, which disappear."""
    b = block(content)
    kept = [k for k in range(len(b.shape)) if k not in axes]
    order = [*kept, *axes]
    inverse = [order.index(k) for k in order_of(b)]
    moved = select(b, [b.shape[k] for k in order], lambda i: [i[k] for k in inverse])
    size = int(product(b.shape[k] for k in axes))
    shape = tuple(b.shape[k] for k in kept)
    groups = (moved.flat[i * size : (i + 1) * size] for i in range(int(product(shape))))
    return nested(Block(shape, tuple(_leaf(lambda *x: function(x), *g) for g in groups)))


def order_of(b: Block) -> range:
    """The axes of a block, in order."""
    return range(len(b.shape))


def reshape(content: object, shape: Sequence[int]) -> object:
    """The same leaves under another shape."""
    return nested(Block(tuple(shape), block(content).flat))


def transpose(content: object, axes: Sequence[int]) -> object:
    """Axes reordered: result axis k is axis `axes[k]`."""
    b = block(content)
    inverse = [list(axes).index(k) for k in order_of(b)]
    return nested(select(b, [b.shape[k] for k in axes], lambda i: [i[k] for k in inverse]))


def concatenate(contents: Sequence[object], axis: int) -> object:
    """Contents joined along an existing axis."""
    if axis == 0:
        return tuple(itertools.chain.from_iterable(contents))  # type: ignore[arg-type]
    rows = zip(*contents, strict=True)  # type: ignore[arg-type]
    return tuple(concatenate(row, axis - 1) for row in rows)


def take(content: object, indices: Sequence[int], axis: int) -> object:
    """The elements at `indices` along one axis."""
    b = block(content)
    shape = (*b.shape[:axis], len(indices), *b.shape[axis + 1 :])
    size = b.shape[axis]
    at = [i % size for i in indices]
    return nested(select(b, shape, lambda i: (*i[:axis], at[i[axis]], *i[axis + 1 :])))
