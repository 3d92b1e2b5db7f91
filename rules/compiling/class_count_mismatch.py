"""CMP006."""

from __future__ import annotations

from ...analyzer.findings import Level
from ..base import Case
from ..targets import TargetRule


class ClassCountMismatch(TargetRule):
    """The last layer has another number of units than the labels have classes.

    Why: one-hot labels have one column per class, and each class needs its unit.
    Known limits: only where the number of classes is known from the labels' shape.
    """

    code, name, level = "CMP006", "class-count-mismatch", Level.ERROR
    kinds = frozenset({"classes"})
    keras_says = ("Arguments `target` and `output` must have the same shape",)
    _DATA = (
        "x = np.random.rand(32, 6)\n"
        "y = keras.utils.to_categorical(np.random.randint(0, 10, 32), 10)\n"
    )
    _END = "m.compile('sgd', 'categorical_crossentropy')\nm.fit(x, y)"
    VALID = [
        Case(
            _DATA + "m = Sequential([Input((6,)), layers.Dense(10, activation='softmax')])\n" + _END
        ),
    ]
    INVALID = [
        Case(
            _DATA + "m = Sequential([Input((6,)), layers.Dense(9, activation='softmax')])\n" + _END,
            at="m.fit",
        ),
    ]
