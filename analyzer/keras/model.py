"""Models: construction in three styles, compile, fit and the like."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..facts import Compiled, Trained
from ..interp.mro import mro_of
from ..mismatch import Mismatch
from ..natives import native, native_property
from ..specs import registry
from ..specs.base import TensorType
from ..specs.signature import BindError, parse
from ..unknown import Unknown
from ..values import Call, Instance, NativeClass, Tensor, Value
from .bases import MODEL, SEQUENTIAL
from .functional import make_model
from .labels import compare_labels
from .layer import init as init_layer
from .layer import is_user, own_method, spec_of, state_of, sublayers
from .leaves import leaves, mapped, static_shape, tensors
from .objects import element_of
from .state import ModelState
from .world import world

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter

_COMPILE = parse(
    "(optimizer='rmsprop', loss=None, loss_weights=None, metrics=None, weighted_metrics=None, "
    "run_eagerly=False, steps_per_execution=1, jit_compile='auto', auto_scale_loss=True, **kwargs)"
)
_FIT = {
    "fit": parse(
        "(x=None, y=None, batch_size=None, epochs=1, verbose='auto', callbacks=None, "
        "validation_split=0.0, validation_data=None, shuffle=True, class_weight=None, "
        "sample_weight=None, initial_epoch=0, steps_per_epoch=None, **kwargs)"
    ),
    "evaluate": parse(
        "(x=None, y=None, batch_size=None, verbose='auto', sample_weight=None, "
        "steps=None, callbacks=None, return_dict=False, **kwargs)"
    ),
    "predict": parse("(x, batch_size=None, verbose='auto', steps=None, callbacks=None, **kwargs)"),
    "train_on_batch": parse("(x, y=None, sample_weight=None, class_weight=None, **kwargs)"),
    "test_on_batch": parse("(x, y=None, sample_weight=None, **kwargs)"),
    "predict_on_batch": parse("(x)"),
}


@native("keras.Model.__new__")
def new(interp: Interpreter, call: Call) -> Value:
    """Give a fresh model its state."""
    made = call.receiver
    assert isinstance(made, Instance)
    if made.state is None:
        made.state = ModelState(spec_of(made.cls))
        if SEQUENTIAL in mro_of(made.cls):
            made.state.style = "sequential"
        world(interp).models.append(made)
    return None


@native("keras.Model.__init__")
def init(interp: Interpreter, call: Call) -> Value:
    """`Model(inputs, outputs)` makes a graph, anything else a subclassed model."""
    model = call.receiver
    state = state_of(model)
    if not isinstance(model, Instance) or not isinstance(state, ModelState):
        return None
    args, kwargs = list(call.args), dict(call.kwargs)
    inputs = kwargs.pop("inputs", kwargs.pop("input", args[0] if args else None))
    outputs = kwargs.pop("outputs", kwargs.pop("output", args[1] if len(args) > 1 else None))
    base = {k: v for k, v in kwargs.items() if k in ("name", "trainable", "dtype")}
    functional = inputs is not None and outputs is not None
    if functional and not is_user(model) and not state.named and "name" not in base:
        default = "Functional" if interp.dialect == "keras3" else "Model"
        base["name"] = world(interp).name(default)
    init_layer(interp, Call((), base, call.site, model, call.opaque))
    if functional:
        make_model(interp, model, inputs, outputs, call.site)
    elif isinstance(inputs, Unknown) or call.opaque:
        state.open = True
    return None


@native("keras.Model.compile")
def compile_model(interp: Interpreter, call: Call) -> Value:
    """`model.compile(optimizer, loss, ...)`"""
    model = call.receiver
    state = state_of(model)
    if not isinstance(model, Instance) or not isinstance(state, ModelState):
        return None
    try:
        given = _COMPILE.complete(_COMPILE.bind(call.args, call.kwargs))
    except BindError:
        given = dict(call.kwargs)
    problems = [] if call.opaque else _identifiers(interp, given)
    fact = Compiled(call.site, model, given, tuple(problems))
    interp.touch(state)
    state.compiled = fact
    state.trained = False
    interp.emit(fact)
    return None


def _identifiers(interp: Interpreter, given: dict[str, Value]) -> list[Mismatch]:
    """Strings that Keras does not know."""
    from ..specs.domains import suggestion

    found = []
    for name, family in (("optimizer", "optimizer"), ("loss", "loss"), ("metrics", "metric")):
        for leaf in leaves(given.get(name)):
            if not isinstance(leaf, str) or _known(family, leaf, interp.dialect):
                continue
            hint = suggestion(leaf, list(registry.identifiers(family, interp.dialect)))
            kind = f"a {family} that Keras knows" if family != "optimizer" else "an optimizer"
            names, late = {"family": family}, family != "optimizer"
            found.append(Mismatch("identifier", kind, {name: leaf}, names, hint, late))
    return found


def _known(family: str, text: str, dialect: str) -> bool:
    older = dialect == "keras2"
    if text.lower() in _BY_SHAPES[dialect].get(family, ()):
        return True
    # The functions of losses are metrics in Keras 2.
    also = older and family == "metric" and text in registry.identifiers("loss", dialect)
    return also or registry.resolve(family, text, dialect) is not None


# What Keras chooses by the shapes of targets and outputs, whatever the case of the letters.
_BY_SHAPES: dict[str, dict[str, tuple[str, ...]]] = {
    "keras3": {"metric": ("accuracy", "acc"), "loss": ("crossentropy", "ce")},
    "keras2": {"metric": ("accuracy", "acc", "crossentropy", "ce")},
}


def _train(interp: Interpreter, call: Call, method: str) -> Value:
    model = call.receiver
    state = state_of(model)
    if not isinstance(model, Instance) or not isinstance(state, ModelState) or call.opaque:
        return Unknown(f"result of {method}")
    try:
        given = _FIT[method].complete(_FIT[method].bind(call.args, call.kwargs))
    except BindError:
        return Unknown(f"{method} was called with wrong arguments")
    x, y = _split(given.get("x"), given.get("y"))
    fact = Trained(call.site, model, method, given, x, y)
    if own_method(model, f"{_STEPS.get(method, method)}_step") is None:
        fact.outputs = _outputs(interp, model, state, x, call, fact)
        if fact.failure is None and "predict" not in method and state.compiled is not None:
            fact.failure = compare_labels(interp, state, fact)
    else:
        fact.outputs = Unknown("outputs of the model's own step")
        state.built = True
        state.open = True
    if method in ("fit", "train_on_batch"):
        interp.touch(state)
        state.trained = True
    interp.emit(fact)
    if "predict" in method:
        return mapped(fact.outputs, _as_array)
    return Unknown(f"result of {method}")


_STEPS = {"fit": "train", "evaluate": "test", "train_on_batch": "train"}
_STEPS |= {"test_on_batch": "test", "predict_on_batch": "predict"}


def _split(x: Value, y: Value) -> tuple[Value, Value]:
    """Datasets carry their labels along."""
    element = element_of(x)
    if element is None:
        return x, y
    if isinstance(element, tuple) and len(element) in (2, 3):
        return element[0], element[1]
    return (element[0] if isinstance(element, tuple) and len(element) == 1 else element), None


def _outputs(
    interp: Interpreter, model: Instance, state: ModelState, x: Value, call: Call, fact: Trained
) -> Value:
    """The model called on one batch of the data."""
    found = list(leaves(x))
    if not found or not all(isinstance(v, Tensor) for v in found):
        return Unknown("data that is not known")
    batch = world(interp).batch

    def one(value: Value) -> Value:
        if not isinstance(value, Tensor):
            return value
        shape = value.type.shape
        dims = (batch, *shape[1:]) if shape else shape
        kind = replace(value.type, shape=dims, content=None, kind="tensor")
        return Tensor(kind, "tensor", None, value.origin, None, value.label)

    before = len(interp.facts)
    outputs = interp.call(model, (mapped(x, one),), {}, call.site)
    for later in interp.facts[before:]:
        failure = getattr(later, "failure", None)
        if getattr(later, "layer", None) is model and isinstance(failure, Mismatch):
            fact.failure = failure
            interp.facts.remove(later)
            break
    return outputs


def _as_array(value: Value) -> Value:
    if not isinstance(value, Tensor):
        return value
    made = TensorType(value.type.shape, value.type.dtype, kind="array")
    return Tensor(made, "array", None, value.origin, None, "predict")


def _method(name: str) -> None:
    def run(interp: Interpreter, call: Call) -> Value:
        return _train(interp, call, name)

    native(f"keras.Model.{name}")(run)


for _name in _FIT:
    _method(_name)


@native("keras.Model.build", "keras.Sequential.build")
def build(interp: Interpreter, call: Call) -> Value:
    """`model.build(input_shape)`: call it on a tensor of that shape."""
    model = call.receiver
    state = state_of(model)
    shape = call.kwargs.get("input_shape", call.args[0] if call.args else None)
    if not isinstance(model, Instance) or state is None or not isinstance(shape, list | tuple):
        return None
    from .functional import axis

    if any(isinstance(d, list | tuple) for d in shape) or interp.frame.method == "build":
        return None
    dims = tuple(axis(interp, d, i) for i, d in enumerate(shape))
    made = TensorType(dims, "float32", kind="tensor")
    tensor = Tensor(made, "tensor", None, call.site, None, "build")
    interp.call(model, (tensor,), {}, call.site)
    return None


@native("keras.Model.get_layer")
def get_layer(interp: Interpreter, call: Call) -> Value:
    """`model.get_layer(name)` or by index."""
    model = call.receiver
    state = state_of(model)
    name = call.kwargs.get("name", call.args[0] if call.args else None)
    index = call.kwargs.get("index", call.args[1] if len(call.args) > 1 else None)
    if not isinstance(model, Instance) or state is None or state.open:
        return Unknown("get_layer")
    layers = sublayers(model)
    if isinstance(index, int) and -len(layers) <= index < len(layers):
        return layers[index]
    for layer in layers:
        inner = state_of(layer)
        if inner is not None and isinstance(name, str) and inner.name == name:
            return layer
    return Unknown("get_layer")


@native_property("keras.Model.input_shape", "keras.Model.output_shape")
def shape_unknown(interp: Interpreter, call: Call) -> Value:
    """Set below for each of the two."""
    return Unknown("shape")


def _ends(name: str) -> None:
    def run(interp: Interpreter, call: Call) -> Value:
        state = state_of(call.receiver)
        value = getattr(state, name, None)
        return Unknown(name) if value is None else value

    def shape(interp: Interpreter, call: Call) -> Value:
        state = state_of(call.receiver)
        value = getattr(state, name, None)
        return Unknown(f"{name} shape") if value is None else static_shape(value)

    def listed(interp: Interpreter, call: Call) -> Value:
        state = state_of(call.receiver)
        value = getattr(state, name, None)
        return Unknown(name) if value is None else list(tensors(value))

    singular = name[:-1]
    native_property(f"keras.Model.{singular}")(run)
    native_property(f"keras.Model.{name}")(listed)
    native_property(f"keras.Model.{singular}_shape")(shape)


_ends("inputs")
_ends("outputs")


@native("keras.Model.summary", "keras.Model.save", "keras.Model.save_weights")
def nothing(interp: Interpreter, call: Call) -> Value:
    """Methods that change nothing the analysis follows."""
    return None


@native("class.__kind__")
def kind_of(interp: Interpreter, call: Call) -> Value:
    """Whether a user class is a model or a layer."""
    from .bases import LAYER

    bases: tuple[Value, ...] = mro_of(call.args[0])
    if MODEL in bases:
        return "model"
    return "layer" if any(isinstance(b, NativeClass) and LAYER in mro_of(b) for b in bases) else ""
