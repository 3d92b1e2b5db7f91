"""Tensor functions, methods and operators: specs applied, facts emitted, results wrapped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ..facts import OpCalled, PythonError
from ..mismatch import Mismatch
from ..specs import calling, registry
from ..specs.base import OpSpec, TensorType
from ..specs.signature import BindError
from ..unknown import Unknown
from ..values import Call, Native, Site, Tensor, Value
from . import objects
from .leaves import leaves
from .where import running

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter


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
    library = calling.library_of(spelling)
    return apply_values(interp, Applied(spec, spelling, library, tuple(args), kwargs, values, site))


def apply_op(
    interp: Interpreter, name: str, library: str, args: Sequence[Value], spelling: str, site: Site
) -> Value:
    """Apply a canonical op, as an operator does."""
    spec = registry.ops().get(name)
    if spec is None:
        return interp.unknown(f"operator {spelling}")
    values = calling.bind_canonical(spec, args, {})
    return apply_values(interp, Applied(spec, spelling, library, tuple(args), {}, values, site))


@dataclass(slots=True)
class Applied:
    """One application of an op: `args` as given, `values` bound to the canonical names."""

    spec: OpSpec
    spelling: str
    library: str
    args: tuple[Value, ...]
    kwargs: Mapping[str, Value]
    values: Mapping[str, object]
    site: Site


def apply_values(interp: Interpreter, a: Applied) -> Value:
    """Apply an op to arguments that are bound already."""
    given = [t for t in leaves((a.args, dict(a.kwargs))) if isinstance(t, Tensor)]
    fact = OpCalled(a.site, a.spec, a.spelling, a.args, a.kwargs)
    fact.on_keras_tensor = any(t.kind == "keras" for t in given)
    fact.where = running(interp)
    try:
        ready = objects.prepared(interp, a.spec, a.values, a.site)
        result = calling.infer(a.spec, ready, a.library)
    except Mismatch as failure:
        fact.failure = failure
        interp.emit(fact)
        return Unknown(f"{a.spelling} fails")
    if isinstance(result, Unknown):
        interp.unknown(f"{a.spelling}: {result.reason}")
        result = TensorType(None, None, kind="keras") if fact.on_keras_tensor else result
    fact.result = wrap(result, fact)
    if given:
        interp.emit(fact)
    return fact.result


def wrap(result: object, fact: OpCalled) -> Value:
    """Types as tensors, objects as instances, in the structure the op returns."""

    def tensor(kind: TensorType) -> Tensor:
        return Tensor(kind, kind.kind or "tensor", None, fact.site, fact, fact.spelling)

    return objects.closed(result, tensor)
