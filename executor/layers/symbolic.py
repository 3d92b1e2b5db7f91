"""Plain functions and operators on symbolic tensors, as steps of a functional model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from .. import public
from ..dialect import keras2
from ..tensor import OPERATORS
from .abstract import infer_outputs
from .keras_tensor import CALL_OP, KerasTensor, Node, symbolic_leaves
from .naming import auto_name, snake_case


@dataclass(eq=False)
class FunctionOperation:
    """A plain function applied to symbolic tensors, as a step of a functional model."""

    function: Callable[..., Any]
    name: str

    def __post_init__(self) -> None:
        self._inbound_nodes: list[Node] = []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if symbolic_leaves(args, kwargs):
            outputs = infer_outputs(self.function, args, kwargs)
            if outputs is not None:
                Node(self, args, kwargs, outputs)
            return outputs
        return self.function(*args, **kwargs)


def call_symbolically(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], name: str
) -> Any:
    """Record a function call on symbolic tensors as an operation of its own."""
    return FunctionOperation(function, auto_name(snake_case(name)))(*args, **kwargs)


def _operator(name: str, swapped: bool = False) -> Callable[[KerasTensor, object], object]:
    def operator(self: KerasTensor, other: object) -> object:
        pair = (other, self) if swapped else (self, other)
        return call_symbolically(OPERATORS[name], pair, {}, name)

    return operator


def _unary(name: str) -> Callable[[KerasTensor], object]:
    def operator(self: KerasTensor) -> object:
        return call_symbolically(OPERATORS[name], (self,), {}, name)

    return operator


_BINARY = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "divide",
    "floordiv": "floor_divide",
    "mod": "mod",
    "pow": "power",
    "matmul": "matmul",
    "and": "logical_and",
    "or": "logical_or",
    "xor": "logical_xor",
}
_COMPARE = {
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
    "ne": "not_equal",
}
for _method, _name in _BINARY.items():
    setattr(KerasTensor, f"__{_method}__", _operator(_name))
    setattr(KerasTensor, f"__r{_method}__", _operator(_name, swapped=True))
for _method, _name in _COMPARE.items():
    setattr(KerasTensor, f"__{_method}__", _operator(_name))
for _method, _name in {"neg": "negative", "abs": "abs", "invert": "logical_not"}.items():
    setattr(KerasTensor, f"__{_method}__", _unary(_name))


def _getitem(self: KerasTensor, key: object) -> object:
    return call_symbolically(OPERATORS["getitem"], (self, key), {}, "get_item")


KerasTensor.__getitem__ = _getitem  # type: ignore[attr-defined]


def _call_op(op: Any, given: Any, statics: Any) -> Any:
    return call_symbolically(op.run, (given, statics), {}, op.name)


def _call_public(name: str, args: Any, kwargs: Any) -> Any:
    """A step of the model; Keras 3 refuses TensorFlow's functions here."""
    if name.startswith("tf.") and not keras2():
        raise ValueError(
            f"a KerasTensor cannot be an argument of {name}(): it has no values until the model "
            f"is called\n    fix: use keras.ops, or call {name}() in the call() of a layer"
        )
    function = partial(_publicly, name)
    return call_symbolically(function, tuple(args), dict(kwargs), name.rpartition(".")[2])


def _publicly(name: str, *args: Any, **kwargs: Any) -> Any:
    return public.call(name, args, kwargs)


CALL_OP.extend([_call_op, _call_public])
