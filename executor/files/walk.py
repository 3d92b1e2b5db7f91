"""Where the weights of a model stand in a file: every part with its path, in Keras' order."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from ..layers.base import Layer
from ..layers.naming import snake_case
from ..model.functional import Functional
from ..model.model import Model
from ..model.sequential import Sequential
from ..training.optimizers.base import Optimizer

_PARTS = (Layer, Optimizer)
_CONTAINERS = (list, dict, tuple)


@cache
def _hidden(kind: type) -> frozenset[str]:
    """Attributes that are not the user's: what every layer or model has of its own."""
    names = set(dir(Layer(name="reference")))
    if issubclass(kind, Model):
        names |= set(vars(Model)) | {n for c in kind.__mro__ for n in vars(c) if c in _MODELS}
        names |= {"_graph", "_stack", "_functional", "_inputs_structure", "_outputs_structure"}
        names |= {"_compile_arguments", "_compile_loss", "_compile_metrics", "_loss_tracker"}
        names -= {"layers", "optimizer"}
    return frozenset(names)


_MODELS = (Functional, Sequential)


def parts(root: Any) -> Iterator[tuple[str, Any]]:
    """(path, layer or optimizer) for every part of a model, each at its first path."""
    seen: set[int] = set()
    yield from _part(root, "", seen)


def _part(part: Any, path: str, seen: set[int]) -> Iterator[tuple[str, Any]]:
    if id(part) in seen:
        return
    seen.add(id(part))
    yield path, part
    if isinstance(part, Optimizer):
        return
    for name, child in _children(part):
        inner = f"{path}/{name}" if path else name
        if isinstance(child, _PARTS):
            yield from _part(child, inner, seen)
        elif isinstance(child, _CONTAINERS):
            yield from _container(child, inner, seen)


def _children(part: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(part, _MODELS):
        yield "layers", part.layers
    hidden = _hidden(type(part))
    names = (n for n in dir(part) if not n.startswith("__") and n not in hidden)
    # Keras puts names with an underscore last.
    for name in sorted(names, key=lambda n: f"~{n}" if n.startswith("_") else n):
        try:
            yield name, getattr(part, name)
        except Exception:  # a property of the user's that cannot be computed holds no weights
            continue


def _container(container: Any, path: str, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """The parts in a list or dict, named after their classes."""
    used: dict[str, int] = {}
    for child in container.values() if isinstance(container, dict) else container:
        if isinstance(child, _PARTS):
            name = _free(snake_case(type(child).__name__), used)
            yield from _part(child, f"{path}/{name}", seen)
        elif isinstance(child, _CONTAINERS):
            yield from _container(child, f"{path}/{_free('container', used)}", seen)


def _free(name: str, used: dict[str, int]) -> str:
    count = used[name] = used.get(name, -1) + 1
    return f"{name}_{count}" if count else name
