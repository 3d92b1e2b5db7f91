"""Sums and means of values, and metrics that are the mean of a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ... import functions as f
from ...api import public
from ...inputs import to_tensor
from ...layers.calling import mask_of
from ...layers.metric_base import Metric
from ...layers.named import Named, register
from ...layers.serialize import deserialize, serialize
from .. import loss_functions
from ..reduction import same_rank, with_mask


class SpecMetric(Metric, Named):
    """A built-in metric: its constructor and config are its spec's."""

    family = "metric"
    _direction: ClassVar[str | None] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        values = self._bound(args, kwargs)
        Metric.__init__(self, values.pop("dtype", None), values.pop("name", None))
        self._arguments = values
        for name, value in values.items():
            setattr(self, name, value)
        self._set_up()

    def _set_up(self) -> None:
        """Make the variables, once the arguments are set."""

    def get_config(self) -> dict[str, Any]:
        """The constructor arguments."""
        own = {n: serialize(getattr(self, n)) for n in self._arguments}
        return {**Metric.get_config(self), **own}


def metric(cls: type[SpecMetric]) -> type[SpecMetric]:
    """Register a metric class under its own name."""
    cls.spec_name = cls.__name__
    register(cls, "metrics")
    return cls


def samplewise(values: Any, weight: Any, reduce: Callable[..., Any], dtype: str) -> tuple[Any, Any]:
    """(batch, ...) values -> (batch,), and the weight of each sample."""
    mask = mask_of(values)
    values = f.cast(to_tensor(values), dtype)
    if weight is not None:
        weight = to_tensor(weight, dtype)
        if mask is not None:
            weight = with_mask(weight, mask, dtype, "sum")
        values, weight = same_rank(values, weight)
        rank = len(weight.shape)
        if len(values.shape) > rank:
            values = reduce(values, axis=tuple(range(rank, len(values.shape))))
        weight = f.broadcast_to(weight, values.shape)
        values = values * weight
        if rank > 1:
            weight = reduce(weight, axis=tuple(range(1, rank)))
    if len(values.shape) > 1:
        values = reduce(values, axis=tuple(range(1, len(values.shape))))
    return values, weight


@metric
class Sum(SpecMetric):
    """The sum of all values."""

    def _set_up(self) -> None:
        self.total = self.add_variable((), "zeros", name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add values."""
        values, _ = samplewise(values, sample_weight, f.sum, self.dtype)
        self.total.assign_add(f.sum(values))

    def result(self) -> Any:
        """The sum so far."""
        return self.total.value


@metric
class Mean(SpecMetric):
    """The mean of all values, weighted by sample."""

    def _set_up(self) -> None:
        self.total = self.add_variable((), "zeros", name="total")
        self.count = self.add_variable((), "zeros", name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Take in values: a scalar counts as one sample."""
        values, weight = samplewise(values, sample_weight, f.mean, self.dtype)
        self.total.assign_add(f.sum(values))
        if weight is not None:
            self.count.assign_add(f.sum(weight))
        else:
            self.count.assign_add(float(values.shape[0]) if values.shape else 1.0)

    def result(self) -> Any:
        """The mean so far; 0 before the first value."""
        return f.divide_no_nan(self.total, self.count)


@public("keras.metrics.MeanMetricWrapper")
class MeanMetricWrapper(Metric):
    """The mean of a function `(y_true, y_pred)`."""

    def __init__(
        self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any
    ) -> None:
        Metric.__init__(self, dtype, name)
        self.total = self.add_variable((), "zeros", name="total")
        self.count = self.add_variable((), "zeros", name="count")
        self._fn, self._fn_kwargs = fn, kwargs
        if loss_functions.is_loss_function(fn) or hasattr(type(fn), "reduction"):
            self._direction = "down"

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch; masked outputs do not count."""
        mask = mask_of(y_pred)
        values = self._fn(y_true, y_pred, **self._fn_kwargs)
        weight = with_mask(sample_weight, mask, self.dtype, "sum")
        Mean.update_state(self, values, weight)  # type: ignore[arg-type]

    def result(self) -> Any:
        """The mean so far; 0 before the first batch."""
        return f.divide_no_nan(self.total, self.count)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs to make an equal metric."""
        return {**super().get_config(), "fn": serialize(self._fn), **serialize(self._fn_kwargs)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A metric made from its config."""
        return cls(**{**config, "fn": deserialize(config["fn"])} if "fn" in config else config)


class FunctionMetric(MeanMetricWrapper, SpecMetric):
    """A built-in metric that is the mean of a function."""

    function: ClassVar[Callable[..., Any]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        values = self._bound(args, kwargs)
        name, dtype = values.pop("name", None), values.pop("dtype", None)
        for key, value in values.items():
            setattr(self, key, value)
        MeanMetricWrapper.__init__(self, type(self).function, name, dtype, **values)
        self._arguments = values

    def get_config(self) -> dict[str, Any]:
        """The constructor arguments."""
        return SpecMetric.get_config(self)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A metric made from its config."""
        return cls(**config)


def mean_of(name: str, function: Callable[..., Any], direction: str | None) -> None:
    """Register the metric class that is the mean of a function."""
    members = {
        "spec_name": name,
        "function": staticmethod(function),
        "_direction": direction,
        "__doc__": function.__doc__,
    }
    register(type(name, (FunctionMetric,), members), "metrics")
