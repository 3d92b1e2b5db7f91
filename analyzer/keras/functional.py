"""`Input` and `Model(inputs, outputs)`: symbolic tensors and the graph between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..dims import Expr, symbol
from ..facts import LayerCalled, LayerCreated, ModelCreated, OpCalled, PythonError
from ..mismatch import Mismatch
from ..natives import native
from ..specs import registry
from ..specs.base import Args, TensorType
from ..specs.convert import as_dtype
from ..specs.signature import BindError, parse
from ..unknown import Unknown
from ..values import Call, Instance, Site, Tensor, Value
from .layer import state_of
from .leaves import leaves, tensors
from .names import layer_class
from .state import LayerState, ModelState
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
        "ragged=None, type_spec=None, batch_shape=None, batch_input_shape=None)"
    ),
}
_KINDS = "input-shape"


@native("keras.Input", "keras.layers.Input")
def make_input(interp: Interpreter, call: Call) -> Value:
    """`Input(shape)`: a KerasTensor with a symbolic batch."""
    signature = _INPUT[interp.dialect]
    try:
        given = signature.complete(signature.bind(call.args, call.kwargs))
    except BindError as error:
        detail = {"function": "Input", "problem": error.kind, "names": error.names}
        interp.emit(PythonError(call.site, "arguments", detail))
        return Unknown("Input was called with wrong arguments")
    layer = _input_layer(interp, given["name"], call.site)
    fact = LayerCalled(call.site, layer, context="functional")
    try:
        shape = _whole_shape(interp, given)
    except Mismatch as failure:
        interp.emit(LayerCreated(call.site, layer, given, (failure,)))
        return Unknown("Input fails")
    interp.emit(LayerCreated(call.site, layer, given))
    dtype = "float32" if given["dtype"] is None else as_dtype(given["dtype"], "keras")
    made = TensorType(shape, dtype if isinstance(dtype, str) else None, kind="keras")
    tensor = Tensor(made, "keras", None, call.site, fact, "Input")
    fact.outputs = tensor
    return tensor


def _input_layer(interp: Interpreter, name: Value, site: Site) -> Instance:
    spec = registry.layers()["InputLayer"]
    layer = Instance(layer_class(spec), site=site)
    base = "InputLayer" if interp.dialect == "keras3" else "Input"
    text = name if isinstance(name, str) else world(interp).name(base)
    layer.state = LayerState(spec, Args({}, spec.parameters), text, isinstance(name, str))
    layer.state.initialised = layer.state.built = True
    return layer


def _whole_shape(interp: Interpreter, given: dict[str, object]) -> tuple[object, ...] | None:
    whole = given.get("batch_shape") or given.get("batch_input_shape")
    if isinstance(whole, tuple | list):
        return tuple(axis(interp, d, i) for i, d in enumerate(whole))
    shape = given["shape"]
    if isinstance(shape, tuple | list):
        batch = axis(interp, given["batch_size"], 0)
        return (batch, *(axis(interp, d, i + 1) for i, d in enumerate(shape)))
    if isinstance(shape, int | Expr) and interp.dialect == "keras3":
        hint = f"a tuple has a comma: ({shape},)"
        raise Mismatch("input-shape", "a tuple of axes", {"shape": shape}, {}, hint)
    if isinstance(shape, int | Expr):
        return (axis(interp, given["batch_size"], 0), shape)
    return None


def axis(interp: Interpreter, dim: Value, position: int) -> object:
    """A dim of an Input: None is a symbol that Keras does not know."""
    if isinstance(dim, int | Expr) and not isinstance(dim, bool):
        return dim
    if dim is None:
        return world(interp).batch if position == 0 else symbol(f"axis{position}", static=False)
    return symbol(f"axis{position}")


def make_model(
    interp: Interpreter, model: Instance, inputs: Value, outputs: Value, site: Site
) -> None:
    """`Model(inputs, outputs)`: check that the outputs come from the inputs."""
    state = model.state
    assert isinstance(state, ModelState)
    interp.touch(state)
    state.style, state.inputs, state.outputs = "functional", inputs, outputs
    fact = ModelCreated(site, model, "functional", inputs, outputs)
    try:
        _check_ends(inputs, outputs)
        state.nodes = graph(tensors(inputs), tensors(outputs))
        state.layers = _layers(tensors(inputs), state.nodes)
        _check_names(state.layers)
    except Mismatch as failure:
        fact.failure = failure
        state.failed = True
    except LookupError:
        state.open = True
    state.built = True
    interp.emit(fact)


def _check_ends(inputs: Value, outputs: Value) -> None:
    for name, value in (("inputs", inputs), ("outputs", outputs)):
        for leaf in leaves(value):
            if isinstance(leaf, Unknown) or (isinstance(leaf, Tensor) and leaf.kind == "keras"):
                continue
            shown = _shown(leaf)
            hint = "call the layer on a tensor first" if state_of(leaf) else ""
            raise Mismatch("model-ends", f"KerasTensors as {name}", {"": shown}, {}, hint)


def _shown(leaf: Value) -> str:
    if isinstance(leaf, Instance):
        return f"the layer {leaf.cls.name.rsplit('.', 1)[-1]} itself"
    return "an array" if isinstance(leaf, Tensor) else repr(leaf)


def graph(inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> list[LayerCalled]:
    """The layer calls between inputs and outputs, in order of execution.

    Raises `Mismatch` for an Input that is not listed, `LookupError` where a tensor
    comes from what the analysis does not know.
    """
    known = {id(t) for t in inputs}
    order: list[LayerCalled] = []
    seen: set[int] = set()

    def visit(tensor: Tensor) -> None:
        if id(tensor) in known:
            return
        made = tensor.producer
        if not isinstance(made, LayerCalled | OpCalled):
            raise LookupError("a tensor of unknown origin")
        if isinstance(made, LayerCalled) and made.outputs is tensor and _is_input(made):
            raise _disconnected(tensor)
        if id(made) in seen:
            return
        seen.add(id(made))
        for value in leaves((list(made.args), dict(made.kwargs))):
            if isinstance(value, Unknown):
                raise LookupError("an unknown argument")
            if isinstance(value, Tensor) and value.kind == "keras":
                visit(value)
        if isinstance(made, LayerCalled):
            order.append(made)

    for tensor in outputs:
        visit(tensor)
    return order


def _is_input(made: LayerCalled) -> bool:
    state = state_of(made.layer)
    return state is not None and state.spec is not None and state.spec.name == "InputLayer"


def _disconnected(tensor: Tensor) -> Mismatch:
    made = tensor.producer
    assert isinstance(made, LayerCalled)
    state = state_of(made.layer)
    name = state.name if state else "?"
    return Mismatch(
        "disconnected",
        "every Input the outputs depend on among its inputs",
        {f"Input '{name}'": tensor.type.shape},
        {},
        f"add the Input '{name}' to inputs=",
    )


def _layers(inputs: Sequence[Tensor], nodes: Sequence[LayerCalled]) -> list[Instance]:
    found = [t.producer.layer for t in inputs if isinstance(t.producer, LayerCalled)]
    found += [node.layer for node in nodes]
    return list(dict.fromkeys(found))


def _check_names(layers: Sequence[Instance]) -> None:
    names: dict[str, Instance] = {}
    for layer in layers:
        state = state_of(layer)
        if state is None or not state.name or state.name == "?":
            continue
        first = names.setdefault(state.name, layer)
        if first is not layer:
            needs = "a different name for every layer"
            raise Mismatch("layer-name", needs, {"name": state.name}, {}, "rename one of them")
