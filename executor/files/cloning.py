"""`clone_model`: a model of the same config, with weights of its own."""

from __future__ import annotations

from typing import Any

from ..api import public
from ..model.functional import Functional
from ..model.sequential import Sequential


@public("keras.models.clone_model")
def clone_model(model: Any, input_tensors: Any = None, clone_function: Any = None) -> Any:
    """A new model with the layers of `model`, freshly initialised, compiled as it was."""
    if input_tensors is not None or clone_function is not None:
        raise NotImplementedError("clone_model() takes only the model in this version of Dryfit")
    if not isinstance(model, Functional | Sequential):
        raise ValueError(
            f"clone_model() takes a Sequential or functional model, got {type(model).__name__}\n"
            "    fix: call its constructor again"
        )
    kinds = {type(layer).__name__: type(layer) for layer in model.layers}
    clone = type(model).from_config(model.get_config(), _custom(kinds))
    compiled = model.get_compile_config() if model.compiled else None
    if compiled:
        clone.compile_from_config(compiled)
    return clone


def _custom(kinds: dict[str, type]) -> dict[str, type]:
    """The user's classes: known to the clone without being registered."""
    return {n: k for n, k in kinds.items() if not k.__module__.startswith("dryfit.")}
