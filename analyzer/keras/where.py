"""Which layer's method is running, and in which mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..values import Instance, Value
from .state import LayerState

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter


def running(interp: Interpreter) -> tuple[Instance, str] | None:
    """The innermost layer whose method is on the stack, and the method."""
    frame = interp.frame
    while frame is not None:
        owner = frame.instance
        if isinstance(owner, Instance) and isinstance(owner.state, LayerState):
            return owner, frame.method
        frame = frame.parent
    return None


def in_call(interp: Interpreter) -> bool:
    """Whether a layer's `call` is on the stack."""
    frame = interp.frame
    while frame is not None:
        owner = frame.instance
        if frame.method == "call" and isinstance(getattr(owner, "state", None), LayerState):
            return True
        frame = frame.parent
    return False


def mode(interp: Interpreter) -> Value:
    """The `training` flag of the outermost layer call on the stack; "unset" for none."""
    return interp.contexts[-1] if interp.contexts else "unset"
