"""SHP003."""

from __future__ import annotations

from ...analyzer.findings import Level
from ..base import Case
from ..targets import TargetRule


class DenseOnUnflattenedTensor(TargetRule):
    """The output still has a space or time axis, while the labels have one value a sample.

    Why: Dense acts on the last axis only; without Flatten or pooling before it the output
    keeps the other axes, and the loss rejects the labels.
    Known limits: only where the loss raises; mean squared error broadcasts silently.
    """

    code, name, level = "SHP003", "dense-on-unflattened-tensor", Level.ERROR
    kinds = frozenset({"label-rank", "label-shape"})
    high_rank = True
    keras_says = ("Argument `output` must have rank (ndim) `target.ndim - 1`",)
    _END = (
        'layers.Dense(10, activation="softmax")])\n'
        'm.compile("adam", "sparse_categorical_crossentropy")\n'
        "m.fit(np.zeros((8, 28, 28, 1)), np.zeros(8))"
    )
    VALID = [
        Case("m = Sequential([Input((28, 28, 1)), layers.Conv2D(4, 3), layers.Flatten(), " + _END),
    ]
    INVALID = [Case("m = Sequential([Input((28, 28, 1)), layers.Conv2D(4, 3), " + _END, at="m.fit")]
