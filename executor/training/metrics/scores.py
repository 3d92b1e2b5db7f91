"""F-scores, R² and overlaps."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import functions as f
from ...inputs import to_tensor
from ..reduction import same_rank
from .basic import SpecMetric, metric

_EPSILON = 1e-7


@metric
class FBetaScore(SpecMetric):
    """The mean of precision and recall, recall counted beta times."""

    _direction = "up"
    _built = False

    def _set_up(self) -> None:
        self._beta = float(getattr(self, "beta", 1.0))

    def _build(self, classes: int) -> None:
        shape = () if self.average == "micro" else (classes,)
        names = ("true_positives", "false_positives", "false_negatives", "intermediate_weights")
        for name in names:
            setattr(self, name, self.add_variable(shape, "zeros", name=name))
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch (batch, classes)."""
        y_true, y_pred = to_tensor(y_true, self.dtype), to_tensor(y_pred, self.dtype)
        if len(y_pred.shape) != 2 or len(y_true.shape) != 2:
            raise ValueError(
                f"{type(self).__name__} needs targets and outputs of shape (batch, classes), got "
                f"{tuple(y_true.shape)} and {tuple(y_pred.shape)}"
            )
        if not self._built:
            self._build(y_pred.shape[-1])
        if self.threshold is None:
            largest = f.max(y_pred, axis=-1, keepdims=True)
            hit = f.logical_and(y_pred >= largest, f.abs(y_pred) > 1e-9)
        else:
            hit = y_pred > self.threshold
        hit = f.cast(hit, self.dtype)
        weight = (
            None
            if sample_weight is None
            else f.expand_dims(to_tensor(sample_weight, self.dtype), 1)
        )
        for variable, value in (
            (self.true_positives, hit * y_true),
            (self.false_positives, hit * (1.0 - y_true)),
            (self.false_negatives, (1.0 - hit) * y_true),
            (self.intermediate_weights, y_true),
        ):
            value = value if weight is None else value * weight
            variable.assign_add(f.sum(value, axis=None if self.average == "micro" else 0))

    def result(self) -> Any:
        """The score of each class, or their mean."""
        tp = self.true_positives.value
        precision = tp / (tp + self.false_positives.value + _EPSILON)
        recall = tp / (tp + self.false_negatives.value + _EPSILON)
        square = self._beta**2
        mean = precision * recall / (square * precision + recall + _EPSILON)
        score = mean * (1.0 + square)
        if self.average == "weighted":
            weights = self.intermediate_weights.value
            return f.sum(score * weights / (f.sum(weights) + _EPSILON))
        return f.mean(score) if self.average is not None else score


@metric
class F1Score(FBetaScore):
    """The mean of precision and recall."""


@metric
class R2Score(SpecMetric):
    """How much of the targets' variance the outputs explain."""

    _direction = "up"
    _built = False

    def _set_up(self) -> None:
        self.num_samples = self.add_variable((), "zeros", "int32", name="num_samples")

    def _build(self, outputs: int) -> None:
        for name in ("squared_sum", "sum", "total_mse", "count"):
            setattr(self, name, self.add_variable((outputs,), "zeros", name=name))
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch (batch, outputs)."""
        y_true, y_pred = same_rank(to_tensor(y_true, self.dtype), to_tensor(y_pred, self.dtype))
        if not self._built:
            self._build(y_pred.shape[-1])
        weight = f.ones_like(y_true)
        if sample_weight is not None:
            given = to_tensor(sample_weight, self.dtype)
            given = f.expand_dims(given, 1) if len(given.shape) == 1 else given
            weight = weight * given
        weighted = y_true * weight
        self.sum.assign_add(f.sum(weighted, axis=0))
        self.squared_sum.assign_add(f.sum(y_true * weighted, axis=0))
        self.total_mse.assign_add(f.sum(f.square(y_true - y_pred) * weight, axis=0))
        self.count.assign_add(f.sum(weight, axis=0))
        self.num_samples.assign_add(int(np.prod(y_true.shape)))

    def result(self) -> Any:
        """The score."""
        total = self.squared_sum.value - f.square(self.sum.value) / self.count.value
        raw = 1.0 - self.total_mse.value / total
        raw = f.where(f.is_inf(raw), 0.0, raw)
        if self.class_aggregation == "uniform_average":
            return f.mean(raw)
        if self.class_aggregation == "variance_weighted_average":
            return f.sum(total * raw) / f.sum(total)
        return raw


class Overlap(SpecMetric):
    """A table of target classes against predicted ones."""

    _direction = "up"

    def _set_up(self) -> None:
        self.num_classes = getattr(self, "num_classes", 2)
        shape = (self.num_classes, self.num_classes)
        self.total_cm = self.add_variable(shape, "zeros", name="total_confusion_matrix")

    def _classes(self, y: Any, sparse: bool) -> Any:
        return f.cast(y, "int32") if sparse else f.argmax(y, getattr(self, "axis", -1))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in a batch."""
        true = self._classes(to_tensor(y_true), getattr(self, "sparse_y_true", True))
        pred = self._classes(to_tensor(y_pred), getattr(self, "sparse_y_pred", True))
        true, pred = f.reshape(true, (-1,)), f.reshape(pred, (-1,))
        rows = f.one_hot(true, self.num_classes, dtype="float32")
        if sample_weight is not None:
            weight = f.reshape(to_tensor(sample_weight, "float32"), (-1,))
            rows = rows * f.expand_dims(weight, -1)
        if getattr(self, "ignore_class", None) is not None:
            kept = f.cast(f.not_equal(true, self.ignore_class), "float32")
            rows = rows * f.expand_dims(kept, -1)
        columns = f.one_hot(pred, self.num_classes, dtype="float32")
        self.total_cm.assign_add(f.matmul(f.transpose(rows), columns))

    def _targets(self) -> list[int]:
        return list(getattr(self, "target_class_ids", range(self.num_classes)))

    def result(self) -> Any:
        """The mean overlap of the classes that occur."""
        table = self.total_cm.value
        index = np.asarray(self._targets(), "int32")
        hits = f.take(f.sum(table * f.eye(self.num_classes), axis=0), index, 0)
        rows = f.take(f.sum(table, axis=0), index, 0)
        columns = f.take(f.sum(table, axis=1), index, 0)
        union = rows + columns - hits
        seen = f.cast(union > _EPSILON, "float32")
        return f.divide_no_nan(f.sum(f.divide_no_nan(hits, union) * seen), f.sum(seen))


for _name in ("IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU"):
    _members: dict[str, Any] = {"__doc__": "The overlap of classes."}
    if _name.startswith("OneHot"):
        _members["sparse_y_true"] = False
    metric(type(_name, (Overlap,), _members))


@metric
class BinaryIoU(Overlap):
    """The overlap of yes and no, by a threshold."""

    def _classes(self, y: Any, sparse: bool) -> Any:
        return f.cast(f.greater_equal(f.cast(y, "float32"), self.threshold), "int32")
