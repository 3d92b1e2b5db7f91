"""Attributes of layers and models: setting tracks and freezes, reading knows what exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import natives
from ..facts import AttributeSet, LayerCalled, NameUsed
from ..mismatch import Mismatch
from ..natives import native, native_property
from ..specs import keras_api
from ..specs.base import LayerSpec
from ..unknown import Unknown
from ..values import ABSENT, Call, Instance, Native, Value
from .failing import refuse
from .inner import Inner
from .kinds import class_name, has_unknown_base, is_user, model_state, own_method, state_of
from .leaves import static_shape
from .state import LayerState, WeightState
from .tracking import holds_state, set_trainable, track

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter

_METHODS = ("call", "build", "compute_mask", "compute_output_shape")


@native("keras.layers.Layer.__setattr__")
def set_attribute(interp: Interpreter, call: Call) -> Value:
    """`self.name = value`: track layers and variables, freeze and unfreeze."""
    layer, (name, value) = call.receiver, call.args
    assert isinstance(layer, Instance) and isinstance(name, str)
    state = state_of(layer)
    if state is None:
        interp.store_attribute(layer, name, value)
        return None
    frame = interp.frame
    method = frame.method if frame.instance is layer else ""
    failure = _refused(interp, layer, state, name, value)
    interp.emit(AttributeSet(call.site, layer, name, value, method, failure))
    if failure is not None:
        exception = "ValueError" if failure.kind == "state-locked" else "AttributeError"
        refuse(interp, failure, f"setting {name}", call.site, exception)
        if failure.kind == "reserved-attribute":
            return None
    _take(interp, layer, state, name, value)
    return None


def _take(interp: Interpreter, layer: Instance, state: LayerState, name: str, value: Value) -> None:
    if name == "trainable":
        set_trainable(interp, layer, value)
        return
    interp.touch(state)
    if name == "supports_masking":
        state.supports_masking = value
    elif name == "built" and isinstance(value, bool):
        state.built = value
    elif name == "name" and interp.dialect == "keras3":
        state.name = value if isinstance(value, str) else "?"
    interp.store_attribute(layer, name, track(interp, state, value))


def _refused(
    interp: Interpreter, layer: Instance, state: LayerState, name: str, value: Value
) -> Mismatch | None:
    """The proof that the assignment raises."""
    fixed = keras_api.read_only(_style(layer), interp.dialect)
    if name in fixed and own_method(layer, name) is None:
        return _reserved(name, "another name: this one is a property of Keras without a setter")
    if name in _METHODS and isinstance(value, _NO_METHODS):
        return _reserved(name, f"another name: Keras calls {name}")
    if not holds_state(value):
        return None
    return (
        _too_early(layer, state, name)
        if interp.dialect == "keras2"
        else _too_late(layer, state, name, value)
    )


_NO_METHODS = (bool, int, float, str, type(None), list, tuple)


def _reserved(name: str, needs: str) -> Mismatch:
    return Mismatch("reserved-attribute", needs, {"name": name}, {}, f"rename self.{name}")


def _too_early(layer: Instance, state: LayerState, name: str) -> Mismatch | None:
    """A model of Keras 2 tracks nothing before super().__init__()."""
    if model_state(layer) is None or state.initialised:
        return None
    hint = "call super().__init__() first"
    return Mismatch("super-init", "super().__init__() to have run", {"name": name}, {}, hint)


def _too_late(layer: Instance, state: LayerState, name: str, value: Value) -> Mismatch | None:
    """A layer of Keras 3 takes no more state once it is built."""
    if not state.locked or _held(layer, value):
        return None
    needs = "layers and weights to be made in __init__ or build: the layer is built"
    return Mismatch("state-locked", needs, {"name": name}, {}, "move it to __init__")


def _held(layer: Instance, value: Value) -> bool:
    """Whether exactly this object is an attribute already."""
    return any(v is value for v in layer.attrs.values())


def _style(layer: Instance) -> str:
    model = model_state(layer)
    if model is None:
        return "Layer"
    return {"sequential": "Sequential", "functional": "Functional"}.get(model.style, "Model")


@native("keras.layers.Layer.__getattr__")
def get_attribute(interp: Interpreter, call: Call) -> Value:
    """An attribute that neither the object nor the natives have."""
    layer, name = call.receiver, call.args[0]
    if not isinstance(layer, Instance) or not isinstance(name, str):
        return Unknown("attribute of an object that is no layer")
    state = state_of(layer)
    found = _of_builtin(interp, state, name) if state is not None and state.spec else None
    if found is not None:
        return found
    return ABSENT if _absent(interp, layer, state, name) else Unknown(f"{class_name(layer)}.{name}")


def _of_builtin(interp: Interpreter, state: LayerState, name: str) -> Value | None:
    """A weight or constructor argument of a built-in layer, by its name."""
    for weight in state.weights:
        if isinstance(weight, WeightState) and weight.name == name:
            return weight.variable
    spec, config = state.spec, state.config
    assert isinstance(spec, LayerSpec)
    if config is None or name not in spec.parameters.params:
        return None
    return _argument(config.raw(name), spec.parameters.params[name].kind)


_PLAIN_KINDS = frozenset(("size", "units", "rate", "flag", "count", "number", "any", "axis"))


def _argument(value: Value, kind: str) -> Value | None:
    """A constructor argument as the attribute of the layer shows it."""
    if isinstance(value, Inner):
        return value.layer
    if kind == "activation" and isinstance(value, str | None):
        return natives.resolve(f"keras.activations.{value or 'linear'}")
    plain = kind in _PLAIN_KINDS and isinstance(value, int | float | str | None)
    return value if plain else None


def _absent(interp: Interpreter, layer: Instance, state: LayerState | None, name: str) -> bool:
    """Whether it is proved that reading the attribute raises."""
    if state is None or has_unknown_base(layer) or layer.attrs.maybe or name[:2] == "__":
        return False
    style = _style(layer)
    if name in keras_api.attributes(style, interp.dialect):
        return False
    if is_user(layer) and state.spec is None:
        return True
    if model_state(layer) is not None:
        return name[:1] != "_"
    # The attributes of a built-in layer are not all known: what Keras 2 gave to all is.
    return interp.dialect == "keras3" and name in _LAYER_ONLY


# What Keras 2 gave to every layer and Keras 3 gives to none.
_LAYER_ONLY = frozenset(
    {
        "add_update",
        "get_input_at",
        "get_input_mask_at",
        "get_input_shape_at",
        "get_output_at",
        "get_output_mask_at",
        "get_output_shape_at",
        "inbound_nodes",
        "input_mask",
        "outbound_nodes",
        "input_shape",
        "output_mask",
        "output_shape",
        "updates",
    }
)


@native_property("keras.layers.Layer.name")
def name_of(interp: Interpreter, call: Call) -> Value:
    """`layer.name`"""
    state = state_of(call.receiver)
    known = state is not None and state.name not in ("", "?")
    return state.name if state is not None and known else Unknown("layer name")


@native_property("keras.layers.Layer.trainable")
def trainable_of(interp: Interpreter, call: Call) -> Value:
    """`layer.trainable`"""
    state = state_of(call.receiver)
    return Unknown("trainable") if state is None else state.trainable


@native_property("keras.layers.Layer.built")
def built_of(interp: Interpreter, call: Call) -> Value:
    """`layer.built`"""
    state = state_of(call.receiver)
    known = state is not None and isinstance(state.built, bool)
    return state.built if known else Unknown("built")  # type: ignore[union-attr]


@native_property("keras.layers.Layer.supports_masking")
def masking_of(interp: Interpreter, call: Call) -> Value:
    """`layer.supports_masking`"""
    state, layer = state_of(call.receiver), call.receiver
    if state is None or not isinstance(layer, Instance) or not is_user(layer):
        return Unknown("supports_masking")
    if state.supports_masking is not None:
        return state.supports_masking
    return own_method(layer, "compute_mask") is not None


@native_property("keras.layers.Layer.dtype", "keras.layers.Layer.variable_dtype")
def dtype_of(interp: Interpreter, call: Call) -> Value:
    """`layer.dtype`"""
    state = state_of(call.receiver)
    return Unknown("dtype") if state is None or state.dtype is None else state.dtype


def first_call(state: LayerState, functional: bool = False) -> LayerCalled | None:
    """The first call of a layer that is known (the first symbolic one)."""
    known = (c for c in state.calls if isinstance(c, LayerCalled))
    graph = ("functional", "sequential")
    return next((c for c in known if not functional or c.context in graph), None)


def _end(name: str) -> None:
    def run(interp: Interpreter, call: Call) -> Value:
        state = state_of(call.receiver)
        found = first_call(state, True) if state is not None else None
        return Unknown(name) if found is None else getattr(found, f"{name}s")

    def shape(interp: Interpreter, call: Call) -> Value:
        layer, state = call.receiver, state_of(call.receiver)
        assert isinstance(layer, Instance)
        if _absent(interp, layer, state, f"{name}_shape"):
            return ABSENT
        found = first_call(state, True) if state is not None else None
        return (
            Unknown(f"{name} shape") if found is None else static_shape(getattr(found, f"{name}s"))
        )

    native_property(f"keras.layers.Layer.{name}")(run)
    native_property(f"keras.layers.Layer.{name}_shape")(shape)


_end("input")
_end("output")


@native("keras.layers.Layer.add_metric")
def removed(interp: Interpreter, call: Call) -> Value:
    """Methods that Keras 3 keeps only to say that they are gone."""
    layer = call.receiver
    model = model_state(layer)
    gone = model is None or model.style == "functional"
    if interp.dialect == "keras3" and isinstance(layer, Instance) and gone:
        name = "keras.layers.Layer.add_metric" if model is None else "keras.Model.add_loss"
        instead = "compile(metrics=...)" if model is None else "add_loss inside a layer"
        interp.emit(NameUsed(call.site, name, "removed", instead))
        needs = "a method that this Keras has"
        return refuse(interp, Mismatch("removed", needs), name, call.site, "NotImplementedError")
    return None


@native("keras.Model.add_loss")
def add_model_loss(interp: Interpreter, call: Call) -> Value:
    """`model.add_loss(tensor)`: Keras 3 refuses it on a graph."""
    model = model_state(call.receiver)
    return removed(interp, call) if model is not None and model.style == "functional" else None


@native(
    "keras.layers.Layer.add_loss",
    "keras.layers.Layer.set_weights",
    "keras.layers.Layer.load_own_variables",
)
def nothing(interp: Interpreter, call: Call) -> Value:
    """Methods that change nothing the analysis follows."""
    return None


@native_property("keras.layers.Layer.add_update")
def add_update(interp: Interpreter, call: Call) -> Value:
    """`layer.add_update`, which Keras 3 does not have."""
    return ABSENT if interp.dialect == "keras3" else Native("keras.add_update", nothing)
