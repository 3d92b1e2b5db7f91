"""`Input` and `Model(inputs, outputs)`: symbolic tensors and the graph between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..dims import Expr
from ..facts import LayerCalled, LayerCreated, ModelCreated
from ..mismatch import Mismatch
from ..natives import native
from ..specs import registry
from ..specs.base import Args, TensorType
from ..specs.convert import as_dtype
from ..specs.signature import BindError, parse
from ..values import Call, Instance, Site, Tensor, Value
from .failing import refuse
from .graph import UnknownOrigin, check_ends, check_names, layers_of, nodes_between
from .leaves import tensors
from .names import layer_class
from .state import LayerState, ModelState
from .symbols import axis
from .world import world

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter

_INPUT = {
    "keras3": parse(
        "(shape=None, batch_size=None, dtype=None, sparse=None, ragged=None, batch_shape=None, "
        "name=None, tensor=None, optional=False)"
    ),
    "keras2": parse(
        "(shape=None, batch_size=None, name=None, dtype=None, sparse=None, tensor=None, "
        "ragged=None, type_spec=None, batch_shape=None, batch_input_shape=None, input_shape=None)"
    ),
}


@native("keras.Input", "keras.layers.Input")
def make_input(interp: Interpreter, call: Call) -> Value:
    """`Input(shape)`: a KerasTensor with a symbolic batch."""
    if call.opaque:
        return interp.unknown("Input with unknown arguments")
    signature = _INPUT[interp.dialect]
    try:
        given = signature.complete(signature.bind(call.args, call.kwargs))
    except BindError as error:
        given = dict(call.kwargs)
        names = ", ".join(error.names)
        needs = "the arguments of Input(shape, batch_size, dtype, ...)"
        got = {n: call.kwargs.get(n) for n in error.names}
        problem = Mismatch(f"{error.kind}-argument", needs, got, {"argument": names})
        return _fails(interp, call, given, problem)
    if isinstance(given["tensor"], Tensor):
        return given["tensor"]
    try:
        shape = _whole_shape(interp, given)
    except Mismatch as failure:
        return _fails(interp, call, given, failure)
    dtype = "float32" if given["dtype"] is None else as_dtype(given["dtype"], "keras")
    layer = input_layer(interp, given["name"], call.site)
    interp.emit(LayerCreated(call.site, layer, given))
    made = TensorType(shape, dtype if isinstance(dtype, str) else None, kind="keras")
    return input_tensor(interp, layer, made, call.site, "Input")


def _fails(interp: Interpreter, call: Call, given: dict[str, Value], problem: Mismatch) -> Value:
    layer = input_layer(interp, given.get("name"), call.site)
    interp.emit(LayerCreated(call.site, layer, given, (problem,)))
    return refuse(interp, problem, "Input", call.site)


def input_layer(interp: Interpreter, name: Value, site: Site) -> Instance:
    """An InputLayer object, named as Keras names it."""
    spec = registry.layers()["InputLayer"]
    layer = Instance(layer_class(spec), site=site)
    base = "InputLayer" if interp.dialect == "keras3" else "Input"
    text = name if isinstance(name, str) else "?" if name is not None else ""
    if not text:
        text = world(interp).name(base)
        # Keras 2 counts inputs from 1.
        if interp.dialect == "keras2":
            text = f"input_{world(interp).counts['input']}"
    layer.state = LayerState(spec, Args({}, spec.parameters), text, name is not None)
    layer.state.initialised = layer.state.built = True
    return layer


def input_tensor(
    interp: Interpreter, layer: Instance, type_: TensorType, site: Site, label: str
) -> Tensor:
    """The KerasTensor an InputLayer stands for."""
    fact = LayerCalled(site, layer, context="functional")
    tensor = Tensor(type_, "keras", None, site, fact, label)
    fact.inputs = fact.outputs = tensor
    assert isinstance(layer.state, LayerState)
    layer.state.calls.append(fact)
    return tensor


def _whole_shape(interp: Interpreter, given: dict[str, Value]) -> tuple | None:
    """The shape with its batch; None where the rank is not known."""
    batch = world(interp).batch
    whole = given.get("batch_shape") or given.get("batch_input_shape")
    if isinstance(whole, tuple | list):
        return tuple(axis(d, i, batch) for i, d in enumerate(whole))
    shape = given["shape"] if given["shape"] is not None else given.get("input_shape")
    if isinstance(shape, tuple | list):
        problem = _bad_entry(shape)
        if problem is not None and interp.dialect == "keras3":
            raise problem
        first = axis(given["batch_size"], 0, batch)
        return (first, *(axis(d, i + 1) for i, d in enumerate(shape)))
    if isinstance(shape, int | Expr):
        if interp.dialect == "keras3":
            hint = f"a tuple has a comma: ({shape},)"
            raise Mismatch("input-shape", "a tuple of axes", {"shape": shape}, {}, hint)
        return (axis(given["batch_size"], 0, batch), shape)
    if shape is None and whole is None:
        raise Mismatch("input-shape", "a shape", {"shape": None})
    return None


def _bad_entry(shape: tuple | list) -> Mismatch | None:
    """An entry that is no size: a float, a text, a tuple, a negative number."""
    for entry in shape:
        plain = isinstance(entry, float | str | tuple | list)
        if plain or (isinstance(entry, int) and entry < 0):
            shown = {"shape": tuple(shape)}
            return Mismatch("input-shape", "non-negative integers or None", shown)
    return None


def make_model(
    interp: Interpreter, model: Instance, inputs: Value, outputs: Value, site: Site
) -> None:
    """`Model(inputs, outputs)`: check that the outputs come from the inputs."""
    state = model.state
    assert isinstance(state, ModelState)
    interp.touch(state)
    state.style, state.inputs, state.outputs, state.built = "functional", inputs, outputs, True
    fact = ModelCreated(site, model, "functional", inputs, outputs)
    try:
        check_ends(inputs, outputs)
        state.nodes = nodes_between(tensors(inputs), tensors(outputs))
        state.layers = layers_of(tensors(inputs), state.nodes)
        check_names(state.layers)
    except Mismatch as failure:
        fact.failure = failure
        state.failed = True
    except UnknownOrigin:
        state.open = True
    interp.emit(fact)
    if fact.failure is not None:
        refuse(interp, fact.failure, "Model", site)
