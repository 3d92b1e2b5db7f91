"""Callbacks that act on a monitored value: stop, reduce the rate, stop on NaN."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from ...api import public
from .base import Callback, Logs


class MonitorCallback(Callback):
    """A callback that compares a logged value with the best one so far."""

    def __init__(
        self,
        monitor: str = "val_loss",
        mode: str = "auto",
        baseline: float | None = None,
        min_delta: float = 0,
    ) -> None:
        if mode not in ("auto", "min", "max"):
            warnings.warn(
                f"{type(self).__name__}: mode {mode!r} is unknown, 'auto' is used", stacklevel=3
            )
            mode = "auto"
        self.monitor, self.mode = monitor, mode
        self.best: Any = baseline
        self.min_delta = abs(min_delta)
        self._sign = 0  # 1 where more is better, -1 where less is, 0 not yet known

    def _settle_direction(self) -> None:
        """Find out which direction is better, once the model's metrics exist."""
        if self._sign:
            return
        self._sign = {"min": -1, "max": 1}.get(self.mode) or self._direction_of_metric()
        if not self._sign:
            raise ValueError(
                f"{type(self).__name__} cannot tell whether {self.monitor!r} should grow or "
                "shrink\n    fix: pass mode='max' or mode='min'"
            )

    def _direction_of_metric(self) -> int:
        name = self.monitor.removeprefix("val_")
        if name == "loss":
            return -1
        for metric in getattr(self.model, "_compiled_metrics", list)():
            if metric.name == name:
                return 1 if getattr(metric, "_direction", None) == "up" else -1
        return 0

    def _improves(self, value: Any, reference: Any) -> bool:
        """Whether a value beats a reference by more than `min_delta`."""
        if reference is None:
            return True
        return bool(self._sign * value - self.min_delta > self._sign * reference)

    def _missing(self, logs: Logs) -> None:
        warnings.warn(
            f"{type(self).__name__} watches {self.monitor!r}, which is not logged; there are: "
            f"{', '.join(logs)}",
            stacklevel=3,
        )


@public("keras.callbacks.EarlyStopping")
class EarlyStopping(MonitorCallback):
    """Stops training when a value has not improved for `patience` epochs."""

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        **options: Any,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience, self.verbose, self.baseline = patience, verbose, baseline
        self.restore_best_weights = options.pop("restore_best_weights", False)
        self.start_from_epoch = options.pop("start_from_epoch", 0)
        if options:
            raise TypeError(f"EarlyStopping does not take {', '.join(options)}")
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best_weights: Any = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Forget earlier runs."""
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best = self.best_weights = None

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Compare, and stop when patience has run out."""
        self._settle_direction()
        current = (logs or {}).get(self.monitor)
        if current is None:
            self._missing(logs or {})
        if current is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self.best_weights, self.best_epoch = self.model.get_weights(), epoch
        self.wait += 1
        if self._improves(current, self.best):
            self._keep(epoch, current)
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def _keep(self, epoch: int, current: Any) -> None:
        self.best, self.best_epoch = current, epoch
        if self.restore_best_weights:
            self.best_weights = self.model.get_weights()
        if self.baseline is None or self._improves(current, self.baseline):
            self.wait = 0

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Say where it stopped, and bring the best weights back."""
        if self.stopped_epoch > 0 and self.verbose > 0:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                print(f"Restoring model weights from the end of epoch {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)


@public("keras.callbacks.ReduceLROnPlateau")
class ReduceLROnPlateau(MonitorCallback):
    """Multiplies the learning rate by `factor` when a value stops improving."""

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        **options: Any,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        if factor >= 1.0:
            raise ValueError(f"ReduceLROnPlateau needs a factor below 1, got {factor}")
        self.factor, self.patience, self.verbose = factor, patience, verbose
        self.cooldown = options.pop("cooldown", 0)
        self.min_lr = options.pop("min_lr", 0.0)
        if options:
            raise TypeError(f"ReduceLROnPlateau does not take {', '.join(options)}")
        self.cooldown_counter = self.wait = 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Forget earlier runs."""
        self.best, self.cooldown_counter, self.wait = None, 0, 0

    def in_cooldown(self) -> bool:
        """Whether the last reduction is too recent for another."""
        return self.cooldown_counter > 0

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Compare, and reduce when patience has run out."""
        self._settle_direction()
        logs = {} if logs is None else logs
        logs["learning_rate"] = float(self.model.optimizer.learning_rate)
        current = logs.get(self.monitor)
        if current is None:
            self._missing(logs)
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._improves(current, self.best):
            self.best, self.wait = current, 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch)

    def _reduce(self, epoch: int) -> None:
        optimizer = self.model.optimizer
        old = float(optimizer.learning_rate)
        if old <= np.float32(self.min_lr):
            return
        new = max(old * self.factor, self.min_lr)
        optimizer.learning_rate = new
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {new}.")
        self.cooldown_counter, self.wait = self.cooldown, 0


@public("keras.callbacks.TerminateOnNaN")
class TerminateOnNaN(Callback):
    """Stops training when the loss is NaN or infinite."""

    def __init__(self, raise_error: bool = False) -> None:
        self.raise_error = raise_error

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Look at the loss of a batch."""
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(f"the loss of batch {batch} is {loss}; training ends")
        print(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
