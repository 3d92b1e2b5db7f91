"""`Callback`, the list that calls callbacks in turn, and `History`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ... import structure
from ...api import public

Logs = dict[str, Any]


@public("keras.callbacks.Callback")
class Callback:
    """What is told when training, an epoch or a batch begins and ends."""

    # Where hooks of this class are still the defaults, batches need no logs.
    params: dict[str, Any] | None = None
    _model: Any = None

    @property
    def model(self) -> Any:
        """The model that is trained."""
        return self._model

    def set_params(self, params: dict[str, Any]) -> None:
        """Take the verbosity, epochs and steps of the run."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Take the model of the run."""
        self._model = model

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a training batch (older name)."""

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a training batch (older name)."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Before an epoch."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """After an epoch, validation included."""

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a training batch."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a training batch."""
        self.on_batch_end(batch, logs=logs)

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before an evaluation batch."""

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After an evaluation batch."""

    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a prediction batch."""

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a prediction batch."""

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Before the first epoch."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """After the last epoch."""

    def on_test_begin(self, logs: Logs | None = None) -> None:
        """Before an evaluation."""

    def on_test_end(self, logs: Logs | None = None) -> None:
        """After an evaluation."""

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        """Before a prediction."""

    def on_predict_end(self, logs: Logs | None = None) -> None:
        """After a prediction."""


@public("keras.callbacks.History")
class History(Callback):
    """Keeps the logs of every epoch: `history["loss"]`."""

    def __init__(self) -> None:
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Start the list of epochs again; values of earlier runs stay."""
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Append the values of an epoch."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        self.model.history = self


_BATCH_HOOKS = {
    "train": ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end"),
    "test": ("on_test_batch_begin", "on_test_batch_end"),
    "predict": ("on_predict_batch_begin", "on_predict_batch_end"),
}


@public("keras.callbacks.CallbackList")
class CallbackList(Callback):
    """Calls several callbacks in their order."""

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: Callable[[], Callback] | None = None,
        model: Any = None,
        **params: Any,
    ) -> None:
        self.callbacks: list[Callback] = structure.flatten(callbacks) if callbacks else []
        self.callbacks = [c for c in self.callbacks if c is not None]
        for callback in self.callbacks:
            if not hasattr(callback, "on_epoch_end"):
                raise TypeError(
                    f"callbacks needs keras.callbacks.Callback instances, got {callback!r}"
                )
        history = next((c for c in self.callbacks if isinstance(c, History)), None)
        if history is None and add_history:
            history = History()
            self.callbacks.append(history)
        if add_progbar is not None:
            self.callbacks.append(add_progbar())
        if model is not None:
            self.set_model(model)
            if history is not None:
                model.history = history
        self.set_params(params)
        self._listeners = {kind: self._overriding(names) for kind, names in _BATCH_HOOKS.items()}

    def _overriding(self, names: tuple[str, ...]) -> list[Callback]:
        """The callbacks that want to hear of batches of one kind."""
        return [
            c
            for c in self.callbacks
            if any(getattr(type(c), n, None) is not getattr(Callback, n) for n in names)
            or any(n in vars(c) for n in names)
        ]

    def hears_batches(self, kind: str) -> bool:
        """Whether any callback wants batches of this kind: "train", "test", "predict"."""
        return bool(self._listeners[kind])

    def append(self, callback: Callback) -> None:
        """Add a callback."""
        self.callbacks.append(callback)
        self._listeners = {kind: self._overriding(names) for kind, names in _BATCH_HOOKS.items()}

    def set_params(self, params: dict[str, Any]) -> None:
        """Hand the parameters of the run to every callback."""
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model: Any) -> None:
        """Hand the model to every callback."""
        self._model = model
        for callback in self.callbacks:
            callback.set_model(model)


def _forwarding(name: str, kind: str | None) -> Callable[..., None]:
    def hook(self: CallbackList, *args: Any, **kwargs: Any) -> None:
        for callback in self._listeners[kind] if kind else self.callbacks:
            getattr(callback, name)(*args, **kwargs)

    hook.__name__, hook.__doc__ = name, getattr(Callback, name).__doc__
    return hook


for _name in [n for n in vars(Callback) if n.startswith("on_")]:
    _kind = next((k for k in _BATCH_HOOKS if _name in _BATCH_HOOKS[k]), None)
    setattr(CallbackList, _name, _forwarding(_name, _kind))
