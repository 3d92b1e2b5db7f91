"""What is going on in this thread: the tapes that listen, the trace that records."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .tape import GradientTape
    from .trace import Trace


class _Context(threading.local):
    def __init__(self) -> None:
        self.tapes: list[GradientTape] = []
        self.trace: Trace | None = None


here = _Context()


@contextmanager
def eagerly() -> Iterator[None]:
    """Suspend tracing and taping: what runs inside computes now and is not recorded."""
    tapes, trace = here.tapes, here.trace
    here.tapes, here.trace = [], None
    try:
        yield
    finally:
        here.tapes, here.trace = tapes, trace


@contextmanager
def tracing(trace: Trace) -> Iterator[None]:
    """Record into `trace`; tapes opened outside do not listen."""
    tapes, outer = here.tapes, here.trace
    here.tapes, here.trace = [], trace
    try:
        yield
    finally:
        here.tapes, here.trace = tapes, outer
