"""CMP005."""

from __future__ import annotations

from ...analyzer.findings import Level
from ..base import Case
from ..targets import TargetRule


class SparseVsOnehotLabels(TargetRule):
    """Integer labels meet categorical_crossentropy, or one-hot labels the sparse one.

    Why: categorical_crossentropy wants one column per class, sparse_categorical_
    crossentropy one integer per sample.
    Known limits: silent when the labels' shape is not known.
    """

    code, name, level = "CMP005", "sparse-vs-onehot-labels", Level.ERROR
    kinds = frozenset({"label-rank", "label-shape"})
    losses = frozenset({"CategoricalCrossentropy", "SparseCategoricalCrossentropy"})
    high_rank = False
    keras_says = (
        "Argument `output` must have rank (ndim) `target.ndim - 1`",
        "Arguments `target` and `output` must have the same shape",
    )
    _HEAD = (
        "x = np.random.rand(32, 6)\ny = np.random.randint(0, 10, 32)\n"
        "m = Sequential([Input((6,)), layers.Dense(10, activation='softmax')])\n"
    )
    VALID = [Case(_HEAD + "m.compile('sgd', 'sparse_categorical_crossentropy')\nm.fit(x, y)")]
    INVALID = [
        Case(_HEAD + "m.compile('sgd', 'categorical_crossentropy')\nm.fit(x, y)", at="m.fit"),
    ]
