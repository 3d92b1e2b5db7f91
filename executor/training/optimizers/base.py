"""`Optimizer`: state for each weight, clipping, decay, averaging; the rule is `update_step`."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

from ... import functions as f
from ...api import public
from ...inputs import to_tensor
from ...layers.named import Named
from ...layers.naming import class_name, name_scope
from ...layers.serialize import deserialize, serialize
from ...layers.variables import KerasVariable
from ...variable import Variable
from .schedules import LearningRateSchedule

_SHARED = (
    "weight_decay",
    "clipnorm",
    "clipvalue",
    "global_clipnorm",
    "use_ema",
    "ema_momentum",
    "ema_overwrite_frequency",
    "loss_scale_factor",
    "gradient_accumulation_steps",
)


@public("keras.optimizers.Optimizer", "keras.Optimizer", "keras.optimizers.legacy.Optimizer")
class Optimizer(Named):
    """The base of all optimizers: `apply_gradients(zip(gradients, weights))`."""

    family = "optimizer"
    weight_decay: float | None = None
    clipnorm: float | None = None
    clipvalue: float | None = None
    global_clipnorm: float | None = None
    use_ema = False
    ema_momentum = 0.99
    ema_overwrite_frequency: int | None = None
    loss_scale_factor: float | None = None
    gradient_accumulation_steps: int | None = None

    def __init__(self, learning_rate: Any = 0.001, name: str | None = None, **options: Any) -> None:
        self.name = name or class_name(type(self))
        self.built = False
        options.pop("jit_compile", None)
        if options.pop("decay", None):
            warnings.warn("the argument decay of optimizers has no effect", stacklevel=3)
        for key, value in options.items():
            if key not in _SHARED:
                raise ValueError(f"{type(self).__name__} does not take {key}={value!r}")
            setattr(self, key, value)
        self._check()
        self._variables: list[Variable] = []
        self._trainable: list[Variable] = []
        self._index: dict[int, int] = {}
        self._excluded: tuple[set[int], re.Pattern[str] | None] = (set(), None)
        self._iterations = self.add_variable((), "zeros", "int64", name="iteration")
        self._set_learning_rate(learning_rate)

    def _check(self) -> None:
        clips = {n: getattr(self, n) for n in ("clipnorm", "clipvalue", "global_clipnorm")}
        if sum(v is not None for v in clips.values()) > 1:
            raise ValueError(f"{type(self).__name__}: only one way of clipping, got {clips}")
        steps = self.gradient_accumulation_steps
        if steps and steps < 2:
            raise ValueError(f"gradient_accumulation_steps needs at least 2, got {steps}")

    def _set_learning_rate(self, rate: Any) -> None:
        if isinstance(rate, dict):
            rate = deserialize(rate)
        if isinstance(rate, LearningRateSchedule) or callable(rate):
            self._learning_rate: Any = rate
            return
        if isinstance(rate, bool | str) or rate is None:
            raise ValueError(f"{type(self).__name__} needs a number as learning_rate, got {rate!r}")
        self._learning_rate = self.add_variable((), float(rate), name="learning_rate")

    # State.

    @property
    def variables(self) -> list[Variable]:
        """The state: iterations, learning rate, then what `build` made."""
        return list(self._variables)

    @property
    def iterations(self) -> Any:
        """How many updates were made."""
        if self.gradient_accumulation_steps:
            return f.floor_divide(self._iterations, self.gradient_accumulation_steps)
        return self._iterations

    @property
    def learning_rate(self) -> Any:
        """The present learning rate."""
        rate = self._learning_rate
        if isinstance(rate, LearningRateSchedule):
            return rate(self._iterations)
        return rate() if callable(rate) and not isinstance(rate, Variable) else rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        old = self._learning_rate
        if isinstance(value, LearningRateSchedule) or (
            callable(value) and not isinstance(value, Variable)
        ):
            self._variables = [v for v in self._variables if v is not old]
            self._learning_rate = value
        elif isinstance(old, Variable):
            old.assign(value)
        else:
            raise TypeError(
                f"{type(self).__name__} was made with a schedule, so its learning_rate cannot be "
                "set\n    fix: make it with a number"
            )

    lr = learning_rate

    def add_variable(
        self, shape: Any, initializer: Any = "zeros", dtype: Any = None, name: str | None = None
    ) -> Variable:
        """Make a variable that belongs to this optimizer."""
        value = initializer
        if isinstance(initializer, float):
            variable = Variable(initializer, False, dtype or "float32", name)
        else:
            with name_scope(self.name):
                variable = KerasVariable(value, tuple(shape), dtype, False, name)
        self._variables.append(variable)
        return variable

    def add_variable_from_reference(
        self, reference_variable: Any, name: str | None = None, initializer: Any = "zeros"
    ) -> Variable:
        """Make a variable of a weight's shape and dtype."""
        path = getattr(reference_variable, "path", reference_variable.name)
        label = re.sub("[/:]", "_", str(path))
        return self.add_variable(
            reference_variable.shape,
            initializer,
            reference_variable.dtype.name,
            f"{label}_{name or 'var'}",
        )

    def add_optimizer_variables(
        self, trainable_variables: Sequence[Any], name: Any, initializer: Any = "zeros"
    ) -> Any:
        """Variables of the weights' shapes, one for each name; interleaved as Keras keeps them."""
        names = [name] if isinstance(name, str) else list(name)
        fills = initializer if isinstance(initializer, list) else [initializer] * len(names)
        made: tuple[list[Variable], ...] = tuple([] for _ in names)
        for variable in trainable_variables:
            for row, label, fill in zip(made, names, fills, strict=True):
                row.append(self.add_variable_from_reference(variable, label, fill))
        return made[0] if isinstance(name, str) else made

    def build(self, variables: Sequence[Any]) -> None:
        """Make the state for these weights."""
        if self.use_ema:
            self._averages = self.add_optimizer_variables(variables, "average")
        if self.gradient_accumulation_steps:
            self._accumulated = self.add_optimizer_variables(variables, "gradient_accumulator")
        self._index = {id(v): i for i, v in enumerate(variables)}
        self._trainable = list(variables)
        self.built = True

    def _get_variable_index(self, variable: Any) -> int:
        return self._index[id(variable)]

    # Updating.

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Move one weight."""
        raise NotImplementedError(f"{type(self).__name__} has no update_step()")

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Any]], **options: Any) -> Any:
        """Move the weights along their gradients."""
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [v for _, v in pairs])
        return self._iterations

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Any] | None = None) -> None:
        """Move the weights along their gradients."""
        if not grads:
            return
        variables = self._trainable if trainable_variables is None else list(trainable_variables)
        if not self.built:
            self.build(variables)
            self.built = True
        self._check_known(variables)
        grads, variables = _without_missing(grads, variables)
        if self.loss_scale_factor is not None:
            grads = [g / self.loss_scale_factor for g in grads]
        self._update(list(grads), variables)
        for variable in variables:
            constraint = getattr(variable, "constraint", None)
            if constraint is not None:
                variable.assign(constraint(variable.value))
        self._iterations.assign_add(1)

    def _check_known(self, variables: Sequence[Any]) -> None:
        for variable in variables:
            if id(variable) not in self._index:
                raise ValueError(
                    f"{type(self).__name__} does not know the weight {variable.name!r}: it was "
                    "built for other weights\n    fix: make a new optimizer (or compile again) "
                    "when the weights change"
                )

    def _update(self, grads: list[Any], variables: Sequence[Any]) -> None:
        steps = self.gradient_accumulation_steps
        if steps:
            self._update_after(steps, grads, variables)
        else:
            self._update_now(grads, variables)
        if self.use_ema:
            self._average(variables)

    def _update_now(self, grads: list[Any], variables: Sequence[Any]) -> None:
        grads = self._clip(grads)
        rate = to_tensor(self.learning_rate)
        self._decay(variables, rate)
        self._update_all(grads, variables, rate)

    def _update_all(self, grads: list[Any], variables: Sequence[Any], rate: Any) -> None:
        for gradient, variable in zip(grads, variables, strict=True):
            self.update_step(gradient, variable, rate)

    def _update_after(self, steps: int, grads: list[Any], variables: Sequence[Any]) -> None:
        """Collect gradients; every `steps` calls, move by their mean."""
        sums = [self._accumulated[self._get_variable_index(v)] for v in variables]
        due = f.equal(f.mod(f.add(self._iterations, 1), steps), 0)
        state = [*variables, *(v for v in self._variables if v not in (self._iterations,))]
        before = {id(v): v.value for v in state}
        totals = [g + s.value for g, s in zip(grads, sums, strict=True)]
        self._update_now([t / float(steps) for t in totals], variables)
        summed = {id(s): t for s, t in zip(sums, totals, strict=True)}
        for variable in state:
            if id(variable) in summed:
                total = summed[id(variable)]
                variable.assign(f.where(due, f.zeros_like(total), total))
            else:
                variable.assign(f.where(due, variable.value, before[id(variable)]))

    def _clip(self, grads: list[Any]) -> list[Any]:
        if self.clipnorm:
            return [f.clip_by_norm(g, self.clipnorm) for g in grads]
        if self.global_clipnorm:
            return _clip_together(grads, self.global_clipnorm)
        if self.clipvalue:
            return [f.clip(g, -self.clipvalue, self.clipvalue) for g in grads]
        return grads

    def _decay(self, variables: Sequence[Any], rate: Any) -> None:
        if self.weight_decay is None:
            return
        for variable in variables:
            if self._decays(variable):
                value = variable.value
                variable.assign(value - value * self.weight_decay * rate)

    def exclude_from_weight_decay(self, var_list: Any = None, var_names: Any = None) -> None:
        """Leave weights, or those whose names contain a word, out of the decay."""
        if self.built:
            raise ValueError("exclude_from_weight_decay() comes before the optimizer is built")
        words = re.compile("|".join(var_names)) if var_names else None
        self._excluded = ({id(v) for v in var_list or ()}, words)

    def _decays(self, variable: Any) -> bool:
        known, words = self._excluded
        return id(variable) not in known and not (words and words.search(variable.name))

    def _average(self, variables: Sequence[Any]) -> None:
        """Follow the weights with moving averages."""
        started = f.cast(f.not_equal(self.iterations, 0), "float32")
        momentum = started * self.ema_momentum
        for variable, average in zip(self._trainable, self._averages, strict=True):
            average.assign(momentum * average.value + (1.0 - momentum) * variable.value)
        every = self.ema_overwrite_frequency
        if every:
            due = f.equal(f.mod(f.add(self.iterations, 1), every), 0)
            for variable, average in zip(self._trainable, self._averages, strict=True):
                variable.assign(f.where(due, average.value, variable.value))

    def finalize_variable_values(self, var_list: Sequence[Any]) -> None:
        """Give the weights their averages, where averages are kept."""
        if self.use_ema and self.built:
            for variable, average in zip(var_list, self._averages, strict=True):
                variable.assign(average.value)

    def scale_loss(self, loss: Any) -> Any:
        """The loss times the loss scale."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    def assign(self, variable: Any, value: Any) -> None:
        """Set a variable."""
        variable.assign(value)

    def assign_add(self, variable: Any, value: Any) -> None:
        """Add to a variable."""
        variable.assign_add(value)

    def assign_sub(self, variable: Any, value: Any) -> None:
        """Subtract from a variable."""
        variable.assign_sub(value)

    def minimize(self, loss: Any, var_list: Any, tape: Any = None) -> Any:
        """Move the weights to make `loss()` smaller, as in Keras 2."""
        from ...tape import GradientTape  # only this older entry point differentiates itself

        if callable(loss):
            with GradientTape() as tape:
                loss = loss()
        weights = list(var_list() if callable(var_list) else var_list)
        return self.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))

    # Saving.

    def get_config(self) -> dict[str, Any]:
        """The constructor arguments."""
        rate = self._learning_rate
        config = {
            "name": self.name,
            "learning_rate": float(rate) if isinstance(rate, Variable) else serialize(rate),
            **{n: getattr(self, n) for n in _SHARED},
        }
        own = {k: v for k, v in super().get_config().items() if k not in config}
        return {**config, **own}

    def save_own_variables(self, store: Any) -> None:
        """Put the state into a store."""
        for i, variable in enumerate(self.variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Take the state from a store, where it has the same variables."""
        if len(store) != len(self.variables):
            warnings.warn(
                f"the saved state of optimizer {self.name!r} is skipped: it has {len(store)} "
                f"variables, the optimizer {len(self.variables)}",
                stacklevel=2,
            )
            return
        for i, variable in enumerate(self.variables):
            variable.assign(store[str(i)])

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set the state."""
        for variable, value in zip(self.variables, weights, strict=True):
            variable.assign(value)


def _without_missing(
    grads: Sequence[Any], variables: Sequence[Any]
) -> tuple[Sequence[Any], Sequence[Any]]:
    missing = [v.name for g, v in zip(grads, variables, strict=True) if g is None]
    if len(missing) == len(grads):
        raise ValueError(
            "No gradients provided for any variable: the loss does not depend on "
            f"{', '.join(missing)}"
        )
    if missing:
        warnings.warn(
            f"these weights get no gradient, since the loss does not depend on them: "
            f"{', '.join(missing)}",
            stacklevel=3,
        )
        kept = [(g, v) for g, v in zip(grads, variables, strict=True) if g is not None]
        return [g for g, _ in kept], [v for _, v in kept]
    return grads, variables


def _clip_together(grads: list[Any], limit: float) -> list[Any]:
    """All gradients scaled by one factor, so that their common norm is at most the limit."""
    norm = f.sqrt(f.sum(f.stack([f.sum(f.square(g)) for g in grads], 0)))
    scale = limit * f.minimum(1.0 / norm, 1.0 / limit) + (norm - norm)
    return [g * scale for g in grads]
