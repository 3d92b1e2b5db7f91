"""The way to the executor, which a base install does not have the libraries for."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import click

from .errors import FOUND, UsageFault

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
def running() -> Iterator[ModuleType]:
    """The executor, for a while: what does not fit is told as findings, with exit code 1."""
    executor = engine()
    try:
        yield executor
    except executor.VerificationError as error:
        click.echo(str(error), err=True)
        sys.exit(FOUND)
    except ModuleNotFoundError as error:
        raise missing(error) from None
