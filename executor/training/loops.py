"""The loops behind fit, evaluate and predict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import structure
from .adapters import Batch, Options, Passes, make_data, split, unpack
from .callbacks.base import CallbackList, History
from .callbacks.logging import ProgbarLogger

# One step for each fit, evaluate and predict, on data of any length (`dryfit run --smoke`).
SMOKE = [False]


@dataclass(frozen=True)
class FitOptions:
    """The keywords of `fit`."""

    epochs: int = 1
    verbose: Any = "auto"
    batch_size: int | None = None
    callbacks: Any = None
    validation_split: float = 0.0
    validation_data: Any = None
    shuffle: Any = True
    class_weight: Any = None
    sample_weight: Any = None
    initial_epoch: int = 0
    steps_per_epoch: int | None = None
    validation_steps: int | None = None
    validation_batch_size: int | None = None
    validation_freq: Any = 1
    # Arguments of Keras 2 without effect here.
    max_queue_size: int = 10
    workers: int = 1
    use_multiprocessing: bool = False


def one_step(model: Any, step: Callable[..., Any]) -> Callable[..., Any]:
    """A step that leaves no values of its trace behind in the model."""

    def run(data: Any) -> Any:
        result = step(_trimmed(data))
        model._clear_losses()
        return result

    return run


def _trimmed(data: Any) -> Any:
    """(x, y, None) -> (x, y): steps of users' own see the parts that were given."""
    if isinstance(data, tuple):
        while len(data) > 1 and data[-1] is None:
            data = data[:-1]
    return data


def plain_logs(logs: Any) -> dict[str, Any]:
    """Logs with Python numbers, sorted by name as Keras gives them."""
    if logs is None:
        return {}
    if not isinstance(logs, dict):
        return {"loss": _plain(logs)} if not structure.is_nested(logs) else {}
    return {name: _plain(logs[name]) for name in sorted(logs)}


def _plain(value: Any) -> Any:
    array = np.asarray(value)
    return array.item() if array.ndim == 0 else array.tolist() if array.size > 1 else array.item()


def _progress(verbose: Any) -> Callable[[], ProgbarLogger] | None:
    return None if verbose in (0, False) else ProgbarLogger


def fit(model: Any, x: Any, y: Any, run: FitOptions) -> History:
    """Train for `run.epochs` epochs."""
    weight, validation = run.sample_weight, run.validation_data
    if run.validation_split and validation is None:
        (x, y, weight), validation = split((x, y, weight), run.validation_split)
    steps = 1 if SMOKE[0] else run.steps_per_epoch
    options = Options(run.batch_size, run.shuffle, run.class_weight, run.steps_per_epoch)
    passes = Passes(make_data(x, y, weight, options), steps)
    callbacks = run.callbacks
    if not isinstance(callbacks, CallbackList):
        callbacks = CallbackList(
            callbacks,
            add_history=True,
            add_progbar=_progress(run.verbose),
            model=model,
            verbose=run.verbose,
            epochs=run.epochs,
            steps=passes.count,
        )
    object.__setattr__(model, "stop_training", False)
    validate = _Validation(model, validation, run, callbacks)
    _epochs(model, passes, run, callbacks, validate)
    return model.history


def _epochs(
    model: Any, passes: Passes, run: FitOptions, callbacks: CallbackList, validate: _Validation
) -> None:
    callbacks.on_train_begin()
    logs: dict[str, Any] = {}
    first = model._initial_epoch or run.initial_epoch
    for epoch in range(first, min(run.epochs, first + 1) if SMOKE[0] else run.epochs):
        model.reset_metrics()
        callbacks.on_epoch_begin(epoch)
        logs = _train_pass(model, passes, callbacks)
        logs |= validate(epoch)
        callbacks.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    finalize = getattr(model.optimizer, "finalize_variable_values", None)
    if finalize is not None and run.epochs > 0:
        finalize(model.trainable_weights)
    callbacks.on_train_end(logs)


def _train_pass(model: Any, passes: Passes, callbacks: CallbackList) -> dict[str, Any]:
    """One epoch; the logs are converted for each batch only where a callback reads them."""
    step = model.make_train_function()
    heard = callbacks.hears_batches("train")
    logs: Any = None
    for i, batch in enumerate(passes):
        if heard:
            callbacks.on_train_batch_begin(i)
        logs = step(batch)
        if heard:
            callbacks.on_train_batch_end(i, plain_logs(logs))
        if model.stop_training:
            break
    if logs is None:
        raise ValueError(
            f"{model._title} got no batch of data to train on\n"
            "    fix: check that the data is not empty"
        )
    return _final(model, logs)


def _final(model: Any, logs: Any) -> dict[str, Any]:
    """The logs of a pass: the metrics' own values where the step returned those."""
    results = model.get_metrics_result() if model.compiled else {}
    if isinstance(logs, dict) and set(results) == set(logs):
        return plain_logs(results)
    return plain_logs(logs)


class _Validation:
    """Evaluates after the epochs that ask for it."""

    def __init__(self, model: Any, data: Any, run: FitOptions, callbacks: CallbackList) -> None:
        self._model, self._run, self._callbacks = model, run, callbacks
        self._passes: Passes | None = None
        if data is not None:
            options = Options(
                run.validation_batch_size or run.batch_size, steps=run.validation_steps
            )
            steps = 1 if SMOKE[0] else run.validation_steps
            parts = unpack(data) if isinstance(data, list | tuple) else (data, None, None)
            self._passes = Passes(make_data(*parts, options), steps)

    def __call__(self, epoch: int) -> dict[str, Any]:
        freq = self._run.validation_freq
        due = (epoch + 1) % freq == 0 if isinstance(freq, int) else (epoch + 1) in freq
        if self._passes is None or not due:
            return {}
        logs = evaluate_passes(self._model, self._passes, self._callbacks)
        return {f"val_{name}": value for name, value in logs.items()}


def evaluate(
    model: Any,
    data: Batch,
    batch_size: int | None,
    verbose: Any,
    steps: int | None = None,
    callbacks: Any = None,
) -> dict[str, Any]:
    """The logs of one pass of `test_step` over data."""
    x, y, weight = data
    passes = Passes(make_data(x, y, weight, Options(batch_size, steps=steps)), _smoke(steps))
    if not isinstance(callbacks, CallbackList):
        callbacks = CallbackList(
            callbacks,
            add_progbar=_progress(verbose),
            model=model,
            verbose=verbose,
            epochs=1,
            steps=passes.count,
        )
    return evaluate_passes(model, passes, callbacks)


def _smoke(steps: int | None) -> int | None:
    return 1 if SMOKE[0] else steps


def evaluate_passes(model: Any, passes: Passes, callbacks: CallbackList) -> dict[str, Any]:
    """The logs of one pass of `test_step`."""
    step = model.make_test_function()
    heard = callbacks.hears_batches("test")
    object.__setattr__(model, "stop_evaluating", False)
    callbacks.on_test_begin()
    model.reset_metrics()
    logs: Any = None
    for i, batch in enumerate(passes):
        if heard:
            callbacks.on_test_batch_begin(i)
        logs = step(batch)
        if heard:
            callbacks.on_test_batch_end(i, plain_logs(logs))
        if model.stop_evaluating:
            break
    final = _final(model, logs)
    callbacks.on_test_end(final)
    return final


def predict(model: Any, x: Any, options: Options, verbose: Any, callbacks: Any) -> Any:
    """The outputs of one pass of `predict_step`, batches joined."""
    passes = Passes(make_data(x, None, None, options), _smoke(options.steps))
    if not isinstance(callbacks, CallbackList):
        callbacks = CallbackList(
            callbacks,
            add_progbar=_progress(verbose),
            model=model,
            verbose=verbose,
            epochs=1,
            steps=passes.count,
        )
    step = model.make_predict_function()
    heard = callbacks.hears_batches("predict")
    object.__setattr__(model, "stop_predicting", False)
    callbacks.on_predict_begin()
    batches = []
    for i, batch in enumerate(passes):
        if heard:
            callbacks.on_predict_batch_begin(i)
        batches.append(structure.map_structure(np.asarray, step((batch[0],))))
        if heard:
            callbacks.on_predict_batch_end(i, {"outputs": batches[-1]})
        if model.stop_predicting:
            break
    callbacks.on_predict_end()
    if not batches:
        raise ValueError(f"{model._title} got no batch of data to predict")
    return structure.map_structure(lambda *parts: np.concatenate(parts), *batches)
