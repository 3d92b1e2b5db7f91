"""Symbolic tensors and the nodes that connect them into a functional model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from .. import structure
from ..dtypes import dtype_name
from .naming import auto_name

Shape = tuple[int | None, ...]


class History(NamedTuple):
    """Which call of which operation made a symbolic tensor."""

    operation: Any
    node_index: int
    tensor_index: int


# How an op, and a function by its public name, are applied to symbolic tensors: set by
# symbolic.py, which stands above this.
CALL_OP: list[Callable[[Any, Any, Any], Any]] = []


class KerasTensor:
    """A tensor that stands for a future one: shape and dtype, None where unknown.

    Its operators are attached in symbolic.py.
    """

    __array_priority__ = 200
    # Sizes that stand for None while a user's call is traced, innermost last.
    _fills: list[int] = []

    def __init__(self, shape: Any, dtype: object = "float32", name: str | None = None) -> None:
        self.shape: Shape = tuple(None if d is None else int(d) for d in shape)
        self.dtype = dtype_name(dtype)
        self.name = name or auto_name("keras_tensor")
        self.keras_mask: Any = None
        self._keras_history: History | None = None

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def node(self) -> Node | None:
        """The call that made this tensor."""
        history = self._keras_history
        if history is None or history.operation is None:
            return None
        return history.operation._inbound_nodes[history.node_index]

    @classmethod
    def unfilled(cls, size: int | None) -> int | None:
        """A size, or None where it only stands for an unknown one."""
        return None if cls._fills and size == cls._fills[-1] else size

    def __op_call__(self, op: Any, given: Any, statics: Any) -> Any:
        return CALL_OP[0](op, given, statics)

    def __public_call__(self, name: str, args: Any, kwargs: Any) -> Any:
        return CALL_OP[1](name, args, kwargs)

    def __len__(self) -> int:
        if not self.shape or self.shape[0] is None:
            raise TypeError(f"the length of a symbolic tensor of shape {self.shape} is not known")
        return self.shape[0]

    def __iter__(self) -> Iterator[KerasTensor]:
        return (self[i] for i in range(len(self)))  # type: ignore[index]

    def __bool__(self) -> bool:
        raise TypeError(
            f"a symbolic tensor of shape {self.shape} has no truth value while the model is built"
            "\n    fix: decide in the call() of a layer of your own, or with ops.where"
        )

    def _no_value(self, *args: object, **kwargs: object) -> Any:
        raise TypeError(
            f"a symbolic tensor of shape {self.shape} has no values yet: it only describes the "
            "data the model will get\n    fix: call the model on data, or use keras.ops functions"
        )

    __array__ = __float__ = __int__ = numpy = _no_value

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"


def symbolic_leaves(*values: Any) -> list[KerasTensor]:
    """All symbolic tensors in nested arguments."""
    return [v for v in structure.flatten(values) if isinstance(v, KerasTensor)]


class Node:
    """One call of an operation on symbolic tensors: its arguments and its outputs."""

    __slots__ = ("args", "inputs", "kwargs", "operation", "outputs")

    def __init__(
        self, operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any], outputs: Any
    ) -> None:
        self.operation = operation
        self.args, self.kwargs = args, kwargs
        self.inputs = symbolic_leaves(args, kwargs)
        self.outputs: list[KerasTensor] = structure.flatten(outputs)
        wrong = [o for o in self.outputs if not isinstance(o, KerasTensor)]
        if wrong:
            raise ValueError(
                f"{operation.name!r} returned {wrong[0]!r}, which is not a tensor, for symbolic "
                "inputs\n    fix: return tensors only"
            )
        for tensor in self.inputs:
            if tensor._keras_history is None:
                tensor._keras_history = History(None, 0, 0)
        operation._inbound_nodes.append(self)
        index = len(operation._inbound_nodes) - 1
        for i, tensor in enumerate(self.outputs):
            tensor._keras_history = History(operation, index, i)

    @property
    def is_input(self) -> bool:
        """Whether the call had no symbolic argument, as that of an InputLayer."""
        return not self.inputs

    @property
    def parents(self) -> list[Node]:
        """The calls whose outputs this one uses."""
        return [node for t in self.inputs if (node := t.node) is not None]

    def filled(self, values: dict[int, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments with each symbolic tensor replaced by its value."""

        def value_of(leaf: Any) -> Any:
            return values.get(id(leaf)) if isinstance(leaf, KerasTensor) else leaf

        args = structure.map_structure(value_of, self.args)
        return args, structure.map_structure(value_of, self.kwargs)
