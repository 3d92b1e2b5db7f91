"""Models: construction in three styles, and what they tell about themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..facts import ModelCreated
from ..interp.opaque import is_opaque
from ..mismatch import Mismatch
from ..natives import native, native_property
from ..specs.base import TensorType
from ..unknown import Unknown
from ..values import Call, Instance, Tensor, Value
from .failing import refuse
from .functional import make_model
from .kinds import is_user, model_state, spec_of, state_of, style_of
from .layer import init as init_layer
from .leaves import static_shape, tensors
from .state import ModelState
from .symbols import dims_from
from .tracking import is_complete, sublayers
from .world import world

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter


@native("keras.Model.__new__")
def new(interp: Interpreter, call: Call) -> Value:
    """Give a fresh model its state."""
    made = call.receiver
    assert isinstance(made, Instance)
    if made.state is None:
        made.state = ModelState(spec_of(made.cls))
        made.state.style = style_of(made.cls)
        world(interp).models.append(made)
    return None


@native("keras.Model.__init__")
def init(interp: Interpreter, call: Call) -> Value:
    """`Model(inputs, outputs)` makes a graph, anything else a subclassed model."""
    model, state = call.receiver, model_state(call.receiver)
    if not isinstance(model, Instance) or state is None:
        return None
    ends = _ends_given(call)
    if ends is None:
        init_layer(interp, _plain_arguments(interp, call))
        unknown = [*call.args, call.kwargs.get("inputs"), call.kwargs.get("outputs")]
        if call.opaque or any(isinstance(v, Unknown) for v in unknown):
            interp.touch(state)
            state.open = True
        return None
    inputs, outputs, base = ends
    if not is_user(model) and base.get("name") is None:
        default = "Functional" if interp.dialect == "keras3" else "Model"
        base["name"] = world(interp).name(default)
    unknown_names = [k for k in base if k not in ("name", "trainable", "dtype", "autocast")]
    init_layer(interp, Call((), base, call.site, model, call.opaque))
    state.named = call.kwargs.get("name") is not None
    if not unknown_names:
        make_model(interp, model, inputs, outputs, call.site)
    return None


def _ends_given(call: Call) -> tuple[Value, Value, dict[str, Value]] | None:
    """Inputs, outputs and the other keywords, where Keras takes them for a graph."""
    args, kwargs = list(call.args), dict(call.kwargs)
    if len(args) in (2, 3):
        if len(args) == 3:
            kwargs["name"] = args[2]
        return args[0], args[1], kwargs
    if len(args) == 1 and "outputs" in kwargs:
        return args[0], kwargs.pop("outputs"), kwargs
    if not args and "inputs" in kwargs and "outputs" in kwargs:
        return kwargs.pop("inputs"), kwargs.pop("outputs"), kwargs
    return None


def _plain_arguments(interp: Interpreter, call: Call) -> Call:
    """The arguments of a model that is no graph; Keras 2 lets any object pass first."""
    args = call.args if interp.dialect == "keras3" else ()
    return Call(args, call.kwargs, call.site, call.receiver, call.opaque)


@native("keras.Model.build", "keras.Sequential.build")
def build(interp: Interpreter, call: Call) -> Value:
    """`model.build(input_shape)`: call it on a tensor of that shape."""
    model, state = call.receiver, model_state(call.receiver)
    shape = call.kwargs.get("input_shape", call.args[0] if call.args else None)
    if not isinstance(model, Instance) or state is None:
        return None
    dims = dims_from(shape, world(interp).batch)
    if dims is None or state.built or interp.frame.method == "build":
        interp.touch(state)
        state.built = state.built or state.style == "subclass"
        return None
    interp.call(model, (_placeholder(dims, call),), {}, call.site)
    return None


def _placeholder(dims: object, call: Call) -> Value:
    if isinstance(dims, list):
        return [_placeholder(d, call) for d in dims]
    made = TensorType(dims, "float32", kind="tensor")  # type: ignore[arg-type]
    return Tensor(made, "tensor", None, call.site, None, "build")


@native_property("keras.Model.layers")
def layers_of(interp: Interpreter, call: Call) -> Value:
    """`model.layers`"""
    found = _layers(call.receiver)
    if found is None:
        return Unknown("layers of a model that is not known in full")
    interp.fresh(found)
    return found


def _layers(model: Value) -> list[Value] | None:
    state = model_state(model)
    if state is None or not isinstance(model, Instance) or state.open:
        return None
    if state.style == "sequential":
        return None if is_opaque(state.layers) else list(state.layers)
    return list(sublayers(model)) if is_complete(model) else None


@native("keras.Model.get_layer")
def get_layer(interp: Interpreter, call: Call) -> Value:
    """`model.get_layer(name)` or by index."""
    given = [*call.args, None, None]
    name, index = call.kwargs.get("name", given[0]), call.kwargs.get("index", given[1])
    layers = _layers(call.receiver)
    if layers is None or call.opaque:
        return Unknown("get_layer")
    if isinstance(index, int) and -len(layers) <= index < len(layers):
        return layers[index]
    if not isinstance(name, str):
        return Unknown("get_layer")
    names = [getattr(layer.state, "name", "?") for layer in layers if isinstance(layer, Instance)]
    if name in names:
        return layers[names.index(name)]
    if "?" in names or not _all_named(layers):
        return Unknown("get_layer")
    known = ", ".join(map(repr, names))
    failure = Mismatch("layer-missing", f"the name of a layer: {known}", {"name": name})
    assert isinstance(call.receiver, Instance)
    interp.emit(ModelCreated(call.site, call.receiver, "get_layer", name, None, failure))
    return refuse(interp, failure, "get_layer", call.site)


def _all_named(layers: list[Value]) -> bool:
    """Whether every name was given: automatic ones depend on what ran before."""
    return all(getattr(getattr(v, "state", None), "named", False) for v in layers)


def _end(name: str) -> None:
    singular = name[:-1]

    def value_of(model: Value) -> Value | None:
        state = state_of(model)
        return getattr(state, name, None)

    def whole(interp: Interpreter, call: Call) -> Value:
        value = value_of(call.receiver)
        return Unknown(name) if value is None else _single(value)

    def shape(interp: Interpreter, call: Call) -> Value:
        value = value_of(call.receiver)
        return Unknown(f"{name} shape") if value is None else static_shape(_single(value))

    def listed(interp: Interpreter, call: Call) -> Value:
        value = value_of(call.receiver)
        return Unknown(name) if value is None else list(tensors(value))

    def names(interp: Interpreter, call: Call) -> Value:
        value = value_of(call.receiver)
        if value is None:
            return Unknown(f"{singular} names")
        makers = [state_of(getattr(t.producer, "layer", None)) for t in tensors(value)]
        return [Unknown("name") if m is None or m.name == "?" else m.name for m in makers]

    native_property(f"keras.Model.{singular}")(whole)
    native_property(f"keras.Model.{name}")(listed)
    native_property(f"keras.Model.{singular}_shape")(shape)
    native_property(f"keras.Model.{singular}_names")(names)


def _single(value: Value) -> Value:
    """A list of one tensor is shown as the tensor."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


_end("inputs")
_end("outputs")


@native_property("keras.Model.optimizer", "keras.Model.loss")
def compiled_part(interp: Interpreter, call: Call) -> Value:
    """What `compile` was given; not followed further."""
    return Unknown("an argument of compile")


@native(
    "keras.Model.summary",
    "keras.Model.save",
    "keras.Model.save_weights",
    "keras.Model.load_weights",
    "keras.Model.export",
    "keras.Model.reset_metrics",
    "keras.Model.reset_states",
)
def nothing(interp: Interpreter, call: Call) -> Value:
    """Methods that change nothing the analysis follows."""
    return None


__all__ = ["init", "new"]
