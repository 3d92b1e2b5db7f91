"""Objects that users register by name, so that saved models find them again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ..api import offer

_registered: dict[str, Any] = {}
_names: dict[int, str] = {}
_scopes: list[dict[str, Any]] = []


def register_keras_serializable(
    package: str = "Custom", name: str | None = None
) -> Callable[[Any], Any]:
    """Register a class or function under `package>name`."""

    def decorator(value: Any) -> Any:
        key = f"{package}>{name or value.__name__}"
        if isinstance(value, type) and not hasattr(value, "get_config"):
            raise ValueError(
                f"{value.__name__} cannot be registered: it has no get_config() method"
            )
        _registered[key] = value
        _names[id(value)] = key
        return value

    return decorator


def registered_name(value: Any) -> str:
    """`package>name` of a registered object, else its plain name."""
    return _names.get(id(value), getattr(value, "__name__", type(value).__name__))


def registered_object(name: str | None, custom_objects: dict[str, Any] | None = None) -> Any:
    """The registered object of a name: given now, by a scope, or globally."""
    if name is None:
        return None
    for table in (custom_objects or {}, *reversed(_scopes), _registered):
        if name in table:
            return table[name]
    return None


def custom_objects() -> dict[str, Any]:
    """The table of globally registered objects."""
    return _registered


@contextmanager
def custom_object_scope(objects: dict[str, Any] | None) -> Iterator[None]:
    """Know these objects by name inside."""
    _scopes.append(dict(objects or {}))
    try:
        yield
    finally:
        _scopes.pop()


for _value, _names_of in (
    (register_keras_serializable, ("register_keras_serializable",)),
    (registered_name, ("get_registered_name",)),
    (registered_object, ("get_registered_object",)),
    (custom_objects, ("get_custom_objects",)),
    (custom_object_scope, ("custom_object_scope", "CustomObjectScope")),
):
    offer(_value, *(f"keras.{m}.{n}" for n in _names_of for m in ("saving", "utils")))
