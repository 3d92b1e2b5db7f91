"""Attributes, methods and operators of tensors: which kind has which, and what they do.

A member that is a tensor function is a spelling of its op ("numpy.ndarray.mean",
"tf.Tensor.shape"); the rest is only known to exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from . import registry
from .dataset import Data
from .results import Handle


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The classes behind each kind of `values.Tensor`.
CLASSES: dict[str, tuple[str, ...]] = {
    "keras": ("keras.KerasTensor",),
    "tensor": ("tf.Tensor",),
    "variable": ("keras.Variable", "tf.Variable"),
    "array": ("numpy.ndarray",),
}

# Every public attribute, as Keras 3.15, TensorFlow 2.21 and NumPy 2.4 show them.
PUBLIC: dict[str, frozenset[str]] = {
    "keras.KerasTensor": _names(
        """
        dtype name ndim ragged ragged_rank record_history reshape
        row_splits_dtype shape sparse squeeze
        """
    ),
    "tf.Tensor": _names(
        """
        OVERLOADABLE_OPERATORS backing_device consumers cpu device dtype eval
        experimental_ref get_shape gpu graph is_packed name ndim numpy op ref
        set_shape shape value_index
        """
    ),
    "tf.Variable": _names(
        """
        SaveSliceInfo aggregation assign assign_add assign_sub
        batch_scatter_update constraint count_up_to create device dtype eval
        experimental_ref from_proto gather_nd get_shape graph handle
        initial_value initialized_value initializer is_initialized load name
        numpy op read_value read_value_no_copy ref scatter_add scatter_div
        scatter_max scatter_min scatter_mul scatter_nd_add scatter_nd_max
        scatter_nd_min scatter_nd_sub scatter_nd_update scatter_sub
        scatter_update set_shape shape sparse_read synchronization to_proto
        trainable value
        """
    ),
    "keras.Variable": _names(
        """
        aggregation assign assign_add assign_sub constraint dtype handle name
        ndim numpy overwrite_with_gradient path regularizer shape
        synchronization trainable value
        """
    ),
    "numpy.ndarray": _names(
        """
        T all any argmax argmin argpartition argsort astype base byteswap
        choose clip compress conj conjugate copy ctypes cumprod cumsum data
        device diagonal dot dtype dump dumps fill flags flat flatten getfield
        imag item itemsize mT max mean min nbytes ndim nonzero partition prod
        put ravel real repeat reshape resize round searchsorted setfield
        setflags shape size sort squeeze std strides sum swapaxes take
        to_device tobytes tofile tolist trace transpose var view
        """
    ),
}

# What a KerasTensor of tf_keras 2.21 has; its members are those of a tf.Tensor.
_KERAS2_TENSOR = _names(
    """
    dtype experimental_ref from_tensor from_type_spec get_shape is_tensor_like
    name node op ref set_shape shape type_spec
    """
)

# Members that are read, not called.
PROPERTIES = _names(
    """
        aggregation constraint data device dtype flags graph handle imag
        initial_value initializer is_packed itemsize mT name nbytes ndim op
        path ragged real regularizer shape size sparse strides synchronization
        T trainable
        """
)


def has(kind: str, name: str, dialect: str = "keras3") -> bool:
    """Whether tensors of a kind have this public attribute."""
    if kind == "keras" and dialect == "keras2":
        return name in _KERAS2_TENSOR
    return any(name in PUBLIC[c] for c in CLASSES[kind])


def is_property(spelling: str) -> bool:
    """Whether a member ("numpy.ndarray.T") is read without a call."""
    owner, _, name = spelling.rpartition(".")
    also = {"keras.Variable": "value", "tf.data.Dataset": "element_spec"}
    return name in PROPERTIES or also.get(owner) == name


@cache
def member(kind: str, name: str, dialect: str = "keras3") -> str | None:
    """The spelling of the op that a member is; None where it is none."""
    owners = CLASSES[kind]
    if kind == "keras" and dialect == "keras2":
        owners = CLASSES["tensor"] if name in _KERAS2_TENSOR else ()
    names = (f"{c}.{name}" for c in owners)
    return next((n for n in names if n in registry.spellings()), None)


def index_library(kind: str, dialect: str = "keras3") -> str:
    """Whose rules `x[...]` follows: a KerasTensor of Keras 2 is indexed as a tensor."""
    if kind == "keras":
        return "keras" if dialect == "keras3" else "tf"
    return "numpy" if kind == "array" else "tf"


def class_of(value: object) -> str | None:
    """The class of an object that ops return, whose methods are "<class>.<method>"."""
    if isinstance(value, Data):
        return "tf.data.Dataset"
    return value.cls if isinstance(value, Handle) else None


@dataclass(frozen=True, slots=True)
class Operation:
    """What an operator does: the op of this name by this library's rules.

    `raises` tells that it fails whatever the types: a KerasTensor on the right of an
    array, or in a comparison on the right of any tensor, is asked for numbers.
    """

    op: str
    library: str
    raises: bool = False


BINARY: dict[str, str] = {
    "__add__": "add",
    "__sub__": "subtract",
    "__mul__": "multiply",
    "__truediv__": "divide",
    "__floordiv__": "floor_divide",
    "__mod__": "mod",
    "__pow__": "power",
    "__matmul__": "matmul",
    "__lt__": "less",
    "__le__": "less_equal",
    "__gt__": "greater",
    "__ge__": "greater_equal",
    "__eq__": "equal",
    "__ne__": "not_equal",
    "__and__": "bitwise_and",
    "__or__": "bitwise_or",
    "__xor__": "bitwise_xor",
}
UNARY: dict[str, str] = {
    "__neg__": "negative",
    "__abs__": "abs",
    "__invert__": "bitwise_not",
    "__pos__": "identity",
}
_COMPARISONS = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")
# A KerasTensor's & | ^ ~ are the logical functions.
_LOGICAL = {
    "bitwise_and": "logical_and",
    "bitwise_or": "logical_or",
    "bitwise_xor": "logical_xor",
    "bitwise_not": "logical_not",
}


def operation(dunder: str, left: str, right: str = "", dialect: str = "keras3") -> Operation | None:
    """What `left <dunder> right` does for operands of these kinds ("": not a tensor).

    None where it is no tensor operation: `==` on a KerasTensor of Keras 3 asks for
    identity. In Keras 2 a KerasTensor computes as TensorFlow does.
    """
    op = BINARY.get(dunder) or UNARY.get(dunder)
    if op is None or not (left or right):
        return None
    if dialect == "keras2":
        return Operation(op, "numpy" if {left, right} <= {"array", ""} else "tf")
    if "keras" in (left, right):
        return _symbolic(op, left)
    return Operation(op, _library(left, right))


def _symbolic(op: str, left: str) -> Operation | None:
    """An operator with a KerasTensor of Keras 3 on either side."""
    if op == "equal" and left in ("", "keras"):
        return None
    fails = left == "array" or (left not in ("", "keras") and op in _COMPARISONS)
    return Operation(_LOGICAL.get(op, op), "keras", fails)


def _library(left: str, right: str) -> str:
    """Keras' own variables promote; a TensorFlow tensor wants its dtype."""
    if "variable" in (left, right):
        return "keras"
    return "tf" if "tensor" in (left, right) else "numpy"
