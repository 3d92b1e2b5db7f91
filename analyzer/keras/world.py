"""What the Keras part of one analysis remembers: names in use, modes, the models found."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..dims import Expr, symbol
from ..values import Instance, Value

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter


@dataclass(eq=False)
class World:
    """One for each interpreter; `modes` are the `training` values of the calls running."""

    counts: Counter[str] = field(default_factory=Counter)
    modes: list[Value] = field(default_factory=list)
    models: list[Instance] = field(default_factory=list)
    batch: Expr = field(default_factory=lambda: symbol("batch", static=False))
    symbolic: int = 0  # how many calls on KerasTensors are running

    def name(self, cls: str) -> str:
        """The next automatic name of a class: dense, dense_1, ..."""
        base = snake_case(cls)
        self.counts[base] += 1
        number = self.counts[base] - 1
        return f"{base}_{number}" if number else base


def world(interp: Interpreter) -> World:
    """The world of an interpreter."""
    if interp.world is None:
        interp.world = World()
    assert isinstance(interp.world, World)
    return interp.world


def snake_case(name: str) -> str:
    """`MaxPooling2D` -> `max_pooling2d`, as Keras names its layers."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
