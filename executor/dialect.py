"""Which Keras is meant: 3 (the default) or 2, where the two behave differently."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_dialect: ContextVar[str] = ContextVar("dialect", default="keras3")


def keras2() -> bool:
    """Whether models behave as in Keras 2."""
    return _dialect.get() == "keras2"


@contextmanager
def using(dialect: str) -> Iterator[None]:
    """Behave as "keras2" or "keras3" inside."""
    if dialect not in ("keras2", "keras3"):
        raise ValueError(f"dialect needs 'keras2' or 'keras3', got {dialect!r}")
    token = _dialect.set(dialect)
    try:
        yield
    finally:
        _dialect.reset(token)
