"""What happens to masks: one function for each rule, and one for each layer that makes one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...analyzer.specs.base import LayerSpec, Mask
from .. import functions as f

Function = Callable[[Any, Any, Any], Any]


@dataclass(frozen=True, slots=True)
class MaskFunction:
    """(layer, inputs, mask) -> the mask of the outputs; `computes` if it calls ops."""

    function: Function
    computes: bool = True

    def __call__(self, layer: Any, inputs: Any, mask: Any) -> Any:
        return self.function(layer, inputs, mask)

    def bound(self, layer: Any) -> Callable[..., Any]:
        """The function for one layer."""
        return partial(self.function, layer)


def _same(layer: Any, inputs: Any, mask: Any) -> Any:
    return mask


def _none(layer: Any, inputs: Any, mask: Any) -> Any:
    return None


def _merged(layer: Any, inputs: Any, mask: Any) -> Any:
    """A step is there where any input has it; None if one input has no mask."""
    if mask is None or any(m is None for m in mask):
        return None
    total = mask[0]
    for m in mask[1:]:
        total = f.logical_or(total, m)
    return total


def _concatenated(layer: Any, inputs: Any, mask: Any) -> Any:
    """Masks joined like their inputs; inputs without one count as all there."""
    if mask is None or all(m is None for m in mask):
        return None
    spread = []
    for x, m in zip(inputs, mask, strict=True):
        if m is None:
            m = f.ones_like(x, "bool")
        elif len(m.shape) < len(x.shape):
            m = f.logical_or(f.expand_dims(m, -1), f.zeros_like(x, "bool"))
        spread.append(m)
    return f.any(f.concatenate(spread, layer.axis), axis=-1)


_BY_RULE = {
    Mask.PASS: MaskFunction(_same, False),
    Mask.CONSUME_PASS: MaskFunction(_same, False),
    Mask.DROP: MaskFunction(_none, False),
    Mask.CONSUME: MaskFunction(_none, False),
    Mask.MERGE: MaskFunction(_merged),
    Mask.CONCAT: MaskFunction(_concatenated),
}
_by_layer: dict[str, MaskFunction] = {}


def masks(spec: LayerSpec) -> Callable[[Function], Function]:
    """Bind a mask function `(c, inputs, mask)` to a layer that has one of its own."""

    def decorator(function: Function) -> Function:
        _by_layer[spec.name] = MaskFunction(function)
        return function

    return decorator


def mask_function(spec: LayerSpec, rule: Mask) -> MaskFunction:
    """The mask function of a layer under its present rule."""
    own = _by_layer.get(spec.name)
    return own if own is not None and rule is not Mask.DROP else _BY_RULE[rule]
