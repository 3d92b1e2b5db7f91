"""Automatic names (dense, dense_1, ...) and the path of the layer that is at work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

_counters: dict[str, int] = {}
_scopes: list[str] = []


def snake_case(name: str) -> str:
    """A class name as a layer name: MaxPooling2D -> max_pooling2d."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def auto_name(prefix: str) -> str:
    """The next free name of a kind: dense, dense_1, dense_2, ..."""
    count = _counters.get(prefix, -1) + 1
    _counters[prefix] = count
    return f"{prefix}_{count}" if count else prefix


def class_name(cls: type) -> str:
    """The automatic name of an instance of a class."""
    return auto_name(snake_case(cls.__name__))


def unique_id(prefix: str) -> int:
    """The next number of a prefix, from 1, as `keras.backend.get_uid` counts."""
    _counters[prefix] = _counters.get(prefix, 0) + 1
    return _counters[prefix]


def reset_names() -> None:
    """Start all counters again (`keras.backend.clear_session`)."""
    _counters.clear()


@contextmanager
def name_scope(name: str) -> Iterator[None]:
    """Put `name` on the path that variables made inside take."""
    _scopes.append(name)
    try:
        yield
    finally:
        _scopes.pop()


def current_path() -> str:
    """The path of the scopes that are open: "model/dense"."""
    return "/".join(_scopes)
