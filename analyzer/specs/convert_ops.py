"""Ops that read or change a tensor's type: constant, cast, shape, rank, size."""

from __future__ import annotations

from ..dims import Dims, Expr, product, same
from ..mismatch import Mismatch
from ..unknown import Undecided
from . import content, dtypes
from .base import Args, Call, OpSpec, TensorType
from .create_ops import filled
from .shape_ops import rank_of


def _constant(a: Args) -> TensorType:
    """A value, with a dtype and shape if given -> a tensor of it."""
    dtype = a.dtype or ("float32" if a.library == "backend" else a.x.dtype)
    _check_kept(a, dtype)
    known = _cast_content(a.x.content, dtype)
    if a.shape is None or a.x.shape is None:
        return TensorType(a.shape or a.x.shape, dtype, known)
    if a.x.shape == () and known is not None:
        return TensorType(a.shape, dtype, filled(a.shape, known))
    if same(product(a.x.shape), product(a.shape)) is False and product(a.x.shape) != 1:
        raise Mismatch("reshape", f"values for shape {a.shape}", {"value": a.x.shape})
    return TensorType(a.shape, dtype)


def _check_kept(a: Args, dtype: str | None) -> None:
    """A TensorFlow tensor is not converted to another dtype on the way."""
    firm = a.library in dtypes.TENSORFLOW and a.x.kind in ("tensor", "variable")
    if firm and a.x.dtype and dtype not in (None, a.x.dtype):
        raise Mismatch("dtype", f"a {dtype} tensor", {"value": a.x.dtype})


def _cast_content(value: object, dtype: str | None) -> object:
    if value is None or dtype in (None, "int", "float", "string"):
        return value
    return content.apply(lambda leaf: cast_leaf(leaf, dtype), value)


def cast_leaf(leaf: object, dtype: str | None) -> object:
    """One value as a dtype holds it; symbolic integers stay exact."""
    if isinstance(leaf, Expr) and dtype != "bool":
        return leaf
    if dtype == "bool":
        return bool(leaf)
    if dtype in dtypes.INTEGERS:
        return int(leaf)  # type: ignore[call-overload]
    return float(leaf) if dtype in dtypes.FLOATS else leaf  # type: ignore[arg-type]


_ASARRAY = (
    "(a: x, dtype=None, order: _ = None, *, device: _ = None, copy: _ = None, like: _ = None)"
)
CONSTANT = OpSpec(
    "constant",
    "(x: tensor, dtype: dtype = None, shape: shape = None)",
    _constant,
    names={
        "tf.constant": "(value: x, dtype=None, shape=None, name: _ = 'Const')",
        "tf.convert_to_tensor": "(value: x, dtype=None, dtype_hint: _ = None, name: _ = None)",
        "keras.ops.convert_to_tensor": "(x, dtype=None, sparse: _ = None, ragged: _ = None)",
        "keras.ops.array": "(x, dtype=None)",
        "keras.backend.constant": "(value: x, dtype=None, shape=None, name: _ = None)",
        "numpy.array": "(object: x, dtype=None, *, copy: _ = True, order: _ = 'K', "
        "subok: _ = False, ndmin: _ = 0, ndmax: _ = 0, like: _ = None)",
        "numpy.asarray": _ASARRAY,
        "numpy.asanyarray": _ASARRAY,
    },
    any_rank=True,
    cases=(
        Call(x=3),
        Call(x=[1, 2, 3]),
        Call(x=[[1.0, 2], [3, 4]]),
        Call(x=[1, 2], dtype="float32"),
        Call(x=[True, False]),
        Call((2, 3)),
        Call((2, 3), of="float64"),
        Call((2, 3), dtype="int32"),
        Call(x=0.0, shape=[2, 3]),
        Call(x=[[1], [2, 3]]),
        Call(x=[]),
    ),
)


def _to_numpy(a: Args) -> TensorType:
    """(...) -> (...), an array; NumPy's dtype for literals."""
    plain = dtypes.strong(a.x.dtype, "keras" if a.x.kind else "numpy")
    return TensorType(a.x.shape, plain, a.x.content, "array")


TO_NUMPY = OpSpec(
    "to_numpy",
    "(x: tensor)",
    _to_numpy,
    names={
        "keras.ops.convert_to_numpy": None,
        "keras.backend.get_value": None,
        "keras.backend.eval": None,
        "tf.Tensor.numpy": "(self: x)",
        "tf.Variable.numpy": "(self: x)",
        "keras.Variable.numpy": "(self: x)",
    },
    any_rank=True,
    cases=(Call((2, 3)), Call((), of="int32")),
)


def _dtype_of(a: Args) -> str:
    """The dtype, by name."""
    if a.x.dtype is None:
        raise Undecided("dtype unknown")
    return dtypes.strong(a.x.dtype, a.library) or ""


DTYPE_OF = OpSpec(
    "dtype_of",
    "(x: tensor)",
    _dtype_of,
    names={
        "keras.ops.dtype": None,
        "keras.backend.dtype": None,
        "tf.Tensor.dtype": "(self: x)",
        "tf.Variable.dtype": "(self: x)",
        "keras.Variable.dtype": "(self: x)",
        "keras.KerasTensor.dtype": "(self: x)",
        "numpy.ndarray.dtype": "(self: x)",
    },
    any_rank=True,
    cases=(Call((2, 3)), Call((2,), of="int64"), Call((2,), of="bool")),
)


def _cast(a: Args) -> TensorType:
    """(...) -> (...) of another dtype."""
    return TensorType(a.x.shape, a.dtype, _cast_content(a.x.content, a.dtype))


CAST = OpSpec(
    "cast",
    "(x: tensor, dtype: dtype)",
    _cast,
    names={
        "tf.cast": "(x, dtype, name: _ = None)",
        "tf.saturate_cast": "(value: x, dtype, name: _ = None)",
        "keras.ops.cast": None,
        "keras.backend.cast": None,
        "numpy.astype": "(x, dtype, /, *, copy: _ = True, device: _ = None)",
        "numpy.ndarray.astype": "(self: x, /, dtype, order: _ = 'K', casting: _ = 'unsafe', "
        "subok: _ = True, copy: _ = True)",
    },
    any_rank=True,
    cases=(
        Call((2, 3), dtype="int32"),
        Call((2, 3), of="int64", dtype="float16"),
        Call((), of="bool", dtype="float32"),
    ),
)


def _shape(a: Args) -> TensorType:
    """(d0, d1, ...) -> (rank,), holding the dims."""
    rank = rank_of(a.x)
    return TensorType((rank,), a.dtype or "int32", tuple(a.x.shape))


SHAPE = OpSpec(
    "shape",
    "(x: tensor, dtype: dtype = None)",
    _shape,
    names={
        "tf.shape": "(input: x, out_type: dtype = None, name: _ = None)",
        "keras.backend.shape": "(x)",
    },
    cases=(Call((2, 3)), Call(()), Call((2, 0, 3))),
)


def _static_shape(a: Args) -> Dims:
    """(d0, d1, ...) -> those dims, as a Python tuple."""
    rank_of(a.x)
    return tuple(a.x.shape)


STATIC_SHAPE = OpSpec(
    "static_shape",
    "(x: tensor)",
    _static_shape,
    names={
        "keras.ops.shape": None,
        "keras.backend.int_shape": None,
        "numpy.shape": "(a: x)",
        "tf.Tensor.get_shape": "(self: x)",
        "tf.Variable.get_shape": "(self: x)",
        "tf.Tensor.shape": "(self: x)",
        "tf.Variable.shape": "(self: x)",
        "keras.Variable.shape": "(self: x)",
        "keras.KerasTensor.shape": "(self: x)",
        "numpy.ndarray.shape": "(self: x)",
    },
    cases=(Call((2, 3)), Call(()), Call((2, 0, 3))),
)

RANK = OpSpec(
    "rank",
    "(x: tensor)",
    lambda a: TensorType((), "int32", rank_of(a.x)),
    names={"tf.rank": "(input: x, name: _ = None)"},
    cases=(Call((2, 3)), Call(())),
)

NDIM = OpSpec(
    "ndim",
    "(x: tensor)",
    lambda a: rank_of(a.x),
    names={
        "keras.ops.ndim": None,
        "keras.backend.ndim": None,
        "numpy.ndim": "(a: x)",
        "tf.Tensor.ndim": "(self: x)",
        "keras.Variable.ndim": "(self: x)",
        "keras.KerasTensor.ndim": "(self: x)",
        "numpy.ndarray.ndim": "(self: x)",
    },
    cases=(Call((2, 3)), Call(())),
)


def _size(a: Args) -> TensorType:
    """(d0, d1, ...) -> (), holding d0 * d1 * ..."""
    rank_of(a.x)
    return TensorType((), a.dtype or "int32", product(a.x.shape))


SIZE = OpSpec(
    "size",
    "(x: tensor, dtype: dtype = None)",
    _size,
    names={
        "tf.size": "(input: x, out_type: dtype = None, name: _ = None)",
        "keras.ops.size": "(x)",
    },
    cases=(Call((2, 3)), Call(()), Call((2, 0))),
)


def _static_size(a: Args) -> object:
    """(d0, d1, ...) -> d0 * d1 * ..., or one axis' size, as a Python number."""
    rank = rank_of(a.x)
    if a.axis is None:
        return product(a.x.shape)
    if not isinstance(a.axis, int) or not -rank <= a.axis < rank:
        raise Undecided("axis of size")
    return a.x.shape[a.axis]


STATIC_SIZE = OpSpec(
    "static_size",
    "(x: tensor, axis: axis = None)",
    _static_size,
    names={"numpy.size": "(a: x, axis=None)", "numpy.ndarray.size": "(self: x)"},
    cases=(Call((2, 3)), Call((2, 3), axis=1)),
)
