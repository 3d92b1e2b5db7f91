"""Tensor functions, methods and operators: specs applied, facts emitted, results wrapped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from ..facts import OpCalled, PythonError
from ..mismatch import Mismatch
from ..specs import calling, registry, symbolic
from ..specs.base import OpSpec, TensorType
from ..specs.signature import BindError
from ..unknown import Unknown
from ..values import Call, Native, Site, Tensor, Value
from . import objects
from .failing import refuse
from .leaves import leaves
from .where import running
from .world import world

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter

# None may stand for an axis in what only compares shapes.
_TAKES_NONE = frozenset({"ensure_shape", "set_shape", "tensor_spec", "tensor_shape", "variable"})


@dataclass(slots=True)
class Applied:
    """One application of an op to arguments that are bound already."""

    spec: OpSpec
    spelling: str
    library: str
    args: Sequence[Value]
    values: Mapping[str, object]
    site: Site
    kwargs: Mapping[str, Value] = field(default_factory=dict)


@cache
def op_native(spelling: str) -> Native:
    """The function of a public name."""

    def run(interp: Interpreter, call: Call) -> Value:
        if call.opaque:
            return interp.unknown(f"unknown arguments of {spelling}")
        return apply_spelling(interp, spelling, list(call.args), call.kwargs, call.site)

    return Native(spelling, run)


def apply_spelling(
    interp: Interpreter,
    spelling: str,
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    site: Site,
) -> Value:
    """Call a public tensor function by its own signature."""
    try:
        spec, values = calling.bind(spelling, args, kwargs)
    except BindError as error:
        detail = {"function": spelling, "problem": error.kind, "names": error.names}
        interp.emit(PythonError(site, "arguments", detail))
        return Unknown(f"{spelling} was called with wrong arguments")
    unread = calling.unread(spelling, args, kwargs) & calling.SHAPING
    if unread:
        return interp.unknown(f"{spelling} with {', '.join(sorted(unread))}")
    library = calling.library_of(spelling)
    return apply(interp, Applied(spec, spelling, library, args, values, site, kwargs))


def apply_op(
    interp: Interpreter, name: str, library: str, args: Sequence[Value], spelling: str, site: Site
) -> Value:
    """Apply a canonical op, as an operator does."""
    spec = registry.ops().get(name)
    if spec is None:
        return interp.unknown(f"operator {spelling}")
    values = calling.bind_canonical(spec, args, {})
    return apply(interp, Applied(spec, spelling, library, args, values, site))


def apply(interp: Interpreter, a: Applied) -> Value:
    """The result of an op; the fact of its call when tensors take part."""
    found = [t for t in leaves((tuple(a.args), dict(a.kwargs))) if isinstance(t, Tensor)]
    fact = OpCalled(a.site, a.spec, a.spelling, tuple(a.args), a.kwargs)
    fact.on_keras_tensor = any(t.kind == "keras" for t in found)
    fact.where = running(interp)
    try:
        _check(interp, a, fact)
        ready = objects.prepared(interp, a.spec, a.values, a.site)
        result = calling.infer(a.spec, ready, a.library)
    except Mismatch as failure:
        fact.failure = failure
        interp.emit(fact)
        return refuse(interp, failure, a.spelling, a.site)
    if isinstance(result, Unknown):
        interp.unknown(f"{a.spelling}: {result.reason}")
        result = TensorType(None, None, kind="keras") if fact.on_keras_tensor else result
    fact.result = _wrapped(result, fact, bool(found))
    if fact.on_keras_tensor and interp.dialect == "keras3":
        world(interp).name(_operation_name(a.spec))
    if found:
        interp.emit(fact)
    return fact.result


def _wrapped(result: object, fact: OpCalled, traced: bool) -> Value:
    """Types as tensors, objects as instances, in the structure the op returns."""

    def tensor(kind: TensorType) -> Tensor:
        producer = fact if traced else None
        return Tensor(kind, kind.kind or "tensor", None, fact.site, producer, fact.spelling)

    return objects.closed(result, tensor)


def _check(interp: Interpreter, a: Applied, fact: OpCalled) -> None:
    """What fails whatever the shapes: a KerasTensor asked for numbers, None as a size."""
    rejects = fact.on_keras_tensor and symbolic.rejects_keras_tensor(a.spelling, interp.dialect)
    if rejects:
        needs = "a tensor with values: a KerasTensor is only a symbol"
        hint = "use keras.ops, or wrap it in a layer" if interp.dialect == "keras3" else ""
        raise Mismatch("keras-tensor", needs, {}, {"function": a.spelling}, hint)
    if fact.on_keras_tensor or a.spec.name in _TAKES_NONE:
        return
    for name, param in a.spec.parameters.params.items():
        value = a.values.get(name)
        shape = param.kind == "shape" and isinstance(value, list | tuple)
        if shape and any(v is None for v in leaves(value)):
            hint = "use tf.shape(x)[i] or keras.ops.shape(x)[i]"
            raise Mismatch("none-dim", "a known size on every axis", {name: value}, {}, hint)


def _operation_name(spec: OpSpec) -> str:
    """The class of the Keras operation, for the automatic names of later layers."""
    return "".join(part.capitalize() for part in spec.name.split("_"))
