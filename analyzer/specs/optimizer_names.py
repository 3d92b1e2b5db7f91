"""Optimizers and learning rate schedules by name."""

from __future__ import annotations

from .base import NamedSpec

_BASE = (
    "weight_decay: number = {decay}, clipnorm: number = None, clipvalue: number = None, "
    "global_clipnorm: number = None, use_ema: flag = False, ema_momentum: rate = 0.99, "
    "ema_overwrite_frequency: size = None, loss_scale_factor: number = None, "
    "gradient_accumulation_steps: size = None, name=None"
)


def _optimizer(name: str, head: str, in_keras2: bool = True, decay: str = "None") -> NamedSpec:
    """An optimizer; strings mean it whatever the case of their letters."""
    return NamedSpec(
        "optimizer",
        name,
        f"(learning_rate: learning_rate = {head}, {_BASE.format(decay=decay)})",
        identifiers=(name.lower(),),
        keras2=(name.lower(),) if in_keras2 else (),
        facts={"removed": ("lr", "decay")},
    )


_BETAS = "beta_1: rate = 0.9, beta_2: rate = 0.999"
_EPSILON = "epsilon: number = 1e-07"
OPTIMIZERS = (
    _optimizer("SGD", "0.01, momentum: rate = 0.0, nesterov: flag = False"),
    _optimizer(
        "RMSprop",
        f"0.001, rho: rate = 0.9, momentum: number = 0.0, {_EPSILON}, centered: flag = False",
    ),
    _optimizer("Adam", f"0.001, {_BETAS}, {_EPSILON}, amsgrad: flag = False"),
    _optimizer("Adadelta", f"0.001, rho: rate = 0.95, {_EPSILON}"),
    _optimizer("Adagrad", f"0.001, initial_accumulator_value: number = 0.1, {_EPSILON}"),
    _optimizer("Adamax", f"0.001, {_BETAS}, {_EPSILON}"),
    _optimizer("Nadam", f"0.001, {_BETAS}, {_EPSILON}"),
    _optimizer(
        "Ftrl",
        "0.001, learning_rate_power: number = -0.5, initial_accumulator_value: number = 0.1, "
        "l1_regularization_strength: number = 0.0, l2_regularization_strength: number = 0.0, "
        "l2_shrinkage_regularization_strength: number = 0.0, beta: number = 0.0",
    ),
    _optimizer("Lion", "0.001, beta_1: rate = 0.9, beta_2: rate = 0.99", in_keras2=False),
    _optimizer(
        "Adafactor",
        "0.001, beta_2_decay: number = -0.8, epsilon_1: number = 1e-30, "
        "epsilon_2: number = 0.001, clip_threshold: number = 1.0, relative_step: flag = True",
        in_keras2=False,
    ),
    _optimizer(
        "ScheduleFreeAdamW",
        f"0.0025, {_BETAS}, epsilon: number = 1e-08, warmup_steps: number = 0",
        in_keras2=False,
    ),
)
ADAMW = NamedSpec(
    "optimizer",
    "AdamW",
    f"(learning_rate: learning_rate = 0.001, weight_decay: number = 0.004, {_BETAS}, {_EPSILON}, "
    "amsgrad: flag = False, clipnorm: number = None, clipvalue: number = None, "
    "global_clipnorm: number = None, use_ema: flag = False, ema_momentum: rate = 0.99, "
    "ema_overwrite_frequency: size = None, loss_scale_factor: number = None, "
    "gradient_accumulation_steps: size = None, name=None)",
    identifiers=("adamw",),
)
LAMB = NamedSpec(
    "optimizer",
    "Lamb",
    f"(learning_rate: learning_rate = 0.001, {_BETAS}, {_EPSILON}, {_BASE.format(decay='None')})",
    keras2=(),
)
MUON = NamedSpec(
    "optimizer",
    "Muon",
    "(learning_rate: learning_rate = 0.001, adam_beta_1: rate = 0.9, adam_beta_2: rate = 0.999, "
    f"adam_weight_decay: number = 0.004, {_EPSILON}, {_BASE.format(decay='0.004')}, "
    "exclude_layers=None, exclude_embeddings: flag = True, muon_a: number = 3.4445, "
    "muon_b: number = -4.775, muon_c: number = 2.0315, adam_lr_ratio: number = 1, "
    "momentum: number = 0.95, ns_steps: size = 5, nesterov: flag = True, "
    "rms_rate: number = 0.2)",
    identifiers=("muon",),
    keras2=(),
)
LOSS_SCALE_OPTIMIZER = NamedSpec(
    "optimizer",
    "LossScaleOptimizer",
    "(inner_optimizer, initial_scale: number = 32768.0, dynamic_growth_steps: size = 2000, "
    "name=None, **kwargs)",
)


def _schedule(name: str, signature: str) -> NamedSpec:
    return NamedSpec("schedule", name, f"({signature}, name=None)")


_DECAY = "initial_learning_rate: number, decay_steps: number"
SCHEDULES = (
    _schedule("ExponentialDecay", f"{_DECAY}, decay_rate: number, staircase: flag = False"),
    _schedule("InverseTimeDecay", f"{_DECAY}, decay_rate: number, staircase: flag = False"),
    _schedule("PiecewiseConstantDecay", "boundaries, values"),
    _schedule(
        "PolynomialDecay",
        f"{_DECAY}, end_learning_rate: number = 0.0001, power: number = 1.0, cycle: flag = False",
    ),
    _schedule(
        "CosineDecayRestarts",
        "initial_learning_rate: number, first_decay_steps: number, t_mul: number = 2.0, "
        "m_mul: number = 1.0, alpha: number = 0.0",
    ),
    NamedSpec(
        "schedule",
        "CosineDecay",
        f"({_DECAY}, alpha: number = 0.0, name=None, warmup_target: number = None, "
        "warmup_steps: number = 0)",
    ),
)
