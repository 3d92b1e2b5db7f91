"""Ops that make tensors from shapes and numbers, and that read a tensor's form."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..dims import Dim, Expr, less, maximum, product, symbol
from ..mismatch import Mismatch
from ..unknown import Unknown
from . import content, dtypes
from .agreement import common_dtype
from .base import Args, Call, OpSpec, TensorType
from .spelling import spelled

_DEFAULT_FLOAT = {"numpy": "float64"}


def filled(shape: tuple[Dim, ...], value: object) -> object:
    """The content of a tensor of one value; None where it is large or of unknown size."""
    size = product(shape)
    if any(isinstance(d, Expr) for d in shape) or size > content.LIMIT:  # type: ignore[operator]
        return None
    return content.nested(content.Block(shape, (value,) * size))  # type: ignore[arg-type]


def _constant_fill(value: float) -> Callable[[Args], TensorType]:
    def result(a: Args) -> TensorType:
        dtype = a.dtype or _DEFAULT_FLOAT.get(a.library, "float32")
        number = int(value) if dtype in dtypes.INTEGERS else value
        return TensorType(a.shape, dtype, filled(a.shape, number))

    return result


def _fill_names(name: str) -> dict[str, str | None]:
    return spelled(
        f"tf.{name} keras.ops.{name} keras.backend.{name} numpy.{name}",
        tf="(shape, dtype='float32', name: _ = None, layout: _ = None)",
        numpy="(shape, dtype=None, order: _ = 'C', *, device: _ = None, like: _ = None)",
        backend="(shape, dtype=None, name: _ = None)",
    )


_SHAPED = "(shape: shape, dtype: dtype = None)"
_FILL_CASES = (
    Call(shape=(2, 3)),
    Call(shape=[2, 0]),
    Call(shape=()),
    Call(shape=(2,), dtype="int32"),
)
ZEROS = OpSpec("zeros", _SHAPED, _constant_fill(0.0), _fill_names("zeros"), cases=_FILL_CASES)
ONES = OpSpec("ones", _SHAPED, _constant_fill(1.0), _fill_names("ones"), cases=_FILL_CASES)
EMPTY = OpSpec(
    "empty",
    _SHAPED,
    lambda a: TensorType(a.shape, a.dtype or _DEFAULT_FLOAT.get(a.library, "float32")),
    {
        "keras.ops.empty": None,
        "numpy.empty": "(shape, dtype=None, order: _ = 'C', *, device: _ = None, like: _ = None)",
    },
    cases=_FILL_CASES,
)


def _like(value: float) -> Callable[[Args], TensorType]:
    def result(a: Args) -> TensorType:
        dtype = a.dtype or a.x.dtype
        number = int(value) if dtype in dtypes.INTEGERS else value
        return TensorType(
            a.x.shape, dtype, None if a.x.shape is None else filled(a.x.shape, number)
        )

    return result


def _like_names(name: str) -> dict[str, str | None]:
    return spelled(
        f"tf.{name} keras.ops.{name} keras.backend.{name} numpy.{name}",
        tf="(input: x, dtype=None, name: _ = None, layout: _ = None)",
        numpy="(a: x, dtype=None, order: _ = 'K', subok: _ = True, shape: _ = None, *, "
        "device: _ = None)",
        backend="(x, dtype=None, name: _ = None)",
    )


_LIKE = "(x: tensor, dtype: dtype = None)"
_LIKE_CASES = (
    Call((2, 3)),
    Call((2, 0)),
    Call((2, 3), of="int32"),
    Call((2, 3), of="bool"),
    Call((2, 3), dtype="int32"),
)
ZEROS_LIKE = OpSpec(
    "zeros_like", _LIKE, _like(0.0), _like_names("zeros_like"), any_rank=True, cases=_LIKE_CASES
)
ONES_LIKE = OpSpec(
    "ones_like", _LIKE, _like(1.0), _like_names("ones_like"), any_rank=True, cases=_LIKE_CASES
)


def _full(a: Args) -> TensorType:
    """A shape and a value -> a tensor of that shape."""
    dtype = a.dtype or a.fill_value.dtype
    value = a.fill_value.content
    known = a.fill_value.shape == () and value is not None
    if a.library == "keras":
        dtype = a.dtype or "float32"
    return TensorType(a.shape, dtype, filled(a.shape, value) if known else None)


FULL = OpSpec(
    "full",
    "(shape: shape, fill_value: tensor, dtype: dtype = None)",
    _full,
    names={
        "tf.fill": "(dims: shape, value: fill_value, name: _ = None, layout: _ = None)",
        "keras.ops.full": None,
        "numpy.full": "(shape, fill_value, dtype=None, order: _ = 'C', *, device: _ = None, "
        "like: _ = None)",
    },
    any_rank=True,
    cases=(
        Call(shape=(2, 3), fill_value=1),
        Call(shape=(2, 3), fill_value=1.5),
        Call(shape=[2], fill_value=True),
        Call(shape=[2], fill_value=1, dtype="float32"),
    ),
)

FULL_LIKE = OpSpec(
    "full_like",
    "(x: tensor, fill_value: tensor, dtype: dtype = None)",
    lambda a: TensorType(a.x.shape, a.dtype or a.x.dtype),
    names={
        "keras.ops.full_like": None,
        "numpy.full_like": "(a: x, fill_value, dtype=None, order: _ = 'K', subok: _ = True, "
        "shape: _ = None, *, device: _ = None)",
    },
    any_rank=True,
    cases=(Call((2, 3), fill_value=1), Call((2, 3), of="int32", fill_value=1)),
)


def _eye(a: Args) -> TensorType:
    """rows, columns -> (..., rows, columns)."""
    columns = a.rows if a.columns is None else a.columns
    dtype = a.dtype or _DEFAULT_FLOAT.get(a.library, "float32")
    return TensorType((*(a.batch_shape or ()), a.rows, columns), dtype)


EYE = OpSpec(
    "eye",
    "(rows: size, columns=None, k=0, batch_shape: shape = None, dtype: dtype = None)",
    _eye,
    names={
        "tf.eye": "(num_rows: rows, num_columns: columns = None, batch_shape=None, "
        "dtype='float32', name: _ = None)",
        "tf.linalg.eye": "(num_rows: rows, num_columns: columns = None, batch_shape=None, "
        "dtype='float32', name: _ = None)",
        "keras.ops.eye": "(N: rows, M: columns = None, k=0, dtype=None)",
        "keras.ops.identity": "(n: rows, dtype=None)",
        "keras.backend.eye": "(size: rows, dtype=None, name: _ = None)",
        "numpy.eye": "(N: rows, M: columns = None, k=0, dtype='float64', order: _ = 'C', *, "
        "device: _ = None, like: _ = None)",
        "numpy.identity": "(n: rows, dtype=None, *, like: _ = None)",
    },
    cases=(
        Call(rows=3),
        Call(rows=3, columns=4),
        Call(rows=2, batch_shape=[5]),
        Call(rows=2, dtype="int32"),
    ),
)


def _range(a: Args) -> TensorType:
    """start, stop, step -> (ceil((stop - start) / step),)."""
    start, stop = (0, a.start.content) if a.stop is None else (a.start.content, a.stop.content)
    bounds = [t for t in (a.start, a.stop, a.step) if t is not None]
    step = 1 if a.step is None else a.step.content
    values = (start, stop, step)
    natural = a.library == "backend" and a.dtype == "int32"
    dtype = (None if natural else a.dtype) or _range_dtype(bounds, a.library)
    if any(v is None or isinstance(v, Unknown) for v in values):
        return TensorType((symbol("range", 0),), dtype)
    size = count_between(*values)
    if a.library in dtypes.TENSORFLOW:
        _check_direction(*values)
    return TensorType((size,), dtype, _counted(start, step, size))


def _check_direction(start: object, stop: object, step: object) -> None:
    """TensorFlow's range must not run away from its end."""
    numbers = all(isinstance(v, int | float) for v in (start, stop, step))
    if numbers and (stop - start) * step < 0:  # type: ignore[operator]
        values = {"start": start, "limit": stop, "delta": step}
        raise Mismatch("range", "a limit in the direction of delta", values)


def _range_dtype(bounds: list[TensorType], library: str) -> str | None:
    names = [t.dtype for t in bounds]
    if library in dtypes.TENSORFLOW:
        strong = [n for n in names if n not in ("int", "float")]
        return strong[0] if strong else "float" if "float" in names else "int"
    return dtypes.promote(*names, library=library)


def count_between(start: object, stop: object, step: object) -> Dim:
    """How many steps a range takes."""
    if all(isinstance(v, int | float) for v in (start, stop, step)):
        return max(0, math.ceil((stop - start) / step))  # type: ignore[operator]
    if isinstance(step, int) and step > 0 and isinstance(stop, int | Expr):
        length = (stop - start + step - 1) // step  # type: ignore[operator]
        return length if less(length, 0) is False else maximum(length, 0)
    return symbol("range", 0)


def _counted(start: object, step: object, size: Dim) -> object:
    if isinstance(size, Expr) or size > content.LIMIT:
        return None
    return tuple(start + i * step for i in range(size))  # type: ignore[operator]


RANGE = OpSpec(
    "range",
    "(start: tensor, stop: tensor = None, step: tensor = None, dtype: dtype = None)",
    _range,
    names={
        "tf.range": "(start, limit: stop = None, delta: step = 1, dtype=None, name: _ = 'range')",
        "keras.ops.arange": "(start, stop=None, step=None, dtype=None)",
        "keras.backend.arange": "(start, stop=None, step=1, dtype='int32')",
        "numpy.arange": "(start_or_stop: start, /, stop=None, step=1, *, dtype=None, "
        "device: _ = None, like: _ = None)",
    },
    any_rank=True,
    cases=(
        Call(start=5),
        Call(start=2, stop=7),
        Call(start=0, stop=10, step=3),
        Call(start=5.0),
        Call(start=0, stop=1, step=0.25),
        Call(start=3, dtype="float32"),
        Call(start=10, stop=0, step=-2),
        Call(start=3, stop=1),
    ),
)


def _linspace(a: Args) -> TensorType:
    """start, stop, num -> (num,)."""
    ends = [t for t in (a.start, a.stop) if t is not None]
    dtype = a.dtype
    if dtype is None:
        common = common_dtype(ends, a.library)
        dtype = _linspace_dtype(common, a.library)
    shape = (a.num, *(a.start.shape or ()))
    return TensorType(shape, dtype)


def _linspace_dtype(common: str | None, library: str) -> str | None:
    if library == "numpy":
        return "float64"
    if library in dtypes.TENSORFLOW:
        return common if common in dtypes.FLOATS else "float64"
    return common if common in dtypes.FLOATS else "float32"


LINSPACE = OpSpec(
    "linspace",
    "(start: tensor, stop: tensor, num: size = 50, dtype: dtype = None, endpoint=True)",
    _linspace,
    names={
        "tf.linspace": "(start, stop, num, name: _ = None, axis: _ = 0)",
        "keras.ops.linspace": "(start, stop, num=50, endpoint=True, retstep: _ = False, "
        "dtype=None, axis: _ = 0)",
        "numpy.linspace": "(start, stop, num=50, endpoint=True, retstep: _ = False, "
        "dtype=None, axis: _ = 0, *, device: _ = None)",
    },
    cases=(
        Call(start=0.0, stop=1.0, num=5),
        Call(start=0, stop=1, num=5),
        Call(start=0.0, stop=1.0, num=5, dtype="float32"),
    ),
)
