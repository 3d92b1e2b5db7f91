"""Building a layer: the user's `build` with the shapes Keras passes, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..facts import CallReturned, LayerCalled
from ..interp.mro import find_in_class
from ..mismatch import Mismatch
from ..natives import native
from ..specs import applied
from ..specs.base import LayerSpec, TensorType
from ..unknown import Undecided, Unknown
from ..values import Bound, Call, Function, Instance, Tensor, TensorShape, Value
from .binding import tensor_arguments
from .builtin_call import make_weights
from .kinds import class_name, own_method, state_of
from .leaves import dims_of, static_shape
from .run import Run
from .symbols import dims_from
from .tracking import sublayers

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter


def build_user(run: Run) -> None:
    """Run the user's `build` before the first call, then lock the layer (Keras 3)."""
    state, interp = run.state, run.interp
    if state.built:
        return
    interp.touch(state)
    state.first = dims_of(run.fact.inputs)
    unbuilt = any(not getattr(s.state, "built", True) for s in sublayers(run.layer))
    method = own_method(run.layer, "build")
    if isinstance(method, Function) and not _has_run(run):
        names = _parameters(run, method)
        if names is not None:
            _call_build(run, method, names)
    elif method is not None and not isinstance(method, Function):
        state.open = True
    interp.touch(state)
    # A sublayer that is not built makes Keras run `call` once before it locks.
    state.built, state.locked = True, method is not None or not unbuilt


def _has_run(run: Run) -> bool:
    """Whether the program has called `build` itself."""
    return any(
        isinstance(f, CallReturned) and f.layer is run.layer and f.method == "build"
        for f in reversed(run.interp.facts)
    )


def _parameters(run: Run, method: Function) -> list[str] | None:
    params = run.interp.params.get(method.node)
    if params is None:
        return None
    kinds = ("positional", "normal", "keyword")
    return [p.name for p in params[1:] if p.kind in kinds]


def _call_build(run: Run, method: Function, names: list[str]) -> None:
    interp, site = run.interp, run.call.site
    found = find_in_class(run.layer.cls, "build")
    bound = Bound(run.layer, method, found[1] if found else None)
    if not run.keras3:
        shape = _shape_of(run, run.fact.inputs)
        interp.call(bound, (shape,), {}, site)
        return
    shapes = {
        f"{n}_shape": _shape_of(run, v)
        for n, v in tensor_arguments(run.arguments).items()
        if n not in ("mask", "kwargs", "args")
    }
    interp.call(bound, (), shapes_for(run, names, shapes, "build"), site)


def _shape_of(run: Run, value: Value) -> Value:
    shape = static_shape(value)
    if not run.keras3 and isinstance(shape, tuple):
        return TensorShape(shape)
    return shape


def shapes_for(
    run: Run, names: list[str], shapes: Mapping[str, Value], method: str
) -> dict[str, Value]:
    """Which shape goes to which parameter of `build` or `compute_output_shape` (Keras 3)."""
    if not names:
        return {}
    if len(names) == 1:
        first = next(iter(shapes.values()), None)
        return {names[0]: _shape_of(run, run.fact.inputs) if not shapes else first}
    for name in names:
        argument = name.removesuffix("_shape")
        if argument == name or argument not in run.arguments:
            needs = f"{method}() parameters named <argument>_shape after those of call()"
            got = {"": f"{class_name(run.layer)}.{method}({', '.join(names)})"}
            raise Mismatch("build-arguments", needs, got, {"argument": name})
    return {n: shapes[n] for n in names if n in shapes}


@native("keras.layers.Layer.build")
def build(interp: Interpreter, call: Call) -> Value:
    """`layer.build(input_shape)` by hand, and `super().build(input_shape)`."""
    layer, state = call.receiver, state_of(call.receiver)
    if not isinstance(layer, Instance) or state is None:
        return None
    given = call.kwargs.get("input_shape", call.args[0] if call.args else None)
    x = dims_from(given)
    spec = state.spec
    if spec is not None and not state.built and state.config is not None:
        if x is not None:
            _build_spec(interp, layer, spec, x, call)
        return None
    interp.touch(state)
    state.built = True
    return None


def _build_spec(
    interp: Interpreter, layer: Instance, spec: LayerSpec, x: object, call: Call
) -> None:
    state = state_of(layer)
    assert state is not None and state.config is not None
    fact = LayerCalled(call.site, layer, (x,), context="build")
    run = Run(interp, layer, state, call, fact)
    try:
        bound = state.config.with_call(applied.bind_call(spec, x, {}))  # type: ignore[arg-type]
        make_weights(run, spec, bound, x)
    except Mismatch as failure:
        fact.failure = failure
        kind = TensorType(x, None) if isinstance(x, tuple) else TensorType(None, None)
        fact.inputs = Tensor(kind, "tensor", None, call.site, None, "build")
        interp.emit(fact)
    except (Undecided, TypeError):
        return


__all__ = ["Unknown", "build_user", "shapes_for"]
