"""The update rules: what each optimizer keeps for a weight, and how it moves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from ... import functions as f
from ...api import offer, public
from ...layers.initializers import get as get_initializer
from ...layers.named import class_for, register, resolve
from ...layers.serialize import deserialize, serialize
from .base import Optimizer


class SpecOptimizer(Optimizer):
    """A built-in optimizer: its constructor is its spec's."""

    # The names of the variables kept for each weight.
    slots: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        values = self._bound(args, kwargs)
        values |= values.pop("kwargs", {})
        own = [
            n for n in values if not hasattr(Optimizer, n) and n not in ("learning_rate", "name")
        ]
        for name in own:
            if name not in ("decay", "jit_compile"):
                setattr(self, name, values.pop(name))
        super().__init__(**values)

    def build(self, variables: Sequence[Any]) -> None:
        """Make the state for these weights."""
        if self.built:
            return
        super().build(variables)
        names = self._slot_names()
        fills = [self._fill(n) for n in names]
        rows = self.add_optimizer_variables(variables, names, fills) if names else ()
        self._slots = dict(zip(names, rows, strict=True))

    def _slot_names(self) -> list[str]:
        return list(self.slots)

    def _fill(self, name: str) -> Any:
        return "zeros"

    def _slot(self, name: str, variable: Any) -> Any:
        """The variable of a name kept for a weight."""
        return self._slots[name][self._get_variable_index(variable)]


def _optimizer(cls: type[SpecOptimizer]) -> type[SpecOptimizer]:
    cls.spec_name = cls.__name__
    register(cls, "optimizers")
    offer(cls, f"keras.optimizers.legacy.{cls.__name__}")
    return cls


@_optimizer
class SGD(SpecOptimizer):
    """w -= rate * g, with momentum."""

    momentum: float
    nesterov: bool

    def _slot_names(self) -> list[str]:
        return ["momentum"] if self.momentum else []

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Move one weight."""
        step = gradient * learning_rate
        if not self.momentum:
            variable.assign_sub(step)
            return
        m = self._slot("momentum", variable)
        new = m.value * self.momentum - step
        m.assign(new)
        variable.assign_add(new * self.momentum - step if self.nesterov else new)


@_optimizer
class RMSprop(SpecOptimizer):
    """w -= rate * g / sqrt(mean of g²)."""

    rho: float
    momentum: float
    epsilon: float
    centered: bool

    def _slot_names(self) -> list[str]:
        return [
            "velocity",
            *(["momentum"] if self.momentum > 0 else []),
            *(["average_gradient"] if self.centered else []),
        ]

    def build(self, variables: Sequence[Any]) -> None:
        """Make the state for these weights: one kind after another, as Keras keeps it."""
        if self.built:
            return
        Optimizer.build(self, variables)
        names = self._slot_names()
        self._slots = {n: self.add_optimizer_variables(variables, n) for n in names}

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Move one weight."""
        rho, rest = self.rho, 1.0 - self.rho
        v = self._slot("velocity", variable)
        squares = rho * v.value + rest * f.square(gradient)
        v.assign(squares)
        if self.centered:
            a = self._slot("average_gradient", variable)
            mean = rho * a.value + rest * gradient
            a.assign(mean)
            squares = squares - f.square(mean)
        step = learning_rate * gradient / f.sqrt(squares + self.epsilon)
        if self.momentum > 0:
            m = self._slot("momentum", variable)
            step = self.momentum * m.value + step
            m.assign(step)
        variable.assign_sub(step)


@_optimizer
class Adam(SpecOptimizer):
    """Moments of the gradient, corrected for their start at 0."""

    slots = ("momentum", "velocity")
    beta_1: float
    beta_2: float
    epsilon: float
    amsgrad: bool

    def build(self, variables: Sequence[Any]) -> None:
        """Make the state for these weights."""
        if self.built:
            return
        super().build(variables)
        if self.amsgrad:
            self._slots["velocity_hat"] = self.add_optimizer_variables(variables, "velocity_hat")

    def _update_all(self, grads: list[Any], variables: Sequence[Any], rate: Any) -> None:
        self._alpha = self._corrected(rate)
        super()._update_all(grads, variables, rate)

    def _corrected(self, rate: Any) -> Any:
        """The rate that makes up for moments that began at 0; the same for all weights."""
        step = f.cast(f.add(self.iterations, 1), "float32")
        first, second = f.power(self.beta_1, step), f.power(self.beta_2, step)
        return rate * f.sqrt(1.0 - second) / (1.0 - first)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Move one weight."""
        m, v = self._slot("momentum", variable), self._slot("velocity", variable)
        state = (variable.value, m.value, v.value, gradient, self._alpha)
        new, mean, squares = f.adam_update(*state, self.beta_1, self.beta_2, self.epsilon)
        m.assign(mean)
        v.assign(squares)
        if not self.amsgrad:
            variable.assign(new)
            return
        highest = self._slot("velocity_hat", variable)
        largest = f.maximum(highest.value, squares)
        highest.assign(largest)
        variable.assign_sub(mean * self._alpha / (f.sqrt(largest) + self.epsilon))


@_optimizer
class AdamW(Adam):
    """Adam with decay of the weights themselves."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.weight_decay is None:
            raise ValueError("AdamW needs a number as weight_decay, got None")


@_optimizer
class Adamax(SpecOptimizer):
    """Adam with the largest gradient in place of the second moment."""

    slots = ("momentum", "norm")
    beta_1: float
    beta_2: float
    epsilon: float

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Move one weight."""
        step = f.cast(f.add(self.iterations, 1), "float32")
        m, u = self._slot("momentum", variable), self._slot("norm", variable)
        mean = m.value + (gradient - m.value) * (1.0 - self.beta_1)
        norm = f.maximum(self.beta_2 * u.value, f.abs(gradient))
        m.assign(mean)
        u.assign(norm)
        correction = 1.0 - f.power(self.beta_1, step)
        variable.assign_sub(learning_rate * mean / (correction * (norm + self.epsilon)))


@_optimizer
class Nadam(SpecOptimizer):
    """Adam that looks one step ahead."""

    slots = ("momentum", "velocity")
    beta_1: float
    beta_2: float
    epsilon: float

    def build(self, variables: Sequence[Any]) -> None:
        """Make the state for these weights."""
        if self.built:
            return
        super().build(variables)
        self._u_product = self.add_variable((), 1.0, name="u_product")

    def _ahead(self, step: Any) -> Any:
        return self.beta_1 * (1.0 - 0.5 * f.power(0.96, step))

    def _update_all(self, grads: list[Any], variables: Sequence[Any], rate: Any) -> None:
        step = f.cast(f.add(self.iterations, 1), "float32")
        product = self._u_product.value * self._ahead(step)
        self._u_product.assign(product)
        next_ahead = self._ahead(step + 1.0)
        self._factors = (
            next_ahead / (1.0 - product * next_ahead),
            (1.0 - self._ahead(step)) / (1.0 - product),
            1.0 - f.power(self.beta_2, step),
        )
        super()._update_all(grads, variables, rate)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Move one weight."""
        of_mean, of_gradient, correction = self._factors
        m, v = self._slot("momentum", variable), self._slot("velocity", variable)
        mean = m.value + (gradient - m.value) * (1.0 - self.beta_1)
        squares = v.value + (f.square(gradient) - v.value) * (1.0 - self.beta_2)
        m.assign(mean)
        v.assign(squares)
        ahead = mean * of_mean + gradient * of_gradient
        root = f.sqrt(squares / correction) + self.epsilon
        variable.assign_sub(ahead * learning_rate / root)


@_optimizer
class Adagrad(SpecOptimizer):
    """w -= rate * g / sqrt(sum of g²)."""

    slots = ("accumulator",)
    initial_accumulator_value: float
    epsilon: float

    def _fill(self, name: str) -> Any:
        value = self.initial_accumulator_value
        return get_initializer({"class_name": "Constant", "config": {"value": value}})

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Move one weight."""
        a = self._slot("accumulator", variable)
        total = a.value + f.square(gradient)
        a.assign(total)
        variable.assign_sub(learning_rate * gradient / f.sqrt(total + self.epsilon))


@_optimizer
class Adadelta(SpecOptimizer):
    """Steps in the scale of earlier steps."""

    slots = ("accumulated_grad", "accumulated_delta_var")
    rho: float
    epsilon: float

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Move one weight."""
        rho, rest = self.rho, 1.0 - self.rho
        g2, d2 = (self._slot(n, variable) for n in self.slots)
        squares = rho * g2.value + rest * f.square(gradient)
        g2.assign(squares)
        scale = f.sqrt(d2.value + self.epsilon) / f.sqrt(squares + self.epsilon)
        delta = -scale * gradient
        d2.assign(rho * d2.value + rest * f.square(delta))
        variable.assign_add(learning_rate * delta)


@_optimizer
class Lion(SpecOptimizer):
    """Steps of one size, in the direction of the sign."""

    slots = ("momentum",)
    beta_1: float
    beta_2: float

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Move one weight."""
        m = self._slot("momentum", variable)
        old = m.value
        mixed = old * self.beta_1 + gradient * (1.0 - self.beta_1)
        variable.assign_sub(learning_rate * f.sign(mixed))
        m.assign(old * self.beta_2 + gradient * (1.0 - self.beta_2))


@_optimizer
class Ftrl(SpecOptimizer):
    """Follow the regularised leader."""

    slots = ("accumulator", "linear")
    learning_rate_power: float
    initial_accumulator_value: float
    l1_regularization_strength: float
    l2_regularization_strength: float
    l2_shrinkage_regularization_strength: float
    beta: float

    def _fill(self, name: str) -> Any:
        value = self.initial_accumulator_value if name == "accumulator" else 0.0
        return get_initializer({"class_name": "Constant", "config": {"value": value}})

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Move one weight."""
        accumulator, linear = (self._slot(n, variable) for n in self.slots)
        power = -self.learning_rate_power
        l2 = self.l2_regularization_strength + self.beta / (2.0 * learning_rate)
        old, weight = accumulator.value, variable.value
        used = gradient + 2.0 * self.l2_shrinkage_regularization_strength * weight
        new = old + f.square(gradient)
        grown = (f.power(new, power) - f.power(old, power)) / learning_rate
        total = linear.value + (used - grown * weight)
        linear.assign(total)
        quadratic = f.power(new, power) / learning_rate + 2.0 * l2
        limit = self.l1_regularization_strength
        variable.assign((f.clip(total, -limit, limit) - total) / quadratic)
        accumulator.assign(new)


@public("keras.optimizers.get")
def get(identifier: Any) -> Any:
    """An optimizer from its name, config, class or itself."""
    if isinstance(identifier, str):
        cls = class_for("optimizer", identifier)
        if cls is not None:
            return cls()
    found = resolve("optimizer", identifier)
    if found is not None and not hasattr(found, "apply_gradients"):
        raise ValueError(f"an optimizer is a name or keras.optimizers object, got {identifier!r}")
    return found


offer(serialize, "keras.optimizers.serialize")
offer(deserialize, "keras.optimizers.deserialize")
