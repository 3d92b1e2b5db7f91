"""The arguments of a call of a layer, by the parameters of its `call`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..dims import Expr
from ..mismatch import Mismatch
from ..specs.base import LayerSpec
from ..specs.signature import BindError
from ..values import Call, Flag, Function, Instance, Tensor, Value
from .kinds import class_name, is_layer
from .leaves import dims_of, leaves, shown
from .run import Run

if TYPE_CHECKING:
    from ..interp.syntax import Param

_MERGES = frozenset(
    {"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot"}
)


def check_positional(run: Run) -> Mismatch | None:
    """Why Keras refuses the positional arguments before it looks at the layer."""
    for leaf in leaves(list(run.call.args)):
        failure = _refused(run, leaf)
        if failure is not None:
            return failure
    return None


def _refused(run: Run, leaf: Value) -> Mismatch | None:
    if isinstance(leaf, Instance) and is_layer(leaf):
        name = class_name(leaf)
        hint = f"call the layer {name} on a tensor first"
        return Mismatch("not-a-tensor", "a tensor", {"": f"the layer {name} itself"}, {}, hint)
    plain = isinstance(leaf, bool | int | float | str | Expr | Flag)
    if not run.keras3 or not plain:
        return None
    # A mode that nobody gives is None while the graph is built, a bool when it is run.
    late = isinstance(leaf, Flag)
    got = {"": leaf.name if isinstance(leaf, Flag) else leaf}
    needs = "only tensors as positional arguments"
    return Mismatch("positional", needs, got, {}, "pass it by keyword", late)


def bind_builtin(run: Run, spec: LayerSpec) -> dict[str, Value]:
    """The arguments given to a built-in layer by name; `Mismatch` where it takes others."""
    params = spec.call_parameters
    kwargs = dict(run.call.kwargs)
    if "training" not in params.params:
        kwargs.pop("training", None)
    try:
        return params.bind(run.call.args, kwargs)
    except BindError as error:
        if error.kind == "too-many" and spec.name in _MERGES:
            raise _not_a_list(run) from None
        names = tuple(params.params)
        raise _unbound(spec.name, names, error.kind, error.names, run) from None


def _not_a_list(run: Run) -> Mismatch:
    got = {f"argument {i + 1}": shown(a) for i, a in enumerate(run.call.args)}
    return Mismatch("not-a-list", "one list of tensors", got, {}, "put them into one list")


def _unbound(
    name: str, takes: Sequence[str], problem: str, names: Sequence[str], run: Run
) -> Mismatch:
    listed = ", ".join(names)
    needs = f"the arguments of {name}.call({', '.join(takes)})"
    got = {n: shown(run.call.kwargs[n]) for n in names if n in run.call.kwargs}
    if problem == "too-many":
        got = {"positional arguments": len(run.call.args)}
    bound = {"argument": listed, "problem": problem} if listed else {"problem": problem}
    return Mismatch("call-arguments", needs, got, bound)


def bind_user(run: Run, method: Function) -> dict[str, Value] | None:
    """The arguments of the user's `call` by name, defaults included.

    None where they are not known; `Mismatch` where they do not fit the signature.
    """
    params = run.interp.params.get(method.node)
    if params is None or run.call.opaque:
        return None
    if not params or params[0].kind not in ("positional", "normal"):
        return {} if params else _none_taken(run)
    return _bound(run, method, params[1:])


def _none_taken(run: Run) -> dict[str, Value] | None:
    raise _unbound(class_name(run.layer), (), "too-many", (), run)


def _bound(run: Run, method: Function, params: Sequence[Param]) -> dict[str, Value]:
    takes = [p.name for p in params]
    name = class_name(run.layer)
    found = _positional(run, name, params, takes)
    kwargs = _keywords(run, name, params, takes)
    repeated = [n for n in kwargs if n in found]
    if repeated:
        raise _unbound(name, takes, "repeated", repeated[:1], run)
    found |= kwargs
    missing = [p.name for p in params if _lacks(p, found, method)]
    if missing:
        raise _unbound(name, takes, "missing", missing, run)
    return {p.name: found.get(p.name, method.defaults.get(p.name)) for p in params}


def _lacks(param: Param, found: Mapping[str, Value], method: Function) -> bool:
    given = param.name in found or param.name in method.defaults
    return not given and param.kind not in ("args", "kwargs")


def _positional(
    run: Run, name: str, params: Sequence[Param], takes: Sequence[str]
) -> dict[str, Value]:
    names = [p.name for p in params if p.kind in ("positional", "normal")]
    if len(run.call.args) > len(names) and not any(p.kind == "args" for p in params):
        raise _unbound(name, takes, "too-many", (), run)
    return dict(zip(names, run.call.args, strict=False))


def _keywords(
    run: Run, name: str, params: Sequence[Param], takes: Sequence[str]
) -> dict[str, Value]:
    named = {p.name for p in params if p.kind in ("normal", "keyword")}
    kwargs = dict(run.call.kwargs)
    if any(p.kind == "kwargs" for p in params):
        return {n: v for n, v in kwargs.items() if n in named}
    if "training" not in named:
        kwargs.pop("training", None)
    extra = [n for n in kwargs if n not in named]
    if extra:
        raise _unbound(name, takes, "unexpected", extra[:1], run)
    return kwargs


def tensor_arguments(arguments: Mapping[str, Value]) -> dict[str, Value]:
    """The arguments that are tensors or structures of them."""
    return {n: v for n, v in arguments.items() if _is_tensors(v)}


def _is_tensors(value: Value) -> bool:
    found = list(leaves(value))
    return any(isinstance(v, Tensor) for v in found) and all(
        isinstance(v, Tensor | None) for v in found
    )


__all__ = ["Call", "bind_builtin", "bind_user", "check_positional", "dims_of", "tensor_arguments"]
