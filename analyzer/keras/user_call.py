"""The call of a layer whose class stands in the program: `build`, then `call`."""

from __future__ import annotations

from dataclasses import replace

from ..dims import is_static
from ..facts import LayerCalled
from ..interp.mro import find_in_class
from ..mismatch import Mismatch
from ..specs.base import Mask, TensorType
from ..specs.dtypes import FLOATS
from ..unknown import Unknown
from ..values import Bound, Call, Function, Tensor, Value
from .binding import bind_user, tensor_arguments
from .building import build_user, shapes_for
from .kinds import class_name, has_unknown_base, own_method
from .leaves import leaves, mapped, static_shape
from .run import Run
from .symbols import dims_from

CONSUMERS = frozenset({Mask.CONSUME, Mask.CONSUME_PASS})


def run_user(run: Run) -> Value:
    """The outputs of the user's `call`, run on tensors as the backend sees them."""
    interp = run.interp
    method = own_method(run.layer, "call")
    if method is None:
        return without_call(run)
    if not isinstance(method, Function):
        return interp.unknown("a call that is no plain function")
    run.call = _inside(run)
    arguments = bind_user(run, method)
    if arguments is None:
        return interp.unknown(f"unknown arguments of {class_name(run.layer)}")
    run.arguments = arguments
    build_user(run)
    found = find_in_class(run.layer.cls, "call")
    bound = Bound(run.layer, method, found[1] if found else None)
    kwargs = dict(run.call.kwargs)
    _populate(run, method, kwargs)
    before = len(interp.facts)
    given = Call(list(run.call.args), kwargs, run.call.site, None, run.call.opaque)
    outputs = interp.call_with(bound, given)
    run.fact.inner = interp.facts[before:]
    _judge_mask(run, kwargs)
    return _declared(run, outputs) if run.functional and run.keras3 else outputs


def without_call(run: Run) -> Value:
    """A class that has no `call`: the identity in Keras 2, an error in Keras 3."""
    if has_unknown_base(run.layer):
        return run.interp.unknown("a layer with an unknown base class")
    model = "model" in type(run.state).__name__.lower()
    if not run.keras3 and not model:
        return run.call.args[0] if run.call.args else None
    raise Mismatch("call-missing", "a method `call`", {}, {}, "define call(self, inputs)")


def _inside(run: Run) -> Call:
    """KerasTensors become tensors of the backend, floats are cast to the layer's dtype."""
    given = run.call

    def convert(value: Value) -> Value:
        if not isinstance(value, Tensor) or value.kind == "variable":
            return value
        dtype = value.type.dtype
        if dtype in FLOATS:
            dtype = run.state.dtype
        if value.kind == "tensor" and dtype == value.type.dtype:
            return value
        kind = replace(value.type, kind="tensor", dtype=dtype)
        return Tensor(kind, "tensor", value.mask, value.origin, value.producer, value.label)

    args = [mapped(a, convert) for a in given.args]
    kwargs = {k: mapped(v, convert) for k, v in given.kwargs.items()}
    return Call(args, kwargs, given.site, None, given.opaque)


def _populate(run: Run, method: Function, kwargs: dict[str, Value]) -> None:
    """Fill in `training` and masks the way Keras does."""
    params = run.interp.params[method.node]
    names = {p.name for p in params}
    if "training" in names:
        if run.training != "unset" and run.training is not None:
            kwargs["training"] = run.training
    elif not any(p.kind == "kwargs" for p in params):
        kwargs.pop("training", None)
    given = tensor_arguments({k: v for k, v in run.arguments.items() if k != "mask"})
    if "mask" in names and run.arguments.get("mask") is None:
        kwargs |= _one_mask(run, given)
    if run.keras3 and len(given) > 1:
        kwargs |= _named_masks(run, names, given)


def _named_masks(run: Run, names: set[str], given: dict[str, Value]) -> dict[str, Value]:
    """Keras 3 gives several arguments their masks by name: q_mask for q."""
    wanted = {f"{n}_mask": v for n, v in given.items() if f"{n}_mask" in names}
    return {n: _masks_of(v) for n, v in wanted.items() if run.arguments.get(n) is None}


def _one_mask(run: Run, given: dict[str, Value]) -> dict[str, Value]:
    """Keras 3 fills `mask` for one tensor argument only, Keras 2 for the first."""
    masks = _masks_of(next(iter(given.values()), None))
    fills = len(given) == 1 if run.keras3 else _some(masks)
    return {"mask": masks} if fills else {}


def _masks_of(value: Value) -> Value:
    return mapped(value, lambda v: v.mask if isinstance(v, Tensor) else None)


def _some(masks: Value) -> bool:
    return any(m is not None for m in leaves(masks))


def _judge_mask(run: Run, kwargs: dict[str, Value]) -> None:
    """A mask that `call` takes or hands to a layer that uses it is not lost."""
    taken = any(_some(v) for k, v in kwargs.items() if k == "mask" or k.endswith("_mask"))
    used = any(
        isinstance(f, LayerCalled)
        and f.mask_rule in CONSUMERS
        and (f.mask_given or any(m is not None for m in f.masks))
        for f in run.fact.inner
    )
    if (taken or used) and run.fact.mask_rule is Mask.DROP:
        run.fact.mask_rule = Mask.CONSUME


def _declared(run: Run, outputs: Value) -> Value:
    """Keras 3 believes `compute_output_shape` while it builds a graph."""
    method = own_method(run.layer, "compute_output_shape")
    if not isinstance(method, Function):
        return outputs
    params = run.interp.params.get(method.node) or ()
    names = [p.name for p in params[1:] if p.kind in ("positional", "normal", "keyword")]
    shapes = {f"{n}_shape": static_shape(v) for n, v in tensor_arguments(run.arguments).items()}
    bound = run.interp.get_attribute(run.layer, "compute_output_shape", run.call.site)
    kwargs = shapes_for(run, names, shapes, "compute_output_shape")
    declared = run.interp.call(bound, (), kwargs, run.call.site)
    if isinstance(declared, list) and all(isinstance(d, int | None) for d in declared):
        declared = tuple(declared)
    dims = dims_from(declared)
    if not isinstance(dims, tuple) or _unsure(declared):
        return outputs
    if isinstance(outputs, Tensor):
        return _reconciled(run, outputs, dims)
    if isinstance(outputs, Unknown):
        return Tensor(TensorType(dims, run.state.dtype), "tensor", None, run.call.site)
    return outputs


def _unsure(declared: Value) -> bool:
    return not isinstance(declared, tuple) or any(isinstance(d, Unknown) for d in declared)


def _reconciled(run: Run, output: Tensor, dims: tuple) -> Tensor:
    """The declared shape, with what `call` tells about the axes it leaves open."""
    shape = output.type.shape
    if shape is not None and len(shape) == len(dims):
        known = zip(dims, shape, strict=True)
        dims = tuple(d if is_static(d) else s for d, s in known)
    kind = replace(output.type, shape=dims, content=None)
    return Tensor(kind, output.kind, output.mask, output.origin, output.producer, output.label)
