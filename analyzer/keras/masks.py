"""Masks on their way through a call: what arrives, what leaves (catalog MSK001-MSK016)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..specs.base import Mask, TensorType
from ..unknown import Undecided, Unknown
from ..values import Instance, Tensor, Value
from .layer import has_unknown_base, is_user, own_method, state_of
from .leaves import leaves, mapped, tensors
from .state import ModelState

if TYPE_CHECKING:
    from .calling import Run

_KEEPS = frozenset({Mask.PASS, Mask.CONSUME_PASS})
_MASK_ARGUMENTS = ("mask", "attention_mask", "query_mask", "value_mask", "key_mask")


def incoming(run: Run) -> list[Value]:
    """The masks of the inputs, one for each tensor; the rule of the layer into the fact."""
    fact = run.fact
    given = [run.call.kwargs[n] for n in _MASK_ARGUMENTS if run.call.kwargs.get(n) is not None]
    fact.mask_given = bool(given)
    fact.mask_rule = rule_of(run.layer, run.interp.dialect)
    return [t.mask for t in tensors(fact.inputs)]


def rule_of(layer: Instance, dialect: str) -> Mask:
    """What a layer does with a mask: of its spec, or of the user's class."""
    state = state_of(layer)
    if state is None:
        return Mask.DROP
    if is_user(layer):
        if own_method(layer, "compute_mask") is not None:
            return Mask.CREATE
        if state.spec is None or own_method(layer, "call") is not None:
            return Mask.PASS if state.supports_masking is True else Mask.DROP
    if isinstance(state, ModelState):
        return Mask.PASS
    if state.spec is None or state.config is None:
        return Mask.DROP
    try:
        return state.spec.mask_rule(state.config)
    except Undecided:
        return Mask.DROP


def attach(run: Run, outputs: Value) -> Value:
    """Put the mask that leaves the layer on its outputs."""
    mask = _outgoing(run, outputs)
    had = any(isinstance(m, Tensor) for m in run.masks)
    consumed = run.fact.mask_rule in (Mask.CONSUME, Mask.CREATE)
    run.fact.mask_lost = had and mask is None and not consumed
    if mask is None:
        return outputs
    first = next((v for v in leaves(outputs) if isinstance(v, Tensor)), None)
    if first is None:
        return outputs

    def put(value: Value) -> Value:
        if value is first:
            value.mask = mask  # type: ignore[union-attr,assignment]
        return value

    return mapped(outputs, put)


def _outgoing(run: Run, outputs: Value) -> Value:
    rule = run.fact.mask_rule
    explicit = run.call.kwargs.get("mask")
    arrived = [explicit] if isinstance(explicit, Tensor) else run.masks
    known = [m for m in arrived if isinstance(m, Tensor)]
    if is_user(run.layer) and rule is Mask.CREATE:
        return _computed(run)
    if _uncertain(run):
        return Unknown("mask")
    if isinstance(run.state, ModelState) and run.state.style != "subclass":
        return next((t.mask for t in tensors(outputs)), None)
    if rule is Mask.CREATE:
        return _created(run)
    if rule in _KEEPS:
        return known[0] if known else next((m for m in arrived if m is not None), None)
    return _merged(run, rule, arrived, known)


def _uncertain(run: Run) -> bool:
    """Whether nobody can tell if the user's class supports masks."""
    if not is_user(run.layer):
        return False
    flag = run.state.supports_masking
    return has_unknown_base(run.layer) or not (flag is None or isinstance(flag, bool))


def _merged(run: Run, rule: Mask, arrived: list[Value], known: list[Tensor]) -> Value:
    if rule not in (Mask.MERGE, Mask.CONCAT) or not known:
        return None
    if any(isinstance(m, Unknown) for m in arrived):
        return Unknown("mask")
    complete = len(known) == len(arrived)
    # Keras 3 gives no mask unless every input has one; Keras 2 merges those it has.
    return known[0] if complete or run.interp.dialect == "keras2" else None


def _created(run: Run) -> Value:
    source = run.fact.inputs
    if not isinstance(source, Tensor):
        return Unknown("mask")
    shape = source.type.shape
    spec = run.state.spec
    if shape is not None and spec is not None and spec.name == "Masking":
        shape = shape[:-1]
    kind = source.kind if source.kind != "array" else "tensor"
    made = TensorType(shape, "bool", kind=kind)
    return Tensor(made, kind, None, run.call.site, run.fact, f"mask of {run.state.name}")


def _computed(run: Run) -> Value:
    """The result of the user's `compute_mask`."""
    interp = run.interp
    method = interp.get_attribute(run.layer, "compute_mask", run.call.site)
    masks = run.masks
    previous = masks[0] if len(masks) == 1 else list(masks) if masks else None
    made = interp.call(method, (run.fact.inputs, previous), {}, run.call.site)
    return next((m for m in leaves(made) if m is not None), None)
