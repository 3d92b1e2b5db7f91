"""TRN010."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import OpCalled
from ...analyzer.findings import Level
from ...analyzer.keras.layer import is_user
from ..base import Case, Draft, Rule
from ..words import class_name

DROPOUTS = frozenset(
    {"tf.nn.dropout", "keras.random.dropout", "tf.nn.experimental.stateless_dropout"}
)


class UnguardedTrainTimeOp(Rule):
    """A dropout function in `call` is applied whatever the mode.

    Why: `tf.nn.dropout` and `keras.random.dropout` do not look at `training`, so values are
    dropped in predict and evaluate too.
    Known limits: random noise is not reported: sampling layers mean it.
    """

    code, name, level = "TRN010", "unguarded-train-time-op", Level.WARNING
    _HEAD = "class D(Layer):\n    def call(self, x, training=None):\n"
    _TAIL = "\n\nm = Sequential([Input((100,)), D()])\n"
    VALID = [
        Case(_HEAD + "        return tf.nn.dropout(x, 0.5) if training else x\n" + _TAIL),
        Case(
            _HEAD + "        if training:\n            x = tf.nn.dropout(x, 0.5)\n"
            "        return x\n" + _TAIL
        ),
    ]
    INVALID = [Case(_HEAD + "        return tf.nn.dropout(x, 0.5)\n" + _TAIL, at="tf.nn.dropout")]

    def on_op_called(self, fact: OpCalled) -> Iterator[Draft]:
        """Dropout in a user's `call`, under no condition."""
        if fact.spelling not in DROPOUTS or fact.where is None or fact.site.conditions:
            return
        layer, method = fact.where
        if method == "call" and is_user(layer):
            yield Draft(
                fact.site,
                f"{fact.spelling} in {class_name(layer)}.call",
                says="drops values in predict and evaluate too: it does not look at `training`",
                hint="apply it only `if training:`, or use layers.Dropout",
            )
