"""Weights of layers: `add_weight` in both dialects, and how weights are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..dims import Dim, Expr, product
from ..facts import WeightCreated
from ..mismatch import Mismatch
from ..natives import native, native_property
from ..specs.base import TensorType
from ..specs.convert import as_dtype, as_shape
from ..specs.signature import BindError, parse
from ..unknown import Unknown
from ..values import Call, Instance, Tensor, Value
from .failing import refuse
from .kinds import has_unknown_base, state_of
from .state import LayerState, WeightState
from .tracking import add_weight_state, all_weights, is_complete, trainable_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..interp.interpreter import Interpreter

_ADD_WEIGHT = {
    "keras3": parse(
        "(shape=None, initializer=None, dtype=None, *, trainable=True, autocast=True, "
        "regularizer=None, constraint=None, aggregation='none', "
        "overwrite_with_gradient=False, name=None)"
    ),
    "keras2": parse(
        "(name=None, shape=None, dtype=None, initializer=None, regularizer=None, "
        "trainable=None, constraint=None, use_resource=None, synchronization=None, "
        "aggregation=None, **kwargs)"
    ),
}
_PLAIN_NUMBERS = (int, float, Expr, str)


@native("keras.layers.Layer.add_weight", "keras.layers.Layer.add_variable")
def add_weight(interp: Interpreter, call: Call) -> Value:
    """`self.add_weight(...)` in the dialect's argument order."""
    layer = call.receiver
    state = state_of(layer)
    if not isinstance(layer, Instance) or state is None:
        return Unknown("add_weight of an object that is no layer")
    signature = _ADD_WEIGHT[interp.dialect]
    failure, given = _before(interp, layer, state, call), {}
    if failure is None:
        try:
            given = signature.complete(signature.bind(call.args, call.kwargs))
            failure = _misshaped(given["shape"])
        except BindError as error:
            if call.opaque:
                return Unknown("a weight made with unknown arguments")
            failure = _misbound(error)
    method = interp.frame.method
    if failure is not None:
        nothing = Tensor(TensorType(None, None), "variable", None, call.site)
        interp.emit(WeightCreated(call.site, layer, nothing, "add_weight", method, failure=failure))
        return refuse(interp, failure, "add_weight", call.site)
    weight = _made(call, given)
    fact = WeightCreated(call.site, layer, weight.variable, "add_weight", method)
    fact.trainable = weight.trainable is True
    if _locked(interp, state):
        needs = "all weights to be made in __init__ or build"
        fact.failure = Mismatch("state-locked", needs, {}, {}, "move it to build")
    else:
        add_weight_state(interp, state, weight)
    interp.emit(fact)
    return weight.variable


def _before(interp: Interpreter, layer: Instance, state: LayerState, call: Call) -> Mismatch | None:
    if not state.initialised and not has_unknown_base(layer):
        hint = "call super().__init__(**kwargs) first in __init__"
        return Mismatch("super-init", "super().__init__() to have run", {}, {}, hint)
    first = call.args[0] if call.args else None
    if isinstance(first, str) and interp.dialect == "keras3":
        hint = f"add_weight(shape=..., name={first!r})"
        return Mismatch("weight-arguments", "name as a keyword", {"": first}, {}, hint)
    return None


def _locked(interp: Interpreter, state: LayerState) -> bool:
    return state.locked and interp.dialect == "keras3"


def _misbound(error: BindError) -> Mismatch:
    names = ", ".join(error.names)
    needs = "the parameters of add_weight"
    return Mismatch("weight-arguments", needs, {"given": names or error.positional}, {})


def _misshaped(shape: Value) -> Mismatch | None:
    if isinstance(shape, _PLAIN_NUMBERS):
        hint = f"({shape},) is a shape of one axis"
        return Mismatch("weight-shape", "a tuple of sizes", {"shape": shape}, {}, hint)
    if isinstance(shape, list | tuple) and any(d is None for d in shape):
        needs = "a known size on every axis"
        return Mismatch("weight-shape", needs, {"shape": tuple(shape)})
    return None


def _made(call: Call, given: dict[str, Value]) -> WeightState:
    shape = () if given["shape"] is None else as_shape(given["shape"])
    dims = None if isinstance(shape, Unknown) else shape
    dtype = as_dtype(given["dtype"], "keras")
    name = given["name"] if isinstance(given["name"], str) else "variable"
    text = "float32" if given["dtype"] is None else dtype if isinstance(dtype, str) else None
    kind = TensorType(dims, text, kind="variable")  # type: ignore[arg-type]
    variable = Tensor(kind, "variable", None, call.site, None, name)
    trainable = True if given["trainable"] is None else given["trainable"]
    return WeightState(name, variable, trainable)


def count(weights: Sequence[WeightState]) -> Dim | None:
    """The number of parameters, None where a shape is not known."""
    total: Dim = 0
    for weight in weights:
        if weight.shape is None:
            return None
        total = total + product(weight.shape)
    return total


@native("keras.layers.Layer.count_params")
def count_params(interp: Interpreter, call: Call) -> Value:
    """`layer.count_params()`"""
    found = _known(call.receiver)
    total = None if found is None else count(found)
    return Unknown("count_params") if total is None else total


def _known(layer: Value) -> list[WeightState] | None:
    """All weights of a layer, None where they may not all be known (yet)."""
    state = state_of(layer)
    if state is None or not isinstance(layer, Instance) or state.failed:
        return None
    return all_weights(layer) if state.built and is_complete(layer) else None


def _listing(name: str, choose: str) -> None:
    def run(interp: Interpreter, call: Call) -> Value:
        found = _known(call.receiver)
        if found is None:
            return Unknown(name)
        assert isinstance(call.receiver, Instance)
        moving = trainable_weights(call.receiver, interp.dialect)
        if choose != "all" and moving is None:
            return Unknown(name)
        ids = {id(w.variable) for w in moving or ()}
        chosen = [w for w in found if choose == "all" or (id(w.variable) in ids) == (choose == "")]
        made = [w.variable for w in chosen]
        interp.fresh(made)
        return made

    native_property(f"keras.layers.Layer.{name}")(run)


for _name in ("weights", "variables"):
    _listing(_name, "all")
for _name in ("trainable_weights", "trainable_variables"):
    _listing(_name, "")
for _name in ("non_trainable_weights", "non_trainable_variables"):
    _listing(_name, "not")


@native("keras.layers.Layer.get_weights")
def get_weights(interp: Interpreter, call: Call) -> Value:
    """`layer.get_weights()`: the values as arrays."""
    found = _known(call.receiver)
    if found is None:
        return Unknown("get_weights")
    made = [_array(w, call) for w in found]
    interp.fresh(made)
    return made


def _array(weight: WeightState, call: Call) -> Tensor:
    kind = TensorType(weight.shape, weight.variable.type.dtype, kind="array")
    return Tensor(kind, "array", None, call.site, None, weight.name)
