"""What `report` shows of a model: one row a layer, sums, graph."""

from __future__ import annotations

from dataclasses import dataclass, field

from .dims import Dim, Dims


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output of a model; `shape` None is an unknown rank."""

    name: str
    shape: Dims | None
    dtype: str | None = "float32"


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One layer of a model as `report` shows it; `calls` index its rows in the graph."""

    name: str
    cls: str
    line: int
    input_shapes: tuple[Dims | None, ...] = ()
    output_shapes: tuple[Dims | None, ...] = ()
    weights: tuple[tuple[str, Dims | None, bool], ...] = ()  # name, shape, trainable
    params: Dim | None = 0
    trainable: bool = True
    mask: str = "none"  # "none", "produces", "passes", "consumes", "drops"
    mode_dependent: bool = False
    flops: Dim | None = None
    inbound: tuple[str, ...] = ()
    path: str = ""
    contract: str = ""
    children: tuple[LayerRow, ...] = ()
    reason: str = ""  # why a shape is unknown


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """A model as found in the source; `contract` for one nobody calls."""

    name: str
    path: str
    line: int
    style: str  # "sequential", "functional", "subclass"
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()
    params: Dim | None = 0
    trainable_params: Dim | None = 0
    non_trainable_params: Dim | None = 0
    flops: Dim | None = None
    layers: tuple[LayerRow, ...] = ()
    contract: str = ""
    notes: tuple[str, ...] = field(default=())
