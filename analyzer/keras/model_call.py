"""Calling a Functional or Sequential model: its graph again, on other tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..dims import Dims, lone_symbol, same, substitute
from ..mismatch import Mismatch
from ..specs.base import TensorType
from ..unknown import Unknown
from ..values import Tensor, Value
from . import sequential
from .leaves import leaves, mapped, tensors
from .state import ModelState

if TYPE_CHECKING:
    from .calling import Run


def run(run: Run) -> Value:
    """The outputs for these inputs; raises `Mismatch` where they do not fit."""
    state = run.state
    assert isinstance(state, ModelState)
    if state.style == "sequential" and state.inputs is None and not state.open:
        _build_sequential(run, state)
    if state.open or state.failed or state.outputs is None or state.inputs is None:
        return Unknown("a model that is not known in full")
    given = list(leaves(run.fact.inputs))
    if any(isinstance(g, Unknown) for g in given):
        return _renewed(run, state, {})
    actual = [g for g in given if isinstance(g, Tensor)]
    wanted = tensors(state.inputs)
    if len(actual) != len(wanted) and len(actual) == len(given):
        needs = f"{len(wanted)} input{'s' if len(wanted) > 1 else ''}"
        got = {f"input {i + 1}": t.type.shape for i, t in enumerate(actual)}
        raise Mismatch("model-inputs", needs, got, {}, "pass all of them in one list or dict")
    return _renewed(run, state, _matched(wanted, actual))


def _build_sequential(run: Run, state: ModelState) -> None:
    tensor = run.fact.inputs
    if isinstance(tensor, Tensor) and state.layers:
        before = run.interp.frame
        sequential.build(run.interp, state, tensor, run.call.site)
        assert run.interp.frame is before


def _matched(wanted: list[Tensor], actual: list[Tensor]) -> dict[object, object]:
    """What the symbols of the inputs stand for in this call."""
    found: dict[object, object] = {}
    for want, got in zip(wanted, actual, strict=False):
        shape, other = want.type.shape, got.type.shape
        if shape is None or other is None:
            continue
        if len(shape) != len(other):
            if _forgiven(shape, other):
                continue
            raise _unlike(shape, other)
        for i, (a, b) in enumerate(zip(shape, other, strict=True)):
            one = lone_symbol(a)
            if one is not None:
                found[one] = b
            elif i and same(a, b) is False:
                raise _unlike(shape, other)
    return found


def _forgiven(shape: Dims, other: Dims) -> bool:
    """Keras adds or drops one trailing axis of size 1."""
    longer, shorter = (shape, other) if len(shape) > len(other) else (other, shape)
    return len(longer) == len(shorter) + 1 and longer[-1] == 1


def _unlike(shape: Dims, other: Dims) -> Mismatch:
    text = ", ".join(["batch", *map(str, shape[1:])])
    return Mismatch("model-input-shape", f"({text})", {"": other})


def _renewed(run: Run, state: ModelState, symbols: dict[object, object]) -> Value:
    """The model's outputs with the symbols of its inputs replaced."""

    def again(value: Value) -> Value:
        if not isinstance(value, Tensor):
            return value
        shape = value.type.shape
        if shape is not None:
            for symbol, by in symbols.items():
                shape = tuple(substitute(d, symbol, by) for d in shape)  # type: ignore[arg-type]
        kind = "keras" if run.functional else "tensor"
        made = TensorType(shape, value.type.dtype, kind=kind)
        return Tensor(made, kind, value.mask, run.call.site, run.fact, run.state.name)

    return mapped(state.outputs, again)
