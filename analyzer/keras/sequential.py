"""`Sequential`: a list of layers, built as soon as the shape of its input is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..facts import LayerCalled, ModelCreated
from ..interp.opaque import is_opaque
from ..mismatch import Mismatch
from ..natives import native
from ..specs.base import TensorType
from ..unknown import Unknown
from ..values import Call, Class, Instance, Native, NativeClass, Site, Tensor, Value
from .failing import refuse
from .functional import input_layer, input_tensor
from .graph import is_input_layer
from .kinds import is_layer, model_state, state_of
from .layer import init as init_layer
from .leaves import tensors
from .run import TRAINING, Run
from .state import ModelState
from .symbols import axis
from .world import world

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter


@native("keras.Sequential.__init__")
def init(interp: Interpreter, call: Call) -> Value:
    """`Sequential(layers=None, trainable=True, name=None)`"""
    model, state = call.receiver, model_state(call.receiver)
    if not isinstance(model, Instance) or state is None:
        return None
    state.style = "sequential"
    args, kwargs = list(call.args), dict(call.kwargs)
    layers = kwargs.pop("layers", args[0] if args else None)
    failure = _refused_arguments(interp, args)
    init_layer(interp, Call((), kwargs, call.site, model, call.opaque))
    if failure is None and not isinstance(layers, Unknown) and not is_opaque(layers):
        failure = _fill(interp, model, state, layers, call.site)
    elif failure is None:
        _open(interp, state)
    interp.emit(ModelCreated(call.site, model, "sequential", layers, None, failure))
    if failure is not None:
        _fail(interp, state, failure, call.site)
    return None


def _refused_arguments(interp: Interpreter, args: list[Value]) -> Mismatch | None:
    """Layers given one by one: the second is taken for another argument."""
    if len(args) < 2 or not (is_layer(args[1]) or isinstance(args[1], Tensor)):
        return None
    if interp.dialect == "keras2":
        return None  # it is taken for the name, and lost
    hint = "put the layers into one list"
    return Mismatch("sequential", "one list of layers", {"": f"{len(args)} layers"}, {}, hint)


def _fill(
    interp: Interpreter, model: Instance, state: ModelState, layers: Value, site: Site
) -> Mismatch | None:
    if layers is None:
        return None
    items = interp.iterate(layers, site) if not is_layer(layers) else [layers]
    if items is None:
        _open(interp, state)
        return None
    for layer in items:
        failure = _take(interp, state, layer, site)
        if failure is not None:
            return failure
    _build_on(interp, state, list(state.layers), site)
    return None


@native("keras.Sequential.add")
def add(interp: Interpreter, call: Call) -> Value:
    """`model.add(layer)`"""
    model, state = call.receiver, model_state(call.receiver)
    if not isinstance(model, Instance) or state is None or state.failed:
        return None
    value = call.args[0] if call.args else call.kwargs.get("layer")
    if call.opaque:
        value = Unknown("layer")
    count = len(state.layers)
    failure = _take(interp, state, value, call.site)
    if failure is not None:
        interp.emit(ModelCreated(call.site, model, "sequential", value, None, failure))
        _fail(interp, state, failure, call.site)
    elif not is_opaque(state.layers):
        _build_on(interp, state, state.layers[count:], call.site)
    return None


@native("keras.Sequential.pop")
def pop(interp: Interpreter, call: Call) -> Value:
    """`model.pop()`"""
    state = model_state(call.receiver)
    if state is None or not state.layers or is_opaque(state.layers) or state.open:
        return Unknown("pop of a model without known layers")
    interp.touch(state)
    interp.touch(state.layers)
    removed = state.layers.pop()
    if state.nodes:
        state.nodes = state.nodes[:-1]
        state.outputs = state.nodes[-1].outputs if state.nodes else state.inputs
    return removed


def _open(interp: Interpreter, state: ModelState) -> None:
    interp.touch(state)
    state.open = True


def _fail(interp: Interpreter, state: ModelState, failure: Mismatch, site: Site) -> None:
    interp.touch(state)
    state.failed = True
    refuse(interp, failure, "Sequential", site)


def _take(interp: Interpreter, state: ModelState, value: Value, site: Site) -> Mismatch | None:
    """Add a layer to the list; what is wrong with it."""
    if isinstance(value, Unknown) or state.open or is_opaque(state.layers):
        _open(interp, state)
        return None
    made = value.producer if isinstance(value, Tensor) else None
    if isinstance(made, LayerCalled) and is_input_layer(made.layer):
        return _begin(interp, state, value)  # type: ignore[arg-type]
    if not isinstance(value, Instance) or not is_layer(value):
        return _not_a_layer(value)
    if is_input_layer(value):
        return _begin(interp, state, _output_of(value))
    return _append(interp, state, value, site)


def _append(interp: Interpreter, state: ModelState, layer: Instance, site: Site) -> Mismatch | None:
    failure = _same_name(state, layer)
    if failure is None and not state.layers and state.inputs is None:
        failure = _begin_at(interp, state, layer, site)
    if failure is None:
        interp.touch(state.layers)
        state.layers.append(layer)
    return failure


def _output_of(layer: Instance) -> Tensor | None:
    state = state_of(layer)
    calls = [c for c in state.calls if isinstance(c, LayerCalled)] if state is not None else []
    found = tensors([c.outputs for c in calls])
    return found[0] if found else None


def _begin(interp: Interpreter, state: ModelState, tensor: Tensor | None) -> Mismatch | None:
    """An Input: the first entry fixes the shape; Keras 3 takes no second one."""
    if state.layers and state.inputs is None:
        return None if interp.dialect == "keras2" else _open(interp, state)
    if state.inputs is None:
        interp.touch(state)
        state.inputs = tensor
        return None
    if interp.dialect == "keras2":
        return None
    needs = "one Input, as the first entry"
    return Mismatch("sequential", needs, {"": "a second Input"}, {}, "remove one of them")


def _same_name(state: ModelState, layer: Instance) -> Mismatch | None:
    name = getattr(layer.state, "name", "")
    for other in state.layers:
        if other is not layer and name not in ("", "?") and _name_of(other) == name:
            needs = "a different name for every layer"
            return Mismatch("layer-name", needs, {"name": name}, {}, "rename one of them")
    return None


def _name_of(layer: Value) -> str:
    state = state_of(layer)
    return state.name if state is not None else ""


def _begin_at(
    interp: Interpreter, state: ModelState, layer: Instance, site: Site
) -> Mismatch | None:
    """`input_shape=` of the first layer, or a model as the first layer."""
    first = state_of(layer)
    inner = model_state(layer)
    assert first is not None
    if inner is not None and isinstance(inner.inputs, Tensor):
        kind = inner.inputs.type
        _start(interp, state, TensorType(kind.shape, kind.dtype, kind="keras"), site, "")
    elif isinstance(first.input_shape, list | tuple):
        batch = world(interp).batch
        dims = tuple(axis(d, i, batch) for i, d in enumerate(first.input_shape))
        kind = TensorType(dims, "float32", kind="keras")
        _start(interp, state, kind, layer.site or site, "input_shape")
    elif isinstance(first.input_shape, int):
        hint = f"a tuple has a comma: ({first.input_shape},)"
        got = {"input_shape": first.input_shape}
        return Mismatch("input-shape", "a tuple of axes", got, {}, hint)
    return None


def _start(
    interp: Interpreter, state: ModelState, kind: TensorType, site: Site, label: str
) -> None:
    layer = input_layer(interp, None, site)
    interp.touch(state)
    state.inputs = input_tensor(interp, layer, kind, site, label)


def _build_on(interp: Interpreter, state: ModelState, layers: list[Instance], site: Site) -> None:
    """Call layers on the output so far, as Keras does when the shape is known."""
    if not isinstance(state.inputs, Tensor) or state.open or state.failed or not layers:
        return
    interp.touch(state)
    state.outputs = state.inputs if state.outputs is None else state.outputs
    for layer in layers:
        if not _extend(interp, state, layer, site):
            return
    state.built = True
    if interp.dialect == "keras3":
        world(interp).name("Functional")


def _extend(interp: Interpreter, state: ModelState, layer: Instance, site: Site) -> bool:
    """Call one layer; False when that failed or nobody knows."""
    before, modes = len(interp.facts), world(interp).modes
    modes.append(TRAINING)
    try:
        outputs = interp.call(layer, (state.outputs,), {}, site)
    finally:
        modes.pop()
    made = [f for f in interp.facts[before:] if isinstance(f, LayerCalled) and f.layer is layer]
    for fact in made:
        fact.context = "sequential"
        state.nodes = [*state.nodes, fact]
    if any(f.failure is not None and not f.failure.late for f in made):
        state.failed = True
    if isinstance(outputs, Unknown):
        state.outputs, state.open = None, True
        return False
    state.outputs = outputs
    return True


def first_call(run: Run, state: ModelState, given: Value) -> Value | None:
    """The first call of a model without Input: it is built on what it gets.

    None when that worked, so that the call can go on; else the result.
    """
    interp = run.interp
    if state.failed or is_opaque(state.layers) or not state.layers:
        return Unknown("a model that is not known in full")
    if not isinstance(given, Tensor) or given.type.shape is None:
        return _chain(run, state, given)
    dims = tuple(d if i else world(interp).batch for i, d in enumerate(given.type.shape))
    kind = TensorType(dims, given.type.dtype, kind="keras")
    label = given.label or "the first input"
    _start(interp, state, kind, given.origin or run.call.site, label)
    _build_on(interp, state, state.layers, run.call.site)
    fits = state.outputs is not None and not state.failed
    return None if fits else Unknown("a model whose layers do not fit")


def _chain(run: Run, state: ModelState, given: Value) -> Value:
    """A structure, or a tensor of unknown rank: the layers one after another."""
    for layer in state.layers:
        given = run.interp.call(layer, (given,), {}, run.call.site)
    return given


def _not_a_layer(value: Value) -> Mismatch:
    hint = "add () to make a layer" if isinstance(value, Class | NativeClass) else ""
    return Mismatch("sequential", "layers", {"": _shown(value)}, {}, hint)


def _shown(value: Value) -> str:
    if isinstance(value, Class | NativeClass):
        return f"the class {value.name.rpartition('.')[2]}"
    if isinstance(value, Native):
        return f"the function {value.name.rpartition('.')[2]}"
    if isinstance(value, Tensor):
        return "a tensor"
    return "a list" if isinstance(value, list | tuple) else repr(value)
