"""Initializers, regularizers and constraints by name."""

from __future__ import annotations

from .base import NamedSpec

_FANS = "seed=None, input_axes=None, output_axes=None"


def _initializer(name: str, signature: str, *also: str, gone: bool = False) -> NamedSpec:
    """An initializer class with the strings that mean it; `gone`: not in Keras 2."""
    only_strings = ("zero", "one", "normal", "uniform")
    return NamedSpec(
        "initializer",
        name,
        signature,
        identifiers=(name, *also),
        keras2=() if gone else tuple(n for n in (name, *also) if not n.endswith("Initializer")),
        aliases=tuple(n for n in also if n not in only_strings),
    )


INITIALIZERS = (
    _initializer("Zeros", "()", "zeros", "zero"),
    _initializer("Ones", "()", "ones", "one"),
    _initializer("RandomNormal", "(mean=0.0, stddev=0.05, seed=None)", "random_normal", "normal"),
    _initializer(
        "RandomUniform", "(minval=-0.05, maxval=0.05, seed=None)", "random_uniform", "uniform"
    ),
    _initializer("TruncatedNormal", "(mean=0.0, stddev=0.05, seed=None)", "truncated_normal"),
    _initializer(
        "VarianceScaling",
        "(scale=1.0, mode: one_of('fan_in', 'fan_out', 'fan_avg') = 'fan_in', distribution: "
        "one_of('normal', 'truncated_normal', 'untruncated_normal', 'uniform') = "
        f"'truncated_normal', {_FANS})",
        "variance_scaling",
    ),
    _initializer("GlorotUniform", f"({_FANS})", "glorot_uniform"),
    _initializer("GlorotNormal", f"({_FANS})", "glorot_normal"),
    _initializer("HeUniform", f"({_FANS})", "he_uniform"),
    _initializer("HeNormal", f"({_FANS})", "he_normal"),
    _initializer("LecunUniform", f"({_FANS})", "lecun_uniform"),
    _initializer("LecunNormal", f"({_FANS})", "lecun_normal"),
    _initializer("Orthogonal", "(gain=1.0, seed=None)", "orthogonal", "OrthogonalInitializer"),
    _initializer("Identity", "(gain=1.0)", "identity", "IdentityInitializer"),
    _initializer(
        "STFT",
        "(side: one_of('real', 'imag') = 'real', window='hann', scaling='density', periodic=False)",
        "stft",
        "STFTInitializer",
        gone=True,
    ),
)
CONSTANT = NamedSpec(
    "initializer",
    "Constant",
    "(value=0.0)",
    keras2=("Constant", "constant"),  # Keras 3 wants its value, which a string cannot give
    aliases=("constant",),
)


def _regularizer(name: str, signature: str, *also: str) -> NamedSpec:
    return NamedSpec("regularizer", name, signature, identifiers=(name, *also), aliases=also)


REGULARIZERS = (
    _regularizer("L1", "(l1: number = 0.01)", "l1"),
    _regularizer("L2", "(l2: number = 0.01)", "l2"),
    NamedSpec(
        "regularizer",
        "L1L2",
        "(l1: number = 0.0, l2: number = 0.0)",
        identifiers=("L1L2", "l1l2"),
        keras2=("L1L2", "l1l2", "l1_l2"),
        aliases=("l1_l2",),
    ),
    _regularizer(
        "OrthogonalRegularizer",
        "(factor: number = 0.01, mode: one_of('rows', 'columns') = 'rows')",
        "orthogonal_regularizer",
    ),
)


def _constraint(name: str, signature: str, snake: str, *keras2: str) -> NamedSpec:
    return NamedSpec(
        "constraint",
        name,
        signature,
        identifiers=(name, snake),
        keras2=(name, snake, *keras2),
        aliases=(snake,),
    )


CONSTRAINTS = (
    _constraint("MaxNorm", "(max_value=2, axis=0)", "max_norm", "maxnorm"),
    _constraint("MinMaxNorm", "(min_value=0.0, max_value=1.0, rate=1.0, axis=0)", "min_max_norm"),
    _constraint("NonNeg", "()", "non_neg", "nonneg"),
    _constraint("UnitNorm", "(axis=0)", "unit_norm", "unitnorm"),
    NamedSpec(
        "constraint", "RadialConstraint", "()", keras2=("RadialConstraint", "radial_constraint")
    ),
)
