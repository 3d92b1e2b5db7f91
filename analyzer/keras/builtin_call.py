"""The call of a built-in layer: its spec applied to dims, its weights made."""

from __future__ import annotations

from collections.abc import Mapping

from ..dims import Dims, same
from ..mismatch import Mismatch
from ..specs import applied
from ..specs.base import Args, LayerSpec, TensorType, Weight
from ..unknown import Undecided, Unknown
from ..values import Flag, Tensor, Value
from .binding import bind_builtin
from .leaves import dims_of, leaves
from .run import Run
from .state import WeightState
from .tracking import add_weight_state


def run_builtin(run: Run, spec: LayerSpec) -> Value:
    """The outputs of a built-in layer; raises `Mismatch`."""
    if run.state.config is None:
        return Unknown("a layer whose constructor fails")
    try:
        return _apply(run, spec, run.state.config)
    except Undecided as undecided:
        return run.interp.unknown(f"{spec.name}: {undecided.reason}")


def _apply(run: Run, spec: LayerSpec, config: Args) -> Value:
    call = bind_builtin(run, spec)
    run.arguments = call = call | _mask(run, spec, call)
    given = call.get(next(iter(spec.call_parameters.params), ""))
    _check_input(spec, given)
    bound, x = configured(spec, config, call)
    if dims_of(given) is not None or not call:
        _build(run, spec, bound, x)
    outputs = applied.called(spec, bound, x)
    dtype = spec.dtype(bound, _cast(_dtypes(given), run), run.state.dtype)
    return _typed(run, outputs, dtype)


def _mask(run: Run, spec: LayerSpec, call: Mapping[str, Value]) -> dict[str, Value]:
    """The mask Keras passes by itself to a layer whose call takes one."""
    if "mask" not in spec.call_parameters.params or call.get("mask") is not None:
        return {}
    known = [m for m in run.masks if isinstance(m, Tensor)]
    return {"mask": known[0]} if len(run.masks) == len(known) == 1 else {}


def configured(spec: LayerSpec, config: Args, call: Mapping[str, Value]) -> tuple[Args, object]:
    """Constructor and call arguments as specs read them, and the dims of the input."""
    others = dict(call)
    given = others.pop(next(iter(spec.call_parameters.params), ""), None)
    x = dims_of(given)
    if x is None:
        x = applied.assumed(spec)
    read = {k: _read(v) for k, v in others.items()}
    return config.with_call(applied.bind_call(spec, x, read)), x


def _check_input(spec: LayerSpec, given: Value) -> None:
    found = list(leaves(given))
    if any(v is None for v in found) and spec.accepts is not None:
        raise Mismatch("not-a-tensor", "a tensor", {"": None})
    if any(isinstance(v, Unknown) for v in found) and not isinstance(given, Unknown):
        raise Undecided("an unknown input")
    if any(not isinstance(v, Tensor | Unknown | None) for v in found):
        raise Undecided("an input of unknown kind")


def _read(value: Value) -> Value:
    """Dims in place of tensors; flags and masks are left to be unknown."""
    if isinstance(value, Flag):
        return Unknown(value.name)
    if isinstance(value, Tensor):
        shape = value.type.shape
        return Unknown("rank unknown") if shape is None else shape
    if isinstance(value, list | tuple):
        return [_read(v) for v in value]
    return value


def _build(run: Run, spec: LayerSpec, bound: Args, x: object) -> None:
    """Make the weights on the first call; later compare with the first."""
    state = run.state
    if state.built:
        _compare(run, spec, bound, x)
        return
    make_weights(run, spec, bound, x)


def make_weights(run: Run, spec: LayerSpec, bound: Args, x: object) -> None:
    """The weights of the first call; raises `Mismatch`."""
    state = run.state
    weights = applied.built(spec, bound, x)  # type: ignore[arg-type]
    run.interp.touch(state)
    state.built, state.locked, state.first = True, True, x  # type: ignore[assignment]
    for path, weight in weights.items():
        add_weight_state(run.interp, state, _weight(run, path, weight))


def _weight(run: Run, path: str, weight: Weight) -> WeightState:
    kind = TensorType(weight.shape, weight.dtype or "float32", kind="variable")
    name = path.rsplit("/", 1)[-1]
    variable = Tensor(kind, "variable", None, run.call.site, None, name)
    return WeightState(path, variable, weight.trainable)


def _compare(run: Run, spec: LayerSpec, bound: Args, x: object) -> None:
    """A layer that has weights must get what it was built on."""
    state = run.state
    if state.first is None or not state.weights:
        return
    before = {w.name: w.shape for w in state.weights if isinstance(w, WeightState)}
    after = spec.weights(bound, x)  # type: ignore[arg-type]
    for path, weight in after.items():
        old = before.get(path)
        if old is not None and _differ(old, weight.shape):
            got = {"": x, "built on": state.first}
            needs = f"the input it was built on, for its {path} {_text(old)}"
            late = spec.name in _LATE and run.keras3
            raise Mismatch("features", needs, got, {}, "use two layers", late)


# Keras 3 compares nothing while it builds a graph of these; execution fails.
_LATE = frozenset(
    {"LSTM", "GRU", "SimpleRNN", "Bidirectional", "LayerNormalization", "MultiHeadAttention"}
)


def _differ(old: Dims, new: Dims) -> bool:
    if len(old) != len(new):
        return True
    return any(same(a, b) is False for a, b in zip(old, new, strict=True))


def _text(shape: Dims) -> str:
    return f"({', '.join(map(str, shape))})"


def _dtypes(given: Value) -> object:
    if isinstance(given, Tensor):
        return given.type.dtype
    if isinstance(given, list | tuple):
        return [_dtypes(v) for v in given]
    return None


def _cast(dtype: object, run: Run) -> object:
    """Floats are cast to the layer's dtype before the layer sees them."""
    if isinstance(dtype, list):
        return [_cast(d, run) for d in dtype]
    floating = isinstance(dtype, str) and dtype.startswith(("float", "bfloat"))
    return run.state.dtype if floating else dtype


def _typed(run: Run, outputs: object, dtype: str | None, outer: bool = True) -> Value:
    if isinstance(outputs, list):
        parts = [_typed(run, o, dtype, False) for o in outputs]
        return tuple(parts) if outer and run.keras3 else parts
    kind = "keras" if run.functional else "tensor"
    made = TensorType(outputs, dtype, kind=kind)  # type: ignore[arg-type]
    return Tensor(made, kind, None, run.call.site, run.fact, run.label)
