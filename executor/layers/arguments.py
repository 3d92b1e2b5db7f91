"""How the arguments of a layer call are understood: which are tensors, which are not."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .. import structure
from ..tensor import TensorLike
from .keras_tensor import KerasTensor


@dataclass(frozen=True, slots=True)
class CallSignature:
    """The parameters of a `call` method, `self` excluded."""

    signature: inspect.Signature

    @property
    def names(self) -> list[str]:
        return list(self.signature.parameters)

    def takes(self, name: str) -> bool:
        """Whether the method names this parameter (`**kwargs` does not count)."""
        return name in self.signature.parameters

    def default(self, name: str) -> object:
        """The default of a parameter; None where there is none."""
        parameter = self.signature.parameters.get(name)
        if parameter is None or parameter.default is inspect.Parameter.empty:
            return None
        return parameter.default


@lru_cache(maxsize=1024)
def _of_function(function: Callable[..., object]) -> CallSignature:
    signature = inspect.signature(function)
    parameters = list(signature.parameters.values())[1:]
    return CallSignature(signature.replace(parameters=parameters))


def call_signature(method: Callable[..., object]) -> CallSignature:
    """The signature of a bound method or of a plain function used as one."""
    function = getattr(method, "__func__", None)
    if function is None:
        return CallSignature(inspect.signature(method))
    return _of_function(function)


def is_tensor(value: object) -> bool:
    """Whether a value is an array of ours, traced and symbolic ones included."""
    return isinstance(value, TensorLike | KerasTensor)


class BoundCall:
    """The arguments of one call: all of them, and those that are tensors."""

    __slots__ = ("given", "names", "nested", "tensors", "values")

    def __init__(
        self, signature: CallSignature, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> None:
        given = dict(kwargs)
        context = {}
        if "training" in given and not signature.takes("training"):
            context = {"training": given.pop("training")}
        bound = signature.signature.bind(*args, **given)
        self.given: dict[str, Any] = {**context, **bound.arguments}
        bound.apply_defaults()
        self.values: dict[str, Any] = dict(bound.arguments)
        self.names = list(self.values)
        self.tensors: dict[str, Any] = {}
        self.nested: set[str] = set()
        for name, value in self.values.items():
            self._sort_in(name, value)

    def _sort_in(self, name: str, value: Any) -> None:
        if is_tensor(value):
            self.tensors[name] = value
        elif structure.is_nested(value) and len(value):
            leaves = structure.flatten(value)
            if all(leaf is None or is_tensor(leaf) for leaf in leaves):
                self.tensors[name] = value
                self.nested.add(name)
            elif any(is_tensor(leaf) for leaf in leaves):
                raise ValueError(
                    f"argument {name!r} mixes tensors and other values: {value}\n"
                    "    fix: pass the other values as arguments of their own"
                )

    @property
    def first(self) -> Any:
        """The value of the first parameter."""
        return self.values[self.names[0]] if self.names else None

    def shapes(self) -> dict[str, Any]:
        """The shapes of the tensor arguments, named `<argument>_shape` as `build` takes them."""
        return {
            f"{name}_shape": structure.map_structure(_shape_of, value)
            for name, value in self.tensors.items()
            if name not in ("mask", "args", "kwargs")
        }


def _shape_of(value: Any) -> tuple[int | None, ...] | None:
    return None if value is None else tuple(symbolic_shape(value))


def symbolic_shape(value: Any) -> tuple[int | None, ...]:
    """A shape with None where a size was only filled in to trace an unknown one."""
    return tuple(KerasTensor.unfilled(d) for d in value.shape)


def shapes_for(method: Callable[..., object], shapes: dict[str, Any], owner: str) -> dict[str, Any]:
    """The shapes a `build` or `compute_output_shape` wants, by its own parameter names."""
    parameters = [
        p.name
        for p in inspect.signature(method).parameters.values()
        if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]
    if len(parameters) == 1:
        return {parameters[0]: next(iter(shapes.values()), None)}
    for name in parameters:
        if not name.endswith("_shape"):
            raise ValueError(
                f"{owner}: {method.__name__}() takes several arguments, so each is named after "
                f"an argument of call() with the suffix _shape; got {name!r}\n"
                f"    fix: name it {name}_shape"
            )
        if name not in shapes and not _optional(method, name):
            raise ValueError(
                f"{owner}: {method.__name__}() asks for {name!r}, but the tensor arguments of "
                f"this call are: {', '.join(shapes) or 'none'}"
            )
    return {n: shapes[n] for n in parameters if n in shapes}


def _optional(method: Callable[..., object], name: str) -> bool:
    return inspect.signature(method).parameters[name].default is not inspect.Parameter.empty
