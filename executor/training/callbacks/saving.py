"""Callbacks that write files during training: checkpoints and backups."""

from __future__ import annotations

import json
import os
import shutil
import warnings
from pathlib import Path
from typing import Any

from ...api import public
from .base import Callback, Logs
from .monitoring import MonitorCallback


class _EveryFewBatches(Callback):
    """Counts batches up to `save_freq`, across epochs."""

    save_freq: Any = "epoch"
    _seen = 0
    _last: int | None = None

    def _due(self, batch: int) -> bool:
        if self.save_freq == "epoch" or self.save_freq is False:
            return False
        new_epoch = self._last is None or batch <= self._last
        self._seen += batch + 1 if new_epoch else batch - (self._last or 0)
        self._last = batch
        if self._seen < self.save_freq:
            return False
        self._seen = 0
        return True

    def _check_save_freq(self, *, off: bool = False) -> None:
        freq = self.save_freq
        number = isinstance(freq, int) and not isinstance(freq, bool)
        if not (number or freq == "epoch" or (off and freq is False)):
            raise ValueError(f"save_freq needs 'epoch' or a number of batches, got {freq!r}")


@public("keras.callbacks.ModelCheckpoint")
class ModelCheckpoint(MonitorCallback, _EveryFewBatches):
    """Saves the model, or its weights, every epoch or every few batches."""

    def __init__(
        self,
        filepath: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        **options: Any,
    ) -> None:
        super().__init__(monitor, mode, options.pop("initial_value_threshold", None))
        self.filepath = os.fspath(filepath)
        self.verbose, self.save_best_only = verbose, save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = options.pop("save_freq", "epoch")
        self._epoch = 0
        if options:
            raise TypeError(f"ModelCheckpoint does not take {', '.join(options)}")
        self._check_save_freq()
        endings = (".weights.h5",) if save_weights_only else (".keras", ".h5")
        if not self.filepath.endswith(endings):
            raise ValueError(
                f"ModelCheckpoint(save_weights_only={save_weights_only}) writes files ending in "
                f"{endings[0]}, got filepath={self.filepath!r}"
            )

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Save where the number of batches is reached."""
        if self._due(batch):
            self._save(self._epoch, batch, logs or {})

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Remember the epoch for the file's name."""
        self._epoch = epoch

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Save, where files are written by epoch."""
        if self.save_best_only:
            self._settle_direction()
        if self.save_freq == "epoch":
            self._save(epoch, None, logs or {})

    def _save(self, epoch: int, batch: int | None, logs: Logs) -> None:
        path = self._path(epoch, batch, logs)
        if not self._wanted(epoch, logs, path):
            return
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)

    def _path(self, epoch: int, batch: int | None, logs: Logs) -> str:
        names = {"epoch": epoch + 1, **({} if batch is None else {"batch": batch + 1}), **logs}
        try:
            return self.filepath.format(**names)
        except KeyError as error:
            raise KeyError(
                f"ModelCheckpoint: the filepath {self.filepath!r} names {error}, which is not "
                f"logged; there are: {', '.join(names)}"
            ) from None

    def _wanted(self, epoch: int, logs: Logs, path: str) -> bool:
        current = logs.get(self.monitor)
        if not self.save_best_only:
            self._say(f"\nEpoch {epoch + 1}: saving model to {path}")
            return True
        if current is None:
            warnings.warn(f"ModelCheckpoint: {self.monitor!r} is not logged", stacklevel=3)
            return True
        self._settle_direction()
        best = "None" if self.best is None else f"{self.best:.5f}"
        if not self._improves(current, self.best):
            self._say(f"\nEpoch {epoch + 1}: {self.monitor} did not improve from {best}")
            return False
        self._say(
            f"\nEpoch {epoch + 1}: {self.monitor} improved from {best} to {current:.5f}, "
            f"saving model to {path}"
        )
        self.best = current
        return True

    def _say(self, text: str) -> None:
        if self.verbose > 0:
            print(text)


@public("keras.callbacks.BackupAndRestore")
class BackupAndRestore(_EveryFewBatches):
    """Keeps the state of training in a folder, and goes on from it after an interruption."""

    def __init__(
        self,
        backup_dir: Any,
        save_freq: Any = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        if not backup_dir:
            raise ValueError("BackupAndRestore needs a backup_dir")
        self.backup_dir = Path(backup_dir)
        self.save_freq, self.double_checkpoint = save_freq, double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self._epoch = 0
        self._check_save_freq(off=True)
        self._files = (
            self.backup_dir / "latest.weights.h5",
            self.backup_dir / "training_metadata.json",
        )

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Take up an interrupted run, if there is one."""
        if not self.model.built:
            raise ValueError(
                f"BackupAndRestore needs a built model, and {self.model.name!r} is not\n"
                "    fix: call the model on a batch of data before fit()"
            )
        try:
            self._restore()
        except OSError:
            if not self._previous(self._files[0]).exists():
                raise
            for path in self._files:
                if self._previous(path).exists():
                    shutil.copy(self._previous(path), path)
                else:
                    path.unlink(missing_ok=True)
            self._restore()

    @staticmethod
    def _previous(path: Path) -> Path:
        return path.with_name(path.name + ".bkp")

    def _restore(self) -> None:
        weights, metadata = self._files
        if weights.exists():
            optimizer = self.model.optimizer
            if optimizer is not None and not optimizer.built:
                optimizer.build(self.model.trainable_variables)
            self.model.load_weights(weights)
        if metadata.exists():
            self.model._initial_epoch = json.loads(metadata.read_text("utf-8"))["epoch"]

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Back up, where that is done by epoch."""
        self._epoch, self._last = epoch + 1, 0
        if self.save_freq == "epoch":
            self._save()

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Back up where the number of batches is reached."""
        if self._due(batch):
            self._save()

    def _save(self) -> None:
        self.backup_dir.mkdir(parents=True, exist_ok=True)
        for path in self._files if self.double_checkpoint else ():
            if path.exists():
                shutil.copy(path, self._previous(path))
        weights, metadata = self._files
        self.model.save_weights(weights, overwrite=True)
        state = {"epoch": self._epoch, "batch": self._last or 0}
        partial = metadata.with_name(metadata.name + ".part")
        partial.write_text(json.dumps(state), "utf-8")
        os.replace(partial, metadata)

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Remove the backup: the run is complete."""
        if self.delete_checkpoint and self.backup_dir.exists():
            shutil.rmtree(self.backup_dir)
