"""What a layer owns: variables, sublayers, metrics and seeds, found as attributes are set.

Lists, tuples, dicts and sets of them count too, also when they grow later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..dialect import keras2
from ..random import SeedGenerator
from ..variable import Variable


class StateLocked(ValueError):
    """New variables or sublayers on a layer that is already built."""

    def __init__(self, owner: str) -> None:
        super().__init__(
            f"{owner} is built: variables and sublayers cannot be added any more\n"
            "    fix: create all of them in __init__() or build()"
        )


class State:
    """The variables, sublayers, metrics and seeds of one layer, in order of appearance."""

    __slots__ = (
        "_layer_type",
        "_metric_type",
        "layers",
        "locked",
        "metrics",
        "non_trainable",
        "owner",
        "seeds",
        "trainable",
    )

    def __init__(self, layer_type: type, metric_type: type, owner: Callable[[], str]) -> None:
        self.trainable: list[Variable] = []
        self.non_trainable: list[Variable] = []
        self.layers: list[Any] = []
        self.metrics: list[Any] = []
        self.seeds: list[SeedGenerator] = []
        self.locked = False
        self.owner = owner
        self._layer_type = layer_type
        self._metric_type = metric_type

    @property
    def variables(self) -> list[Variable]:
        """Own variables: the trainable ones, then the others."""
        return [*self.trainable, *self.non_trainable]

    def track(self, value: Any) -> Any:
        """Notice what `value` holds; containers come back as ones that notice additions."""
        if isinstance(value, Variable):
            # Keras 3 does not see TensorFlow's own variables.
            if getattr(value, "keras_weight", True) or keras2():
                self.add_variable(value)
        elif isinstance(value, self._metric_type):
            self._add(self.metrics, value)
        elif isinstance(value, self._layer_type):
            self._add(self.layers, value)
        elif isinstance(value, SeedGenerator):
            self._add(self.seeds, value)
        elif isinstance(value, list | dict | set | tuple):
            return self._track_container(value)
        return value

    def _track_container(self, value: Any) -> Any:
        if type(value) is list:
            return TrackedList(self, value)
        if type(value) is dict:
            return TrackedDict(self, value)
        if type(value) is set:
            return TrackedSet(self, value)
        if isinstance(value, tuple):
            items = [self.track(v) for v in value]
            fields = getattr(value, "_fields", None)
            return tuple(items) if fields is None else type(value)(*items)
        return value

    def add_variable(self, variable: Variable) -> None:
        """Own a variable, on the side its `trainable` names."""
        if any(variable is v for v in self.variables):
            return
        self._add(self.trainable if variable.trainable else self.non_trainable, variable)

    def _add(self, store: list[Any], value: Any) -> None:
        if any(value is v for v in store):
            return
        if self.locked and store is not self.metrics:
            raise StateLocked(self.owner())
        store.append(value)

    def forget(self, value: Any) -> None:
        """Stop owning a variable or layer."""
        for store in (self.trainable, self.non_trainable, self.layers, self.metrics, self.seeds):
            store[:] = [v for v in store if v is not value]


class TrackedList(list[Any]):
    """A list whose additions the owner notices."""

    def __init__(self, state: State, values: Iterable[Any] = ()) -> None:
        super().__init__(state.track(v) for v in values)
        self._state = state

    def append(self, value: Any) -> None:
        super().append(self._state.track(value))

    def insert(self, index: Any, value: Any) -> None:
        super().insert(index, self._state.track(value))

    def extend(self, values: Iterable[Any]) -> None:
        super().extend(self._state.track(v) for v in values)

    def __setitem__(self, index: Any, value: Any) -> None:
        super().__setitem__(index, self._state.track(value))

    def __iadd__(self, values: Iterable[Any]) -> TrackedList:
        self.extend(values)
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (list(self),)


class TrackedDict(dict[Any, Any]):
    """A dict whose additions the owner notices."""

    def __init__(self, state: State, values: dict[Any, Any]) -> None:
        super().__init__((k, state.track(v)) for k, v in values.items())
        self._state = state

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, self._state.track(value))

    def update(self, *args: Any, **kwargs: Any) -> None:
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def setdefault(self, key: Any, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)


class TrackedSet(set[Any]):
    """A set whose additions the owner notices."""

    def __init__(self, state: State, values: Iterable[Any] = ()) -> None:
        super().__init__(state.track(v) for v in values)
        self._state = state

    def add(self, value: Any) -> None:
        super().add(self._state.track(value))

    def update(self, *others: Iterable[Any]) -> None:
        for other in others:
            for value in other:
                self.add(value)

    def __reduce__(self) -> tuple[Any, ...]:
        return set, (set(self),)
