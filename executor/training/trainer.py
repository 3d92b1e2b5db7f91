"""`Trainer`: compile, fit, evaluate, predict, and the steps they repeat."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from .. import functions as f
from .. import structure
from ..dtypes import default_float, is_float
from ..function import Function
from ..layers.arguments import call_signature
from ..layers.base import Layer
from ..layers.metric_base import Metric
from ..layers.serialize import deserialize, serialize
from ..tape import GradientTape
from . import loops
from .adapters import Options, as_arrays, class_weights, unpack
from .callbacks.base import History
from .compiled_loss import CompiledLoss
from .compiled_metrics import CompiledMetrics
from .metrics.basic import Mean
from .optimizers import rules as optimizers


class Trainer:
    """What a model needs to be trained; a mixin of `Model`."""

    history: History
    optimizer: Any
    compiled: bool
    stop_training: bool

    def _start_trainer(self) -> None:
        """Set the attributes of a model that is not compiled."""
        if "compiled" in self.__dict__:
            return
        start = {
            "compiled": False,
            "optimizer": None,
            "loss": None,
            "stop_training": False,
            "run_eagerly": False,
            "steps_per_execution": 1,
            "_compile_loss": None,
            "_compile_metrics": None,
            "_compile_arguments": None,
            "_loss_tracker": None,
            "_initial_epoch": 0,
        }
        for name, value in start.items():
            object.__setattr__(self, name, value)
        self._forget_functions()

    def _forget_functions(self) -> None:
        """Trace the steps anew when they are needed next."""
        for name in ("train_function", "test_function", "predict_function"):
            object.__setattr__(self, name, None)

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        **options: Any,
    ) -> None:
        """Set what training minimises, how, and what it reports."""
        run_eagerly = bool(options.pop("run_eagerly", False))
        steps = options.pop("steps_per_execution", 1)
        for name in ("jit_compile", "auto_scale_loss", "from_serialized"):
            options.pop(name, None)
        if options:
            raise TypeError(f"compile() does not take {', '.join(options)}")
        arguments = {
            "optimizer": optimizers.get(optimizer),
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps,
            "jit_compile": False,
        }
        self._set_compiled(arguments)

    def _set_compiled(self, given: dict[str, Any]) -> None:
        """Take the arguments of `compile`; steps that were traced before are forgotten."""
        names = getattr(self, "output_names", None)
        loss, metrics, weighted = (given[n] for n in ("loss", "metrics", "weighted_metrics"))
        state: dict[str, Any] = {
            n: given[n] for n in ("optimizer", "loss", "run_eagerly", "steps_per_execution")
        }
        state |= {
            "_compile_loss": loss
            if loss is None
            else CompiledLoss(loss, given["loss_weights"], names),
            "_compile_metrics": None,
            "_compile_arguments": given,
            "_loss_tracker": Mean(name="loss"),
            "stop_training": False,
            "compiled": True,
        }
        if metrics is not None or weighted is not None:
            state["_compile_metrics"] = CompiledMetrics(metrics, weighted, names)
        for name, value in state.items():
            object.__setattr__(self, name, value)
        self._forget_functions()

    def get_compile_config(self: Any) -> dict[str, Any] | None:
        """The arguments of `compile`, as a saved model keeps them."""
        if not self.compiled or self._compile_arguments is None:
            return None
        if type(self).compile is not Trainer.compile:
            return None
        return serialize(self._compile_arguments)

    def compile_from_config(self: Any, config: dict[str, Any]) -> None:
        """Compile with the arguments of a saved model."""
        if type(self).compile is not Trainer.compile:
            warnings.warn(
                f"{type(self).__name__} has its own compile(), so it is not called when the model "
                "is loaded\n    fix: call compile() after loading, or write compile_from_config()",
                stacklevel=2,
            )
            return
        self.compile(**deserialize(config))
        if self.optimizer is not None and self.built:
            self.optimizer.build(self.trainable_variables)

    def _check_compiled(self: Any, method: str) -> None:
        if not self.compiled:
            raise ValueError(
                f"{self._title} is not compiled, so {method}() does not know its loss\n"
                "    fix: call compile(optimizer=..., loss=...) first"
            )

    # Metrics.

    @property
    def metrics(self: Any) -> list[Any]:
        """The loss, the metrics of `compile`, then those of the layers."""
        found: list[Any] = []
        if self.compiled:
            found.append(self._loss_tracker)
            if self._compile_metrics is not None:
                found.append(self._compile_metrics)
            if self._compile_loss is not None:
                found.extend(self._compile_loss.metrics)
        found.extend(self._state.metrics)
        for layer in self._flatten_layers():
            if not isinstance(layer, Trainer):
                found.extend(layer._state.metrics)
        return found

    @property
    def metrics_names(self) -> list[str]:
        """The names of the metrics."""
        return [m.name for m in self.metrics]

    def _compiled_metrics(self: Any) -> list[Metric]:
        """The metrics given to `compile`."""
        return [] if self._compile_metrics is None else self._compile_metrics.metrics

    def reset_metrics(self) -> None:
        """Start all metrics again."""
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """The values of the metrics by name."""
        results: dict[str, Any] = {}
        for metric in self.metrics:
            value = metric.result()
            results |= value if isinstance(value, dict) else {metric.name: value}
        return results

    # Steps.

    def compute_loss(
        self: Any,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The loss of a batch: that of `compile`, and those the layers add."""
        losses = []
        if self._compile_loss is not None:
            loss = self._compile_loss(y, y_pred, sample_weight)
            losses += [] if loss is None else [loss]
        for extra in self.losses:
            extra = extra if is_float(extra.dtype) else f.cast(extra, default_float())
            losses.append(f.sum(extra) if extra.shape else extra)
        if not losses:
            raise ValueError(
                f"{self._title} has no loss to minimise\n"
                "    fix: compile(loss=...), or add_loss() in a layer"
            )
        total = losses[0]
        for extra in losses[1:]:
            total = total + extra
        return total

    def _compute_loss(self, x: Any, y: Any, y_pred: Any, weight: Any, training: bool) -> Any:
        """`compute_loss`, also where a user's own does not know `training`."""
        parameters = inspect.signature(self.compute_loss).parameters
        known = "training" in parameters or any(
            p.kind is p.VAR_KEYWORD for p in parameters.values()
        )
        extra = {"training": training} if known else {}
        return self.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=weight, **extra)

    def compute_metrics(
        self: Any, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
    ) -> dict[str, Any]:
        """Update the metrics with a batch, and give the values of all."""
        if self._compile_metrics is not None:
            self._compile_metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def _forward(self: Any, x: Any, training: bool) -> Any:
        if call_signature(self.call).takes("training"):
            return self(x, training=training)
        return self(x)

    def train_step(self: Any, data: Any) -> dict[str, Any]:
        """One batch: forward, loss, gradients, update, metrics."""
        x, y, weight = unpack(data)
        with GradientTape() as tape:
            y_pred = self._forward(x, True)
            loss = self._compute_loss(x, y, y_pred, weight, True)
            self._track_loss(loss, x)
            if self.optimizer is not None:
                loss = self.optimizer.scale_loss(loss)
        weights = self.trainable_weights
        if weights:
            gradients = tape.gradient(loss, weights)
            self.optimizer.apply_gradients(zip(gradients, weights, strict=True))
        else:
            warnings.warn("the model has no trainable weights, so nothing is trained", stacklevel=2)
        return self.compute_metrics(x, y, y_pred, sample_weight=weight)

    def test_step(self: Any, data: Any) -> dict[str, Any]:
        """One batch: forward, loss, metrics."""
        x, y, weight = unpack(data)
        y_pred = self._forward(x, False)
        loss = self._compute_loss(x, y, y_pred, weight, False)
        self._track_loss(loss, x)
        return self.compute_metrics(x, y, y_pred, sample_weight=weight)

    def predict_step(self: Any, data: Any) -> Any:
        """One batch: forward."""
        x, _, _ = unpack(data)
        return self._forward(x, False)

    def _track_loss(self: Any, loss: Any, x: Any) -> None:
        size = next(leaf.shape[0] for leaf in structure.flatten(x) if leaf is not None)
        self._loss_tracker.update_state(loss, sample_weight=float(size))

    def make_train_function(self: Any, force: bool = False) -> Callable[..., Any]:
        """The training step as a plan."""
        return self._made("train_function", self.train_step, force)

    def make_test_function(self: Any, force: bool = False) -> Callable[..., Any]:
        """The evaluation step as a plan."""
        return self._made("test_function", self.test_step, force)

    def make_predict_function(self: Any, force: bool = False) -> Callable[..., Any]:
        """The prediction step as a plan."""
        return self._made("predict_function", self.predict_step, force)

    def _made(self: Any, name: str, step: Callable[..., Any], force: bool) -> Callable[..., Any]:
        made = getattr(self, name)
        if made is None or force:
            made = loops.one_step(self, step)
            object.__setattr__(
                self, name, made if self.run_eagerly else Function(made, step.__name__)
            )
        return getattr(self, name)

    # Loops.

    def fit(
        self: Any,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        **options: Any,
    ) -> History:
        """Train on data for some epochs; returns the history of the logs."""
        self._check_compiled("fit")
        run = loops.FitOptions(epochs=epochs, verbose=verbose, batch_size=batch_size, **options)
        return loops.fit(self, x, y, run)

    def evaluate(
        self: Any,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        **options: Any,
    ) -> Any:
        """The loss and the metrics on data."""
        self._check_compiled("evaluate")
        as_dict = options.pop("return_dict", False)
        logs = loops.evaluate(self, (x, y, sample_weight), batch_size, verbose, **options)
        return logs if as_dict else self._listed(logs)

    def predict(
        self: Any,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
        **ignored: Any,
    ) -> Any:
        """The outputs for data, batch by batch."""
        options = Options(batch_size=batch_size, steps=steps)
        return loops.predict(self, x, options, verbose, callbacks)

    def train_on_batch(
        self: Any,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        return_dict: bool = False,
        **ignored: Any,
    ) -> Any:
        """One training step; returns its loss and metrics."""
        self._check_compiled("train_on_batch")
        if class_weight is not None:
            if sample_weight is not None:
                raise ValueError("class_weight and sample_weight cannot be given at the same time")
            sample_weight = class_weights(np.asarray(y), class_weight)
        self.reset_metrics()
        logs = self.make_train_function()(_batch(x, y, sample_weight))
        logs = loops.plain_logs(logs)
        return logs if return_dict else self._listed(logs)

    def test_on_batch(
        self: Any,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        return_dict: bool = False,
        **ignored: Any,
    ) -> Any:
        """One evaluation step; returns its loss and metrics."""
        self._check_compiled("test_on_batch")
        self.reset_metrics()
        logs = loops.plain_logs(self.make_test_function()(_batch(x, y, sample_weight)))
        return logs if return_dict else self._listed(logs)

    def predict_on_batch(self: Any, x: Any) -> Any:
        """The outputs for one batch."""
        outputs = self.make_predict_function()((as_arrays(x),))
        return structure.map_structure(np.asarray, outputs)

    def _listed(self: Any, logs: dict[str, Any]) -> Any:
        """Logs as a list in the order of the metrics; a single value alone."""
        names: list[str] = []
        for metric in self.metrics:
            inner: Iterable[Metric] = getattr(metric, "metrics", [metric])
            names += [m.name for m in inner]
        ordered = [logs[n] for n in names if n in logs]
        ordered += [logs[k] for k in sorted(logs) if k not in names]
        return ordered[0] if len(ordered) == 1 else ordered


def _batch(x: Any, y: Any, weight: Any) -> Any:
    return as_arrays((x, y, weight))


__all__ = ["Layer", "Trainer"]
