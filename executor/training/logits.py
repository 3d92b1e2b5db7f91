"""Where probabilities come straight from softmax or sigmoid, losses go back to the logits.

Keras' TensorFlow backend does the same: the loss of a saturated prediction stays exact.
"""

from __future__ import annotations

from typing import Any

from ..autodiff import Record
from ..context import here


def logits_of(output: Any, op: str) -> Any:
    """The input of the op that made a tensor, or None if another op made it."""
    for records in _records():
        for record in reversed(records):
            if any(o is output for o in record.outputs):
                return record.inputs[0] if record.call.op.name == op else None
    return None


def axis_of(output: Any) -> Any:
    """The `axis` of the call that made a tensor."""
    for records in _records():
        for record in reversed(records):
            if any(o is output for o in record.outputs):
                return getattr(record.call.statics, "axis", None)
    return None


def _records() -> list[list[Record]]:
    if here.trace is not None:
        return [here.trace.records]
    return [tape._records for tape in reversed(here.tapes)]
