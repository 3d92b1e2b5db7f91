"""Loss objects: a function, its arguments, and how the values per sample are reduced."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from .. import structure
from ..api import offer, public
from ..inputs import to_tensor
from ..layers.calling import mask_of
from ..layers.named import Named, class_for, register, resolve
from ..layers.naming import class_name
from ..layers.policy import Policy
from ..layers.registered import registered_object
from ..layers.serialize import deserialize, serialize
from . import loss_functions
from .reduction import check_reduction, same_rank, weighted


@public("keras.losses.Loss", "keras.Loss")
class Loss(Named):
    """The base of all losses: `call(y_true, y_pred)` gives a value for each sample."""

    family = "loss"

    def __init__(
        self, name: str | None = None, reduction: Any = "sum_over_batch_size", dtype: Any = None
    ) -> None:
        self.name = name or class_name(type(self))
        self.reduction = check_reduction(reduction)
        self.dtype = Policy.of(dtype).compute_dtype

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        mask = mask_of(y_pred)
        y_pred = structure.map_structure(lambda t: to_tensor(t, self.dtype), y_pred)
        y_true = structure.map_structure(lambda t: to_tensor(t, self.dtype), y_true)
        values = self.call(y_true, y_pred)
        own = mask_of(values)
        if mask is not None and own is not None:
            own = mask & own
        mask = mask if own is None else own
        return weighted(values, sample_weight, mask, self.reduction, self.dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each sample."""
        raise NotImplementedError(f"{type(self).__name__} has no call(y_true, y_pred)")

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs to make an equal loss."""
        return {"name": self.name, "reduction": self.reduction}


class LossFunctionWrapper(Loss):
    """A loss around a function `(y_true, y_pred)`."""

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: Any = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.fn, self._arguments = fn, kwargs

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each sample."""
        if not structure.is_nested(y_true) and not structure.is_nested(y_pred):
            y_true, y_pred = same_rank(y_true, y_pred)
        return self.fn(y_true, y_pred, **self._arguments)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs to make an equal loss."""
        config = super().get_config()
        return {**config, "fn": serialize(self.fn), **serialize(self._arguments)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A loss made from its config."""
        return cls(**{**config, "fn": deserialize(config["fn"])})


class SpecLoss(LossFunctionWrapper):
    """A built-in loss: its constructor is its spec's, its function one of ours."""

    function: Callable[..., Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        values = self._bound(args, kwargs)
        shared = {k: values.pop(k) for k in ("name", "reduction", "dtype") if k in values}
        for name, value in values.items():
            setattr(self, name, value)
        super().__init__(type(self).function, **shared, **values)

    def get_config(self) -> dict[str, Any]:
        """The constructor arguments."""
        config = Loss.get_config(self)
        return {**config, **{n: serialize(getattr(self, n)) for n in self._arguments}}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A loss made from its config."""
        return cls(**{k: v for k, v in config.items() if k != "fn"})


_NAMES = {
    "MeanSquaredError": "mean_squared_error",
    "MeanAbsoluteError": "mean_absolute_error",
    "MeanAbsolutePercentageError": "mean_absolute_percentage_error",
    "MeanSquaredLogarithmicError": "mean_squared_logarithmic_error",
    "CosineSimilarity": "cosine_similarity",
    "Huber": "huber",
    "LogCosh": "log_cosh",
    "KLDivergence": "kl_divergence",
    "Poisson": "poisson",
    "Hinge": "hinge",
    "SquaredHinge": "squared_hinge",
    "CategoricalHinge": "categorical_hinge",
    "CategoricalCrossentropy": "categorical_crossentropy",
    "SparseCategoricalCrossentropy": "sparse_categorical_crossentropy",
    "BinaryCrossentropy": "binary_crossentropy",
    "BinaryFocalCrossentropy": "binary_focal_crossentropy",
    "CategoricalFocalCrossentropy": "categorical_focal_crossentropy",
    "Dice": "dice",
    "Tversky": "tversky",
    "CategoricalGeneralizedCrossEntropy": "categorical_generalized_cross_entropy",
}
for _class, _name in _NAMES.items():
    _function = loss_functions.named_function(_name)
    assert _function is not None
    _members = {
        "spec_name": _class,
        "function": staticmethod(_function),
        "__doc__": _function.__doc__,
    }
    register(type(_class, (SpecLoss,), _members), "losses")


@public("keras.losses.get")
def get(identifier: Any) -> Any:
    """A loss object or function from its name, config, class or itself."""
    if isinstance(identifier, str):
        found = registered_object(identifier) or loss_functions.named_function(identifier)
        if found is None and class_for("loss", identifier) is not None:
            return resolve("loss", identifier)
        if found is None:
            return resolve("loss", identifier)
        return found() if inspect.isclass(found) else found
    return resolve("loss", identifier)


offer(serialize, "keras.losses.serialize")
offer(deserialize, "keras.losses.deserialize")
