"""What a compiled model ends in, and what its loss expects."""

from __future__ import annotations

from dataclasses import dataclass

from ..analyzer.facts import Compiled, LayerCalled
from ..analyzer.keras.labels import loss_of
from ..analyzer.keras.layer import state_of
from ..analyzer.keras.leaves import tensors
from ..analyzer.keras.state import ModelState, NamedState
from ..analyzer.specs.base import Args, NamedSpec
from ..analyzer.unknown import Unknown
from ..analyzer.values import Instance, Native, Tensor, Value
from .story import is_native, spec_of

LINEAR = "linear"
CROSSENTROPIES = frozenset(
    {"BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy"}
)


@dataclass(frozen=True, slots=True)
class Ending:
    """The last activation of a model and the layer that has it; `units` of its last axis."""

    activation: str
    layer: Instance
    output: Tensor

    @property
    def units(self) -> object:
        """The size of the last axis, if known."""
        shape = self.output.type.shape
        return shape[-1] if shape else None


def ending(model: Instance) -> Ending | None:
    """How a model with one output ends, None where that is not known."""
    output = _output(model)
    if output is None:
        return None
    made = output.producer
    if not isinstance(made, LayerCalled):
        return None
    inner = state_of(made.layer)
    if isinstance(inner, ModelState) and made.layer is not model:
        return ending(made.layer)
    activation = _activation(made)
    return None if activation is None else Ending(activation, made.layer, output)


def _output(model: Instance) -> Tensor | None:
    state = state_of(model)
    if not isinstance(state, ModelState) or state.failed or state.open:
        return None
    # What a user's own `call` does after its last layer is not followed.
    outputs = [] if state.style == "subclass" else tensors(state.outputs)
    return outputs[0] if len(outputs) == 1 else None


def _activation(made: LayerCalled) -> str | None:
    """The activation a built-in layer applies last; None where it is not known."""
    spec = spec_of(made.layer)
    state = state_of(made.layer)
    if spec is None or state is None or state.config is None or not is_native(made.layer):
        return None
    if spec.name in ("Softmax", "ReLU", "LeakyReLU"):
        return spec.name.lower()
    if spec.name not in ("Dense", "Activation") and "Conv" not in spec.name:
        return None
    return activation_name(state.config.raw("activation"))


def activation_name(value: Value) -> str | None:
    """An activation given as None, string, function or object."""
    if value is None:
        return LINEAR
    if isinstance(value, str):
        return value
    if isinstance(value, Native):
        return value.name.rsplit(".", 1)[-1]
    if isinstance(value, Instance) and isinstance(value.state, NamedState):
        return value.state.spec.name
    return None


@dataclass(frozen=True, slots=True)
class Loss:
    """The loss of a compiled model; `logits` is from_logits, None where it is not known."""

    spec: NamedSpec
    args: Args

    @property
    def logits(self) -> bool | None:
        """Whether from_logits=True; None where it is not known."""
        value = self.args.raw("from_logits")
        return None if isinstance(value, Unknown) else bool(value)


def loss(fact: Compiled, dialect: str) -> Loss | None:
    """The one loss of a compiled model, None where there are several or it is not known."""
    given = fact.arguments.get("loss")
    if isinstance(given, list | tuple | dict):
        return None
    found = loss_of(dialect, given)
    return Loss(*found) if found is not None else None
