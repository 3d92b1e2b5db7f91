"""Masks on their way through a call: what arrives, what leaves (catalog MSK001-MSK016).

Tensors carry the masks they have when the model runs. Keras 3 does not show all of them
while it builds a graph (a nested model, a layer that returns what an Embedding made), but
the layers behind do receive them.
"""

from __future__ import annotations

from ..specs.base import LayerSpec, Mask, TensorType
from ..unknown import Undecided, Unknown
from ..values import Instance, Tensor, Value
from .kinds import has_unknown_base, is_user, own_method, state_of
from .leaves import leaves, mapped, tensors
from .run import Run
from .state import ModelState

_KEEPS = frozenset({Mask.PASS, Mask.CONSUME_PASS})
_MASK_ARGUMENTS = ("mask", "attention_mask", "query_mask", "value_mask", "key_mask")


def incoming(run: Run) -> list[Value]:
    """The masks of the inputs, one for each tensor; the rule of the layer into the fact."""
    fact = run.fact
    given = [run.call.kwargs[n] for n in _MASK_ARGUMENTS if run.call.kwargs.get(n) is not None]
    fact.mask_given = any(m is not None for g in given for m in leaves(g))
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
    had = any(isinstance(m, Tensor) for m in run.masks)
    found = tensors(outputs)
    if not found or any(t.mask is None for t in found):
        masks = list(leaves(_outgoing(run)))
        for tensor, mask in zip(found, masks, strict=False):
            if tensor.mask is None and isinstance(mask, Tensor | Unknown):
                tensor.mask = mask
    kept = any(t.mask is not None for t in found)
    consumed = run.fact.mask_rule in (Mask.CONSUME, Mask.CREATE)
    run.fact.mask_lost = had and not kept and not consumed and bool(found)
    return outputs


def _outgoing(run: Run) -> Value:
    """The masks for the outputs, in their order."""
    rule = run.fact.mask_rule
    if is_user(run.layer) and (rule is Mask.CREATE or _uncertain(run)):
        return _computed(run) if rule is Mask.CREATE else Unknown("mask")
    if is_user(run.layer) and run.state.supports_masking is True:
        return _arrived(run)
    if isinstance(run.state, ModelState):
        return None
    if rule is Mask.CREATE:
        return created(run, run.fact.inputs, run.state.spec)
    if rule in _KEEPS:
        return next((m for m in leaves(_arrived(run)) if m is not None), None)
    return _merged(run, rule)


def _arrived(run: Run) -> Value:
    explicit = run.call.kwargs.get("mask")
    return run.masks if explicit is None else explicit


def _uncertain(run: Run) -> bool:
    """Whether nobody can tell if the user's class supports masks."""
    flag = run.state.supports_masking
    return has_unknown_base(run.layer) or not (flag is None or isinstance(flag, bool))


def _merged(run: Run, rule: Mask) -> Value:
    known = [m for m in run.masks if isinstance(m, Tensor)]
    if rule not in (Mask.MERGE, Mask.CONCAT) or not known:
        return None
    if any(isinstance(m, Unknown) for m in run.masks):
        return Unknown("mask")
    # Keras 3 gives no mask unless every input has one (Concatenate one that is all True);
    # Keras 2 merges those it has.
    complete = len(known) == len(run.masks)
    return known[0] if complete or not run.keras3 else None


def created(run: Run, source: Value, spec: LayerSpec | None) -> Value:
    """The mask an Embedding or Masking layer makes from its input."""
    if not isinstance(source, Tensor):
        return Unknown("mask")
    shape = source.type.shape
    if shape is not None and spec is not None and spec.name == "Masking":
        shape = shape[:-1]
    kind = source.kind if source.kind in ("keras", "tensor") else "tensor"
    made = TensorType(shape, "bool", kind=kind)
    return Tensor(made, kind, None, run.call.site, run.fact, f"mask of {run.state.name}")


def _computed(run: Run) -> Value:
    """The result of the user's `compute_mask`, run on tensors as the backend sees them."""
    interp = run.interp
    method = interp.get_attribute(run.layer, "compute_mask", run.call.site)
    masks = mapped(run.fact.inputs, lambda v: v.mask if isinstance(v, Tensor) else None)
    first = run.call.args[0] if run.call.args else run.fact.inputs
    return interp.call(method, (first, masks), {}, run.call.site)
