"""What kind of object a value is to Keras: layer, model, whose class, whose method."""

from __future__ import annotations

from ..interp.mro import find_in_class, mro_of
from ..specs.base import LayerSpec
from ..unknown import Unknown
from ..values import Class, Instance, NativeClass, Value
from .bases import FUNCTIONAL, LAYER, MODEL, SEQUENTIAL
from .state import LayerState, ModelState


def state_of(value: Value) -> LayerState | None:
    """The state of a layer or model, None for any other value."""
    state = value.state if isinstance(value, Instance) else None
    return state if isinstance(state, LayerState) else None


def model_state(value: Value) -> ModelState | None:
    """The state of a model, None for any other value."""
    state = state_of(value)
    return state if isinstance(state, ModelState) else None


def is_layer(value: Value) -> bool:
    """Whether a value is a layer or model object."""
    return state_of(value) is not None


def is_layer_class(value: Value) -> bool:
    """Whether a value is a class of layers or models."""
    return isinstance(value, Class | NativeClass) and LAYER in mro_of(value)


def kind_of_class(cls: Value) -> str:
    """ "model", "layer" or "": what Keras takes a class for."""
    chain = mro_of(cls)
    if MODEL in chain:
        return "model"
    return "layer" if LAYER in chain else ""


def style_of(cls: Value) -> str:
    """How models of a class are put together, as far as the class tells."""
    chain = mro_of(cls)
    if SEQUENTIAL in chain:
        return "sequential"
    return "functional" if FUNCTIONAL in chain else "subclass"


def spec_of(cls: Value) -> LayerSpec | None:
    """The spec of a built-in layer class, or of the one a user class derives from."""
    specs = (getattr(base, "spec", None) for base in mro_of(cls))
    return next((s for s in specs if isinstance(s, LayerSpec)), None)


def is_user(layer: Instance) -> bool:
    """Whether the class stands in the checked program."""
    return isinstance(layer.cls, Class)


def has_unknown_base(layer: Instance) -> bool:
    """Whether part of the class is not known."""
    return any(isinstance(base, Unknown) for base in mro_of(layer.cls))


def own_method(layer: Instance, name: str) -> Value | None:
    """A method of the user's classes, None when only Keras has it."""
    found = find_in_class(layer.cls, name)
    return found[0] if found is not None and isinstance(found[1], Class) else None


def class_name(layer: Instance) -> str:
    """The class name without its module."""
    return layer.cls.name.rpartition(".")[2]
