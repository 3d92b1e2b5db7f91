"""Losses that belong to a layer: `add_loss`, regularizers, and those of sublayers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import structure
from ..tensor import TensorLike
from .weights_of import WeightsMixin

if TYPE_CHECKING:
    from .base import Layer


class LossesMixin(WeightsMixin):
    """What a layer adds to the loss of the model it is part of."""

    _losses: list[Any]

    def add_loss(self, loss: Any) -> None:
        """Add a scalar tensor to the loss of the model; called from `call`."""
        for value in structure.flatten(loss):
            if not isinstance(value, TensorLike):
                raise ValueError(
                    f"add_loss() takes tensors computed in call() or build(), got {value!r}"
                )
            self._losses.append(value)

    @property
    def losses(self) -> list[Any]:
        """The scalar losses of the last call, then those of the regularizers."""
        found = list(self._losses)
        for layer in self._flatten_layers():
            found.extend(layer._losses)
        return found + self._regularization_losses()

    def _regularization_losses(self) -> list[Any]:
        return [
            regularizer(variable)
            for variable in self.trainable_weights
            if (regularizer := getattr(variable, "regularizer", None)) is not None
        ]

    def _clear_losses(self) -> None:
        self._losses.clear()
        for layer in self._sublayers():
            layer._clear_losses()

    def _add_activity_loss(self: Layer, outputs: Any) -> None:
        """The penalty on the outputs, per sample of the batch."""
        if self.activity_regularizer is None:
            return
        for output in structure.flatten(outputs):
            if isinstance(output, TensorLike):
                loss = self.activity_regularizer(output)
                if output.shape:
                    loss = loss / max(output.shape[0], 1)
                self.add_loss(loss)
