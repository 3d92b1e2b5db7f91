"""Metrics that count hits and misses above thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from ... import functions as f
from ...inputs import to_tensor
from ..reduction import same_rank
from .basic import SpecMetric, metric

_EPSILON = 1e-7
_LOWEST = -1e10  # the threshold where only the top k count
_COUNTS = ("true_positives", "false_positives", "true_negatives", "false_negatives")


class Confusion(SpecMetric):
    """Counts of (target, output) pairs, for one or several thresholds."""

    counts: ClassVar[tuple[str, ...]] = ()
    limits: Sequence[float]

    def _make(self, names: Sequence[str], shape: tuple[int, ...]) -> None:
        for name in names:
            setattr(self, name, self.add_variable(shape, "zeros", name=name))

    def _count(self, y_true: Any, y_pred: Any, weight: Any) -> None:
        """Add a batch to the counts this metric keeps."""
        y_true, y_pred, weight = _prepared(self, y_true, y_pred, weight)
        limits = np.asarray(self.limits, "float32")[:, None]
        above = f.cast(f.greater(f.reshape(y_pred, (1, -1)), limits), self.dtype)
        label = f.reshape(f.cast(f.cast(y_true, "bool"), self.dtype), (1, -1))
        ones = 1.0 if weight is None else f.reshape(weight, (1, -1))
        parts = {
            "true_positives": lambda: above * label,
            "false_positives": lambda: above * (1.0 - label),
            "true_negatives": lambda: (1.0 - above) * (1.0 - label),
            "false_negatives": lambda: (1.0 - above) * label,
        }
        for name in _COUNTS:
            variable = self.__dict__.get(name)
            if variable is not None:
                variable.assign_add(f.sum(parts[name]() * ones, axis=1))


def _prepared(m: Any, y_true: Any, y_pred: Any, weight: Any) -> tuple[Any, Any, Any]:
    """Targets, outputs and weights of one shape."""
    y_true = f.cast(to_tensor(y_true), m.dtype)
    y_pred = f.cast(to_tensor(y_pred), m.dtype)
    y_pred, y_true = same_rank(y_pred, y_true)
    if getattr(m, "top_k", None) is not None:
        y_pred = _only_top(y_pred, m.top_k)
    if getattr(m, "class_id", None) is not None:
        y_true, y_pred = y_true[..., m.class_id], y_pred[..., m.class_id]
    if weight is not None:
        weight = f.cast(to_tensor(weight), m.dtype)
        while len(weight.shape) < len(y_pred.shape):
            weight = f.expand_dims(weight, -1)
        weight = f.broadcast_to(weight, y_pred.shape)
    return y_true, y_pred, weight


def _only_top(x: Any, k: int) -> Any:
    """Outputs that are not among the k largest of their row become the lowest."""
    indices = f.top_k(x, k)[1]
    kept = f.sum(f.one_hot(indices, x.shape[-1], dtype=x.dtype.name), axis=-2)
    return x * kept + _LOWEST * (1.0 - kept)


def _limits(thresholds: Any, default: float = 0.5) -> list[float]:
    given = default if thresholds is None else thresholds
    return [float(t) for t in (given if isinstance(given, list | tuple) else [given])]


class Counting(Confusion):
    """One of the four counts."""

    def _set_up(self) -> None:
        self.limits = _limits(self.thresholds)
        self._make(["accumulator"], (len(self.limits),))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch."""
        # Counted under its own name, kept under the one saved models use.
        self.__dict__[self.counts[0]] = self.accumulator
        self._count(y_true, y_pred, sample_weight)
        self.__dict__.pop(self.counts[0])

    def result(self) -> Any:
        """The count, one for each threshold."""
        value = self.accumulator.value
        return value[0] if len(self.limits) == 1 else value


for _name, _counted, _direction in (
    ("TruePositives", "true_positives", "up"),
    ("FalsePositives", "false_positives", "down"),
    ("TrueNegatives", "true_negatives", "up"),
    ("FalseNegatives", "false_negatives", "down"),
):
    _doc = f"How many {_counted.replace('_', ' ')} there are."
    metric(
        type(
            _name,
            (Counting,),
            {"counts": (_counted,), "_direction": _direction, "__doc__": _doc},
        )
    )


class Ratio(Confusion):
    """Hits over hits and one kind of misses."""

    _direction = "up"

    def _set_up(self) -> None:
        self.limits = _limits(self.thresholds, 0.5 if self.top_k is None else _LOWEST)
        self._make(self.counts, (len(self.limits),))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch."""
        self._count(y_true, y_pred, sample_weight)

    def result(self) -> Any:
        """The ratio, one for each threshold."""
        hits, misses = (getattr(self, n).value for n in self.counts)
        value = f.divide_no_nan(hits, hits + misses)
        return value[0] if len(self.limits) == 1 else value


@metric
class Precision(Ratio):
    """How many of those called positive are."""

    counts = ("true_positives", "false_positives")


@metric
class Recall(Ratio):
    """How many of the positive ones are found."""

    counts = ("true_positives", "false_negatives")


def spread(count: int) -> list[float]:
    """Thresholds from just below 0 to just above 1, evenly."""
    inner = [(i + 1) / (count - 1) for i in range(count - 2)]
    return [-_EPSILON, *inner, 1.0 + _EPSILON]


class AtValue(Confusion):
    """One quality where another one is high enough."""

    _direction = "up"
    # (what is given, what is wanted) as pairs of counts: hits over hits and misses.
    given: ClassVar[tuple[str, str]]
    wanted: ClassVar[tuple[str, str]]

    def _set_up(self) -> None:
        value = next(getattr(self, n) for n in self._arguments if n not in _COMMON)
        self.value = value
        count = self.num_thresholds
        self.limits = [0.5] if count == 1 else spread(count)
        self._make(_COUNTS, (len(self.limits),))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch."""
        self._count(y_true, y_pred, sample_weight)

    def _share(self, names: tuple[str, str]) -> Any:
        hits, misses = (getattr(self, n).value for n in names)
        return f.divide_no_nan(hits, hits + misses)

    def result(self) -> Any:
        """The best value among the thresholds that are good enough."""
        enough = f.greater_equal(self._share(self.given), self.value)
        return f.max(f.where(enough, self._share(self.wanted), 0.0))


_COMMON = ("num_thresholds", "class_id", "name", "dtype")
_RECALL = ("true_positives", "false_negatives")
_SPECIFICITY = ("true_negatives", "false_positives")
_PRECISION = ("true_positives", "false_positives")
for _name, _given, _wanted in (
    ("SensitivityAtSpecificity", _SPECIFICITY, _RECALL),
    ("SpecificityAtSensitivity", _RECALL, _SPECIFICITY),
    ("PrecisionAtRecall", _RECALL, _PRECISION),
    ("RecallAtPrecision", _PRECISION, _RECALL),
):
    metric(type(_name, (AtValue,), {"given": _given, "wanted": _wanted, "__doc__": _name}))


@metric
class AUC(Confusion):
    """The area under a curve of two qualities over all thresholds."""

    _direction = "up"

    def _set_up(self) -> None:
        inner = self.thresholds
        if inner is None:
            self.limits = spread(self.num_thresholds)
        else:
            self.limits = [-_EPSILON, *sorted(inner), 1.0 + _EPSILON]
            self.num_thresholds = len(self.limits)
        if self.multi_label or self.label_weights is not None:
            raise NotImplementedError("AUC(multi_label=True) is not computed")
        self._make(_COUNTS, (len(self.limits),))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch."""
        if self.from_logits:
            y_pred = f.sigmoid(to_tensor(y_pred))
        self._count(y_true, y_pred, sample_weight)

    def result(self) -> Any:
        """The area."""
        tp, fp, tn, fn = (getattr(self, n).value for n in _COUNTS)
        recall = f.divide_no_nan(tp, tp + fn)
        if self.curve == "ROC":
            return self._area(f.divide_no_nan(fp, fp + tn), recall)
        if self.summation_method == "interpolation":
            return _interpolated(tp, fp, fn)
        return self._area(recall, f.divide_no_nan(tp, tp + fp))

    def _area(self, x: Any, y: Any) -> Any:
        left, right = y[:-1], y[1:]
        heights = {
            "interpolation": lambda: (left + right) / 2.0,
            "minoring": lambda: f.minimum(left, right),
            "majoring": lambda: f.maximum(left, right),
        }[self.summation_method]()
        return f.sum((x[:-1] - x[1:]) * heights)


def _interpolated(tp: Any, fp: Any, fn: Any) -> Any:
    """The area under precision over recall, hits and misses interpolated between thresholds."""
    hits = tp[:-1] - tp[1:]
    called = tp + fp
    slope = f.divide_no_nan(hits, f.maximum(called[:-1] - called[1:], 0.0))
    intercept = tp[1:] - slope * called[1:]
    both = f.logical_and(called[:-1] > 0, called[1:] > 0)
    ratio = f.where(both, f.divide_no_nan(called[:-1], f.maximum(called[1:], 0.0)), 1.0)
    grown = slope * (hits + intercept * f.log(ratio))
    return f.sum(f.divide_no_nan(grown, f.maximum(tp[1:] + fn[1:], 0.0)))
