"""Calling a Functional or Sequential model: its graph again, on other tensors."""

from __future__ import annotations

from collections.abc import Sequence

from ..dims import Dim, Dims, Symbol, lone_symbol, same, substitute
from ..mismatch import Mismatch
from ..specs.base import TensorType
from ..unknown import Unknown
from ..values import Tensor, Value
from . import sequential
from .graph import is_input_layer, masked_outputs
from .kinds import state_of
from .leaves import leaves, mapped, tensors
from .run import Run
from .state import ModelState


def run_model(run: Run) -> Value:
    """The outputs for these inputs; raises `Mismatch` where they do not fit."""
    state = run.state
    assert isinstance(state, ModelState)
    given = run.call.args[0] if run.call.args else run.call.kwargs.get("inputs")
    if state.style == "sequential" and state.outputs is None and not state.open:
        result = sequential.first_call(run, state, given)
        if result is not None:
            return result
    if state.open or state.failed or state.outputs is None or state.inputs is None:
        return Unknown("a model that is not known in full")
    actual = _chosen(state, given)
    wanted = tensors(state.inputs)
    if actual is None:
        return _renewed(run, state, {}, [])
    _check_count(wanted, actual)
    symbols = _matched(wanted, actual)
    return _renewed(run, state, symbols, _masks(run, state, wanted, actual))


def input_names(state: ModelState) -> list[str]:
    """The names of a model's inputs in order, as the keys of a dict of data."""
    if isinstance(state.inputs, dict) and all(isinstance(v, Tensor) for v in state.inputs.values()):
        return sorted(str(k) for k in state.inputs)
    names = []
    for tensor in tensors(state.inputs):
        layer = getattr(tensor.producer, "layer", None)
        known = state_of(layer)
        names.append(known.name if known is not None and is_input_layer(layer) else "?")
    return names


def _chosen(state: ModelState, given: Value) -> list[Value] | None:
    """The tensors given, in the order of the inputs; None where they are not known."""
    if isinstance(given, dict) and all(isinstance(k, str) for k in given):
        names = input_names(state)
        if "?" in names:
            return None
        missing = next((n for n in names if n not in given), None)
        if missing is not None:
            needs = f"data for the inputs {', '.join(map(repr, names))}"
            keys = ", ".join(map(repr, given))
            raise Mismatch("model-inputs", needs, {"keys": keys}, {"missing": missing})
        given = [given[n] for n in names]
    found = list(leaves(given))
    return None if any(isinstance(v, Unknown) for v in found) else found


def _check_count(wanted: Sequence[Tensor], actual: Sequence[Value]) -> None:
    if len(actual) == len(wanted) or not all(isinstance(v, Tensor) for v in actual):
        return
    needs = f"{len(wanted)} input{'s' if len(wanted) > 1 else ''}"
    got = {f"input {i + 1}": t.type.shape for i, t in enumerate(tensors(list(actual)))}
    hint = "pass all of them in one list or dict" if len(wanted) > 1 else ""
    raise Mismatch("model-inputs", needs, got, {}, hint)


def _matched(wanted: Sequence[Tensor], actual: Sequence[Value]) -> dict[Symbol, Dim]:
    """What the symbols of the inputs stand for in this call."""
    found: dict[Symbol, Dim] = {}
    for want, got in zip(wanted, actual, strict=False):
        if not isinstance(got, Tensor):
            continue
        shape, other = want.type.shape, got.type.shape
        if shape is not None and other is not None:
            _match(shape, _adjusted(shape, other), found)
    return found


def _adjusted(shape: Dims, other: Dims) -> Dims:
    """The data with one trailing axis of size 1 added or dropped, as Keras does."""
    if len(other) == len(shape) + 1 and same(other[-1], 1) is not False:
        return other[:-1]
    if len(other) == len(shape) - 1 and shape[-1] == 1:
        return (*other, 1)
    if len(other) != len(shape):
        raise _unlike(shape, other)
    return other


def _match(shape: Dims, other: Dims, found: dict[Symbol, Dim]) -> None:
    for i, (a, b) in enumerate(zip(shape, other, strict=True)):
        one = lone_symbol(a)
        if one is not None:
            found.setdefault(one, b)
        elif i and same(a, b) is False:
            raise _unlike(shape, other)


def _unlike(shape: Dims, other: Dims) -> Mismatch:
    text = ", ".join(["batch", *map(str, shape[1:])])
    return Mismatch("model-input-shape", f"({text})", {"": other})


def _masks(
    run: Run, state: ModelState, wanted: Sequence[Tensor], actual: Sequence[Value]
) -> list[bool]:
    """For each output whether a mask reaches it."""
    masked = [isinstance(v, Tensor) and v.mask is not None for v in actual]
    if run.call.kwargs.get("mask") is not None:
        masked = [True] * len(actual)
    return list(masked_outputs(wanted, masked, state.nodes, state.outputs))


def _renewed(
    run: Run, state: ModelState, symbols: dict[Symbol, Dim], masks: Sequence[bool]
) -> Value:
    """The model's outputs with the symbols of its inputs replaced."""
    arriving = next((m for m in run.masks if m is not None), None)
    carries = {id(t): m for t, m in zip(tensors(state.outputs), masks, strict=False)}

    def again(value: Value) -> Value:
        if not isinstance(value, Tensor):
            return value
        shape = value.type.shape
        if shape is not None:
            for symbol, by in symbols.items():
                shape = tuple(substitute(d, symbol, by) for d in shape)
        kind = "keras" if run.functional else "tensor"
        made = TensorType(shape, value.type.dtype, kind=kind)
        carried = carries.get(id(value), value.mask is not None)
        mask = value.mask if value.mask is not None else arriving
        kept = mask if carried and isinstance(mask, Tensor | Unknown) else None
        return Tensor(made, kind, kept, run.call.site, run.fact, run.label)

    return mapped(state.outputs, again)
