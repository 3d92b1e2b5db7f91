"""Tracing: calls on `Traced` values are recorded as nodes of a graph."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .autodiff import Record
from .graph import Graph, Node, Value
from .op import Call
from .tensor import Tensor, TensorLike, TraceEscape
from .variable import Variable


class Traced(TensorLike):
    """A value of a graph under construction: it has a shape and a dtype, no numbers."""

    __slots__ = ("__weakref__", "keras_mask", "record", "trace", "value")

    def __init__(self, value: Value, trace: Trace) -> None:
        self.value, self.trace = value, trace
        self.record: Record | None = None  # the call that made it

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        return self.value.shape

    @property
    def dtype(self) -> np.dtype:  # type: ignore[override]
        return self.value.dtype

    def _escape(self, *_: object, **__: object) -> object:
        raise TraceEscape("the numbers of a traced value are not known yet")

    numpy = item = tolist = _escape
    __bool__ = __int__ = __float__ = __index__ = __array__ = _escape  # type: ignore

    def __repr__(self) -> str:
        return f"Traced(shape={self.shape}, dtype={self.dtype.name})"


class Trace:
    """Builds a graph while a function runs."""

    def __init__(self) -> None:
        self.graph = Graph()
        self.records: list[Record] = []
        self._state: dict[Variable, Traced] = {}
        self._constants: dict[int, tuple[Tensor, Value]] = {}

    def input(self, shape: tuple[int, ...], dtype: np.dtype) -> Traced:
        """A new input of the graph."""
        value = Value(shape, dtype)
        self.graph.inputs.append(value)
        return Traced(value, self)

    def value_of(self, tensor: TensorLike) -> Value:
        """The graph value of a tensor; concrete tensors become constants."""
        if isinstance(tensor, Traced):
            if tensor.trace is not self:
                raise RuntimeError("a traced value was kept after its function had returned")
            return tensor.value
        if not isinstance(tensor, Tensor):
            raise TypeError(f"not a tensor: {type(tensor).__name__}")
        known = self._constants.get(id(tensor))
        if known is None:
            array = tensor.array.copy() if tensor.owner is not None else tensor.array
            known = self._constants[id(tensor)] = (tensor, self.graph.constant(array))
        return known[1]

    def record(self, call: Call, tensors: Sequence[TensorLike]) -> tuple[Traced, ...]:
        """Append a node and return its outputs."""
        node = Node(call, [self.value_of(t) for t in tensors])
        self.graph.nodes.append(node)
        outs = tuple([Traced(v, self) for v in node.outputs])
        made = Record(call, tuple(tensors), outs)
        self.records.append(made)
        for out in outs:
            out.record = made
        return outs

    def read(self, variable: Variable) -> Traced:
        """The present value of a variable inside the trace."""
        known = self._state.get(variable)
        if known is None:
            value = Value(variable.shape, variable.dtype)
            self.graph.reads[variable] = value
            known = self._state[variable] = Traced(value, self)
        return known

    def assign(self, variable: Variable, tensor: TensorLike) -> None:
        """Give a variable a new value inside the trace."""
        if tensor.shape != variable.shape:
            raise ValueError(
                f"{variable.name} has shape {variable.shape}, "
                f"cannot assign a value of {tensor.shape}"
            )
        value = self.value_of(tensor)
        self._state[variable] = tensor if isinstance(tensor, Traced) else Traced(value, self)
        self.graph.writes[variable] = value
