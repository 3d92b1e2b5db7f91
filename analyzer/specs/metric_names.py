"""Metrics by name: their constructors, strings and functions, the targets they reject."""

from __future__ import annotations

from . import labels
from .base import LabelCheck, NamedSpec

_BOTH = "y_true: tensor, y_pred: tensor"
_END = "name=None, dtype=None"
_SMOOTHED = "from_logits: flag = False, label_smoothing=0"
_CLASSES = (
    "num_classes: size, {ids}name=None, dtype=None, ignore_class=None, {true}"
    "sparse_y_pred: flag = {sparse}, axis: axis = -1"
)
_SENSITIVE = "num_thresholds: size = 200, class_id=None, name=None, dtype=None"


def _metric(
    name: str,
    signature: str,
    *strings: str,
    check: LabelCheck | None = None,
    keras2: tuple[str, ...] | None = None,
    keras2_check: LabelCheck | None = None,
) -> NamedSpec:
    """A metric class with the strings that mean it beside its own name.

    Keras 2 finds the functions by name; an unknown string only fails in the first step.
    """
    return NamedSpec(
        "metric",
        name,
        f"({signature})",
        identifiers=(name, *strings),
        keras2=(name, *strings) if keras2 is None else keras2,
        check=check,
        keras2_check=keras2_check,
    )


def _function(function: str, more: str, check: LabelCheck | None) -> NamedSpec:
    """A metric that is also a function."""
    name = "".join(part.capitalize() for part in function.split("_"))
    return NamedSpec(
        "metric",
        name,
        f"({_END}{more})",
        identifiers=(name, function),
        functions=(function,),
        function=f"({_BOTH}{more})",
        check=check,
    )


REGRESSION_METRICS = (
    _metric("MeanSquaredError", _END, "mean_squared_error", "mse", "MSE", check=labels.elementwise),
    _metric(
        "RootMeanSquaredError",
        _END,
        "root_mean_squared_error",
        check=labels.elementwise,
        keras2=("RootMeanSquaredError",),
    ),
    _metric(
        "MeanAbsoluteError", _END, "mean_absolute_error", "mae", "MAE", check=labels.elementwise
    ),
    _metric(
        "MeanAbsolutePercentageError",
        _END,
        "mean_absolute_percentage_error",
        "mape",
        "MAPE",
        check=labels.elementwise,
    ),
    _metric(
        "MeanSquaredLogarithmicError",
        _END,
        "mean_squared_logarithmic_error",
        "msle",
        "MSLE",
        check=labels.elementwise,
    ),
    _metric(
        "CosineSimilarity",
        f"{_END}, axis: axis = -1",
        "cosine_similarity",
        check=labels.elementwise,
    ),
    _metric(
        "LogCoshError",
        _END,
        "log_cosh_error",
        check=labels.elementwise,
        keras2=("LogCoshError", "log_cosh", "logcosh"),
    ),
    _metric(
        "R2Score",
        "class_aggregation: choice('uniform_average', 'variance_weighted_average', None) = "
        "'uniform_average', num_regressors: number = 0, name=None, dtype=None",
        "r2_score",
        keras2=("R2Score",),
    ),
)
PROBABILISTIC_METRICS = (
    _metric("Poisson", _END, "poisson"),
    _metric(
        "KLDivergence",
        _END,
        "kl_divergence",
        keras2=("KLDivergence", "kl_divergence", "kld", "KLD", "kullback_leibler_divergence"),
    ),
    _metric(
        "BinaryCrossentropy",
        f"{_END}, {_SMOOTHED}",
        "binary_crossentropy",
        "bce",
        "BCE",
        check=labels.strictly_equal,
        keras2_check=labels.elementwise_keras2,
    ),
    _metric(
        "CategoricalCrossentropy",
        f"{_END}, {_SMOOTHED}, axis: axis = -1",
        "categorical_crossentropy",
        check=labels.strictly_equal,
        keras2_check=labels.equal,
    ),
    _metric(
        "SparseCategoricalCrossentropy",
        f"{_END}, from_logits: flag = False, ignore_class=None, axis: axis = -1",
        "sparse_categorical_crossentropy",
        check=labels.strictly_indices,
        keras2_check=labels.indices,
    ),
    _metric("Hinge", _END, "hinge"),
    _metric("SquaredHinge", _END, "squared_hinge"),
    _metric("CategoricalHinge", _END, "categorical_hinge"),
)
ACCURACY_METRICS = (
    _metric("Accuracy", _END, "accuracy", check=labels.elementwise),
    _function("binary_accuracy", ", threshold=0.5", labels.elementwise),
    _function("categorical_accuracy", "", None),
    _function("sparse_categorical_accuracy", "", labels.guessed),
    NamedSpec(
        "metric",
        "TopKCategoricalAccuracy",
        f"(k=5, {_END})",
        identifiers=("TopKCategoricalAccuracy", "top_k_categorical_accuracy"),
        functions=("top_k_categorical_accuracy",),
        function=f"({_BOTH}, k=5)",
    ),
    NamedSpec(
        "metric",
        "SparseTopKCategoricalAccuracy",
        f"(k=5, {_END}, from_sorted_ids: flag = False)",
        identifiers=("SparseTopKCategoricalAccuracy", "sparse_top_k_categorical_accuracy"),
        functions=("sparse_top_k_categorical_accuracy",),
        function=f"({_BOTH}, k=5, from_sorted_ids: flag = False)",
        check=labels.strictly_indices,
        keras2_check=labels.indices,
    ),
)


def _confusion(name: str, signature: str, *strings: str) -> NamedSpec:
    """A metric of the confusion matrix; Keras 2 knows its class name only."""
    return _metric(name, signature, *strings, check=labels.equal, keras2=(name,))


def _needing(name: str, signature: str, check: LabelCheck | None) -> NamedSpec:
    """A metric that no string can mean, for it needs an argument."""
    return NamedSpec("metric", name, f"({signature})", check=check)


CONFUSION_METRICS = (
    _confusion(
        "AUC",
        "num_thresholds: size = 200, curve: choice('ROC', 'PR') = 'ROC', summation_method: "
        "choice('interpolation', 'minoring', 'majoring') = 'interpolation', name=None, "
        "dtype=None, thresholds=None, multi_label: flag = False, num_labels=None, "
        "label_weights=None, from_logits: flag = False",
        "auc",
    ),
    _confusion("Precision", f"thresholds=None, top_k=None, class_id=None, {_END}", "precision"),
    _confusion("Recall", f"thresholds=None, top_k=None, class_id=None, {_END}", "recall"),
    _confusion("TruePositives", f"thresholds=None, {_END}", "true_positives"),
    _confusion("TrueNegatives", f"thresholds=None, {_END}", "true_negatives"),
    _confusion("FalsePositives", f"thresholds=None, {_END}", "false_positives"),
    _confusion("FalseNegatives", f"thresholds=None, {_END}", "false_negatives"),
    _needing("PrecisionAtRecall", f"recall: rate, {_SENSITIVE}", labels.equal),
    _needing("RecallAtPrecision", f"precision: rate, {_SENSITIVE}", labels.equal),
    _needing("SensitivityAtSpecificity", f"specificity: rate, {_SENSITIVE}", labels.equal),
    _needing("SpecificityAtSensitivity", f"sensitivity: rate, {_SENSITIVE}", labels.equal),
    _confusion(
        "BinaryIoU",
        "target_class_ids: axes = (0, 1), threshold=0.5, name=None, dtype=None",
        "binary_io_u",
    ),
    _needing(
        "IoU",
        _CLASSES.format(ids="target_class_ids, ", true="sparse_y_true: flag = True, ", sparse=True),
        labels.equal,
    ),
    _needing(
        "MeanIoU",
        _CLASSES.format(ids="", true="sparse_y_true: flag = True, ", sparse=True),
        labels.equal,
    ),
    _needing("OneHotIoU", _CLASSES.format(ids="target_class_ids, ", true="", sparse=False), None),
    _needing("OneHotMeanIoU", _CLASSES.format(ids="", true="", sparse=False), None),
)
_AVERAGE = "average: choice(None, 'micro', 'macro', 'weighted') = None"
OTHER_METRICS = (
    _metric(
        "F1Score",
        f"{_AVERAGE}, threshold: number = None, {_END}",
        "f1_score",
        check=labels.matrices,
        keras2=("F1Score",),
    ),
    _metric(
        "FBetaScore",
        f"{_AVERAGE}, beta: number = 1.0, threshold: number = None, {_END}",
        "f_beta_score",
        check=labels.matrices,
        keras2=("FBetaScore",),
    ),
    _metric("Mean", _END, "mean", keras2=("Mean",)),
    _metric("Sum", _END, "sum", keras2=("Sum",)),
    NamedSpec(
        "metric",
        "PearsonCorrelation",
        f"({_END}, axis: axis = -1)",
        identifiers=("PearsonCorrelation", "pearson_correlation"),
        functions=("pearson_correlation",),
        function=f"({_BOTH}, axis: axis = -1)",
        keras2=(),
        check=labels.elementwise,
    ),
    NamedSpec(
        "metric",
        "ConcordanceCorrelation",
        f"({_END}, axis: axis = -1)",
        identifiers=("ConcordanceCorrelation", "concordance_correlation"),
        functions=("concordance_correlation",),
        function=f"({_BOTH}, axis: axis = -1)",
        keras2=(),
        check=labels.elementwise,
    ),
    _needing("MeanMetricWrapper", f"fn, {_END}, **kwargs", None),
)
# "accuracy" and "acc", in any case of letters, stand for one of these by the shapes.
ACCURACY_STRINGS = ("accuracy", "acc")
CROSSENTROPY_STRINGS = ("crossentropy", "ce")
