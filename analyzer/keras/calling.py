"""What happens when a layer is called: arguments, mode, build, masks, the call itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..dims import Expr
from ..facts import LayerCalled
from ..mismatch import Mismatch
from ..natives import native
from ..specs.base import Mask
from ..unknown import Unknown
from ..values import Call, Flag, Instance, Tensor, Value
from . import builtin_call, user_call
from .layer import has_unknown_base, is_user, own_method, state_of
from .leaves import leaves, mapped, tensors
from .masks import attach, incoming
from .state import LayerState
from .where import running
from .world import world

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter

TRAINING = Flag("training")


@dataclass(eq=False)
class Run:
    """One call of a layer while it is being worked out."""

    interp: Interpreter
    layer: Instance
    state: LayerState
    call: Call
    fact: LayerCalled
    functional: bool = False
    training: Value = "unset"
    masks: list[Value] = field(default_factory=list)


@native("keras.layers.Layer.__call__")
def call_layer(interp: Interpreter, call: Call) -> Value:
    """`layer(x, ...)`"""
    layer = call.receiver
    state = state_of(layer)
    if state is None or not isinstance(layer, Instance):
        return interp.unknown("call of an object that is no layer")
    run = _begin(interp, layer, state, call)
    failure = _refused(run)
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


def _refused(run: Run) -> Mismatch | None:
    """Why Keras does not even try: no super().__init__, arguments that are no tensors."""
    if is_user(run.layer) and not run.state.initialised and not has_unknown_base(run.layer):
        return Mismatch(
            "super-init",
            "super().__init__() to have run in the constructor",
            hint="call super().__init__(**kwargs) first in __init__",
        )
    for leaf in leaves(list(run.call.args)):
        failure = _refused_argument(run, leaf)
        if failure is not None:
            return failure
    return None


def _refused_argument(run: Run, leaf: Value) -> Mismatch | None:
    if isinstance(leaf, Instance) and isinstance(leaf.state, LayerState):
        name = leaf.cls.name.rsplit(".", 1)[-1]
        hint = f"call the layer {name} on a tensor first"
        return Mismatch("not-a-tensor", "a tensor", {"": f"the layer {name} itself"}, {}, hint)
    plain = isinstance(leaf, bool | int | float | str | Expr | Flag)
    if run.interp.dialect != "keras3" or not plain:
        return None
    # A mode that nobody gives is None while the graph is built, a bool when it is run.
    late = isinstance(leaf, Flag)
    shown = leaf.name if isinstance(leaf, Flag) else leaf
    needs = "only tensors as positional arguments"
    return Mismatch("positional", needs, {"": shown}, {}, "pass it by keyword", late)


def _failed(run: Run, failure: Mismatch) -> Value:
    run.fact.failure = failure
    return Unknown(f"{run.layer.cls.name.rsplit('.', 1)[-1]} fails")


def _computed(run: Run) -> Value:
    interp = run.interp
    here = world(interp)
    run.masks = incoming(run)
    run.fact.masks = tuple(run.masks)
    run.training = _mode(run)
    here.modes.append(run.training)
    try:
        if is_user(run.layer) and own_method(run.layer, "call") is not None:
            outputs = user_call.run(run)
        else:
            outputs = builtin_call.run(run)
    except Mismatch as failure:
        return _failed(run, failure)
    finally:
        here.modes.pop()
    if run.functional:
        outputs = _as_keras(run, outputs)
    elif is_user(run.layer):
        outputs = mapped(outputs, lambda v: _produced(run, v))
    return attach(run, outputs)


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
        return Tensor(kind, "keras", None, run.call.site, run.fact, _label(run))

    return mapped(outputs, convert)


def _produced(run: Run, value: Value) -> Value:
    if not isinstance(value, Tensor) or value.kind == "variable":
        return value
    return Tensor(value.type, value.kind, value.mask, run.call.site, run.fact, _label(run))


def _label(run: Run) -> str:
    name = run.layer.cls.name.rsplit(".", 1)[-1]
    return f"{name} '{run.state.name}'" if run.state.name else name


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
    return outputs


__all__ = ["Mask", "Run", "call_layer"]
