"""The call of a layer whose class stands in the program: `build`, then `call`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..interp.mro import find_in_class
from ..unknown import Unknown
from ..values import Bound, Call, Class, Flag, Function, Tensor, Value
from .layer import own_method
from .leaves import dims_of, mapped, static_shape

if TYPE_CHECKING:
    from .calling import Run


def run(run: Run) -> Value:
    """The outputs of the user's `call`, run on tensors as the backend sees them."""
    interp = run.interp
    call = _inside(run)
    _build(run)
    found = find_in_class(run.layer.cls, "call")
    assert found is not None
    method, owner = found
    if not isinstance(method, Function):
        return interp.unknown("a call that is no plain function")
    kwargs = dict(call.kwargs)
    names = _parameters(run, method)
    if "training" in kwargs and names is not None and "training" not in names:
        kwargs.pop("training")
    given_names = {*kwargs, *(names or [])[: len(call.args)]}
    if names is not None and "training" in names and "training" not in given_names:
        kwargs |= _training(run)
    if names is not None and "mask" in names and "mask" not in given_names and len(run.masks) == 1:
        kwargs["mask"] = run.masks[0]
    given = Call(list(call.args), kwargs, call.site, None, call.opaque)
    return interp.call_with(Bound(run.layer, method, owner), given)


def _training(run: Run) -> dict[str, Value]:
    mode = run.training
    if isinstance(mode, str):  # nobody said: the default of the parameter holds
        return {}
    return {"training": mode}


def _parameters(run: Run, method: Function) -> list[str] | None:
    """The parameters of `call` after self, in order; None when they are not known."""
    params = run.interp.params.get(method.node)
    if params is None:
        return None
    return [p.name for p in params[1:]]


def _inside(run: Run) -> Call:
    """KerasTensors become tensors of the backend while the user's code runs on them."""
    given = run.call

    def convert(value: Value) -> Value:
        if isinstance(value, Tensor) and value.kind in ("keras", "array"):
            kind = replace(value.type, kind="tensor")
            return Tensor(kind, "tensor", value.mask, value.origin, value.producer, value.label)
        return value

    args = [mapped(a, convert) for a in given.args]
    kwargs = {k: mapped(v, convert) for k, v in given.kwargs.items()}
    return Call(args, kwargs, given.site, None, given.opaque)


def _build(run: Run) -> None:
    """The user's `build`, once, with the shapes Keras shows."""
    state, interp = run.state, run.interp
    if state.built:
        return
    interp.touch(state)
    state.built = True
    state.first = dims_of(run.fact.inputs)
    build = own_method(run.layer, "build")
    if build is None:
        return
    shape = static_shape(run.fact.inputs)
    if shape is None:
        shape = Unknown("input shape")
    method = interp.get_attribute(run.layer, "build", run.call.site)
    interp.call(method, (shape,), {}, run.call.site)


__all__ = ["Class", "Flag", "run"]
