"""Layers: construction, weights, attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..facts import LayerCreated, WeightCreated
from ..interp.mro import find_in_class, mro_of
from ..mismatch import Mismatch
from ..natives import native, native_property
from ..specs import applied
from ..specs.base import BASE_KEYWORDS, KERAS2_KEYWORDS, Args, LayerSpec, TensorType
from ..specs.convert import as_dtype, as_shape
from ..specs.signature import BindError, parse
from ..unknown import Undecided, Unknown
from ..values import ABSENT, Call, Class, Instance, NativeClass, Tensor, Value
from .leaves import leaves
from .state import LayerState, ModelState, WeightState
from .where import running
from .world import world

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter

_ADD_WEIGHT = {
    "keras3": parse(
        "(shape=None, initializer=None, dtype=None, trainable=True, autocast=True, "
        "regularizer=None, constraint=None, aggregation='none', overwrite_with_gradient=False, "
        "name=None)"
    ),
    "keras2": parse(
        "(name=None, shape=None, dtype=None, initializer=None, regularizer=None, "
        "trainable=None, constraint=None, use_resource=None, synchronization=None, "
        "aggregation=None, **kwargs)"
    ),
}
_EXTRA = {"keras2": KERAS2_KEYWORDS}


def spec_of(cls: Class | NativeClass) -> LayerSpec | None:
    """The spec of a built-in layer class, or of the one a user class derives from."""
    specs = (getattr(base, "spec", None) for base in mro_of(cls))
    return next((s for s in specs if isinstance(s, LayerSpec)), None)


def state_of(value: Value) -> LayerState | None:
    """The state of a layer or model, None for any other value."""
    state = value.state if isinstance(value, Instance) else None
    return state if isinstance(state, LayerState) else None


def is_user(layer: Instance) -> bool:
    """Whether the class stands in the checked program."""
    return isinstance(layer.cls, Class)


def has_unknown_base(layer: Instance) -> bool:
    """Whether part of the class is not known."""
    return any(isinstance(base, Unknown) for base in mro_of(layer.cls))


@native("keras.layers.Layer.__new__")
def new(interp: Interpreter, call: Call) -> Value:
    """Give a fresh object its state."""
    made = call.receiver
    assert isinstance(made, Instance)
    if made.state is None:
        made.state = LayerState(spec_of(made.cls))
    return None


@native("keras.layers.Layer.__init__")
def init(interp: Interpreter, call: Call) -> Value:
    """`Layer.__init__`: bind the arguments of the built-in class, name the layer."""
    layer = call.receiver
    state = state_of(layer)
    if state is None or not isinstance(layer, Instance):
        return None
    interp.touch(state)
    state.initialised = True
    problems = _configure(interp, layer, state, call)
    if not state.name:
        state.name = world(interp).name(layer.cls.name.rsplit(".", 1)[-1])
    method = running(interp)
    where = method[1] if method and method[0] is not layer else ""
    site = layer.site if not is_user(layer) and layer.site else call.site
    arguments = state.config.as_dict() if state.config else dict(call.kwargs)
    interp.emit(LayerCreated(site, layer, arguments, tuple(problems), where))
    return None


def _configure(
    interp: Interpreter, layer: Instance, state: LayerState, call: Call
) -> list[Mismatch]:
    """Take the base keywords, bind the rest to the spec; what is wrong with them."""
    own = dict(call.kwargs)
    base = {k: own.pop(k) for k in list(own) if k in _base_keywords(interp, state.spec)}
    _take_base(interp, state, base)
    if state.spec is None:
        return [] if call.opaque else _unexpected(layer, call.args, own)
    args, kwargs = (
        [_wrapped(interp, a) for a in call.args],
        {k: _wrapped(interp, v) for k, v in own.items()},
    )
    return _bind(interp, layer, state, args, kwargs, call.opaque)


def _base_keywords(interp: Interpreter, spec: LayerSpec | None) -> set[str]:
    names = {*BASE_KEYWORDS, *_EXTRA.get(interp.dialect, ())}
    return names - set(spec.parameters.params) if spec else names


def _take_base(interp: Interpreter, state: LayerState, base: Mapping[str, Value]) -> None:
    name = base.get("name")
    if isinstance(name, str):
        state.name, state.named = name, True
    elif isinstance(name, Unknown):
        state.name = "?"
    if "trainable" in base:
        state.trainable = base["trainable"]
    if base.get("dtype") is not None:
        dtype = as_dtype(base["dtype"], "keras")
        state.dtype = dtype if isinstance(dtype, str) and dtype != "string" else None
    state.input_shape = _first_shape(interp, base)


def _first_shape(interp: Interpreter, base: Mapping[str, Value]) -> Value:
    batch = base.get("batch_size")
    if base.get("batch_input_shape") is not None:
        return base["batch_input_shape"]
    given = base.get("input_shape")
    if given is None and base.get("input_dim") is not None:
        given = (base["input_dim"],)
    if isinstance(given, list | tuple):
        return (batch, *given)
    return given


def _unexpected(layer: Instance, args: object, own: Mapping[str, Value]) -> list[Mismatch]:
    if own and not has_unknown_base(layer):
        name = next(iter(own))
        return [Mismatch("unexpected-argument", "arguments of Layer", {name: own[name]})]
    return []


def _bind(
    interp: Interpreter,
    layer: Instance,
    state: LayerState,
    args: list[Value],
    kwargs: dict[str, Value],
    opaque: bool,
) -> list[Mismatch]:
    spec = state.spec
    assert spec is not None
    text = spec.keras2 if interp.dialect == "keras2" and spec.keras2 else spec.signature
    parameters = parse(text)
    try:
        given = parameters.bind(args, kwargs)
    except BindError as error:
        if opaque and error.kind == "missing":
            given = dict(kwargs) | {n: Unknown("given by * or **") for n in error.names}
            given |= dict(zip((p.name for p in parameters.positional), args, strict=False))
        else:
            state.config = None
            names = ", ".join(error.names)
            kind = f"{error.kind}-argument"
            got = {n: kwargs.get(n) for n in error.names}
            return [Mismatch(kind, f"{spec.name}{_plain(text)}", got, {"argument": names})]
    complete = spec.parameters.complete(parameters.complete(given))
    if opaque:
        complete |= {n: Unknown("may be given by **") for n in complete if n not in given}
    library = "keras2" if interp.dialect == "keras2" else "keras"
    state.config = Args(complete, spec.parameters, library=library)
    return _faults(spec, state.config, interp.dialect)


def _plain(signature: str) -> str:
    names = list(parse(signature).params)
    return f"({', '.join(names[:6])}{', ...' if len(names) > 6 else ''})"


def _faults(spec: LayerSpec, config: Args, dialect: str) -> list[Mismatch]:
    found = list(applied.problems(spec, config, dialect))
    if found or spec.check is None:
        return found
    try:
        with applied.unforeseen(spec.name):
            spec.check(config)
    except Mismatch as fault:
        return [fault]
    except Undecided:
        return []
    return []


def _wrapped(interp: Interpreter, value: Value) -> Value:
    """Layers among the arguments, in the form specs read."""
    from .inner import Inner

    if state_of(value) is not None and isinstance(value, Instance):
        return Inner(interp, value)
    if isinstance(value, list | tuple) and any(state_of(v) for v in value):
        return type(value)(_wrapped(interp, v) for v in value)
    return value


@native("keras.layers.Layer.__setattr__")
def set_attribute(interp: Interpreter, call: Call) -> Value:
    """`self.name = value`: track layers and variables, freeze and unfreeze."""
    from ..facts import AttributeSet

    layer, (name, value) = call.receiver, call.args
    assert isinstance(layer, Instance) and isinstance(name, str)
    state = state_of(layer)
    frame = interp.frame
    method = frame.method if frame.instance is layer else ""
    interp.emit(AttributeSet(call.site, layer, name, value, method))
    if state is not None:
        if name == "trainable":
            set_trainable(interp, layer, value)
            return None
        if name == "supports_masking":
            interp.touch(state)
            state.supports_masking = value
        track(interp, state, value)
    interp.store_attribute(layer, name, value)
    return None


def set_trainable(interp: Interpreter, layer: Instance, value: Value) -> None:
    """`layer.trainable = value` reaches every sublayer."""
    state = state_of(layer)
    if state is None:
        return
    interp.touch(state)
    state.trainable = value
    for inner in sublayers(layer):
        set_trainable(interp, inner, value)


def track(interp: Interpreter, state: LayerState, value: Value) -> None:
    """Remember the layers and variables that an attribute holds, at any depth."""
    for leaf in leaves(list(value) if isinstance(value, set) else value):
        inner = state_of(leaf)
        if inner is not None and isinstance(leaf, Instance):
            if leaf not in state.sublayers and inner is not state:
                interp.touch(state.sublayers)
                state.sublayers.append(leaf)
        elif isinstance(leaf, Tensor) and leaf.kind == "variable":
            _track_variable(interp, state, leaf)
        elif isinstance(leaf, Unknown):
            interp.touch(state)
            state.open = True


def _track_variable(interp: Interpreter, state: LayerState, variable: Tensor) -> None:
    if interp.dialect == "keras3" and variable.label == "tf.Variable":
        return
    if all(w.variable is not variable for w in state.weights):
        interp.touch(state.weights)
        state.weights.append(WeightState(variable.label, variable, True))


def sublayers(layer: Instance) -> list[Instance]:
    """The layers directly in a layer or model, containers followed."""
    state = state_of(layer)
    if state is None:
        return []
    if isinstance(state, ModelState) and state.style != "subclass":
        found = list(state.layers)
        return found + [s for s in state.sublayers if s not in found]
    found = list(state.sublayers)
    for value in layer.attrs.values():
        if isinstance(value, list | tuple | dict):
            found += [v for v in leaves(value) if isinstance(v, Instance) and _new_layer(v, found)]
    return found


def _new_layer(value: Instance, found: list[Instance]) -> bool:
    return state_of(value) is not None and value not in found


def all_weights(layer: Instance, seen: set[Instance] | None = None) -> list[WeightState]:
    """All weights, own ones first, each once."""
    seen = set() if seen is None else seen
    if layer in seen:
        return []
    seen.add(layer)
    state = state_of(layer)
    found = [w for w in state.weights if isinstance(w, WeightState)] if state else []
    for inner in sublayers(layer):
        found += all_weights(inner, seen)
    return list({id(w.variable): w for w in found}.values())


@native("keras.layers.Layer.add_weight", "keras.layers.Layer.add_variable")
def add_weight(interp: Interpreter, call: Call) -> Value:
    """`self.add_weight(...)` in the dialect's argument order."""
    layer = call.receiver
    state = state_of(layer)
    assert isinstance(layer, Instance)
    try:
        signature = _ADD_WEIGHT[interp.dialect]
        given = signature.complete(signature.bind(call.args, call.kwargs))
    except BindError as error:
        from ..facts import PythonError

        detail = {"function": "add_weight", "problem": error.kind, "names": error.names}
        interp.emit(PythonError(call.site, "arguments", detail))
        return Unknown("add_weight was called with wrong arguments")
    shape = () if given["shape"] is None else as_shape(given["shape"])
    dims = None if isinstance(shape, Unknown) else shape
    dtype = as_dtype(given["dtype"], "keras")
    name = given["name"] if isinstance(given["name"], str) else "variable"
    kind = TensorType(dims, dtype if isinstance(dtype, str) else "float32", kind="variable")
    variable = Tensor(kind, "variable", None, call.site, None, name)
    trainable = True if given["trainable"] is None else given["trainable"]
    if state is not None:
        interp.touch(state.weights)
        state.weights.append(WeightState(name, variable, trainable))
    method = interp.frame.method
    interp.emit(WeightCreated(call.site, layer, variable, "add_weight", method, trainable is True))
    return variable


@native("keras.layers.Layer.__getattr__", "keras.Model.__getattr__", "keras.Sequential.__getattr__")
def get_attribute(interp: Interpreter, call: Call) -> Value:
    """An attribute that neither the object nor the natives have."""
    from .members import LAYER_MEMBERS, MODEL_MEMBERS

    layer, name = call.receiver, call.args[0]
    state = state_of(layer)
    assert isinstance(layer, Instance) and isinstance(name, str)
    if state is not None:
        for weight in state.weights:
            if weight.name == name and not is_user(layer):
                return weight.variable
    known = LAYER_MEMBERS | (MODEL_MEMBERS if isinstance(state, ModelState) else frozenset())
    if name in known or name.startswith("_") or has_unknown_base(layer):
        return Unknown(f"{layer.cls.name}.{name}")
    if not is_user(layer) or (state is not None and state.spec is not None):
        return Unknown(f"{layer.cls.name}.{name}")
    return Unknown(f"{name} may be set") if layer.attrs.maybe else ABSENT


@native_property("keras.layers.Layer.name")
def name_of(interp: Interpreter, call: Call) -> Value:
    """`layer.name`"""
    state = state_of(call.receiver)
    return state.name if state and state.name != "?" else Unknown("layer name")


@native_property("keras.layers.Layer.trainable")
def trainable_of(interp: Interpreter, call: Call) -> Value:
    """`layer.trainable`"""
    state = state_of(call.receiver)
    return state.trainable if state else Unknown("trainable")


@native_property("keras.layers.Layer.built")
def built_of(interp: Interpreter, call: Call) -> Value:
    """`layer.built`"""
    layer = call.receiver
    state = state_of(layer)
    if state is None or not isinstance(layer, Instance) or is_user(layer):
        return Unknown("built")
    return state.built


@native_property("keras.layers.Layer.weights", "keras.layers.Layer.variables")
def weights_of(interp: Interpreter, call: Call) -> Value:
    """`layer.weights`"""
    layer = call.receiver
    state = state_of(layer)
    if not isinstance(layer, Instance) or state is None or state.open or not state.built:
        return Unknown("weights")
    return [w.variable for w in all_weights(layer)]


@native("keras.layers.Layer.build", "keras.layers.Layer.add_loss", "keras.layers.Layer.add_metric")
def nothing(interp: Interpreter, call: Call) -> Value:
    """Methods that change nothing the analysis follows."""
    return None


def own_method(layer: Instance, name: str) -> Value | None:
    """A method of the user's classes, None when only Keras has it."""
    found = find_in_class(layer.cls, name)
    return found[0] if found is not None and isinstance(found[1], Class) else None
