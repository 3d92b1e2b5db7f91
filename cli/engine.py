"""The way to the executor, which a base install does not have the libraries for."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import FrameSummary
from types import ModuleType

import click

from ..analyzer.mismatch import Mismatch
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
def running(path: str, dialect: str = "keras3") -> Iterator[ModuleType]:
    """The executor, while it runs a file; a failure is told as what it is.

    A library that is missing: what to install. An error that passes through the user's
    code: their traceback, without our frames. An error about their data: its words.
    """
    executor = engine()
    dialects = importlib.import_module("..executor.dialect", __package__)
    errors = importlib.import_module("..executor.errors", __package__)
    try:
        with dialects.using(dialect):
            yield executor
    except Exception as error:
        if os.environ.get("DRYFIT_DEBUG"):
            raise
        if isinstance(error, ModuleNotFoundError) and error.name in EXTRA:
            raise missing(error) from None
        frames = _users_frames(error, path)
        if frames:
            _show(error, frames)
            sys.exit(FOUND)
        if isinstance(error, errors.ModelError | errors.NotAvailable | Mismatch):
            raise UsageFault(str(error)) from None
        raise


def _users_frames(error: Exception, path: str) -> list[FrameSummary]:
    """The frames of an error from the user's file on, without those of Dryfit."""
    ours = str(Path(__file__).resolve().parent.parent)
    own = [str(Path(ours, package)) for package in ("analyzer", "cli", "executor", "rules")]
    frames = traceback.extract_tb(error.__traceback__)
    starts = [n for n, frame in enumerate(frames) if _same(frame.filename, path)]
    if not starts:
        return []
    return [
        f for f in frames[starts[0] :] if not any(Path(f.filename).is_relative_to(o) for o in own)
    ]


def _same(name: str, path: str) -> bool:
    return name == path or Path(name).resolve() == Path(path).resolve()


def _show(error: Exception, frames: list[FrameSummary]) -> None:
    told = ["Traceback (most recent call last):\n", *traceback.format_list(frames)]
    told += traceback.format_exception_only(error)
    click.echo("".join(told), err=True, nl=False)
