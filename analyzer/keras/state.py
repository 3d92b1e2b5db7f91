"""What the analysis knows about a Keras object: the `state` of an `Instance`.

State objects are mutable and may be undone: `interp.touch(state)` before any change, and
`interp.touch(list)` before their lists change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ..dims import Dims
from ..facts import Compiled, LayerCalled
from ..specs.base import Args, Inputs, LayerSpec, NamedSpec
from ..values import History, Instance, Tensor, Value

# A layer that was built on one of two paths that led here, or in a loop that may not run.
PERHAPS: Final = "perhaps"
_SETTLED: Mapping[str, Value] = {"built": PERHAPS, "locked": False, "failed": True}
_FILLED = frozenset({"first", "inputs", "outputs", "nodes"})


@dataclass(eq=False)
class WeightState:
    """One weight: its path within the layer, its variable, whether it was made trainable.

    `frozen` tells that a layer it belongs to has been frozen since (Keras 3 keeps that
    with the variable).
    """

    name: str
    variable: Tensor
    trainable: Value = True
    frozen: Value = False

    @property
    def shape(self) -> Dims | None:
        """Its dims, None where even the rank is unknown."""
        return self.variable.type.shape


@dataclass(eq=False)
class LayerState:
    """A layer: `initialised` when Keras' own `__init__` has run, `built` on the first call.

    `config` are the constructor arguments of the built-in class it is or derives from.
    `tracked` are the layers assigned to attributes, and the containers that may hold
    some, in that order. `built` may be `PERHAPS`. `locked` tells that Keras takes no more
    of them. `open` tells that
    unknown code may have given it more weights or sublayers.
    """

    spec: LayerSpec | None = None
    config: Args | None = None
    name: str = ""
    named: bool = False
    dtype: str | None = "float32"
    trainable: Value = True
    initialised: bool = False
    built: bool | str = False
    locked: bool = False
    open: bool = False
    supports_masking: Value = None
    weights: list[WeightState] = field(default_factory=list)
    tracked: list[Value] = field(default_factory=list)
    first: Inputs | None = None  # the dims it was built on
    input_shape: Value = None  # `input_shape=` of the constructor, batch included
    calls: History = field(default_factory=History)
    failed: bool = False  # building it was proved to fail: nothing more is said about it

    def completed(self, a: Mapping[str, Value], b: Mapping[str, Value]) -> int | None:
        """Which of two paths built it, 0 or 1, where only one did."""
        built = [bool(state["built"]) for state in (a, b)]
        return built.index(True) if built[0] is not built[1] else None

    def parts(self) -> tuple[list[Value], ...]:
        """What building fills."""
        return self.weights, self.tracked, self.calls  # type: ignore[return-value]

    def join_field(
        self, name: str, a: Value, b: Value, join: Callable[[Value, Value, str], Value]
    ) -> Value:
        """What two paths left: where one has built it, that is what it will be."""
        if name in _SETTLED:
            return _SETTLED[name]
        if name in _FILLED and (not a or not b):
            return a or b
        return join(a, b, name)


@dataclass(eq=False)
class ModelState(LayerState):
    """A model; `style` is "subclass", "functional" or "sequential".

    For a Functional model `inputs` and `outputs` are its KerasTensors in their
    structure and `nodes` the calls between them in order of execution. For a Sequential
    `layers` are its layers and `nodes` the calls of its own graph, once that exists.
    """

    style: str = "subclass"
    inputs: Value = None
    outputs: Value = None
    nodes: list[LayerCalled] = field(default_factory=list)
    layers: list[Instance] = field(default_factory=list)
    compiled: Compiled | None = None
    trained: bool = False


@dataclass(eq=False)
class NamedState:
    """A loss, metric, optimizer, initializer, ...: its spec and constructor arguments."""

    spec: NamedSpec
    arguments: Args | None = None
