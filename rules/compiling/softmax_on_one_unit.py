"""CMP003."""

from __future__ import annotations

from collections.abc import Iterator

from ...analyzer.facts import LayerCalled
from ...analyzer.findings import Level
from ...analyzer.keras.layer import state_of
from ...analyzer.keras.leaves import tensors
from ...analyzer.values import Instance
from ..base import Case, Draft, Rule
from ..losses import activation_name
from ..story import is_native, spec_of
from ..words import cause, subject


class SoftmaxOnOneUnit(Rule):
    """Softmax over an axis of size 1: the output is always 1.

    Why: softmax makes values that sum to 1; a single value is then 1 whatever the input.
    Known limits: silent when the size of the axis is not known.
    """

    code, name, level = "CMP003", "softmax-on-one-unit", Level.WARNING
    keras_says = ("You are using a softmax over axis -1 of a tensor of shape",)
    VALID = [
        Case('m = Sequential([Input((4,)), layers.Dense(1, activation="sigmoid")])'),
        Case("x = Input((5, 1))\ny = layers.Softmax(axis=1)(x)"),
    ]
    INVALID = [
        Case(
            'm = Sequential([Input((4,)), layers.Dense(1, activation="softmax")])',
            at="layers.Dense(1",
        ),
        Case("x = Input((5, 1))\ny = layers.Softmax()(x)", at="layers.Softmax()(x)"),
    ]

    def on_layer_called(self, fact: LayerCalled) -> Iterator[Draft]:
        """A built-in layer with softmax whose axis has size 1."""
        axis = _softmax_axis(fact.layer)
        found = tensors(fact.outputs)
        shape = found[0].type.shape if len(found) == 1 else None
        if shape is None or axis is None or not -len(shape) <= axis < len(shape):
            return
        if shape[axis] == 1:
            yield Draft(
                cause(fact),
                subject(fact.layer),
                says=f"applies softmax over an axis of size 1: its output {shape} is always 1",
                hint="use sigmoid for one output, or one unit per class",
            )


def _softmax_axis(layer: Instance) -> int | None:
    """The axis a built-in layer applies softmax over; None where it does not."""
    state, spec = state_of(layer), spec_of(layer)
    if spec is None or state is None or state.config is None or not is_native(layer):
        return None
    if spec.name == "Softmax":
        axis = state.config.raw("axis")
        return axis if isinstance(axis, int) else None
    return -1 if activation_name(state.config.raw("activation")) == "softmax" else None
