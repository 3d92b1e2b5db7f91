"""Functions of string tensors, as far as shapes go."""

from __future__ import annotations

from .base import Args, OpSpec, TensorType
from .reduce_ops import reduced


def _string(a: Args) -> TensorType:
    """(...) -> (...), strings."""
    return TensorType(a.x.shape, "string")


SAME_STRINGS = OpSpec(
    "string_same",
    "(x: tensor)",
    _string,
    names={
        "tf.strings.lower": "(input: x, encoding: _ = '', name: _ = None)",
        "tf.strings.upper": "(input: x, encoding: _ = '', name: _ = None)",
        "tf.strings.strip": "(input: x, name: _ = None)",
        "tf.strings.regex_replace": "(input: x, pattern: _, rewrite: _, "
        "replace_global: _ = True, name: _ = None)",
        "tf.strings.substr": "(input: x, pos: _, len: _, unit: _ = 'BYTE', name: _ = None)",
        "tf.as_string": "(input: x, precision: _ = -1, scientific: _ = False, "
        "shortest: _ = False, width: _ = -1, fill: _ = '', name: _ = None)",
    },
    any_rank=True,
)


def _numbers(dtype: str) -> object:
    def result(a: Args) -> TensorType:
        return TensorType(a.x.shape, a.dtype or dtype)

    return result


STRING_LENGTH = OpSpec(
    "string_length",
    "(x: tensor, dtype: dtype = None)",
    _numbers("int32"),  # type: ignore[arg-type]
    names={"tf.strings.length": "(input: x, unit: _ = 'BYTE', name: _ = None)"},
    any_rank=True,
)
STRING_HASH = OpSpec(
    "string_hash",
    "(x: tensor, dtype: dtype = None)",
    _numbers("int64"),  # type: ignore[arg-type]
    names={
        "tf.strings.to_hash_bucket_fast": "(input: x, num_buckets: _, name: _ = None)",
        "tf.strings.to_hash_bucket": "(input: x, num_buckets: _, name: _ = None)",
    },
    any_rank=True,
)
STRING_NUMBER = OpSpec(
    "string_number",
    "(x: tensor, dtype: dtype = None)",
    _numbers("float32"),  # type: ignore[arg-type]
    names={"tf.strings.to_number": "(input: x, out_type: dtype = 'float32', name: _ = None)"},
    any_rank=True,
)


def _reduce_join(a: Args) -> TensorType:
    """(..., axis, ...) -> (..., ...), strings."""
    return TensorType(reduced(a.x.shape, a.axis, a.keepdims), "string")


REDUCE_JOIN = OpSpec(
    "string_reduce_join",
    "(x: tensor, axis: axis = None, keepdims=False)",
    _reduce_join,
    names={
        "tf.strings.reduce_join": "(inputs: x, axis=None, keepdims=False, separator: _ = '', "
        "name: _ = None)"
    },
)
READ_FILE = OpSpec(
    "read_file",
    "()",
    lambda a: TensorType((), "string"),
    names={"tf.io.read_file": "(filename: _, name: _ = None)"},
)
