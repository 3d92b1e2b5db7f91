"""What `report` shows: every model found, layer by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..dims import Dim
from ..facts import LayerCalled
from ..natives import native
from ..specs.base import Mask, Outputs, Training
from ..specs.signature import BindError
from ..summary import LayerRow, ModelSummary, Port
from ..unknown import Undecided, Unknown
from ..values import Call, Instance, Tensor, Value
from .attributes import first_call
from .builtin_call import configured
from .kinds import is_user, state_of
from .leaves import dims_of, leaves, tensors
from .state import LayerState, ModelState
from .tracking import all_weights, is_complete, sublayers, trainable_weights
from .weights import count
from .world import world

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter

_MASKS = {
    Mask.CREATE: "produces",
    Mask.PASS: "passes",
    Mask.CONSUME: "consumes",
    Mask.CONSUME_PASS: "consumes",
}


@native("analysis.__finish__")
def finish(interp: Interpreter, call: Call) -> Value:
    """Summarise the models when everything has been run."""
    inside = {m for model in world(interp).models for m in _models_in(model)}
    for model in world(interp).models:
        state = state_of(model)
        if state is None or model in inside or not isinstance(state, ModelState):
            continue
        interp.analysis.models.append(summarise(model, state, interp.dialect))
    return None


def _models_in(model: Instance) -> list[Instance]:
    found = []
    for layer in sublayers(model):
        if isinstance(layer.state, ModelState):
            found.append(layer)
        found += _models_in(layer)
    return found


def summarise(model: Instance, state: ModelState, dialect: str) -> ModelSummary:
    """One model as `report` shows it."""
    weights = all_weights(model)
    loose = trainable_weights(model, dialect)
    known = state.built and not state.failed and is_complete(model)
    moving = count(loose) if known and loose is not None else None
    total = count(weights) if known else None
    rows = tuple(_row(layer, state) for layer in _shown(model, state))
    flops = _sum(r.flops for r in rows)
    site = model.site
    line, path = _place(site)
    return ModelSummary(
        state.name,
        path,
        line,
        state.style,
        _ports(_inputs(state), "input"),
        _ports(_outputs(state), "output"),
        total,
        moving,
        None if total is None or moving is None else total - moving,
        flops,
        rows,
    )


def _place(site: object) -> tuple[int, str]:
    if site is None:
        return 0, ""
    position = site.source.position(site.node)  # type: ignore[attr-defined]
    return position.line, site.source.path  # type: ignore[attr-defined]


def _inputs(state: ModelState) -> Value:
    if state.inputs is not None:
        return state.inputs
    return getattr(first_call(state), "inputs", None)


def _outputs(state: ModelState) -> Value:
    if state.outputs is not None:
        return state.outputs
    return getattr(first_call(state), "outputs", None)


def _ports(value: Value, kind: str) -> tuple[Port, ...]:
    found = []
    for i, tensor in enumerate(tensors(value)):
        made = tensor.producer
        state = state_of(made.layer) if isinstance(made, LayerCalled) else None
        name = state.name if state and state.name else f"{kind}_{i + 1}"
        found.append(Port(name, tensor.type.shape, tensor.type.dtype))
    return tuple(found)


def _shown(model: Instance, state: ModelState) -> list[Instance]:
    if state.style == "sequential":
        return [layer for layer in state.layers if isinstance(layer, Instance)]
    return list(dict.fromkeys(sublayers(model)))


def _row(layer: Instance, model: LayerState) -> LayerRow:
    state = state_of(layer)
    assert state is not None
    call = first_call(state)
    weights = all_weights(layer)
    known = not state.open and (state.built or not state.calls) and not state.failed
    inside: list[Instance] = []
    if isinstance(state, ModelState):
        inside = _shown(layer, state)
    elif is_user(layer):
        inside = list(sublayers(layer))
    children = tuple(_row(inner, state) for inner in inside)
    return LayerRow(
        state.name,
        layer.cls.name.rsplit(".", 1)[-1],
        _place(layer.site)[0],
        _shapes(call.inputs) if call else (),
        _shapes(call.outputs) if call else _own_shapes(layer, state),
        tuple((w.name, w.shape, w.trainable is not False) for w in weights),
        count(weights) if known else None,
        state.trainable is not False,
        _mask(call),
        _differs(layer, state),
        _flops(state, call) if state.spec else _sum(child.flops for child in children),
        _inbound(call),
        _place(layer.site)[1],
        children=children,
        reason=_reason(call),
    )


def _own_shapes(layer: Instance, state: LayerState) -> tuple[object, ...]:
    return ()


def _shapes(value: Value) -> tuple[object, ...]:
    return tuple(v.type.shape if isinstance(v, Tensor) else None for v in leaves(value))


def _mask(call: LayerCalled | None) -> str:
    if call is None:
        return "none"
    arrives = any(isinstance(m, Tensor) for m in call.masks) or call.mask_given
    if call.mask_rule is Mask.CREATE:
        return "produces" if any(t.mask is not None for t in tensors(call.outputs)) else "none"
    if not arrives:
        return "none"
    return "drops" if call.mask_lost else _MASKS.get(call.mask_rule, "passes")


def _differs(layer: Instance, state: LayerState) -> bool:
    if is_user(layer) or isinstance(state, ModelState):
        inner = [(i, state_of(i)) for i in sublayers(layer)]
        return any(s is not None and _differs(i, s) for i, s in inner)
    if state.spec is None or state.config is None:
        return False
    try:
        return state.spec.training_rule(state.config) is Training.DIFFERS
    except Undecided:
        return False


def _flops(state: LayerState, call: LayerCalled | None) -> Dim | None:
    spec, config = state.spec, state.config
    if call is None or spec is None or config is None or spec.flops is None:
        return None
    y: Outputs | None = dims_of(call.outputs)
    if y is None or dims_of(call.inputs) is None:
        return None
    kwargs = {k: v for k, v in call.kwargs.items() if k in spec.call_parameters.params}
    try:
        given = spec.call_parameters.bind(call.args, kwargs)
        bound, x = configured(spec, config, given)
        return spec.flops(bound, x, y)  # type: ignore[return-value]
    except (Undecided, BindError, TypeError):
        return None


def _inbound(call: LayerCalled | None) -> tuple[str, ...]:
    names = []
    for tensor in tensors((call.args, dict(call.kwargs))) if call else ():
        made = tensor.producer
        while made is not None and not isinstance(made, LayerCalled):
            before = tensors((made.args, dict(made.kwargs)))  # type: ignore[attr-defined]
            made = next((t.producer for t in before if t.producer is not None), None)
        state = state_of(made.layer) if isinstance(made, LayerCalled) else None
        if state is not None and state.name:
            names.append(state.name)
    return tuple(dict.fromkeys(names))


def _reason(call: LayerCalled | None) -> str:
    if call is None:
        return "never called"
    return next((v.reason for v in leaves(call.outputs) if isinstance(v, Unknown)), "")


def _sum(values: object) -> Dim | None:
    found = [v for v in values if v is not None]  # type: ignore[attr-defined]
    total: Dim = 0
    for value in found:
        total = total + value
    return total if found else None
