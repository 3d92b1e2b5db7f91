"""Learning-rate schedules: the number of updates -> the rate."""

from __future__ import annotations

import math
from typing import Any

from ... import functions as f
from ...api import offer, public
from ...inputs import to_tensor
from ...layers.named import Named, register
from ...layers.serialize import deserialize, serialize


@public("keras.optimizers.schedules.LearningRateSchedule")
class LearningRateSchedule(Named):
    """A learning rate that depends on the step: `schedule(step)`."""

    family = "schedule"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if self.spec_name is not None:
            super().__init__(*args, **kwargs)
            self._check()

    def _check(self) -> None:
        """Reject arguments without meaning."""

    def __call__(self, step: Any) -> Any:
        """The rate at a step."""
        raise NotImplementedError(f"{type(self).__name__} has no __call__(step)")


def _schedule(cls: type[LearningRateSchedule]) -> type[LearningRateSchedule]:
    cls.spec_name = cls.__name__
    register(cls, "optimizers.schedules")
    return cls


def _float(step: Any) -> Any:
    return f.cast(to_tensor(step), "float32")


@_schedule
class ExponentialDecay(LearningRateSchedule):
    """initial * rate ** (step / steps)."""

    initial_learning_rate: float
    decay_steps: float
    decay_rate: float
    staircase: bool

    def __call__(self, step: Any) -> Any:
        """The rate at a step."""
        share = _float(step) / float(self.decay_steps)
        share = f.floor(share) if self.staircase else share
        return self.initial_learning_rate * f.power(float(self.decay_rate), share)


@_schedule
class PiecewiseConstantDecay(LearningRateSchedule):
    """One value up to each boundary."""

    boundaries: Any
    values: Any

    def _check(self) -> None:
        if len(self.boundaries) != len(self.values) - 1:
            raise ValueError(
                "PiecewiseConstantDecay needs one more value than boundaries, got "
                f"{len(self.boundaries)} boundaries and {len(self.values)} values"
            )

    def __call__(self, step: Any) -> Any:
        """The rate at a step."""
        now = _float(step)
        rate = to_tensor(float(self.values[-1]))
        pairs = list(zip(self.boundaries, self.values, strict=False))
        for boundary, value in reversed(pairs):
            rate = f.where(f.less_equal(now, float(boundary)), float(value), rate)
        return rate


@_schedule
class PolynomialDecay(LearningRateSchedule):
    """From initial to end along a power of the share of steps left."""

    initial_learning_rate: float
    decay_steps: float
    end_learning_rate: float
    power: float
    cycle: bool

    def __call__(self, step: Any) -> Any:
        """The rate at a step."""
        now, steps = _float(step), float(self.decay_steps)
        if self.cycle:
            rounds = f.where(f.equal(now, 0.0), 1.0, f.ceil(now / steps))
            share = now / (steps * rounds)
        else:
            share = f.minimum(now, steps) / steps
        span = self.initial_learning_rate - self.end_learning_rate
        return span * f.power(1.0 - share, float(self.power)) + self.end_learning_rate


@_schedule
class InverseTimeDecay(LearningRateSchedule):
    """initial / (1 + rate * step / steps)."""

    initial_learning_rate: float
    decay_steps: float
    decay_rate: float
    staircase: bool

    def __call__(self, step: Any) -> Any:
        """The rate at a step."""
        share = _float(step) / float(self.decay_steps)
        share = f.floor(share) if self.staircase else share
        return self.initial_learning_rate / (1.0 + self.decay_rate * share)


@_schedule
class CosineDecay(LearningRateSchedule):
    """Half a cosine from initial to alpha * initial, after a linear warm-up."""

    initial_learning_rate: float
    decay_steps: float
    alpha: float
    warmup_target: float | None
    warmup_steps: float

    def __call__(self, step: Any) -> Any:
        """The rate at a step."""
        now, steps = _float(step), float(self.decay_steps)
        if self.warmup_target is None:
            return self._cosine(f.minimum(now, steps) / steps, self.initial_learning_rate)
        warm = float(self.warmup_steps)
        now = f.minimum(now, steps + warm)
        span = self.warmup_target - self.initial_learning_rate
        rising = span * (now / warm) + self.initial_learning_rate if warm else now
        falling = self._cosine((now - warm) / steps, self.warmup_target)
        return f.where(f.less(now, warm), rising, falling)

    def _cosine(self, share: Any, start: float) -> Any:
        half = 0.5 * (1.0 + f.cos(math.pi * share))
        return start * ((1.0 - self.alpha) * half + self.alpha)


@_schedule
class CosineDecayRestarts(LearningRateSchedule):
    """Half cosines one after another, each longer and lower than the last."""

    initial_learning_rate: float
    first_decay_steps: float
    t_mul: float
    m_mul: float
    alpha: float

    def __call__(self, step: Any) -> Any:
        """The rate at a step."""
        share = _float(step) / float(self.first_decay_steps)
        if self.t_mul == 1.0:
            round_ = f.floor(share)
            share = share - round_
        else:
            t = float(self.t_mul)
            round_ = f.floor(f.log(1.0 - share * (1.0 - t)) / math.log(t))
            length = f.power(t, round_)
            share = (share - (1.0 - length) / (1.0 - t)) / length
        height = f.power(float(self.m_mul), round_)
        half = 0.5 * height * (1.0 + f.cos(math.pi * share))
        return self.initial_learning_rate * ((1.0 - self.alpha) * half + self.alpha)


offer(serialize, "keras.optimizers.schedules.serialize")
offer(deserialize, "keras.optimizers.schedules.deserialize")
