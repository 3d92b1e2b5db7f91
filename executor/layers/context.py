"""The call that is going on: its entry layer and the `training` value handed down."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .base import Layer


class CallContext:
    """One outermost layer call; what a layer resolves here, later layers inherit."""

    __slots__ = ("entry", "training")

    def __init__(self, entry: Layer) -> None:
        self.entry = entry
        self.training: object = None


class _Here(threading.local):
    def __init__(self) -> None:
        self.call: CallContext | None = None


_here = _Here()


def current_call() -> CallContext | None:
    """The outermost layer call that is going on, if any."""
    return _here.call


@contextmanager
def layer_call(layer: Layer) -> Iterator[CallContext]:
    """Take part in the outermost call, or become it (and forget the losses of the last)."""
    outer = _here.call
    if outer is not None:
        yield outer
        return
    context = _here.call = CallContext(layer)
    layer._clear_losses()
    try:
        yield context
    finally:
        _here.call = None
