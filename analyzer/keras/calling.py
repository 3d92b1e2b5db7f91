"""What happens when a layer is called: arguments, mode, build, masks, the call itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..facts import LayerCalled
from ..mismatch import Mismatch
from ..natives import native
from ..specs import applied
from ..specs.base import Mask, TensorType
from ..unknown import Undecided, Unknown
from ..values import Call, Instance, Tensor, Value
from . import model_call
from .binding import check_positional
from .builtin_call import run_builtin
from .failing import refuse
from .kinds import class_name, has_unknown_base, is_user, model_state, own_method, state_of
from .leaves import leaves, mapped, static_shape, tensors
from .masks import attach, created, incoming
from .run import TRAINING, Run
from .state import PERHAPS, LayerState
from .symbols import dims_from
from .user_call import run_user, without_call
from .where import running
from .world import world

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter


@native("keras.layers.Layer.__call__")
def call_layer(interp: Interpreter, call: Call) -> Value:
    """`layer(x, ...)`"""
    layer = call.receiver
    state = state_of(layer)
    if state is None or not isinstance(layer, Instance):
        return interp.unknown("call of an object that is no layer")
    run = _begin(interp, layer, state, call)
    failure = _uninitialised(run) or (None if _takes_all(run) else check_positional(run))
    if failure is not None:
        return _finish(run, _failed(run, failure))
    if state.failed or call.opaque:
        return _finish(run, interp.unknown("a layer with unknown arguments"))
    return _finish(run, _computed(run))


def _begin(interp: Interpreter, layer: Instance, state: LayerState, call: Call) -> Run:
    fact = LayerCalled(call.site, layer, tuple(call.args), dict(call.kwargs))
    given = tensors((list(call.args), call.kwargs))
    functional = any(t.kind == "keras" for t in given)
    fact.inputs = call.args[0] if call.args else next(iter(call.kwargs.values()), None)
    fact.where = running(interp)
    inside = bool(world(interp).modes)
    fact.context = "functional" if functional else "call" if inside else "eager"
    fact.training = call.kwargs.get("training", "unset")
    return Run(interp, layer, state, call, fact, functional)


def _uninitialised(run: Run) -> Mismatch | None:
    """super().__init__() never ran."""
    if not is_user(run.layer) or run.state.initialised or has_unknown_base(run.layer):
        return None
    needs = "super().__init__() to have run in the constructor"
    hint = "call super().__init__(**kwargs) first in __init__"
    return Mismatch("super-init", needs, {}, {}, hint)


def _takes_all(run: Run) -> bool:
    """Whether the layer takes whatever is given as its positional arguments."""
    model = model_state(run.layer)
    if model is not None and model.style == "functional":
        return True
    return own_method(run.layer, "__call__") is not None


def _failed(run: Run, failure: Mismatch) -> Value:
    run.fact.failure = failure
    run.fact.outputs = Unknown(f"{class_name(run.layer)} fails")
    return run.fact.outputs


def _computed(run: Run) -> Value:
    interp = run.interp
    here = world(interp)
    run.masks = incoming(run)
    run.fact.masks = tuple(run.masks)
    run.training = _mode(run)
    here.modes.append(run.training)
    try:
        outputs = compute(run)
    except Mismatch as failure:
        if run.state.built == PERHAPS:
            return interp.unknown("a layer that may have been built on another shape")
        return _failed(run, failure)
    finally:
        here.modes.pop()
    if run.state.built == PERHAPS:
        interp.touch(run.state)
        run.state.built = True
    if run.functional:
        outputs = _as_keras(run, outputs)
    elif is_user(run.layer):
        outputs = mapped(outputs, lambda v: _produced(run, v))
    return attach(run, outputs)


def compute(run: Run) -> Value:
    """The result of `call`, whoever wrote it; raises `Mismatch`."""
    if is_user(run.layer) and own_method(run.layer, "call") is not None:
        return run_user(run)
    model = model_state(run.layer)
    if model is not None and model.style != "subclass":
        return model_call.run_model(run)
    if run.state.spec is not None:
        return run_builtin(run, run.state.spec)
    return without_call(run)


def _mode(run: Run) -> Value:
    """The mode of this call: as given, else that of the call it happens in."""
    given = run.fact.training
    if given != "unset" and given is not None:
        return given
    modes = world(run.interp).modes
    if modes:
        return modes[-1]
    return TRAINING if run.functional else "unset"


def _as_keras(run: Run, outputs: Value) -> Value:
    """Results of a symbolic call are KerasTensors of this call."""

    def convert(value: Value) -> Value:
        if not isinstance(value, Tensor):
            return value
        kind = replace(value.type, kind="keras", content=None)
        return Tensor(kind, "keras", value.mask, run.call.site, run.fact, run.label)

    return mapped(outputs, convert)


def _produced(run: Run, value: Value) -> Value:
    if not isinstance(value, Tensor) or value.kind == "variable":
        return value
    return Tensor(value.type, value.kind, value.mask, run.call.site, run.fact, run.label)


def _finish(run: Run, outputs: Value) -> Value:
    interp, fact = run.interp, run.fact
    fact.outputs = outputs
    interp.touch(run.state.calls)
    run.state.calls.append(fact)
    coverage = interp.analysis.coverage
    coverage.layer_calls += 1
    found = list(leaves(outputs))
    shapes = [v.type.shape for v in found if isinstance(v, Tensor)]
    if shapes and len(shapes) == len(found) and all(s is not None for s in shapes):
        coverage.known += 1
    interp.emit(fact)
    if fact.failure is not None:
        _raise(run, fact.failure)
    return outputs


def _raise(run: Run, failure: Mismatch) -> None:
    types = {"call-arguments": "TypeError", "super-init": "RuntimeError"}
    exception = types.get(failure.kind, "ValueError")
    refuse(run.interp, failure, class_name(run.layer), run.call.site, exception)


@native("keras.layers.Layer.call")
def plain_call(interp: Interpreter, call: Call) -> Value:
    """`super().call(x)` and `layer.call(x)`: what the layer computes, without its rites."""
    layer, state = call.receiver, state_of(call.receiver)
    if state is None or not isinstance(layer, Instance) or call.opaque or state.failed:
        return interp.unknown("call of a layer that is not known")
    run = _begin(interp, layer, state, call)
    run.training = _mode(run)
    try:
        if model_state(layer) is not None:
            return model_call.run_model(run)
        return without_call(run) if state.spec is None else run_builtin(run, state.spec)
    except Mismatch as failure:
        run.fact.context = "call"
        return _finish(run, _failed(run, failure))


@native("keras.layers.Layer.compute_mask")
def compute_mask(interp: Interpreter, call: Call) -> Value:
    """`layer.compute_mask(inputs, mask)` of a built-in layer."""
    layer, state = call.receiver, state_of(call.receiver)
    if state is None or not isinstance(layer, Instance):
        return Unknown("mask")
    given = [*call.args, None, None]
    source = call.kwargs.get("inputs", given[0])
    previous = call.kwargs.get("previous_mask", call.kwargs.get("mask", given[1]))
    if state.spec is None:
        return previous
    run = _begin(interp, layer, state, call)
    try:
        rule = Mask.DROP if state.config is None else state.spec.mask_rule(state.config)
    except Undecided:
        return Unknown("mask")
    if rule is Mask.CREATE:
        run.fact.context = "compute_mask"
        return created(run, source, state.spec)
    return previous if rule in (Mask.PASS, Mask.CONSUME_PASS) else None


@native("keras.layers.Layer.compute_output_shape")
def compute_output_shape(interp: Interpreter, call: Call) -> Value:
    """`layer.compute_output_shape(input_shape)` of a built-in layer."""
    state = state_of(call.receiver)
    shape = call.kwargs.get("input_shape", call.args[0] if call.args else None)
    x = dims_from(shape)
    if state is None or state.spec is None or state.config is None or x is None:
        return Unknown("compute_output_shape")
    config = state.config
    try:
        bound = config.with_call(applied.bind_call(state.spec, x, {}))
        outputs = applied.called(state.spec, bound, x)
    except (Mismatch, Undecided, TypeError):
        return Unknown("compute_output_shape")
    if not isinstance(outputs, tuple):
        return Unknown("compute_output_shape")
    return static_shape(Tensor(TensorType(outputs, None)))
