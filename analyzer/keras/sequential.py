"""`Sequential`: a list of layers, built as soon as the shape of its input is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..facts import LayerCalled, ModelCreated
from ..mismatch import Mismatch
from ..natives import native, native_property
from ..specs.base import TensorType
from ..unknown import Unknown
from ..values import Call, Class, Instance, Native, NativeClass, Site, Tensor, Value
from .functional import axis
from .layer import init as init_layer
from .layer import state_of
from .state import ModelState

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter


@native("keras.Sequential.__init__")
def init(interp: Interpreter, call: Call) -> Value:
    """`Sequential(layers=None, trainable=True, name=None)`"""
    model = call.receiver
    state = state_of(model)
    if not isinstance(model, Instance) or not isinstance(state, ModelState):
        return None
    state.style = "sequential"
    args, kwargs = list(call.args), dict(call.kwargs)
    layers = kwargs.pop("layers", args[0] if args else None)
    fact = ModelCreated(call.site, model, "sequential", layers)
    init_layer(interp, Call((), kwargs, call.site, model, call.opaque))
    if len(args) > 1 and state_of(args[1]) is not None and interp.dialect == "keras3":
        hint = "put the layers into one list"
        needs = "one list of layers"
        fact.failure = Mismatch("sequential", needs, {"": f"{len(args)} layers"}, {}, hint)
        interp.emit(fact)
        return None
    interp.emit(fact)
    if isinstance(layers, list | tuple):
        for layer in layers:
            _add(interp, model, layer, call.site)
    elif isinstance(layers, Unknown):
        state.open = True
    elif layers is not None:
        _add(interp, model, layers, call.site)
    return None


@native("keras.Sequential.add")
def add(interp: Interpreter, call: Call) -> Value:
    """`model.add(layer)`"""
    model = call.receiver
    if isinstance(model, Instance):
        value = call.args[0] if call.args else call.kwargs.get("layer")
        _add(interp, model, value, call.site)
    return None


@native("keras.Sequential.pop")
def pop(interp: Interpreter, call: Call) -> Value:
    """`model.pop()`"""
    model = call.receiver
    state = state_of(model)
    if not isinstance(model, Instance) or not isinstance(state, ModelState) or not state.layers:
        return Unknown("pop of a model without layers")
    interp.touch(state)
    interp.touch(state.layers)
    removed = state.layers.pop()
    if state.outputs is not None and state.nodes:
        state.nodes = state.nodes[:-1]
        state.outputs = state.nodes[-1].outputs if state.nodes else state.inputs
    return removed


def _add(interp: Interpreter, model: Instance, value: Value, site: Site) -> None:
    state = model.state
    assert isinstance(state, ModelState)
    if isinstance(value, Unknown) or state.open:
        interp.touch(state)
        state.open = True
        state.outputs = None
        return
    made = value.producer if isinstance(value, Tensor) else None
    if isinstance(made, LayerCalled) and _is_input(made.layer):
        _start(interp, state, value, made.layer)  # type: ignore[arg-type]
        return
    inner = state_of(value)
    if inner is None or not isinstance(value, Instance):
        _refuse(interp, model, value, site)
        return
    interp.touch(state.layers)
    interp.touch(state)
    if not state.layers and state.inputs is None:
        _start_from_layer(interp, state, value, inner.input_shape, site)
    if _is_input(value):
        return
    state.layers.append(value)
    if state.outputs is not None:
        _extend(interp, state, value, site)


def _is_input(layer: Instance) -> bool:
    state = state_of(layer)
    return state is not None and state.spec is not None and state.spec.name == "InputLayer"


def _start(interp: Interpreter, state: ModelState, tensor: Tensor, layer: Instance) -> None:
    if state.inputs is None and not state.layers:
        interp.touch(state)
        state.inputs = state.outputs = tensor


def _start_from_layer(
    interp: Interpreter, state: ModelState, layer: Instance, shape: Value, site: Site
) -> None:
    """`input_shape=` on the first layer, or a model as the first layer."""
    inner = state_of(layer)
    if isinstance(inner, ModelState) and isinstance(inner.inputs, Tensor):
        source = inner.inputs
        state.inputs = state.outputs = _symbolic(source.type.shape, source.type.dtype, site)
    elif isinstance(shape, list | tuple):
        dims = tuple(axis(interp, d, i) for i, d in enumerate(shape))
        embeds = inner is not None and inner.spec is not None and inner.spec.name == "Embedding"
        dtype = "int32" if embeds else "float32"
        place = layer.site or site
        state.inputs = state.outputs = _symbolic(dims, dtype, place)


def _symbolic(shape: object, dtype: str | None, site: Site) -> Tensor:
    made = TensorType(shape, dtype, kind="keras")  # type: ignore[arg-type]
    return Tensor(made, "keras", None, site, None, "input_shape")


def _extend(interp: Interpreter, state: ModelState, layer: Instance, site: Site) -> None:
    """Call the new layer on the output so far, as Keras does when the shape is known."""
    before = len(interp.facts)
    outputs = interp.call(layer, (state.outputs,), {}, site)
    for fact in interp.facts[before:]:
        if isinstance(fact, LayerCalled) and fact.layer is layer:
            fact.context = "sequential"
            state.nodes = [*state.nodes, fact]
    state.outputs = None if isinstance(outputs, Unknown) else outputs
    if state.outputs is None:
        state.failed = True
    state.built = True


def build(interp: Interpreter, state: ModelState, tensor: Tensor, site: Site) -> None:
    """The first call of a model without Input: its layers are called in turn."""
    interp.touch(state)
    shape = tensor.type.shape
    if shape is not None:
        shape = (axis(interp, None, 0), *shape[1:]) if shape else shape
    state.inputs = state.outputs = _symbolic(shape, tensor.type.dtype, tensor.origin or site)
    state.inputs.label = tensor.label or "the first input"
    for layer in state.layers:
        if state.outputs is None or state.failed:
            return
        _extend(interp, state, layer, site)


def _refuse(interp: Interpreter, model: Instance, value: Value, site: Site) -> None:
    shown = (
        f"the class {value.name.rsplit('.', 1)[-1]}"
        if isinstance(value, Class | NativeClass)
        else f"the function {value.name.rsplit('.', 1)[-1]}"
        if isinstance(value, Native)
        else "a tensor"
        if isinstance(value, Tensor)
        else "a list"
        if isinstance(value, list | tuple)
        else repr(value)
    )
    hint = "add () to make a layer" if isinstance(value, Class | NativeClass) else ""
    failure = Mismatch("sequential", "layers", {"": shown}, {}, hint)
    interp.emit(ModelCreated(site, model, "sequential", failure=failure))


@native_property("keras.Sequential.layers", "keras.Model.layers")
def layers_of(interp: Interpreter, call: Call) -> Value:
    """`model.layers`"""
    from .layer import sublayers

    model = call.receiver
    state = state_of(model)
    if not isinstance(model, Instance) or state is None or state.open:
        return Unknown("layers of a model that is not known in full")
    return list(sublayers(model))
