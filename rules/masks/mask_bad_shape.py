"""MSK012."""

from __future__ import annotations

from ...analyzer.findings import Level
from ..base import Case
from ..proofs import ProofRule


class MaskBadShape(ProofRule):
    """A mask, given by hand or handed on by Keras, does not fit the input of a layer.

    Why: a mask of a sequence is (batch, time); Softmax, for one, broadcasts it to its
    whole input and fails on the feature axis.
    Known limits: silent where a size is not known.
    """

    code, name, level = "MSK012", "mask-bad-shape", Level.ERROR
    kinds = frozenset({"mask-shape"})
    keras_says = ("The `mask` must be broadcastable to `inputs`",)
    _HEAD = 'x = Input((4,), dtype="int32")\n'
    VALID = [Case(_HEAD + "y = layers.Softmax()(layers.Embedding(9, 5)(x))")]
    INVALID = [
        Case(
            _HEAD + "y = layers.Softmax()(layers.Embedding(9, 5, mask_zero=True)(x))",
            at="layers.Softmax()",
        ),
    ]
