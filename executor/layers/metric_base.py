"""`Metric`: state that is updated batch by batch, and a result."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..api import public
from ..variable import Variable
from .naming import class_name, name_scope
from .policy import Policy
from .variables import KerasVariable


@public("keras.metrics.Metric", "keras.Metric")
class Metric:
    """The base of all metrics: `update_state(...)`, `result()`, `reset_state()`."""

    _own_variables: list[Variable]
    _own_metrics: list[Metric]

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        metric = super().__new__(cls)
        object.__setattr__(metric, "_own_variables", [])
        object.__setattr__(metric, "_own_metrics", [])
        return metric

    def __init__(self, dtype: object = None, name: str | None = None) -> None:
        self.name = name or class_name(type(self))
        self.dtype_policy = Policy.of(dtype)

    def __setattr__(self, name: str, value: Any) -> None:
        for item in value if isinstance(value, list | tuple) else (value,):
            self._track(item)
        object.__setattr__(self, name, value)

    def _track(self, value: Any) -> None:
        if isinstance(value, Variable) and not any(value is v for v in self._own_variables):
            self._own_variables.append(value)
        elif isinstance(value, Metric) and not any(value is m for m in self._own_metrics):
            self._own_metrics.append(value)

    @property
    def dtype(self) -> str:
        """The dtype of the metric's state."""
        return self.dtype_policy.compute_dtype

    @property
    def variables(self) -> list[Variable]:
        """The state."""
        return [*self._own_variables, *(v for m in self._own_metrics for v in m.variables)]

    def add_variable(
        self,
        shape: Any = (),
        initializer: Any = "zeros",
        dtype: object = None,
        aggregation: str = "sum",
        name: str | None = None,
    ) -> KerasVariable:
        """Make a variable that belongs to this metric."""
        if "name" not in self.__dict__:
            raise RuntimeError(
                f"in metric {type(self).__name__!r}, super().__init__() was not called\n"
                "    fix: call it as the first statement of __init__()"
            )
        dims = (shape,) if isinstance(shape, int) else tuple(shape)
        with name_scope(self.name.replace("/", ">")):
            variable = KerasVariable(initializer, dims, dtype or self.dtype, False, name)
        self._track(variable)
        return variable

    def add_weight(
        self, shape: Any = (), initializer: Any = None, dtype: object = None, name: Any = None
    ) -> KerasVariable:
        """Make a variable that belongs to this metric; the name may come first, as in Keras 2."""
        if isinstance(shape, str):
            shape, name = (), shape
        return self.add_variable(shape, initializer or "zeros", dtype, name=name)

    def update_state(self, *args: Any, **kwargs: Any) -> Any:
        """Take in a batch."""
        raise NotImplementedError(f"{type(self).__name__} has no update_state() method")

    def result(self) -> Any:
        """The value so far."""
        raise NotImplementedError(f"{type(self).__name__} has no result() method")

    def reset_state(self) -> None:
        """Start again."""
        for variable in self.variables:
            variable.assign(np.zeros(variable.shape, variable.dtype))

    reset_states = reset_state

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.update_state(*args, **kwargs)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs to make an equal metric."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A metric made from its config."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"
