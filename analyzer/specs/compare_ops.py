"""Comparisons and logical functions of two tensors, with broadcasting."""

from __future__ import annotations

from .pairwise import boolean, is_equal, is_less, logical, ordering, pairwise
from .spelling import binary

COMPARISON = (
    pairwise(
        "equal",
        boolean,
        binary("tf.equal tf.math.equal keras.ops.equal keras.backend.equal numpy.equal"),
        is_equal,
    ),
    pairwise(
        "not_equal",
        boolean,
        binary(
            "tf.not_equal tf.math.not_equal keras.ops.not_equal keras.backend.not_equal "
            "numpy.not_equal"
        ),
        lambda x, y: not is_equal(x, y),
    ),
    pairwise(
        "less",
        ordering,
        binary("tf.less tf.math.less keras.ops.less keras.backend.less numpy.less"),
        is_less,
    ),
    pairwise(
        "less_equal",
        ordering,
        binary(
            "tf.less_equal tf.math.less_equal keras.ops.less_equal keras.backend.less_equal "
            "numpy.less_equal"
        ),
        lambda x, y: not is_less(y, x),
    ),
    pairwise(
        "greater",
        ordering,
        binary("tf.greater tf.math.greater keras.ops.greater keras.backend.greater numpy.greater"),
        lambda x, y: is_less(y, x),
    ),
    pairwise(
        "greater_equal",
        ordering,
        binary(
            "tf.greater_equal tf.math.greater_equal keras.ops.greater_equal "
            "keras.backend.greater_equal numpy.greater_equal"
        ),
        lambda x, y: not is_less(x, y),
    ),
    pairwise(
        "logical_and",
        logical,
        binary("tf.logical_and tf.math.logical_and keras.ops.logical_and numpy.logical_and"),
        lambda x, y: bool(x and y),
    ),
    pairwise(
        "logical_or",
        logical,
        binary("tf.logical_or tf.math.logical_or keras.ops.logical_or numpy.logical_or"),
        lambda x, y: bool(x or y),
    ),
    pairwise(
        "logical_xor",
        logical,
        binary("tf.math.logical_xor keras.ops.logical_xor numpy.logical_xor"),
        lambda x, y: bool(x) != bool(y),
    ),
)
