"""Functions of two tensors with broadcasting: their dtypes, their values, their specs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from .. import shapes
from ..dims import Dims, Expr, less, maximum, minimum, same
from ..mismatch import Mismatch
from . import content, dtypes
from .agreement import common_dtype
from .base import Args, Call, OpSpec, TensorType

DtypeRule: TypeAlias = "Callable[[str, str], str | None]"


def broadcast(tensors: Sequence[TensorType]) -> Dims | None:
    """The broadcast shape; None where a rank is unknown."""
    known = [t.shape for t in tensors if t.shape is not None]
    return shapes.broadcast(*known) if len(known) == len(tensors) else None


def arithmetic(dtype: str, library: str) -> str | None:
    """The common dtype, in TensorFlow a number."""
    if library in dtypes.TENSORFLOW and dtype not in (*dtypes.NUMBERS, "string"):
        raise Mismatch("dtype", "numeric tensors", {"input": dtype})
    return dtype


def common(dtype: str, library: str) -> str | None:
    """The common dtype."""
    return dtype


def subtraction(dtype: str, library: str) -> str | None:
    """The common dtype; neither TensorFlow nor NumPy subtracts booleans."""
    if library == "numpy" and dtype == "bool":
        raise Mismatch("dtype", "numeric tensors", {"input": dtype})
    return arithmetic(dtype, library)


def true_division(dtype: str, library: str) -> str | None:
    """A float: of integers, TensorFlow and NumPy make float64, Keras float32."""
    if dtype in dtypes.INEXACT:
        return dtype
    if library in dtypes.TENSORFLOW:
        small = dtype in ("int8", "uint8", "int16", "uint16")
        return "float32" if small else "float64"
    return "float32" if library == "keras" else "float64"


def integers_too(dtype: str, library: str) -> str | None:
    """The common dtype; Keras and NumPy compute booleans as int32 or int8."""
    if library in dtypes.TENSORFLOW or dtype != "bool":
        return arithmetic(dtype, library)
    return "int32" if library == "keras" else "int8"


def boolean(dtype: str, library: str) -> str | None:
    """A comparison."""
    return "bool"


def ordering(dtype: str, library: str) -> str | None:
    """A comparison that TensorFlow makes on numbers only."""
    arithmetic(dtype, library)
    return "bool"


def logical(dtype: str, library: str) -> str | None:
    """A logical function, which TensorFlow wants on booleans."""
    if library in dtypes.TENSORFLOW and dtype != "bool":
        raise Mismatch("dtype", "bool tensors", {"input": dtype})
    return "bool"


def _differs(rule: DtypeRule, dtype: str | None) -> bool:
    """Whether Keras' and TensorFlow's variables give different dtypes here."""
    whole = rule is integers_too and dtype == "bool"
    return whole or (rule is true_division and dtype not in dtypes.INEXACT)


def pairwise(
    name: str,
    rule: DtypeRule,
    names: Mapping[str, str | None],
    function: Callable[[object, object], object] | None = None,
) -> OpSpec:
    """An op (..., a), (..., b) -> the broadcast shape."""

    def result(a: Args) -> TensorType:
        tensors = (a.x1, a.x2)
        dtype = common_dtype(tensors, a.library)
        if any(t.kind == "variable" for t in tensors) and _differs(rule, dtype):
            dtype = None
        unknown = "bool" if rule in (boolean, ordering, logical) else None
        return TensorType(broadcast(tensors), rule(dtype, a.library) if dtype else unknown)

    def fold(a: Args) -> object:
        return content.apply(function, a.x1.content, a.x2.content)

    return OpSpec(
        name,
        "(x1: tensor, x2: tensor)",
        result,
        names,
        any_rank=True,
        fold=fold if function else None,
        cases=CASES,
    )


CASES = (
    Call((2, 3), (2, 3)),
    Call((2, 3), (3,)),
    Call((2, 1), (1, 3)),
    Call((4, 1, 3), (2, 1)),
    Call((), (2, 3)),
    Call((0, 3), (1, 3)),
    Call((2, 3), (2, 3), of="int32"),
    Call((2, 3), (2, 3), of="bool"),
    Call((2,), (2,), of=("float32", "int32")),
    Call((2,), (2,), of=("int64", "int32")),
    Call((2,), (2,), of=("float64", "float32")),
    Call((2, 3), (2, 4)),
    Call((2, 3), (4,)),
)


def divided(x: object, y: object) -> object:
    """`x / y`, exact on symbols or not at all."""
    if isinstance(x, Expr) or isinstance(y, Expr):
        quotient = x // y  # type: ignore[operator]
        if same(quotient * y, x) is True:
            return quotient
        raise ValueError
    return x / y  # type: ignore[operator]


def is_less(x: object, y: object) -> bool:
    """`x < y`; raises `ValueError` where it is not decided."""
    decided = less(x, y) if _symbolic(x, y) else x < y  # type: ignore
    if decided is None:
        raise ValueError
    return bool(decided)


def is_equal(x: object, y: object) -> bool:
    """`x == y`; raises `ValueError` where it is not decided."""
    decided = same(x, y) if _symbolic(x, y) else x == y  # type: ignore[arg-type]
    if decided is None:
        raise ValueError
    return bool(decided)


def _symbolic(x: object, y: object) -> bool:
    return isinstance(x, Expr) or isinstance(y, Expr)


def larger(x: object, y: object) -> object:
    """The larger of two values."""
    return maximum(x, y) if _symbolic(x, y) else max(x, y)  # type: ignore


def smaller(x: object, y: object) -> object:
    """The smaller of two values."""
    return minimum(x, y) if _symbolic(x, y) else min(x, y)  # type: ignore
