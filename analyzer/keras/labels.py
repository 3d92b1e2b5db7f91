"""Labels against outputs: the checks of losses and metrics that are proved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..mismatch import Mismatch
from ..specs import registry
from ..specs.base import Args, NamedSpec
from ..unknown import Undecided
from ..values import Instance, Native, Tensor, Value
from .leaves import leaves
from .state import ModelState, NamedState

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter


def compare_labels(
    interp: Interpreter, state: ModelState, given: Value, labels: Value
) -> Mismatch | None:
    """The proof that the loss rejects these labels, None where it may take them."""
    outputs, targets = list(leaves(given)), list(leaves(labels))
    assert state.compiled is not None
    loss = state.compiled.arguments.get("loss")
    if len(outputs) != 1 or len(targets) != 1 or isinstance(loss, list | dict | tuple):
        return None
    output, target = outputs[0], targets[0]
    if not isinstance(output, Tensor) or not isinstance(target, Tensor):
        return None
    found = loss_of(interp.dialect, loss)
    if found is None:
        return None
    spec, args = found
    check = spec.label_check(interp.dialect)
    if check is None:
        return None
    try:
        check(args, target.type, output.type)
    except Mismatch as failure:
        return failure
    except Undecided:
        return None
    return None


def loss_of(dialect: str, loss: Value) -> tuple[NamedSpec, Args] | None:
    """The spec and arguments of a loss given as string, object or function."""
    if isinstance(loss, str):
        spec = registry.resolve("loss", loss, dialect)
    elif isinstance(loss, Native):
        spec = registry.functions("loss").get(loss.name.rsplit(".", 1)[-1])
    elif isinstance(loss, Instance) and isinstance(loss.state, NamedState):
        state = loss.state
        return (state.spec, state.arguments) if state.arguments is not None else None
    else:
        return None
    if spec is None:
        return None
    parameters = spec.parameters
    return spec, Args(parameters.complete({}), parameters)
