"""Losses per sample: (batch, ..., n) targets and outputs -> (batch, ...)."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from .. import functions as f
from ..api import offer
from ..errors import ModelError
from ..inputs import to_tensor
from .logits import axis_of, logits_of
from .reduction import same_rank

EPSILON = 1e-7
_functions: dict[str, Callable[..., Any]] = {}


def loss_function(*aliases: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Offer a function in `keras.losses` and `keras.metrics`, under these names too."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        for name in (function.__name__, *aliases):
            _functions[name] = function
            offer(function, f"keras.losses.{name}")
            if name not in ("cosine_similarity",):
                offer(function, f"keras.metrics.{name}")
        return function

    return register


def named_function(name: str) -> Callable[..., Any] | None:
    """A loss function by name."""
    return _functions.get(name)


def is_loss_function(value: Any) -> bool:
    """Whether a function is one of these."""
    return any(value is known for known in _functions.values())


def pair(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Targets in the dtype of the outputs, ranks brought together."""
    y_pred = to_tensor(y_pred)
    return same_rank(to_tensor(y_true, y_pred.dtype.name), y_pred)


def _cast(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    y_pred = to_tensor(y_pred)
    return f.cast(to_tensor(y_true), y_pred.dtype.name), y_pred


@loss_function("mse", "MSE")
def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    """mean((y_true - y_pred)²)."""
    y_true, y_pred = pair(y_true, y_pred)
    return f.mean(f.square(y_true - y_pred), axis=-1)


@loss_function("mae", "MAE")
def mean_absolute_error(y_true: Any, y_pred: Any) -> Any:
    """mean(|y_true - y_pred|)."""
    y_true, y_pred = pair(y_true, y_pred)
    return f.mean(f.abs(y_true - y_pred), axis=-1)


@loss_function("mape", "MAPE")
def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Any:
    """100 * mean(|(y_true - y_pred) / y_true|)."""
    y_true, y_pred = pair(y_true, y_pred)
    share = f.abs((y_true - y_pred) / f.maximum(f.abs(y_true), EPSILON))
    return 100.0 * f.mean(share, axis=-1)


@loss_function("msle", "MSLE")
def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Any:
    """mean((log(1 + y_true) - log(1 + y_pred))²)."""
    y_true, y_pred = pair(y_true, y_pred)
    left = f.log(f.maximum(y_pred, EPSILON) + 1.0)
    right = f.log(f.maximum(y_true, EPSILON) + 1.0)
    return f.mean(f.square(left - right), axis=-1)


def _unit(x: Any, axis: int) -> Any:
    """Vectors of length 1; those of length below the square root of 1e-12 stay short."""
    squares = f.sum(f.square(x), axis=axis, keepdims=True)
    return x / f.sqrt(f.maximum(squares, 1e-12))


@loss_function()
def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """-sum(y_true * y_pred) of vectors of length 1."""
    y_true, y_pred = pair(y_true, y_pred)
    return -f.sum(_unit(y_true, axis) * _unit(y_pred, axis), axis=axis)


def cosine_proximity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """sum(y_true * y_pred) of vectors of length 1: the metric, more is better."""
    return -cosine_similarity(y_true, y_pred, axis)


@loss_function()
def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Any:
    """Half the square of small errors, linear beyond delta."""
    y_true, y_pred = pair(y_true, y_pred)
    error = y_pred - y_true
    size = f.abs(error)
    small = 0.5 * f.square(error)
    return f.mean(f.where(size <= delta, small, delta * size - 0.5 * delta**2), axis=-1)


@loss_function("logcosh")
def log_cosh(y_true: Any, y_pred: Any) -> Any:
    """mean(log(cosh(y_pred - y_true)))."""
    y_true, y_pred = pair(y_true, y_pred)
    x = y_pred - y_true
    return f.mean(x + f.softplus(x * -2.0) - 0.6931471805599453, axis=-1)


@loss_function("kld", "KLD", "kullback_leibler_divergence")
def kl_divergence(y_true: Any, y_pred: Any) -> Any:
    """sum(y_true * log(y_true / y_pred))."""
    y_true, y_pred = _cast(y_true, y_pred)
    y_true, y_pred = f.clip(y_true, EPSILON, 1.0), f.clip(y_pred, EPSILON, 1.0)
    return f.sum(y_true * f.log(y_true / y_pred), axis=-1)


@loss_function()
def poisson(y_true: Any, y_pred: Any) -> Any:
    """mean(y_pred - y_true * log(y_pred))."""
    y_true, y_pred = _cast(y_true, y_pred)
    return f.mean(y_pred - y_true * f.log(y_pred + EPSILON), axis=-1)


def _plus_minus(y_true: Any) -> Any:
    """Labels 0 and 1 as -1 and 1; other labels as they are."""
    binary = f.all(f.logical_or(f.equal(y_true, 0), f.equal(y_true, 1)))
    return f.where(binary, 2.0 * y_true - 1.0, y_true)


@loss_function()
def hinge(y_true: Any, y_pred: Any) -> Any:
    """mean(max(1 - y_true * y_pred, 0))."""
    y_true, y_pred = _cast(y_true, y_pred)
    return f.mean(f.maximum(1.0 - _plus_minus(y_true) * y_pred, 0.0), axis=-1)


@loss_function()
def squared_hinge(y_true: Any, y_pred: Any) -> Any:
    """mean(max(1 - y_true * y_pred, 0)²)."""
    y_true, y_pred = _cast(y_true, y_pred)
    return f.mean(f.square(f.maximum(1.0 - _plus_minus(y_true) * y_pred, 0.0)), axis=-1)


@loss_function()
def categorical_hinge(y_true: Any, y_pred: Any) -> Any:
    """max(best wrong score - right score + 1, 0)."""
    y_true, y_pred = _cast(y_true, y_pred)
    right = f.sum(y_true * y_pred, axis=-1)
    wrong = f.max((1.0 - y_true) * y_pred, axis=-1)
    return f.maximum(wrong - right + 1.0, 0.0)


def _same_shapes(name: str, y_true: Any, y_pred: Any) -> None:
    if tuple(y_true.shape) != tuple(y_pred.shape):
        raise ModelError(
            name,
            "targets and outputs of one shape",
            {"targets": tuple(y_true.shape), "outputs": tuple(y_pred.shape)},
            {},
            _shape_hint(name, y_true, y_pred),
        )


def _shape_hint(name: str, y_true: Any, y_pred: Any) -> str:
    integers = len(y_true.shape) < len(y_pred.shape) or y_true.shape[-1:] == (1,)
    if name == "categorical_crossentropy" and integers:
        return "for integer labels use sparse_categorical_crossentropy"
    return "give the last layer as many units as the targets have columns"


@loss_function()
def categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """-sum(y_true * log(y_pred)), targets one-hot."""
    y_true, y_pred = _cast(y_true, y_pred)
    if y_pred.shape[-1:] == (1,):
        warnings.warn(
            f"categorical_crossentropy on outputs of shape {tuple(y_pred.shape)}: one class is "
            "always right\n    fix: for two classes use binary_crossentropy",
            SyntaxWarning,
            stacklevel=2,
        )
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + label_smoothing / y_true.shape[-1]
    _same_shapes("categorical_crossentropy", y_true, y_pred)
    logits = _logits(y_pred, axis, from_logits)
    if logits is not None:
        return -f.sum(y_true * f.log_softmax(logits, axis), axis=axis)
    share = y_pred / f.sum(y_pred, axis=axis, keepdims=True)
    return -f.sum(y_true * f.log(f.clip(share, EPSILON, 1.0 - EPSILON)), axis=axis)


def _logits(y_pred: Any, axis: int, from_logits: bool) -> Any:
    """The scores behind softmax outputs, or None where only probabilities are known."""
    if from_logits:
        return y_pred
    rank = len(y_pred.shape)
    logits = logits_of(y_pred, "softmax")
    if logits is None or axis_of(y_pred) not in (axis % rank, axis % rank - rank):
        return None
    return logits


@loss_function()
def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> Any:
    """-log(y_pred[y_true]), targets class numbers."""
    y_true, y_pred = to_tensor(y_true), to_tensor(y_pred)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[axis] == 1:
        y_true = f.squeeze(y_true, axis)
    if axis not in (-1, len(y_pred.shape) - 1):
        raise ValueError(f"sparse_categorical_crossentropy works on the last axis, got {axis=}")
    if tuple(y_true.shape) != tuple(y_pred.shape[:-1]):
        raise ModelError(
            "sparse_categorical_crossentropy",
            "a class number for each output vector",
            {"targets": tuple(y_true.shape), "outputs": tuple(y_pred.shape)},
            {},
            "for one-hot targets use categorical_crossentropy",
        )
    valid = None
    logits = _logits(y_pred, axis, from_logits)
    if ignore_class is not None:
        valid = f.not_equal(y_true, f.cast(to_tensor(ignore_class), y_true.dtype.name))
        y_true = f.where(valid, y_true, 0)
        logits = None if logits is not y_pred else logits
    if logits is not None:
        scores = f.log_softmax(logits, -1)
    else:
        # Probabilities count as scores of their logarithms, which also normalises them.
        scores = f.log_softmax(f.log(f.clip(y_pred, EPSILON, 1.0 - EPSILON)), -1)
    picked = f.take_along_axis(scores, f.expand_dims(f.cast(y_true, "int32"), -1), -1)
    losses = -f.squeeze(picked, -1)
    if valid is not None:
        losses = f.where(valid, losses, 0.0)
        losses.keras_mask = valid
    return losses


def elementwise_crossentropy(y_true: Any, y_pred: Any, from_logits: bool) -> Any:
    """-(t * log(p) + (1 - t) * log(1 - p)) for each entry."""
    _same_shapes("binary_crossentropy", y_true, y_pred)
    logits = y_pred if from_logits else logits_of(y_pred, "sigmoid")
    if logits is not None:
        return f.maximum(logits, 0.0) - logits * y_true + f.softplus(-f.abs(logits))
    share = f.clip(y_pred, EPSILON, 1.0 - EPSILON)
    return -(y_true * f.log(share) + (1.0 - y_true) * f.log(1.0 - share))


@loss_function()
def binary_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """The mean cross-entropy of independent yes-or-no outputs."""
    y_true, y_pred = _cast(y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    return f.mean(elementwise_crossentropy(y_true, y_pred, from_logits), axis=axis)


@loss_function()
def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    **options: Any,
) -> Any:
    """Binary cross-entropy with easy examples weighted down."""
    y_true, y_pred = _cast(y_true, y_pred)
    smoothing = options.get("label_smoothing", 0.0)
    if smoothing:
        y_true = y_true * (1.0 - smoothing) + 0.5 * smoothing
    if options.get("from_logits"):
        y_pred = f.sigmoid(y_pred)
    losses = elementwise_crossentropy(y_true, y_pred, False)
    right = y_true * y_pred + (1.0 - y_true) * (1.0 - y_pred)
    losses = f.power(1.0 - right, gamma) * losses
    if apply_class_balancing:
        losses = (y_true * alpha + (1.0 - y_true) * (1.0 - alpha)) * losses
    return f.mean(losses, axis=options.get("axis", -1))


@loss_function()
def categorical_focal_crossentropy(
    y_true: Any, y_pred: Any, alpha: Any = 0.25, gamma: float = 2.0, **options: Any
) -> Any:
    """Categorical cross-entropy with easy examples weighted down."""
    y_true, y_pred = _cast(y_true, y_pred)
    axis, smoothing = options.get("axis", -1), options.get("label_smoothing", 0.0)
    if smoothing:
        y_true = y_true * (1.0 - smoothing) + smoothing / y_true.shape[-1]
    if options.get("from_logits"):
        y_pred = f.softmax(y_pred, axis)
    share = y_pred / f.sum(y_pred, axis=axis, keepdims=True)
    share = f.clip(share, EPSILON, 1.0 - EPSILON)
    weight = f.power(1.0 - share, gamma) * alpha
    return f.sum(weight * (-y_true * f.log(share)), axis=axis)


@loss_function()
def dice(y_true: Any, y_pred: Any, axis: Any = None) -> Any:
    """1 - 2 |A and B| / (|A| + |B|)."""
    y_true, y_pred = _cast(y_true, y_pred)
    both = f.sum(y_true * y_pred, axis=axis)
    total = f.sum(y_true, axis=axis) + f.sum(y_pred, axis=axis) + EPSILON
    return 1.0 - 2.0 * both / total


@loss_function()
def tversky(
    y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Any = None
) -> Any:
    """1 - the Tversky index: false positives and negatives weighted apart."""
    y_true, y_pred = _cast(y_true, y_pred)
    both = f.sum(y_true * y_pred, axis=axis)
    missed = f.sum((1.0 - y_pred) * y_true, axis=axis)
    extra = f.sum(y_pred * (1.0 - y_true), axis=axis)
    return 1.0 - both / (both + missed * alpha + extra * beta + EPSILON)


@loss_function()
def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> Any:
    """(1 - p**q) / q of the right class."""
    hot = f.one_hot(f.cast(y_true, "int32"), y_pred.shape[-1], dtype=y_pred.dtype.name)
    return (1.0 - f.power(f.sum(y_pred * hot, axis=-1), q)) / q
