"""SHP026."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import LayerCalled, PythonError
from ...analyzer.findings import Level
from ...analyzer.values import Tensor, Value
from ..base import Case, Draft, Rule
from ..story import Story, spec_of, tensors
from ..words import class_name, subject

MULTIPLE = frozenset(
    {"LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "ConvLSTM2D", "MultiHeadAttention"}
)


class RnnReturnArity(Rule):
    """The result of a recurrent layer is unpacked into the wrong number of names.

    Why: with return_state=True an LSTM gives (output, h, c), a GRU (output, state),
    Bidirectional the states of both directions; without it, one tensor.
    Known limits: silent with a starred target or unknown arguments.
    """

    code, name, level = "SHP026", "rnn-return-arity", Level.ERROR
    keras_says = (
        "too many values to unpack (expected 2)",
        "Iterating over a symbolic KerasTensor is not supported",
        "expects 1 input(s), but it received 3 input tensors",
    )
    VALID = [
        Case("x = Input((5, 3))\nout, h, c = layers.LSTM(4, return_state=True)(x)"),
    ]
    INVALID = [
        Case(
            "x = Input((5, 3))\nout, state = layers.LSTM(4, return_state=True)(x)",
            at="out, state = ",
        ),
        Case("x = Input((5, 3))\na, b, c = layers.LSTM(4)(x)", at="a, b, c = "),
        Case(
            "x = Input((5, 3))\ny = layers.LSTM(4, return_state=True)(x)\nz = layers.Dense(2)(y)",
            at="layers.Dense(2)(y)",
        ),
    ]

    def __init__(self, story: Story) -> None:
        super().__init__(story)
        self._told: set[LayerCalled] = set()

    def on_python_error(self, fact: PythonError) -> Iterator[Draft]:
        """Unpacking, or iterating over, what a recurrent layer returned."""
        if fact.kind not in ("unpack", "iterate"):
            return
        layer = _producer(fact.subject)
        if layer is None or layer in self._told:
            return
        self._told.add(layer)
        found = fact.detail.get("values", 1)
        wanted = fact.detail.get("targets")
        yield Draft(
            fact.site,
            subject(layer.layer),
            says=f"returns {found} tensor{'s' if found != 1 else ''}",
            got={"unpacked into": wanted} if wanted is not None else {"": "iterated over"},
            related=((layer.site, f"{class_name(layer.layer)} is called here"),),
            hint="unpack output and states as return_state gives them",
        )

    def on_layer_called(self, fact: LayerCalled) -> Iterator[Draft]:
        """The whole tuple goes into the next layer."""
        if fact.failure is None or fact.failure.kind != "structure":
            return
        layer = _producer(fact.inputs)
        if layer is not None:
            related = ((layer.site, f"{subject(layer.layer)} returns output and states"),)
            yield self.mismatch(fact.site, subject(fact.layer), fact.failure, related)


def _producer(value: Value) -> LayerCalled | None:
    """The recurrent call whose result this is."""
    first = next(tensors(value), None)
    made = first.producer if isinstance(first, Tensor) else None
    if isinstance(made, LayerCalled):
        spec = spec_of(made.layer)
        if spec is not None and spec.name in MULTIPLE:
            return made
    return None
