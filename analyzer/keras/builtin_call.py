"""The call of a built-in layer: its spec, applied to the dims of its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..dims import Dims, same
from ..mismatch import Mismatch
from ..specs import applied
from ..specs.base import Args, LayerSpec, TensorType, Weight
from ..specs.signature import BindError
from ..unknown import Undecided, Unknown
from ..values import Flag, Instance, Tensor, Value
from .leaves import dims_of, leaves
from .state import ModelState, WeightState

if TYPE_CHECKING:
    from .calling import Run

SYMBOLIC_ONLY = frozenset({"state-count", "state-shape", "attention"})


def run(run: Run) -> Value:
    """The outputs of a built-in layer or model; raises `Mismatch`."""
    state = run.state
    if isinstance(state, ModelState):
        from . import model_call

        return model_call.run(run)
    if state.spec is None:
        return _without_call(run)
    if state.config is None:
        return Unknown("a layer whose constructor fails")
    try:
        return _apply(run, state.spec, state.config)
    except Undecided as undecided:
        return run.interp.unknown(f"{state.spec.name}: {undecided.reason}")


def _without_call(run: Run) -> Value:
    from .layer import has_unknown_base

    if has_unknown_base(run.layer):
        return Unknown("a layer with an unknown base class")
    if run.interp.dialect == "keras2":
        return run.call.args[0] if run.call.args else None
    raise Mismatch("call-missing", "a method `call`", {}, {}, "define call(self, inputs)")


def _apply(run: Run, spec: LayerSpec, config: Args) -> Value:
    call = _arguments(run, spec)
    first = next(iter(spec.call_parameters.params))
    given = call.pop(first, None)
    if isinstance(given, Unknown) or any(isinstance(v, Unknown) for v in leaves(given)):
        raise Undecided("an unknown input")
    if any(v is None for v in leaves(given)) and spec.accepts is not None:
        raise Mismatch("not-a-tensor", "a tensor", {"": None})
    x = dims_of(given)
    if x is None:
        x = applied.assumed(spec)
    others = {k: _read(v) for k, v in call.items()} | _mask(run, spec, call)
    bound = config.with_call(applied.bind_call(spec, x, others))
    _build(run, spec, bound, x)
    outputs = applied.called(spec, bound, x)
    dtypes = _dtypes(given)
    dtype = spec.dtype(bound, dtypes, run.state.dtype)
    return _typed(run, outputs, dtype)


def _mask(run: Run, spec: LayerSpec, call: Mapping[str, Value]) -> dict[str, Value]:
    """The mask Keras passes by itself to a layer whose call takes one."""
    if "mask" not in spec.call_parameters.params or call.get("mask") is not None:
        return {}
    known = [m for m in run.masks if isinstance(m, Tensor)]
    return {"mask": _read(known[0])} if len(run.masks) == len(known) == 1 else {}


def _arguments(run: Run, spec: LayerSpec) -> dict[str, Value]:
    """The call's arguments by name; Keras' own refusal of others as `Mismatch`."""
    kwargs = {k: v for k, v in run.call.kwargs.items() if k != "training"}
    params = spec.call_parameters
    if "mask" in kwargs and "mask" not in params.params:
        raise Mismatch(
            "call-arguments",
            f"no argument `mask`: {spec.name} takes {_names(params.params)}",
            {},
            {"argument": "mask"},
        )
    if "training" in run.call.kwargs and "training" in params.params:
        kwargs["training"] = run.call.kwargs["training"]
    try:
        return params.bind(run.call.args, kwargs)
    except BindError as error:
        names = ", ".join(error.names)
        kind = "not-a-list" if _merges(spec, error) else "call-arguments"
        needs = "one list of tensors" if kind == "not-a-list" else _names(params.params)
        got = {f"argument {i + 1}": dims_of(a) for i, a in enumerate(run.call.args)}
        raise Mismatch(kind, needs, got, {"argument": names} if names else {}) from None


def _merges(spec: LayerSpec, error: BindError) -> bool:
    return error.kind == "too-many" and spec.mask_rule(_NO_CONFIG).name in ("MERGE", "CONCAT")


class _NoConfig:
    """Stands for a configuration where only the kind of layer is asked."""

    def __getattr__(self, name: str) -> object:
        return None


_NO_CONFIG: Args = _NoConfig()  # type: ignore[assignment]


def _names(params: Mapping[str, object]) -> str:
    return "(" + ", ".join(params) + ")"


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
    weights = applied.built(spec, bound, x)  # type: ignore[arg-type]
    run.interp.touch(state)
    state.built, state.first = True, x  # type: ignore[assignment]
    made = [_weight(run, path, w) for path, w in weights.items()]
    run.interp.touch(state.weights)
    state.weights.extend(made)


def _weight(run: Run, path: str, weight: Weight) -> WeightState:
    kind = TensorType(weight.shape, weight.dtype or "float32", kind="variable")
    name = path.rsplit("/", 1)[-1]
    variable = Tensor(kind, "variable", None, run.call.site, None, name)
    return WeightState(path if "/" in path else name, variable, weight.trainable)


def _compare(run: Run, spec: LayerSpec, bound: Args, x: object) -> None:
    """A layer that has weights must get what it was built on."""
    state = run.state
    if state.first is None or not state.weights:
        return
    # After a widened loop a weight may be anything.
    before = {w.name: w.shape for w in state.weights if isinstance(w, WeightState)}
    after = spec.weights(bound, x)  # type: ignore[arg-type]
    for path, weight in after.items():
        old = before.get(path if "/" in path else path.rsplit("/", 1)[-1])
        if old is not None and _differ(old, weight.shape):
            got = {"": x, "built on": state.first}
            needs = f"the input it was built on, for its {path} {_text(old)}"
            late = spec.name in _LATE and run.interp.dialect == "keras3"
            raise Mismatch("features", needs, got, {}, "use two layers", late)


_LATE = frozenset({"LSTM", "GRU", "SimpleRNN", "LayerNormalization", "MultiHeadAttention"})


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


def _typed(run: Run, outputs: object, dtype: str | None, outer: bool = True) -> Value:
    if isinstance(outputs, list):
        parts = [_typed(run, o, dtype, False) for o in outputs]
        return tuple(parts) if outer and run.interp.dialect == "keras3" else parts
    kind = "keras" if run.functional else "tensor"
    made = TensorType(outputs, dtype, kind=kind)  # type: ignore[arg-type]
    name = run.layer.cls.name.rsplit(".", 1)[-1]
    label = f"{name} '{run.state.name}'" if run.state.name else name
    return Tensor(made, kind, None, run.call.site, run.fact, label)


__all__ = ["Instance", "run"]
