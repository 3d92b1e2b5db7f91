"""Optimizers and learning rate schedules by name."""

from __future__ import annotations

from .base import NamedSpec

_BASE = (
    "weight_decay={decay}, clipnorm=None, clipvalue=None, "
    "global_clipnorm=None, use_ema=False, ema_momentum=0.99, "
    "ema_overwrite_frequency=None, loss_scale_factor=None, "
    "gradient_accumulation_steps=None, name=None"
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


_BETAS = "beta_1=0.9, beta_2=0.999"
_EPSILON = "epsilon=1e-07"
OPTIMIZERS = (
    _optimizer("SGD", "0.01, momentum: fraction = 0.0, nesterov=False"),
    _optimizer(
        "RMSprop",
        f"0.001, rho=0.9, momentum=0.0, {_EPSILON}, centered=False",
    ),
    _optimizer("Adam", f"0.001, {_BETAS}, {_EPSILON}, amsgrad=False"),
    _optimizer("Adadelta", f"0.001, rho=0.95, {_EPSILON}"),
    _optimizer("Adagrad", f"0.001, initial_accumulator_value=0.1, {_EPSILON}"),
    _optimizer("Adamax", f"0.001, {_BETAS}, {_EPSILON}"),
    _optimizer("Nadam", f"0.001, {_BETAS}, {_EPSILON}"),
    _optimizer(
        "Ftrl",
        "0.001, learning_rate_power=-0.5, initial_accumulator_value=0.1, "
        "l1_regularization_strength=0.0, l2_regularization_strength=0.0, "
        "l2_shrinkage_regularization_strength=0.0, beta=0.0",
    ),
    _optimizer("Lion", "0.001, beta_1=0.9, beta_2=0.99", in_keras2=False),
    _optimizer(
        "Adafactor",
        "0.001, beta_2_decay=-0.8, epsilon_1=1e-30, "
        "epsilon_2=0.001, clip_threshold=1.0, relative_step=True",
        in_keras2=False,
    ),
    _optimizer(
        "ScheduleFreeAdamW",
        f"0.0025, {_BETAS}, epsilon=1e-08, warmup_steps=0",
        in_keras2=False,
    ),
)
ADAMW = NamedSpec(
    "optimizer",
    "AdamW",
    f"(learning_rate: learning_rate = 0.001, weight_decay=0.004, {_BETAS}, {_EPSILON}, "
    "amsgrad=False, clipnorm=None, clipvalue=None, "
    "global_clipnorm=None, use_ema=False, ema_momentum=0.99, "
    "ema_overwrite_frequency=None, loss_scale_factor=None, "
    "gradient_accumulation_steps=None, name=None)",
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
    "(learning_rate: learning_rate = 0.001, adam_beta_1=0.9, adam_beta_2=0.999, "
    f"adam_weight_decay=0.004, {_EPSILON}, {_BASE.format(decay='0.004')}, "
    "exclude_layers=None, exclude_embeddings=True, muon_a=3.4445, "
    "muon_b=-4.775, muon_c=2.0315, adam_lr_ratio=1, "
    "momentum=0.95, ns_steps=5, nesterov=True, "
    "rms_rate=0.2)",
    identifiers=("muon",),
    keras2=(),
)
LOSS_SCALE_OPTIMIZER = NamedSpec(
    "optimizer",
    "LossScaleOptimizer",
    "(inner_optimizer, initial_scale=32768.0, dynamic_growth_steps=2000, name=None, **kwargs)",
)


def _schedule(name: str, signature: str) -> NamedSpec:
    return NamedSpec("schedule", name, f"({signature}, name=None)")


_DECAY = "initial_learning_rate, decay_steps"
SCHEDULES = (
    _schedule("ExponentialDecay", f"{_DECAY}, decay_rate, staircase=False"),
    _schedule("InverseTimeDecay", f"{_DECAY}, decay_rate, staircase=False"),
    _schedule("PiecewiseConstantDecay", "boundaries, values"),
    _schedule(
        "PolynomialDecay",
        f"{_DECAY}, end_learning_rate=0.0001, power=1.0, cycle=False",
    ),
    _schedule(
        "CosineDecayRestarts",
        "initial_learning_rate, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0",
    ),
    NamedSpec(
        "schedule",
        "CosineDecay",
        f"({_DECAY}, alpha=0.0, name=None, warmup_target=None, warmup_steps=0)",
    ),
)
