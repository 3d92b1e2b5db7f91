"""Layers: how they are made, and what their constructors reject."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import libcst as cst

from ..dims import Expr
from ..facts import LayerCreated
from ..interp.mro import mro_of
from ..mismatch import Mismatch
from ..natives import native
from ..specs import applied
from ..specs.base import BASE_KEYWORDS, KERAS2_KEYWORDS, Args, LayerSpec
from ..specs.convert import as_dtype
from ..specs.signature import BindError, Signature, parse
from ..unknown import Undecided, Unknown
from ..values import Call, Instance, NativeClass, Site, Value
from .failing import refuse
from .inner import wrapped
from .kinds import class_name, has_unknown_base, is_user, own_method, spec_of, state_of
from .state import LayerState
from .tracking import all_weights, sublayers
from .where import running
from .world import world

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter

_EXTRA = {"keras2": KERAS2_KEYWORDS}
_KERAS2_BASE = ("trainable", "name", "dtype", "dynamic")
# Old arguments that are still taken, with a warning or without, and do nothing to shapes.
_TOLERATED = {
    "keras3": {
        "Embedding": {"input_length"},
        "LeakyReLU": {"alpha"},
        "LayerNormalization": {"rms_scaling"},
        **{name: {"implementation"} for name in ("LSTM", "GRU", "LSTMCell", "GRUCell")},
        "InputLayer": {"input_shape", "batch_input_shape", "input_tensor"},
    },
    "keras2": {},
}


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
    state.initialised, state.supports_masking, state.trainable = True, None, True
    _note_super(interp, layer)
    problems, arguments = _configure(interp, layer, state, call)
    if not state.name:
        state.name = world(interp).name(class_name(layer))
    method = running(interp)
    where = method[1] if method and method[0] is not layer else ""
    site = _site(layer, call, problems)
    interp.emit(LayerCreated(site, layer, arguments, tuple(problems), where))
    if problems:
        state.failed, state.config = True, None
        refuse(interp, problems[0], class_name(layer), site)
    return None


def _note_super(interp: Interpreter, layer: Instance) -> None:
    """Tell the constructors that are running that Keras' own was reached."""
    frame = interp.frame
    while frame is not None:
        if frame.instance is layer and frame.method == "__init__":
            frame.super_called = True
        frame = frame.parent


def _site(layer: Instance, call: Call, problems: list[Mismatch]) -> Site:
    """Where the object is made; for a slip in `super().__init__(...)` that place."""
    if not is_user(layer) or layer.site is None:
        return layer.site or call.site
    node = call.site.node
    names = {k for p in problems for k in p.got}
    written = isinstance(node, cst.Call) and (
        any(a.keyword is not None and a.keyword.value in names for a in node.args)
        or any(p.kind == "too-many-argument" for p in problems)
    )
    return call.site if written else layer.site


def _configure(
    interp: Interpreter, layer: Instance, state: LayerState, call: Call
) -> tuple[list[Mismatch], dict[str, Value]]:
    """Take the base keywords, bind the rest to the spec; what is wrong, what is known."""
    own = dict(call.kwargs)
    base = {k: own.pop(k) for k in list(own) if k in _base_keywords(interp, state.spec)}
    args = list(call.args)
    if state.spec is None and interp.dialect == "keras2" and not _is_model(layer):
        base |= dict(zip(_KERAS2_BASE, args, strict=False))
        args = args[len(_KERAS2_BASE) :]
    problems = _take_base(interp, state, base)
    if state.spec is None:
        if not call.opaque:
            problems += _unexpected(interp, layer, args, own)
        return problems, base
    tolerated = _TOLERATED[interp.dialect].get(state.spec.name, set())
    kwargs = {k: wrapped(interp, v) for k, v in own.items() if k not in tolerated}
    problems += _bind(interp, state, [wrapped(interp, a) for a in args], kwargs, call.opaque)
    arguments = state.config.as_dict() if state.config else dict(call.kwargs)
    return problems, arguments | base


def _is_model(layer: Instance) -> bool:
    return any(getattr(base, "name", "") == "keras.Model" for base in mro_of(layer.cls))


def _base_keywords(interp: Interpreter, spec: LayerSpec | None) -> set[str]:
    names = {*BASE_KEYWORDS, *_EXTRA.get(interp.dialect, ())}
    return names - set(_own_parameters(interp, spec).params) if spec else names


def _own_parameters(interp: Interpreter, spec: LayerSpec) -> Signature:
    written = interp.dialect == "keras2" and spec.keras2
    return parse(spec.keras2) if written else spec.parameters


def _take_base(interp: Interpreter, state: LayerState, base: Mapping[str, Value]) -> list[Mismatch]:
    """Name, trainable, dtype and the shape of the input."""
    problems = []
    name = base.get("name")
    if isinstance(name, str):
        state.name, state.named = name, True
        if "/" in name and interp.dialect == "keras3":
            needs = "a name without '/'"
            problems.append(Mismatch("layer-name", needs, {"name": name}))
    elif isinstance(name, Unknown):
        state.name, state.named = "?", True
    if "trainable" in base:
        state.trainable = base["trainable"]
        if isinstance(state.trainable, int | str | float | None | Instance) and not isinstance(
            state.trainable, bool
        ):
            got = {"trainable": _shown(state.trainable)}
            problems.append(Mismatch("trainable-type", "True or False", got))
    if base.get("dtype") is not None:
        dtype = as_dtype(base["dtype"], "keras")
        state.dtype = dtype if isinstance(dtype, str) and dtype != "string" else None
    state.input_shape = _first_shape(base)
    return problems


def _shown(value: Value) -> object:
    return f"the layer {class_name(value)}" if isinstance(value, Instance) else value


def _first_shape(base: Mapping[str, Value]) -> Value:
    batch = base.get("batch_size")
    if base.get("batch_input_shape") is not None:
        return base["batch_input_shape"]
    given = base.get("input_shape")
    if given is None and base.get("input_dim") is not None:
        given = (base["input_dim"],)
    if isinstance(given, list | tuple):
        return (batch, *given)
    return given


def _unexpected(
    interp: Interpreter, layer: Instance, args: list[Value], own: Mapping[str, Value]
) -> list[Mismatch]:
    """What Layer.__init__ itself does not take."""
    if has_unknown_base(layer):
        return []
    if own:
        name = next(iter(own))
        needs = f"arguments of {_base_name(layer)}"
        return [Mismatch("unexpected-argument", needs, {name: own[name]}, {"argument": name})]
    if args and (interp.dialect == "keras3" or not _is_model(layer)):
        got = {"given": len(args)}
        return [Mismatch("too-many-argument", "keyword arguments only", got)]
    return []


def _base_name(layer: Instance) -> str:
    return next(
        (b.name.rpartition(".")[2] for b in mro_of(layer.cls) if isinstance(b, NativeClass)),
        "Layer",
    )


def _bind(
    interp: Interpreter,
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
        if interp.dialect == "keras2" and error.kind == "unexpected" and not spec.keras2:
            known = {n: v for n, v in kwargs.items() if n not in error.names}
            if "training" not in error.names:  # which others Keras 2 took is not recorded
                return _bind(interp, state, args, known, opaque)
        if not opaque:
            state.config = None
            return [_misbound(f"{spec.name}{_plain(text)}", error, kwargs)]
        given = dict(kwargs) | {n: Unknown("given by * or **") for n in error.names}
        given |= dict(zip((p.name for p in parameters.positional), args, strict=False))
    complete = spec.parameters.complete(_completed(parameters, given, opaque))
    library = "keras2" if interp.dialect == "keras2" else "keras"
    state.config = Args(complete, spec.parameters, library=library)
    return _faults(spec, state.config, interp.dialect)


def _completed(parameters: Signature, given: Mapping[str, Value], opaque: bool) -> dict[str, Value]:
    """Defaults for the rest; what `**` may have given is not known."""
    complete = parameters.complete(given)
    if opaque:
        complete |= {n: Unknown("may be given by **") for n in complete if n not in given}
    return complete


def _misbound(needs: str, error: BindError, kwargs: Mapping[str, Value]) -> Mismatch:
    names = ", ".join(error.names)
    got = {n: kwargs.get(n) for n in error.names}
    return Mismatch(f"{error.kind}-argument", needs, got, {"argument": names} if names else {})


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


__all__ = ["Expr", "all_weights", "own_method", "state_of", "sublayers"]
