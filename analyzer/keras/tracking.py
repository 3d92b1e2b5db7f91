"""What a layer keeps track of: sublayers, weights, and which of them training moves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..interp.opaque import is_opaque
from ..unknown import Unknown
from ..values import Instance, Tensor, Value
from .kinds import model_state, state_of
from .state import LayerState, WeightState

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter

_CONTAINERS = (list, tuple, dict, set, frozenset)


def parts(value: Value) -> Iterator[Value]:
    """What a value holds at any depth of lists, tuples, dicts and sets, in order."""
    if isinstance(value, _CONTAINERS):
        inner = value.values() if isinstance(value, dict) else value
        for part in list(inner):
            yield from parts(part)
    else:
        yield value


def sublayers(layer: Instance) -> list[Instance]:
    """The layers directly in a layer or model, containers followed, each once."""
    state = state_of(layer)
    if state is None:
        return []
    model = model_state(layer)
    found = list(model.layers) if model is not None and model.style != "subclass" else []
    found += [p for p in parts(state.tracked) if state_of(p) is not None]  # type: ignore[misc]
    return [v for v in dict.fromkeys(found) if isinstance(v, Instance) and v is not layer]


def own_weights(state: LayerState) -> list[WeightState]:
    """The weights of a layer itself, trainable ones first as Keras lists them."""
    held = [w for w in state.weights if isinstance(w, WeightState)]
    return sorted(held, key=lambda w: w.trainable is False)


def all_weights(layer: Instance) -> list[WeightState]:
    """All weights, own ones first, each once."""
    found: dict[int, WeightState] = {}
    for member in members(layer):
        state = state_of(member)
        assert state is not None
        found |= {id(w.variable): w for w in own_weights(state) if id(w.variable) not in found}
    return list(found.values())


def members(layer: Instance, seen: set[int] | None = None) -> list[Instance]:
    """A layer and all layers in it, at any depth, each once, in Keras' order."""
    seen = set() if seen is None else seen
    if id(layer) in seen or state_of(layer) is None:
        return []
    seen.add(id(layer))
    return [layer, *(m for inner in sublayers(layer) for m in members(inner, seen))]


def is_complete(layer: Instance) -> bool:
    """Whether everything in a layer is known: sublayers, weights, at every depth."""
    for member in members(layer):
        state = state_of(member)
        assert state is not None
        if state.open or is_opaque(state.weights) or _has_gaps(state.tracked):
            return False
        model = model_state(member)
        if model is not None and is_opaque(model.layers):
            return False
    return True


def _has_gaps(tracked: Value) -> bool:
    return any(isinstance(p, Unknown) for p in parts(tracked))


def trainable_weights(layer: Instance, dialect: str = "keras3") -> list[WeightState] | None:
    """The weights training moves; None where a flag is not known."""
    if dialect == "keras2":
        return _trainable_by_layer(layer, set())
    state = state_of(layer)
    if state is None or not isinstance(state.trainable, bool):
        return None
    if state.trainable is False:
        return []
    found = all_weights(layer)
    if not all(isinstance(w.frozen, bool) and isinstance(w.trainable, bool) for w in found):
        return None
    return [w for w in found if w.trainable and not w.frozen]


def _trainable_by_layer(layer: Instance, seen: set[int]) -> list[WeightState] | None:
    """Keras 2 asks each layer on the way down."""
    state = state_of(layer)
    if state is None or not isinstance(state.trainable, bool):
        return None
    if not state.trainable or id(layer) in seen:
        return []
    seen.add(id(layer))
    found = [w for w in own_weights(state) if w.trainable is not False]
    for inner in sublayers(layer):
        more = _trainable_by_layer(inner, seen)
        if more is None:
            return None
        found += more
    return list({id(w.variable): w for w in found}.values())


def set_trainable(interp: Interpreter, layer: Instance, value: Value) -> None:
    """`layer.trainable = value` reaches the weights and every sublayer."""
    state = state_of(layer)
    if state is None:
        return
    if not isinstance(value, Unknown) and interp.dialect == "keras3":
        decided = interp.truth(value)
        value = value if decided is None else decided
        # On TensorFlow an attribute that gets the value it has is not set at all.
        if state.trainable is value:
            return
    interp.touch(state)
    state.trainable = value
    for weight in own_weights(state):
        interp.touch(weight)
        weight.frozen = not value if isinstance(value, bool) else Unknown("trainable")
    for inner in sublayers(layer):
        set_trainable(interp, inner, value)


def holds_state(value: Value) -> bool:
    """Whether a value is or holds a layer or a variable."""
    return any(
        state_of(p) is not None or (isinstance(p, Tensor) and p.kind == "variable")
        for p in parts(value)
    )


def track(interp: Interpreter, state: LayerState, value: Value) -> Value:
    """Remember the layers and variables an attribute gets; return what is stored.

    Keras 3 stores a copy of a container: what is appended to the original is not seen.
    """
    if isinstance(value, Unknown):
        interp.touch(state)
        state.open = True
        return value
    if isinstance(value, _CONTAINERS) and not is_opaque(value):
        value = _copied(interp, value) if interp.dialect == "keras3" else value
        remember = any(isinstance(p, _MUTABLE) for p in _nodes(value)) or holds_state(value)
    else:
        remember = state_of(value) is not None
    if remember and not any(t is value for t in state.tracked):
        interp.touch(state.tracked)
        state.tracked.append(value)
    for part in parts(value):
        if isinstance(part, Tensor) and part.kind == "variable":
            track_variable(interp, state, part)
    return value


_MUTABLE = (list, dict, set)


def _nodes(value: Value) -> Iterator[Value]:
    """A container and the containers in it."""
    if isinstance(value, _CONTAINERS):
        yield value
        for part in value.values() if isinstance(value, dict) else value:
            yield from _nodes(part)


def _copied(interp: Interpreter, value: Value) -> Value:
    if type(value) is dict:
        made: Value = {k: _copied(interp, v) for k, v in value.items()}
    elif type(value) in (list, tuple):
        made = type(value)(_copied(interp, v) for v in value)  # type: ignore[call-arg, union-attr]
    elif type(value) is set:
        made = set(value)
    else:
        return value
    interp.fresh(made)
    return made


def track_variable(interp: Interpreter, state: LayerState, variable: Tensor) -> None:
    """Make a variable a weight of the layer; Keras 3 overlooks those of TensorFlow."""
    if interp.dialect == "keras3" and variable.label == "tf.Variable":
        return
    if all(w.variable is not variable for w in state.weights):
        add_weight_state(interp, state, WeightState(variable.label, variable, True))


def add_weight_state(interp: Interpreter, state: LayerState, weight: WeightState) -> None:
    """Add a weight; in a frozen layer it is frozen from the start."""
    if state.trainable is not True and interp.dialect == "keras3":
        frozen = state.trainable is False
        weight.frozen = True if frozen else Unknown("trainable")
    interp.touch(state.weights)
    state.weights.append(weight)
