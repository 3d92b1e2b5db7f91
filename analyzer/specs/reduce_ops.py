"""Reductions over axes, and cumulative sums."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import TypeAlias

from ..dims import Dims, maximum, minimum, product
from ..mismatch import Mismatch
from ..shapes import normalize_axis
from . import content, dtypes
from .base import Args, Call, OpSpec, TensorType
from .spelling import spelled

DtypeRule: TypeAlias = "Callable[[str, str], str | None]"


def axes_of(axis: object, rank: int) -> tuple[int, ...]:
    """The axes that a reduction removes, all of them for None."""
    if axis is None:
        return tuple(range(rank))
    listed = (axis,) if isinstance(axis, int) else axis
    axes = tuple(normalize_axis(k, rank) for k in listed)  # type: ignore[attr-defined]
    if len(set(axes)) < len(axes):
        raise Mismatch("axis", "different axes", {"axis": axis})
    return axes


def reduced(shape: Dims | None, axis: object, keepdims: object) -> Dims | None:
    """(..., axis, ...) -> (..., ...), or with 1 in place of the axis."""
    if shape is None:
        return () if axis is None and not keepdims else None
    axes = axes_of(axis, len(shape))
    if keepdims:
        return tuple(1 if k in axes else d for k, d in enumerate(shape))
    return tuple(d for k, d in enumerate(shape) if k not in axes)


def summed(dtype: str, library: str) -> str | None:
    """The dtype of a sum or product: small integers grow outside TensorFlow."""
    if library in dtypes.TENSORFLOW:
        return _number(dtype)
    wide = {"keras": ("int32", "uint32"), "numpy": ("int64", "uint64")}[library]
    if dtype in dtypes.INTEGERS or dtype == "bool":
        plain = "int" if dtype == "bool" else dtype
        if plain != "int" and dtypes.bits(plain) >= dtypes.bits(wide[0]):
            return dtype
        unsigned = plain.startswith("u")
        return wide[1] if unsigned else wide[0]
    return dtype


def averaged(dtype: str, library: str) -> str | None:
    """The dtype of a mean: TensorFlow keeps integers, the others make floats."""
    if dtype in dtypes.INEXACT:
        return dtype
    if library == "backend" and dtype == "bool":
        return "float32"
    if library in dtypes.TENSORFLOW:
        return _number(dtype)
    return "float32" if library == "keras" else "float64"


def spread(dtype: str, library: str) -> str | None:
    """The dtype of a deviation: a float, which TensorFlow wants to get."""
    cast = library == "backend" and dtype == "bool"
    if library in dtypes.TENSORFLOW and dtype not in dtypes.INEXACT and not cast:
        raise Mismatch("dtype", "a floating-point tensor", {"input": dtype})
    return averaged(dtype, library)


def extreme(dtype: str, library: str) -> str | None:
    """The dtype of a maximum."""
    return _number(dtype) if library in dtypes.TENSORFLOW else dtype


def all_or_any(dtype: str, library: str) -> str | None:
    """bool, from booleans only in TensorFlow."""
    if library == "tf" and dtype != "bool":
        raise Mismatch("dtype", "a bool tensor", {"input": dtype})
    return "bool"


def _number(dtype: str) -> str:
    if dtype not in dtypes.NUMBERS:
        raise Mismatch("dtype", "a numeric tensor", {"input": dtype})
    return dtype


def _sum(leaves: Sequence[object]) -> object:
    return sum(leaves[1:], leaves[0]) if leaves else 0  # type: ignore[call-overload]


def _largest(leaves: Sequence[object]) -> object:
    return reduce(lambda x, y: max(x, y) if _plain(x, y) else maximum(x, y), leaves)  # type: ignore


def _smallest(leaves: Sequence[object]) -> object:
    return reduce(lambda x, y: min(x, y) if _plain(x, y) else minimum(x, y), leaves)  # type: ignore


def _plain(*values: object) -> bool:
    return all(isinstance(v, int | float) for v in values)


_TF = "(input_tensor: x, axis=None, keepdims=False, name: _ = None)"
_REST = "initial: _ = None, where: _ = None)"
_SUM = f"(a: x, axis=None, dtype=None, out: _ = None, keepdims=False, {_REST}"
_MAX = f"(a: x, axis=None, out: _ = None, keepdims=False, {_REST}"
_MEAN = "(a: x, axis=None, dtype=None, out: _ = None, keepdims=False, *, where: _ = None)"
_STD = (
    "(a: x, axis=None, dtype=None, out: _ = None, ddof: _ = 0, keepdims=False, *, "
    "where: _ = None, mean: _ = None, correction: _ = None)"
)
_ALL = "(a: x, axis=None, out: _ = None, keepdims=False, *, where: _ = None)"
_PLAIN = "(x, axis=None, keepdims=False)"
_INITIAL = "(x, axis=None, keepdims=False, initial: _ = None)"

CASES = (
    Call((2, 3, 4)),
    Call((2, 3, 4), axis=1),
    Call((2, 3, 4), axis=-1, keepdims=True),
    Call((2, 3, 4), axis=(0, 2)),
    Call((2, 3, 4), axis=[0, -1], keepdims=True),
    Call(()),
    Call((0, 3), axis=1),
    Call((2, 3), axis=1, of="int32"),
    Call((2, 3), axis=1, of="int64"),
    Call((2, 3), axis=1, of="int8"),
    Call((2, 3), axis=1, of="uint8"),
    Call((2, 3), axis=1, of="bool"),
    Call((2, 3), axis=1, of="float64"),
    Call((2, 3), axis=2),
    Call((2, 3), axis=-3),
)


# Methods of arrays: what NumPy takes as **kwargs is spelled out.
_METHODS = {
    "sum": "(self: x, /, axis=None, dtype=None, out: _ = None, keepdims=False, "
    "initial: _ = None, where: _ = None)",
    "max": "(self: x, /, axis=None, out: _ = None, keepdims=False, initial: _ = None, "
    "where: _ = None)",
    "mean": "(self: x, /, axis=None, dtype=None, out: _ = None, keepdims=False, where: _ = None)",
    "std": "(self: x, /, axis=None, dtype=None, out: _ = None, ddof: _ = 0, keepdims=False, "
    "where: _ = None)",
    "all": "(self: x, /, axis=None, out: _ = None, keepdims=False, *, where: _ = True)",
}
_METHODS |= {"prod": _METHODS["sum"], "min": _METHODS["max"], "var": _METHODS["std"]}
_METHODS["any"] = _METHODS["all"]


def _op(
    name: str,
    rule: DtypeRule,
    names: Mapping[str, str | None],
    function: Callable[[Sequence[object]], object] | None = None,
    signature: str = "(x: tensor, axis: axis = None, keepdims=False, dtype: dtype = None)",
) -> OpSpec:
    """A reduction (..., axis, ...) -> (..., ...)."""
    if name in _METHODS:
        names = {**names, f"numpy.ndarray.{name}": _METHODS[name]}

    def result(a: Args) -> TensorType:
        shape = reduced(a.x.shape, a.axis, a.keepdims)
        return TensorType(shape, a.dtype or (rule(a.x.dtype, a.library) if a.x.dtype else None))

    def fold(a: Args) -> object:
        rank = len(a.x.shape)
        found = content.reduce(function, a.x.content, axes_of(a.axis, rank))
        sizes = reduced(tuple(content.block(a.x.content).shape), a.axis, a.keepdims)
        return content.reshape(found, sizes)

    return OpSpec(
        name,
        signature,
        result,
        names,
        any_rank=True,
        fold=fold if function else None,
        cases=CASES,
    )


REDUCTIONS = (
    _op(
        "sum",
        summed,
        spelled(
            "tf.reduce_sum tf.math.reduce_sum keras.ops.sum keras.backend.sum numpy.sum",
            tf=_TF,
            numpy=_SUM,
            backend=_PLAIN,
            keras=_PLAIN,
        ),
        _sum,
    ),
    _op(
        "mean",
        averaged,
        spelled(
            "tf.reduce_mean tf.math.reduce_mean keras.ops.mean keras.backend.mean numpy.mean",
            tf=_TF,
            numpy=_MEAN,
            backend=_PLAIN,
            keras=_PLAIN,
        ),
    ),
    _op(
        "prod",
        summed,
        spelled(
            "tf.reduce_prod tf.math.reduce_prod keras.ops.prod keras.backend.prod numpy.prod",
            tf=_TF,
            numpy=_SUM,
            backend=_PLAIN,
            keras="(x, axis=None, keepdims=False, dtype=None)",
        ),
        product,  # type: ignore[arg-type]
    ),
    _op(
        "max",
        extreme,
        spelled(
            "tf.reduce_max tf.math.reduce_max keras.ops.max keras.ops.amax keras.backend.max "
            "numpy.max numpy.amax",
            tf=_TF,
            numpy=_MAX,
            backend=_PLAIN,
            keras=_INITIAL,
        )
        | {"keras.ops.amax": _PLAIN},
        _largest,
    ),
    _op(
        "min",
        extreme,
        spelled(
            "tf.reduce_min tf.math.reduce_min keras.ops.min keras.ops.amin keras.backend.min "
            "numpy.min numpy.amin",
            tf=_TF,
            numpy=_MAX,
            backend=_PLAIN,
            keras=_INITIAL,
        )
        | {"keras.ops.amin": _PLAIN},
        _smallest,
    ),
    _op(
        "std",
        spread,
        spelled(
            "tf.math.reduce_std keras.ops.std keras.backend.std numpy.std",
            tf=_TF,
            numpy=_STD,
            backend=_PLAIN,
            keras=_PLAIN,
        ),
    ),
    _op(
        "var",
        spread,
        spelled(
            "tf.math.reduce_variance keras.ops.var keras.backend.var numpy.var",
            tf=_TF,
            numpy=_STD,
            backend=_PLAIN,
            keras=_PLAIN,
        ),
    ),
    _op(
        "all",
        all_or_any,
        spelled(
            "tf.reduce_all tf.math.reduce_all keras.ops.all keras.backend.all numpy.all",
            tf=_TF,
            numpy=_ALL,
            backend=_PLAIN,
            keras=_PLAIN,
        ),
    ),
    _op(
        "any",
        all_or_any,
        spelled(
            "tf.reduce_any tf.math.reduce_any keras.ops.any keras.backend.any numpy.any",
            tf=_TF,
            numpy=_ALL,
            backend=_PLAIN,
            keras=_PLAIN,
        ),
    ),
    _op(
        "logsumexp",
        spread,
        spelled(
            "tf.reduce_logsumexp tf.math.reduce_logsumexp keras.ops.logsumexp",
            tf=_TF,
            keras=_PLAIN,
        ),
    ),
)


def _index_dtype(a: Args) -> str | None:
    return a.dtype or ("int32" if a.library == "keras" else "int64")


def _arg_extreme(a: Args) -> TensorType:
    """(..., axis, ...) -> (..., ...) of positions; all axes for None (TensorFlow: the first)."""
    axis = 0 if a.axis is None and a.library in dtypes.TENSORFLOW else a.axis
    shape = reduced(a.x.shape, axis, a.keepdims)
    if axis is not None and a.x.shape and a.x.shape[axes_of(axis, len(a.x.shape))[0]] == 0:
        raise Mismatch("empty", "an axis that is not empty", {"input": a.x.shape})
    return TensorType(shape, _index_dtype(a))


def _arg_names(suffix: str) -> dict[str, str | None]:
    return spelled(
        f"tf.arg{suffix} tf.math.arg{suffix} keras.ops.arg{suffix} keras.backend.arg{suffix} "
        f"numpy.arg{suffix}",
        tf="(input: x, axis=None, output_type: dtype = 'int64', name: _ = None)",
        numpy="(a: x, axis=None, out: _ = None, *, keepdims=False)",
        backend="(x, axis=-1)",
        keras=_PLAIN,
    ) | {
        f"numpy.ndarray.arg{suffix}": ("(self: x, /, axis=None, out: _ = None, *, keepdims=False)")
    }


_ARG_CASES = (
    Call((2, 3), axis=1),
    Call((2, 3), axis=-1),
    Call((2, 3)),
    Call((2, 3, 4), axis=0, keepdims=True),
    Call((2, 3), axis=1, of="int32"),
    Call((2, 3), axis=2),
    Call((2, 0), axis=1),
)
_ARG = "(x: tensor, axis: axis = None, keepdims=False, dtype: dtype = None)"
ARGMAX = OpSpec("argmax", _ARG, _arg_extreme, _arg_names("max"), cases=_ARG_CASES)
ARGMIN = OpSpec("argmin", _ARG, _arg_extreme, _arg_names("min"), cases=_ARG_CASES)


def _cumulative(a: Args) -> TensorType:
    """(...) -> (...); (size,) for axis None."""
    dtype = a.dtype or (summed(a.x.dtype, a.library) if a.x.dtype else None)
    if a.axis is None:
        return TensorType((product(a.x.shape),), dtype)
    normalize_axis(a.axis, len(a.x.shape))
    return TensorType(a.x.shape, dtype)


_CUM = "(x: tensor, axis: axis = None, dtype: dtype = None, exclusive=False, reverse=False)"


def _cumulative_names(name: str) -> dict[str, str | None]:
    aliases = "tf.cumsum " if name == "cumsum" else ""
    return spelled(
        f"{aliases}tf.math.{name} keras.ops.{name} keras.backend.{name} numpy.{name}",
        tf="(x, axis=0, exclusive=False, reverse=False, name: _ = None)",
        numpy="(a: x, axis=None, dtype=None, out: _ = None)",
        backend="(x, axis=0)",
        keras="(x, axis=None, dtype=None)",
    ) | {f"numpy.ndarray.{name}": "(self: x, /, axis=None, dtype=None, out: _ = None)"}


_CUM_CASES = (
    Call((2, 3), axis=1),
    Call((2, 3)),
    Call((2, 3), axis=0, exclusive=True),
    Call((2, 3), axis=1, of="int32"),
    Call((2, 3), axis=2),
)
CUMSUM = OpSpec("cumsum", _CUM, _cumulative, _cumulative_names("cumsum"), cases=_CUM_CASES)
CUMPROD = OpSpec("cumprod", _CUM, _cumulative, _cumulative_names("cumprod"), cases=_CUM_CASES)


def _norm(a: Args) -> TensorType:
    """(..., axis, ...) -> (..., ...)."""
    dtype = spread(a.x.dtype, a.library) if a.x.dtype else None
    return TensorType(reduced(a.x.shape, a.axis, a.keepdims), dtype)


NORM = OpSpec(
    "norm",
    "(x: tensor, ord=None, axis: axis = None, keepdims=False)",
    _norm,
    names=spelled(
        "tf.norm tf.linalg.norm keras.ops.norm numpy.linalg.norm",
        tf="(tensor: x, ord='euclidean', axis=None, keepdims=None, name: _ = None)",
    ),
    cases=(
        Call((2, 3)),
        Call((2, 3), axis=1),
        Call((2, 3), axis=-1, keepdims=True),
        Call((2, 3), axis=2),
    ),
)
