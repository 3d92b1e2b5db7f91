"""Callbacks that tell or set something: CSV files, functions, rates, the progress line."""

from __future__ import annotations

import csv
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from ...api import public
from .base import Callback, Logs


@public("keras.callbacks.CSVLogger")
class CSVLogger(Callback):
    """Writes the logs of every epoch as a line of a CSV file."""

    def __init__(self, filename: Any, separator: str = ",", append: bool = False) -> None:
        self.filename, self.separator, self.append = os.fspath(filename), separator, append
        self._file: Any = None
        self._writer: Any = None
        self._header = True

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Open the file."""
        if self.append and Path(self.filename).exists():
            with open(self.filename, encoding="utf-8") as old:
                self._header = not old.readline()
        self._close()
        self._file = open(  # noqa: SIM115 - closed in on_train_end
            self.filename, "a" if self.append else "w", newline="", encoding="utf-8"
        )
        self._writer = None

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Write a line."""
        logs = logs or {}
        if self._writer is None:
            names = sorted(logs)
            if names and not any(n.startswith("val_") for n in names):
                names += [f"val_{n}" for n in names]
            self._writer = csv.DictWriter(
                self._file, ["epoch", *names], delimiter=self.separator, extrasaction="ignore"
            )
            if self._header:
                self._writer.writeheader()
        names = self._writer.fieldnames[1:]
        self._writer.writerow({"epoch": epoch, **{n: _cell(logs.get(n, "NA")) for n in names}})
        self._file.flush()

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Close the file."""
        self._close()

    def _close(self) -> None:
        if self._file is not None and not self._file.closed:
            self._file.close()


def _cell(value: Any) -> Any:
    if isinstance(value, str) or not isinstance(value, Iterable):
        return value
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return value
    return f'"[{", ".join(map(str, value))}]"'


_HOOKS = {
    "on_epoch_begin",
    "on_epoch_end",
    "on_train_begin",
    "on_train_end",
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_batch_begin",
    "on_batch_end",
}


@public("keras.callbacks.LambdaCallback")
class LambdaCallback(Callback):
    """Calls the given functions: `LambdaCallback(on_epoch_end=lambda epoch, logs: ...)`."""

    def __init__(self, **hooks: Callable[..., Any] | None) -> None:
        for name, function in hooks.items():
            if function is not None:
                setattr(self, name, function)


@public("keras.callbacks.LearningRateScheduler")
class LearningRateScheduler(Callback):
    """Sets the learning rate of every epoch: `schedule(epoch, rate)` or `schedule(epoch)`."""

    def __init__(self, schedule: Callable[..., Any], verbose: int = 0) -> None:
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Set the rate."""
        optimizer = self.model.optimizer
        try:
            rate = self.schedule(epoch, float(optimizer.learning_rate))
        except TypeError:
            rate = self.schedule(epoch)
        if not isinstance(rate, float | np.floating):
            raise ValueError(
                f"the schedule of LearningRateScheduler must return a float, got {rate!r}"
            )
        optimizer.learning_rate = rate
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}.")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Log the rate."""
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


@public("keras.callbacks.ProgbarLogger")
class ProgbarLogger(Callback):
    """The progress of a run: a bar on a terminal, one line per epoch elsewhere."""

    _interval = 0.05

    def __init__(self) -> None:
        self._in_fit = False
        self._bar: Progress | None = None
        self._task: Any = None
        self._start = self._shown = 0.0
        self._seen = 0
        self.verbose: Any = 1
        self.epochs = 1
        self.target: int | None = None

    def set_params(self, params: dict[str, Any]) -> None:
        """Take the verbosity, epochs and steps of the run."""
        self.params = params
        verbose = params.get("verbose", 1)
        self.verbose = 1 if verbose == "auto" else int(verbose)
        self.epochs = params.get("epochs") or 1
        self.target = params.get("steps")

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Validation inside fit stays silent."""
        self._in_fit = True

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Begin an epoch."""
        if self.verbose and self.epochs > 1:
            print(f"Epoch {epoch + 1}/{self.epochs}")
        self._open()

    def on_test_begin(self, logs: Logs | None = None) -> None:
        """Begin an evaluation."""
        if not self._in_fit:
            self._open()

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        """Begin a prediction."""
        self._open()

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Move on."""
        self._move(batch, logs)

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Move on."""
        if not self._in_fit:
            self._move(batch, logs)

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Move on."""
        self._move(batch, None)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Finish an epoch."""
        self._finish(logs)

    def on_test_end(self, logs: Logs | None = None) -> None:
        """Finish an evaluation."""
        if not self._in_fit:
            self._finish(logs)

    def on_predict_end(self, logs: Logs | None = None) -> None:
        """Finish a prediction."""
        self._finish(None)

    def _open(self) -> None:
        self._start = time.perf_counter()
        self._seen = 0
        if self.verbose == 1 and sys.stdout.isatty():
            columns = (MofNCompleteColumn(), BarColumn(24), TextColumn("{task.fields[text]}"))
            self._bar = Progress(*columns, console=Console(), transient=True)
            self._bar.start()
            self._task = self._bar.add_task("", total=self.target, text="")

    def _move(self, batch: int, logs: Logs | None) -> None:
        self._seen = batch + 1
        now = time.perf_counter()
        if self._bar is not None and now - self._shown > self._interval:
            self._shown = now
            self._bar.update(self._task, completed=self._seen, text=_values(logs))

    def _finish(self, logs: Logs | None) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
        self.target = self.target or self._seen
        if self.verbose:
            seconds = time.perf_counter() - self._start
            each = _duration(seconds / max(self._seen, 1))
            parts = [f"{self.target}/{self.target}", f"{seconds:.0f}s {each}/step"]
            print(" - ".join([*parts, *([_values(logs)] if logs else [])]), flush=True)


def _values(logs: Logs | None) -> str:
    parts = []
    for name, value in (logs or {}).items():
        number = float(np.mean(value))
        parts.append(f"{name}: {number:.4f}" if abs(number) > 1e-3 else f"{name}: {number:.4e}")
    return " - ".join(parts)


def _duration(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.0f}s"
    return f"{seconds * 1e3:.0f}ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us"
