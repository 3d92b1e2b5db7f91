"""Metrics that are means: accuracies, errors and losses as metrics."""

from __future__ import annotations

from typing import Any

from ... import functions as f
from ...api import offer
from ...inputs import to_tensor
from .. import loss_functions as losses
from ..loss_functions import pair
from ..reduction import same_rank
from .basic import Mean, mean_of, metric


def accuracy(y_true: Any, y_pred: Any) -> Any:
    """How often outputs equal targets."""
    y_true, y_pred = pair(y_true, y_pred)
    return f.cast(f.equal(y_true, y_pred), "float32")


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Any:
    """How often outputs are on the targets' side of the threshold."""
    y_true, y_pred = same_rank(to_tensor(y_true), to_tensor(y_pred))
    above = f.cast(f.greater(y_pred, threshold), y_true.dtype.name)
    return f.cast(f.equal(y_true, above), "float32")


def categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """How often the largest output is where the one-hot target is."""
    y_true, y_pred = f.argmax(y_true, -1), f.argmax(y_pred, -1)
    return f.cast(f.equal(y_true, y_pred), "float32")


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """How often the largest output is at the target's class number."""
    y_pred = to_tensor(y_pred)
    y_true = to_tensor(y_true, y_pred.dtype.name)
    shape = y_true.shape
    squeezed = len(shape) == len(y_pred.shape) and shape[-1] == 1
    if squeezed:
        y_true = f.squeeze(y_true, -1)
    found = f.cast(f.argmax(y_pred, -1), y_true.dtype.name)
    matches = f.cast(f.equal(y_true, found), "float32")
    if squeezed:
        matches = f.reshape(matches, shape)
    return f.squeeze(matches, -1) if len(matches.shape) > 1 and matches.shape[-1] == 1 else matches


def _in_top_k(classes: Any, scores: Any, k: int) -> Any:
    """Whether fewer than k scores are larger than that of the class; NaN counts as wrong."""
    own = f.take_along_axis(scores, f.expand_dims(f.cast(classes, "int32"), -1), -1)
    larger = f.sum(f.cast(f.greater(scores, own), "int32"), axis=-1)
    return f.logical_and(larger < k, f.is_finite(f.squeeze(own, -1)))


def _top_k(classes: Any, y_pred: Any, k: int) -> Any:
    shape = classes.shape
    y_pred = f.reshape(y_pred, (-1, y_pred.shape[-1])) if len(y_pred.shape) > 2 else y_pred
    flat = f.reshape(classes, (-1,)) if len(shape) > 1 else classes
    matches = f.cast(_in_top_k(flat, y_pred, k), "float32")
    return f.reshape(matches, shape) if len(shape) > 1 else matches


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """How often the one-hot target is among the k largest outputs."""
    return _top_k(f.argmax(to_tensor(y_true), -1), to_tensor(y_pred), k)


def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False
) -> Any:
    """How often the target's class number is among the k largest outputs."""
    y_true, y_pred = to_tensor(y_true), to_tensor(y_pred)
    if not from_sorted_ids:
        return _top_k(f.cast(y_true, "int32"), y_pred, k)
    shape = y_true.shape
    flat = f.cast(f.reshape(y_true, (-1, 1)), y_pred.dtype.name)
    found = f.any(f.equal(flat, f.reshape(y_pred, (-1, y_pred.shape[-1]))[:, :k]), axis=1)
    return f.reshape(f.cast(found, "float32"), shape)


def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """The correlation of targets and outputs."""
    y_true, y_pred = pair(y_true, y_pred)
    left = y_true - f.mean(y_true, axis=axis, keepdims=True)
    right = y_pred - f.mean(y_pred, axis=axis, keepdims=True)
    left = left / f.std(left, axis=axis, keepdims=True)
    right = right / f.std(right, axis=axis, keepdims=True)
    return f.mean(left * right, axis=axis)


def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """The agreement of targets and outputs, scale and place included."""
    y_true, y_pred = pair(y_true, y_pred)
    mean_true = f.mean(y_true, axis=axis, keepdims=True)
    mean_pred = f.mean(y_pred, axis=axis, keepdims=True)
    spread = f.var(y_true, axis=axis, keepdims=True) + f.var(y_pred, axis=axis, keepdims=True)
    shared = (y_true - mean_pred) * (y_pred - mean_pred)
    total = spread + f.square(mean_true - mean_pred)
    return f.mean(2.0 * shared / (total + losses.EPSILON), axis=axis)


for _function in (
    accuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    top_k_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    pearson_correlation,
    concordance_correlation,
):
    offer(_function, f"keras.metrics.{_function.__name__}")
offer(losses.cosine_proximity, "keras.metrics.cosine_similarity")

for _name, _function, _direction in (
    ("Accuracy", accuracy, "up"),
    ("BinaryAccuracy", binary_accuracy, "up"),
    ("CategoricalAccuracy", categorical_accuracy, "up"),
    ("SparseCategoricalAccuracy", sparse_categorical_accuracy, "up"),
    ("TopKCategoricalAccuracy", top_k_categorical_accuracy, "up"),
    ("SparseTopKCategoricalAccuracy", sparse_top_k_categorical_accuracy, "up"),
    ("MeanSquaredError", losses.mean_squared_error, "down"),
    ("MeanAbsoluteError", losses.mean_absolute_error, "down"),
    ("MeanAbsolutePercentageError", losses.mean_absolute_percentage_error, "down"),
    ("MeanSquaredLogarithmicError", losses.mean_squared_logarithmic_error, "down"),
    ("CosineSimilarity", losses.cosine_proximity, "up"),
    ("LogCoshError", losses.log_cosh, "down"),
    ("KLDivergence", losses.kl_divergence, None),
    ("Poisson", losses.poisson, None),
    ("BinaryCrossentropy", losses.binary_crossentropy, "down"),
    ("CategoricalCrossentropy", losses.categorical_crossentropy, "down"),
    ("SparseCategoricalCrossentropy", losses.sparse_categorical_crossentropy, "down"),
    ("Hinge", losses.hinge, "down"),
    ("SquaredHinge", losses.squared_hinge, "down"),
    ("CategoricalHinge", losses.categorical_hinge, "down"),
    ("PearsonCorrelation", pearson_correlation, "up"),
    ("ConcordanceCorrelation", concordance_correlation, "up"),
):
    mean_of(_name, _function, _direction)


@metric
class RootMeanSquaredError(Mean):
    """The root of the mean squared error."""

    _direction = "down"

    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Take in a batch."""
        y_true, y_pred = pair(to_tensor(y_true, self.dtype), to_tensor(y_pred, self.dtype))
        super().update_state(f.square(y_pred - y_true), sample_weight)

    def result(self) -> Any:
        """The root of the mean so far."""
        return f.sqrt(super().result())
