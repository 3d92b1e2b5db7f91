"""The views of a layer's state: weights, variables, trainable and not, by value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ModelError
from ..variable import Variable
from .state import State

if TYPE_CHECKING:
    from .base import Layer


class WeightsMixin:
    """What a layer tells about its own state and that of its sublayers."""

    _state: State
    _trainable: bool
    name: str
    built: bool

    def _sublayers(self) -> list[Layer]:
        """The layers this one holds directly, in order."""
        return self._state.layers

    def _flatten_layers(self) -> list[Layer]:
        """All layers below this one, each once, depth first."""
        found: dict[int, Layer] = {}
        pending = list(reversed(self._sublayers()))
        while pending:
            layer = pending.pop()
            if id(layer) not in found:
                found[id(layer)] = layer
                pending.extend(reversed(layer._sublayers()))
        return list(found.values())

    @property
    def weights(self) -> list[Variable]:
        """All weights: the layer's own, then its sublayers'."""
        return self._collect(lambda layer: layer.weights, [])

    @property
    def variables(self) -> list[Variable]:
        """All weights and the states of random seeds."""
        return self._collect(lambda layer: layer.variables, [s.state for s in self._state.seeds])

    def _collect(
        self, of: Callable[[Layer], Sequence[Variable]], extra: list[Variable]
    ) -> list[Variable]:
        found = {id(v): v for v in [*self._state.variables, *extra]}
        for layer in self._sublayers():
            for variable in of(layer):
                found.setdefault(id(variable), variable)
        return list(found.values())

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights an optimizer moves."""
        return [v for v in self.weights if v.trainable] if self._trainable else []

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights an optimizer leaves alone."""
        return [v for v in self.weights if not v.trainable] if self._trainable else self.weights

    @property
    def trainable_variables(self) -> list[Variable]:
        """The variables an optimizer moves."""
        return [v for v in self.variables if v.trainable] if self._trainable else []

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The variables an optimizer leaves alone, seeds included."""
        if not self._trainable:
            return self.variables
        return [v for v in self.variables if not v.trainable]

    @property
    def trainable(self) -> bool:
        """Whether the layer's weights are trained; setting it reaches all sublayers."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: object) -> None:
        self._trainable = bool(value)
        for variable in self._state.trainable:
            variable.trainable = bool(value)
        for layer in self._sublayers():
            layer.trainable = bool(value)

    @property
    def metrics(self) -> list[Any]:
        """The metrics of the layer and its sublayers."""
        found = list(self._state.metrics)
        for layer in self._sublayers():
            found.extend(layer.metrics)
        return found

    @property
    def metrics_variables(self) -> list[Variable]:
        """The variables of all metrics."""
        return [v for metric in self.metrics for v in metric.variables]

    def get_weights(self) -> list[np.ndarray]:
        """The values of `weights`."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set the values of `weights`."""
        own = self.weights
        if len(own) != len(weights):
            raise ModelError(
                f"set_weights() of {type(self).__name__} {self.name!r}",
                f"{len(own)} arrays",
                {"": len(weights)},
            )
        for variable, value in zip(own, weights, strict=True):
            if tuple(variable.shape) != np.shape(value):
                raise ModelError(
                    f"weight {variable.name!r} of {type(self).__name__} {self.name!r}",
                    f"shape {tuple(variable.shape)}",
                    {"": np.shape(value)},
                )
            variable.assign(value)

    def save_own_variables(self, store: Any) -> None:
        """Put the layer's own variables into a store."""
        for i, variable in enumerate(self._state.variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Take the layer's own variables from a store."""
        own = self._state.variables
        if len(store) != len(own):
            why = "" if self.built else "; it was never built"
            raise ValueError(
                f"{type(self).__name__} {self.name!r} has {len(own)} variables, the file "
                f"{len(store)}{why}"
            )
        for i, variable in enumerate(own):
            variable.assign(store[str(i)])

    def count_params(self) -> int:
        """How many numbers the weights hold."""
        if not self.built:
            raise ValueError(
                f"{type(self).__name__} {self.name!r} is not built, so its weights do not exist yet"
                "\n    fix: call it on data, or build(input_shape)"
            )
        return sum(v.size for v in self.weights)

    def _lock(self) -> None:
        """Refuse new state from now on."""
        self._state.locked = True
