"""Public names ("keras.layers.Dense") of what the executor offers; the façades show them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

_objects: dict[str, Any] = {}
_names: dict[int, str] = {}


def public(*names: str) -> Callable[[T], T]:
    """Offer an object under public names; the first is the one saved files use."""

    def register(value: T) -> T:
        offer(value, *names)
        return value

    return register


def offer(value: Any, *names: str) -> None:
    """Offer an object under public names; a name belongs to one object only."""
    for name in names:
        if name in _objects and _objects[name] is not value:
            raise ValueError(f"{name} is offered twice")
        _objects[name] = value
    _names.setdefault(id(value), names[0])


def object_named(name: str) -> Any:
    """What a public name stands for, or None."""
    return _objects.get(name)


def public_name(value: Any) -> str | None:
    """The first public name of an object, or None."""
    return _names.get(id(value))


def names() -> dict[str, Any]:
    """All public names with their objects."""
    return dict(_objects)
