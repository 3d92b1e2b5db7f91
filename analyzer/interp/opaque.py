"""Containers of which nothing is known any more.

Their content is one marker. Reading a variable that holds one gives Unknown, so natives
never see the marker at the top of an argument.
"""

from __future__ import annotations

from collections import deque

from ..unknown import OneOf, Unknown
from ..values import Value


class Anything(Unknown):
    """The marker inside a container whose content is unknown."""

    __slots__ = ()


OPAQUE = Anything("changed on an undecided path")
CONTAINERS = (list, dict, set, deque)


def is_opaque(container: Value) -> bool:
    """Whether a list, dict or set has unknown content."""
    if isinstance(container, dict):
        return OPAQUE in container
    return (
        isinstance(container, list | set | deque)
        and len(container) == 1
        and (next(iter(container)) is OPAQUE)
    )


def opaque_content(container: Value) -> object:
    """The content that makes a container opaque."""
    return {OPAQUE: OPAQUE} if isinstance(container, dict) else [OPAQUE]


def visible(value: Value) -> Value:
    """The value a program sees: Unknown in place of an opaque container."""
    if isinstance(value, CONTAINERS) and is_opaque(value):
        return OneOf(OPAQUE.reason, (value,))
    return value


def scrub(value: Value, depth: int = 6) -> Value:
    """`value` with every opaque container inside it replaced by Unknown."""
    if isinstance(value, CONTAINERS):
        if is_opaque(value):
            return OneOf(OPAQUE.reason, (value,))
        if depth and _hides_opaque(value, depth):
            return _scrubbed(value, depth)
    elif isinstance(value, tuple) and depth and any(isinstance(v, CONTAINERS) for v in value):
        parts = tuple(scrub(v, depth - 1) for v in value)
        return value if all(a is b for a, b in zip(parts, value, strict=True)) else parts
    return value


def _hides_opaque(value: Value, depth: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value
    return any(scrub(v, depth - 1) is not v for v in inner)


def _scrubbed(value: Value, depth: int) -> Value:
    if isinstance(value, dict):
        return {k: scrub(v, depth - 1) for k, v in value.items()}
    return [scrub(v, depth - 1) for v in value]
