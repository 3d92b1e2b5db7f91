"""Losses by name: their constructors and functions, the targets they reject."""

from __future__ import annotations

from collections.abc import Mapping

from . import labels
from .base import NamedSpec

_REDUCTION = (
    "reduction: choice('sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', "
    "'none', None) = 'sum_over_batch_size'"
)
_END = f"{_REDUCTION}, name=None, dtype=None"
_LOGITS = "from_logits: flag = False, label_smoothing=0.0, axis: axis = -1"
_FOCAL = "alpha=0.25, gamma=2.0"
_BOTH = "y_true: tensor, y_pred: tensor"

# `expects`: what the outputs are to be ("distribution" over the last axis, "probability";
# with from_logits the scores before that activation). `targets`: "one-hot" or "index".
_BINARY: Mapping[str, object] = {"expects": "probability"}
_CATEGORICAL: Mapping[str, object] = {"expects": "distribution", "targets": "one-hot"}
_SPARSE: Mapping[str, object] = {"expects": "distribution", "targets": "index"}


def _plain(name: str, function: str, *also: str, keras2: tuple[str, ...] = ()) -> NamedSpec:
    """A loss without options that compares element by element."""
    strings = (name, function, *also)
    return NamedSpec(
        "loss",
        name,
        f"({_END})",
        identifiers=strings,
        functions=(function, *also, *keras2),
        function=f"({_BOTH})",
        keras2=(*strings, *keras2),
        check=labels.elementwise,
        keras2_check=labels.elementwise_keras2,
    )


PLAIN_LOSSES = (
    _plain("MeanSquaredError", "mean_squared_error", "mse", "MSE"),
    _plain("MeanAbsoluteError", "mean_absolute_error", "mae", "MAE"),
    _plain("MeanAbsolutePercentageError", "mean_absolute_percentage_error", "mape", "MAPE"),
    _plain("MeanSquaredLogarithmicError", "mean_squared_logarithmic_error", "msle", "MSLE"),
    _plain("LogCosh", "log_cosh", keras2=("logcosh",)),
    _plain("Hinge", "hinge"),
    _plain("SquaredHinge", "squared_hinge"),
    _plain("CategoricalHinge", "categorical_hinge"),
    _plain("Poisson", "poisson"),
)
KL_DIVERGENCE = NamedSpec(
    "loss",
    "KLDivergence",
    f"({_END})",
    identifiers=("KLDivergence", "kl_divergence", "kld", "KLD"),
    functions=("kl_divergence", "kld", "KLD", "kullback_leibler_divergence"),
    function=f"({_BOTH})",
    keras2=("KLDivergence", "kl_divergence", "kld", "KLD", "kullback_leibler_divergence"),
    check=labels.elementwise,
    keras2_check=labels.elementwise_keras2,
    facts={"expects": "distribution"},
)
HUBER = NamedSpec(
    "loss",
    "Huber",
    f"(delta=1.0, {_END})",
    identifiers=("Huber", "huber"),
    functions=("huber",),
    function=f"({_BOTH}, delta=1.0)",
    keras2=("Huber", "huber", "huber_loss"),
    check=labels.elementwise,
    keras2_check=labels.elementwise_keras2,
)
COSINE_SIMILARITY = NamedSpec(
    "loss",
    "CosineSimilarity",
    f"(axis: axis = -1, {_END})",
    identifiers=("CosineSimilarity", "cosine_similarity"),
    functions=("cosine_similarity",),
    function=f"({_BOTH}, axis=-1)",
    check=labels.elementwise,
    keras2_check=labels.elementwise_keras2,
)
BINARY_CROSSENTROPY = NamedSpec(
    "loss",
    "BinaryCrossentropy",
    f"({_LOGITS}, {_END})",
    identifiers=("BinaryCrossentropy", "binary_crossentropy", "bce", "BCE"),
    functions=("binary_crossentropy",),
    function=f"({_BOTH}, {_LOGITS})",
    check=labels.equal,
    keras2_check=labels.elementwise_keras2,
    facts=_BINARY,
)
BINARY_FOCAL_CROSSENTROPY = NamedSpec(
    "loss",
    "BinaryFocalCrossentropy",
    f"(apply_class_balancing: flag = False, {_FOCAL}, {_LOGITS}, {_END})",
    identifiers=("BinaryFocalCrossentropy", "binary_focal_crossentropy"),
    functions=("binary_focal_crossentropy",),
    function=f"({_BOTH}, apply_class_balancing: flag = False, {_FOCAL}, {_LOGITS})",
    check=labels.equal,
    keras2_check=labels.elementwise_keras2,
    facts=_BINARY,
)
CATEGORICAL_CROSSENTROPY = NamedSpec(
    "loss",
    "CategoricalCrossentropy",
    f"({_LOGITS}, {_END})",
    identifiers=("CategoricalCrossentropy", "categorical_crossentropy"),
    functions=("categorical_crossentropy",),
    function=f"({_BOTH}, {_LOGITS})",
    check=labels.equal,
    facts=_CATEGORICAL,
)
CATEGORICAL_FOCAL_CROSSENTROPY = NamedSpec(
    "loss",
    "CategoricalFocalCrossentropy",
    f"({_FOCAL}, {_LOGITS}, {_END})",
    identifiers=("CategoricalFocalCrossentropy", "categorical_focal_crossentropy"),
    functions=("categorical_focal_crossentropy",),
    function=f"({_BOTH}, {_FOCAL}, {_LOGITS})",
    check=labels.elementwise,
    facts=_CATEGORICAL,
)
SPARSE_CATEGORICAL_CROSSENTROPY = NamedSpec(
    "loss",
    "SparseCategoricalCrossentropy",
    f"(from_logits: flag = False, ignore_class=None, {_REDUCTION}, axis: axis = -1, "
    "name=None, dtype=None)",
    identifiers=("SparseCategoricalCrossentropy", "sparse_categorical_crossentropy"),
    functions=("sparse_categorical_crossentropy",),
    function=f"({_BOTH}, from_logits: flag = False, ignore_class=None, axis: axis = -1)",
    check=labels.indices,
    facts=_SPARSE,
)
GENERALIZED_CROSSENTROPY = NamedSpec(
    "loss",
    "CategoricalGeneralizedCrossEntropy",
    f"(q: number = 0.5, {_END})",
    functions=("categorical_generalized_cross_entropy",),
    function=f"({_BOTH}, q)",
    facts=_SPARSE,
)
DICE = NamedSpec(
    "loss",
    "Dice",
    f"({_REDUCTION}, name=None, axis: axes = None, dtype=None)",
    identifiers=("Dice", "dice"),
    functions=("dice",),
    function=f"({_BOTH}, axis: axes = None)",
    keras2=(),
    check=labels.elementwise,
)
TVERSKY = NamedSpec(
    "loss",
    "Tversky",
    f"(alpha=0.5, beta=0.5, {_REDUCTION}, name=None, axis: axes = None, dtype=None)",
    identifiers=("Tversky", "tversky"),
    functions=("tversky",),
    function=f"({_BOTH}, alpha=0.5, beta=0.5, axis: axes = None)",
    keras2=(),
    check=labels.elementwise,
)
CTC = NamedSpec(
    "loss",
    "CTC",
    f"({_END})",
    identifiers=("CTC", "ctc"),
    functions=("ctc",),
    function=f"({_BOTH})",
    keras2=(),
    check=labels.sequences,
)
CIRCLE = NamedSpec(
    "loss",
    "Circle",
    f"(gamma=80.0, margin=0.4, remove_diagonal: flag = True, {_REDUCTION}, name=None, dtype=None)",
    identifiers=("Circle", "circle"),
    functions=("circle",),
    function=f"({_BOTH}, ref_labels=None, ref_embeddings=None, remove_diagonal: flag = True, "
    "gamma=80, margin=0.4)",
    keras2=(),
)
