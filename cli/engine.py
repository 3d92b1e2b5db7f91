"""The way to the executor, which a base install does not have the libraries for."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from .errors import UsageFault

EXTRA = ("numba", "scipy", "h5py", "matplotlib")


def engine() -> ModuleType:
    """The executor package; a fault that says what to install where it cannot be imported."""
    try:
        return importlib.import_module("..executor", __package__)
    except ModuleNotFoundError as error:
        raise missing(error) from None


def missing(error: ModuleNotFoundError) -> Exception:
    """What to say about a module that is not there: ours to install, or not ours at all."""
    if error.name not in EXTRA:
        return error
    return UsageFault(
        f"running models needs {error.name}, which is not installed here.\n"
        "  fix: pip install 'dryfit[run]'"
    )


@contextmanager
def running(dialect: str = "keras3") -> Iterator[ModuleType]:
    """The executor, for a while; a library it turns out to need is told as what to install."""
    executor = engine()
    dialects = importlib.import_module("..executor.dialect", __package__)
    try:
        with dialects.using(dialect):
            yield executor
    except ModuleNotFoundError as error:
        raise missing(error) from None
