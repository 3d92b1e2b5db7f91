"""One call of a layer while it is being worked out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..facts import LayerCalled
from ..values import Call, Flag, Instance, Value
from .kinds import class_name
from .state import LayerState

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter

# The mode of a graph that is trained and used: both values are analysed.
TRAINING = Flag("training")


@dataclass(eq=False)
class Run:
    """A call of a layer: who, with what, in which mode; what is found out goes to `fact`.

    `training` is the mode in force: a value, `TRAINING` when both are possible, "unset"
    when nobody says and the default of `call` holds. `arguments` are those of `call` by
    name once they are bound.
    """

    interp: Interpreter
    layer: Instance
    state: LayerState
    call: Call
    fact: LayerCalled
    functional: bool = False
    training: Value = "unset"
    masks: list[Value] = field(default_factory=list)
    arguments: Mapping[str, Value] = field(default_factory=dict)

    @property
    def keras3(self) -> bool:
        """Whether the rules of Keras 3 hold."""
        return self.interp.dialect == "keras3"

    @property
    def label(self) -> str:
        """The layer as the origin of a tensor: `Dense 'out'`."""
        name = class_name(self.layer)
        return f"{name} '{self.state.name}'" if self.state.name else name
