"""SHP025."""

from __future__ import annotations

from typing import ClassVar

from ...analyzer.findings import Level
from ..base import Case
from ..proofs import ProofRule


class RnnInitialStateMismatch(ProofRule):
    """The initial states do not fit the cell.

    Why: an LSTM has two states of its own width, a GRU one, a bidirectional layer twice
    as many.
    Known limits: silent when a state's size is unknown.
    """

    code, name, level = "SHP025", "rnn-initial-state-mismatch", Level.ERROR
    kinds: ClassVar = frozenset(["state-count", "state-shape"])
    keras_says = ("An `initial_state` was passed that is not compatible with `cell.state_size`",)
    VALID = [
        Case(
            "x = Input((5, 3))\ns = Input((8,))\nr = layers.LSTM(8)(x, initial_state=[s, s])\n",
        ),
    ]
    INVALID = [
        Case(
            "x = Input((5, 3))\ns = Input((8,))\nr = layers.LSTM(4)(x, initial_state=[s, s])\n",
            at="layers.LSTM(4)(x",
        ),
        Case(
            "x = Input((5, 3))\ns = Input((4,))\nr = layers.LSTM(4)(x, initial_state=[s])\n",
            at="layers.LSTM(4)(x, initial_state=[s])",
        ),
    ]
