"""Ops that give a tensor another form: reshape, transpose, axes added or removed."""

from __future__ import annotations

from collections.abc import Sequence

from .. import shapes
from ..dims import Dims, Expr, product, same
from ..mismatch import Mismatch
from ..shapes import normalize_axis
from ..unknown import Undecided
from . import content
from .base import Args, Call, OpSpec, TensorType
from .reduce_ops import axes_of
from .spelling import spelled


def _reshape(a: Args) -> TensorType:
    """(a, b, ...) -> the given shape, of the same size; one -1 is inferred."""
    target = a.shape
    if a.x.shape is None:
        if any(d == -1 for d in target):
            raise Undecided("rank unknown")
        return TensorType(target, a.x.dtype)
    return TensorType(shapes.reshape(a.x.shape, target), a.x.dtype)


def _fold_reshape(a: Args) -> object:
    return _refolded(a.x, _reshape(a).shape)


def _refolded(x: TensorType, shape: Dims) -> object:
    """The content under another shape, where that shape is known."""
    if any(isinstance(d, Expr) for d in shape):
        return None
    return content.reshape(x.content, shape)  # type: ignore[arg-type]


RESHAPE = OpSpec(
    "reshape",
    "(x: tensor, shape: shape)",
    _reshape,
    names=spelled(
        "tf.reshape keras.ops.reshape keras.backend.reshape numpy.reshape",
        tf="(tensor: x, shape, name: _ = None)",
        keras="(x, newshape: shape)",
        numpy="(a: x, /, shape, order: _ = 'C', *, copy: _ = None)",
    )
    | {
        "numpy.ndarray.reshape": "(self: x, /, *shape, order: _ = 'C', copy: _ = None)",
        "keras.KerasTensor.reshape": "(self: x, newshape: shape)",
    },
    any_rank=True,
    fold=_fold_reshape,
    cases=(
        Call((2, 3), shape=(3, 2)),
        Call((2, 3), shape=(-1,)),
        Call((2, 3), shape=-1),
        Call((2, 3, 4), shape=[2, -1, 2]),
        Call((0, 3), shape=(0, 6)),
        Call((2, 3), shape=(4, 2)),
        Call((2, 3), shape=(4, -1)),
        Call((2, 3), shape=(-1, -1)),
        Call((1,), shape=()),
    ),
)


def _transpose(a: Args) -> TensorType:
    """(d0, d1, ...) -> (d_axes[0], d_axes[1], ...), reversed when axes is None."""
    shape = a.x.shape
    axes = _permutation(a.axes, len(shape))
    return TensorType(tuple(shape[k] for k in axes), a.x.dtype)


def _permutation(axes: object, rank: int) -> Sequence[int]:
    if axes is None or axes == ():
        return range(rank)[::-1]
    listed = [normalize_axis(k, rank) for k in axes]  # type: ignore[attr-defined]
    if sorted(listed) != list(range(rank)):
        raise Mismatch("axis", f"a permutation of {rank} axes", {"axes": axes})
    return listed


def _fold_transpose(a: Args) -> object:
    return content.transpose(a.x.content, _permutation(a.axes, len(a.x.shape)))


TRANSPOSE = OpSpec(
    "transpose",
    "(x: tensor, axes: axis = None)",
    _transpose,
    names=spelled(
        "tf.transpose keras.ops.transpose keras.backend.permute_dimensions "
        "keras.backend.transpose numpy.transpose",
        tf="(a: x, perm: axes = None, conjugate: _ = False, name: _ = None)",
        numpy="(a: x, axes=None)",
        backend="(x, pattern: axes)",
    )
    | {
        "keras.backend.transpose": "(x)",
        "numpy.ndarray.transpose": "(self: x, /, *axes)",
        "numpy.ndarray.T": "(self: x)",
    },
    fold=_fold_transpose,
    cases=(
        Call((2, 3, 4)),
        Call((2, 3, 4), axes=(0, 2, 1)),
        Call((2, 3, 4), axes=[2, 0, 1]),
        Call(()),
        Call((2, 3), axes=(0, 2)),
        Call((2, 3), axes=(0, 1, 2)),
        Call((2, 3), axes=(0, 0)),
    ),
)


def _expand_dims(a: Args) -> TensorType:
    """(...) -> (..., 1, ...) with the new axes at `axis`."""
    axes = a.axis if isinstance(a.axis, tuple) else (a.axis,)
    rank = len(a.x.shape) + len(axes)
    places = axes_of(axes, rank)
    rest = iter(a.x.shape)
    return TensorType(tuple(1 if k in places else next(rest) for k in range(rank)), a.x.dtype)


EXPAND_DIMS = OpSpec(
    "expand_dims",
    "(x: tensor, axis: axis)",
    _expand_dims,
    names=spelled(
        "tf.expand_dims keras.ops.expand_dims keras.backend.expand_dims numpy.expand_dims",
        tf="(input: x, axis, name: _ = None)",
        numpy="(a: x, axis)",
        backend="(x, axis=-1)",
    ),
    fold=lambda a: _refolded(a.x, _expand_dims(a).shape),
    cases=(
        Call((2, 3), axis=0),
        Call((2, 3), axis=-1),
        Call((2, 3), axis=1),
        Call((), axis=0),
        Call((2, 3), axis=3),
        Call((2, 3), axis=-4),
    ),
)


def _squeeze(a: Args) -> TensorType:
    """(..., 1, ...) -> (..., ...): the named axes, or all of size 1."""
    shape = a.x.shape
    if a.axis is None or a.axis == ():
        if any(isinstance(d, Expr) and same(d, 1) is None for d in shape):
            raise Undecided("squeeze of axes that may be 1")
        return TensorType(tuple(d for d in shape if d != 1), a.x.dtype)
    axes = axes_of(a.axis, len(shape))
    for k in axes:
        if same(shape[k], 1) is False:
            raise Mismatch("squeeze", "an axis of size 1", {"input": shape, "axis": k})
    return TensorType(tuple(d for k, d in enumerate(shape) if k not in axes), a.x.dtype)


SQUEEZE = OpSpec(
    "squeeze",
    "(x: tensor, axis: axis = None)",
    _squeeze,
    names=spelled(
        "tf.squeeze keras.ops.squeeze keras.backend.squeeze numpy.squeeze",
        tf="(input: x, axis=None, name: _ = None)",
        numpy="(a: x, axis=None)",
        backend="(x, axis)",
    )
    | {
        "numpy.ndarray.squeeze": "(self: x, /, axis=None)",
        "keras.KerasTensor.squeeze": "(self: x, axis=None)",
    },
    fold=lambda a: _refolded(a.x, _squeeze(a).shape),
    cases=(
        Call((2, 1, 3), axis=1),
        Call((2, 1, 3, 1)),
        Call((1, 2, 1), axis=(0, 2)),
        Call((1, 2, 1), axis=-1),
        Call((2, 3), axis=1),
        Call((2, 3), axis=2),
        Call((1, 1)),
    ),
)


def _flatten(a: Args) -> TensorType:
    """(a, b, ...) -> (a * b * ...,)."""
    return TensorType((product(a.x.shape),), a.x.dtype)


FLATTEN = OpSpec(
    "ravel",
    "(x: tensor)",
    _flatten,
    names=spelled(
        "keras.ops.ravel keras.backend.flatten numpy.ravel", numpy="(a: x, order: _ = 'C')"
    )
    | {
        "numpy.ndarray.ravel": "(self: x, /, order: _ = 'C')",
        "numpy.ndarray.flatten": "(self: x, /, order: _ = 'C')",
    },
    fold=lambda a: _refolded(a.x, _flatten(a).shape),
    cases=(Call((2, 3, 4)), Call(()), Call((0, 3))),
)

BATCH_FLATTEN = OpSpec(
    "batch_flatten",
    "(x: tensor)",
    lambda a: TensorType((a.x.shape[0], product(a.x.shape[1:])), a.x.dtype),
    names={"keras.backend.batch_flatten": None},
    cases=(Call((2, 3, 4)), Call((2, 3))),
)


def _swapaxes(a: Args) -> TensorType:
    """(..., i, ..., j, ...) -> (..., j, ..., i, ...)."""
    shape = list(a.x.shape)
    i, j = (normalize_axis(k, len(shape)) for k in (a.axis1, a.axis2))
    shape[i], shape[j] = shape[j], shape[i]
    return TensorType(tuple(shape), a.x.dtype)


SWAPAXES = OpSpec(
    "swapaxes",
    "(x: tensor, axis1: axis, axis2: axis)",
    _swapaxes,
    names={
        "keras.ops.swapaxes": None,
        "numpy.swapaxes": "(a: x, axis1, axis2)",
        "numpy.ndarray.swapaxes": "(self: x, axis1, axis2, /)",
    },
    cases=(Call((2, 3, 4), axis1=0, axis2=-1), Call((2, 3), axis1=0, axis2=2)),
)


def _moveaxis(a: Args) -> TensorType:
    """Axes at `source` go to `destination`; the others keep their order."""
    shape = a.x.shape
    source, destination = axes_of(a.source, len(shape)), axes_of(a.destination, len(shape))
    if len(source) != len(destination):
        raise Mismatch("axis", "as many destinations as sources", {"source": source})
    order = [k for k in range(len(shape)) if k not in source]
    for place, axis in sorted(zip(destination, source, strict=True)):
        order.insert(place, axis)
    return TensorType(tuple(shape[k] for k in order), a.x.dtype)


MOVEAXIS = OpSpec(
    "moveaxis",
    "(x: tensor, source: axis, destination: axis)",
    _moveaxis,
    names={"keras.ops.moveaxis": None, "numpy.moveaxis": "(a: x, source, destination)"},
    cases=(
        Call((2, 3, 4), source=0, destination=-1),
        Call((2, 3, 4), source=(0, 1), destination=(2, 0)),
        Call((2, 3, 4), source=3, destination=0),
    ),
)


def _matrix_transpose(a: Args) -> TensorType:
    """(..., m, n) -> (..., n, m)."""
    if len(a.x.shape) < 2:
        raise Mismatch("rank", "a matrix", {"input": a.x.shape})
    return TensorType((*a.x.shape[:-2], a.x.shape[-1], a.x.shape[-2]), a.x.dtype)


MATRIX_TRANSPOSE = OpSpec(
    "matrix_transpose",
    "(x: tensor)",
    _matrix_transpose,
    names={
        "tf.linalg.matrix_transpose": "(a: x, name: _ = 'matrix_transpose', conjugate: _ = False)",
        "numpy.matrix_transpose": "(x, /)",
    },
    cases=(Call((2, 3)), Call((5, 2, 3)), Call((3,))),
)


def _broadcast_to(a: Args) -> TensorType:
    """(..., 1, ...) -> the given shape, which the input broadcasts to."""
    shape = a.shape
    if len(a.x.shape) > len(shape):
        raise Mismatch("broadcast", "a shape of at least the rank", {"input": a.x.shape})
    for have, want in zip(a.x.shape[::-1], shape[::-1], strict=False):
        if have != 1 and same(have, want) is False and not isinstance(have, Expr):
            raise Mismatch("broadcast", f"shape {shape}", {"input": a.x.shape})
    return TensorType(shape, a.x.dtype)


BROADCAST_TO = OpSpec(
    "broadcast_to",
    "(x: tensor, shape: shape)",
    _broadcast_to,
    names=spelled(
        "tf.broadcast_to keras.ops.broadcast_to numpy.broadcast_to",
        tf="(input: x, shape, name: _ = None)",
        numpy="(array: x, shape, subok: _ = False)",
    ),
    cases=(
        Call((3,), shape=(2, 3)),
        Call((2, 1), shape=(4, 2, 3)),
        Call((2, 3), shape=(2, 4)),
        Call((2, 3), shape=(3,)),
    ),
)


def _flip(a: Args) -> TensorType:
    """(...) -> (...), the axes must exist."""
    axes_of(a.axis, len(a.x.shape))
    return TensorType(a.x.shape, a.x.dtype)


FLIP = OpSpec(
    "flip",
    "(x: tensor, axis: axis = None)",
    _flip,
    names=spelled(
        "tf.reverse keras.ops.flip keras.backend.reverse numpy.flip",
        tf="(tensor: x, axis, name: _ = None)",
        numpy="(m: x, axis=None)",
        backend="(x, axes: axis)",
    ),
    cases=(Call((2, 3), axis=[0]), Call((2, 3), axis=[0, 1]), Call((2, 3), axis=[2])),
)

ROLL = OpSpec(
    "roll",
    "(x: tensor, shift, axis: axis = None)",
    _flip,
    names=spelled(
        "tf.roll keras.ops.roll numpy.roll",
        tf="(input: x, shift, axis, name: _ = None)",
        numpy="(a: x, shift, axis=None)",
    ),
    cases=(Call((2, 3), shift=1, axis=0), Call((2, 3), shift=1, axis=2)),
)


def rank_of(x: TensorType) -> int:
    """The rank; `Undecided` where it is not known."""
    if x.shape is None:
        raise Undecided("rank unknown")
    return len(x.shape)
