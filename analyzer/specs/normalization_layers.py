"""Normalisation over batches, features, groups and vectors."""

from __future__ import annotations

from ..dims import Dim, Dims, less, mod, product, same
from ..mismatch import Mismatch
from ..shapes import normalize_axis
from .base import Args, Case, Fails, LayerSpec, Mask, Training, Weight
from .parts import weight

_AFFINE = (
    "center: flag = True, scale: flag = True, beta_initializer: initializer = 'zeros', "
    "gamma_initializer: initializer = 'ones', "
)
_GOVERNED = (
    "beta_regularizer: regularizer = None, gamma_regularizer: regularizer = None, "
    "beta_constraint: constraint = None, gamma_constraint: constraint = None"
)


def _axes(c: Args) -> tuple[int, ...]:
    return tuple(c.axis) if isinstance(c.axis, tuple | list) else (c.axis,)


def _sizes(c: Args, x: Dims) -> Dims:
    """(...) -> the sizes of the normalised axes."""
    return tuple(x[normalize_axis(a, len(x))] for a in sorted(_axes(c)))


def _in_rank(c: Args, x: Dims) -> Dims:
    """(...) -> (...), the axes inside the rank."""
    _sizes(c, x)
    return x


def _gamma_beta(c: Args, shape: Dims) -> dict[str, Weight]:
    gamma = {"gamma": weight(c, "gamma", shape)} if c.scale else {}
    return gamma | ({"beta": weight(c, "beta", shape)} if c.center else {})


def _batch_weights(c: Args, x: Dims) -> dict[str, Weight]:
    """(batch, ..., features) -> gamma, beta, moving_mean, moving_variance (features,)."""
    shape = _sizes(c, x)
    made = _gamma_beta(c, shape)
    made["moving_mean"] = Weight(shape, c.raw("moving_mean_initializer"), trainable=False)
    made["moving_variance"] = Weight(shape, c.raw("moving_variance_initializer"), trainable=False)
    if c.renorm:
        made["moving_stddev"] = Weight(shape, "ones", trainable=False)
        made["renorm_mean"] = Weight(shape, "zeros", trainable=False)
        made["renorm_stddev"] = Weight(shape, "ones", trainable=False)
    return made


def _elementwise(c: Args, x: Dims, y: Dims) -> Dim:
    return 4 * product(x[1:])


BATCH_NORMALIZATION = LayerSpec(
    "BatchNormalization",
    "(axis: axis = -1, momentum=0.99, epsilon=0.001, "
    f"{_AFFINE}"
    "moving_mean_initializer: initializer = 'zeros', "
    "moving_variance_initializer: initializer = 'ones', "
    f"{_GOVERNED}, renorm: flag = False, renorm_clipping=None, "
    "renorm_momentum=0.99, synchronized: flag = False)",
    output=_in_rank,
    weights=_batch_weights,
    mask=Mask.CONSUME_PASS,
    training=Training.DIFFERS,
    call="(inputs: tensor, training: flag = None, mask: mask = None)",
    flops=_elementwise,
    cases=(
        Case("BatchNormalization()", (2, 5, 3)),
        Case("BatchNormalization(axis=1)", (2, 3, 4, 5)),
        Case("BatchNormalization(center=False, scale=False)", (2, 3)),
        Case("BatchNormalization(renorm=True)", (2, 3)),
        Fails("BatchNormalization(axis=4)", (2, 4, 5, 6)),
        Fails("BatchNormalization()", (None, 10, None)),
    ),
)


def _layer_weights(c: Args, x: Dims) -> dict[str, Weight]:
    """(...) -> gamma, beta of the normalised axes; scaled by the variance, gamma alone."""
    shape = _sizes(c, x)
    return {"gamma": weight(c, "gamma", shape)} if c.rms_scaling else _gamma_beta(c, shape)


LAYER_NORMALIZATION = LayerSpec(
    "LayerNormalization",
    f"(axis: axes = -1, epsilon: number = 0.001, {_AFFINE}{_GOVERNED}, "
    "*, rms_scaling: flag = False)",
    output=_in_rank,
    weights=_layer_weights,
    mask=Mask.PASS,
    flops=_elementwise,
    cases=(
        Case("LayerNormalization()", (2, 5, 3)),
        Case("LayerNormalization(axis=[1, 2])", (2, 5, 3)),
        Case("LayerNormalization(center=False)", (2, 3)),
        Case("LayerNormalization(scale=False)", (2, 3)),
        Case("LayerNormalization(rms_scaling=True)", (2, 3)),
        Fails("LayerNormalization(axis=3)", (2, 5)),
        Fails("LayerNormalization()", (None, 10, None)),
    ),
)


def _group_weights(c: Args, x: Dims) -> dict[str, Weight]:
    """(batch, ..., channels) -> gamma, beta (channels,), channels divisible by groups."""
    (depth,) = _sizes(c, x)
    groups = depth if c.groups == -1 else c.groups
    if less(depth, groups) or same(mod(depth, groups), 0) is False:
        names = {"channels": depth, "groups": groups}
        raise Mismatch("groups", "channels divisible by groups", {"": x}, names)
    return _gamma_beta(c, (depth,))


def _check_groups(c: Args) -> None:
    groups = c.groups
    if isinstance(groups, float) or (isinstance(groups, int) and groups < 1 and groups != -1):
        raise Mismatch("hyperparameter", "a positive integer, or -1", {"groups": groups})


GROUP_NORMALIZATION = LayerSpec(
    "GroupNormalization",
    f"(groups: groups = 32, axis: axis = -1, epsilon: number = 0.001, {_AFFINE}{_GOVERNED})",
    output=_in_rank,
    weights=_group_weights,
    mask=Mask.PASS,
    check=_check_groups,
    flops=_elementwise,
    cases=(
        Case("GroupNormalization(8)", (2, 4, 4, 16)),
        Case("GroupNormalization(-1)", (2, 4, 4, 16)),
        Case("GroupNormalization(1, axis=1)", (2, 6, 4)),
        Fails("GroupNormalization()", (2, 8, 8, 16)),
        Fails("GroupNormalization(3)", (2, 8, 8, 16)),
        Fails("GroupNormalization(0)", (2, 8, 8, 16)),
        Fails("GroupNormalization(2)", (None, 8, None)),
    ),
)
UNIT_NORMALIZATION = LayerSpec(
    "UnitNormalization",
    "(axis: axes = -1)",
    output=_in_rank,
    mask=Mask.PASS,
    cases=(
        Case("UnitNormalization()", (2, 5, 3)),
        Case("UnitNormalization([1, 2])", (2, 5, 3)),
        Fails("UnitNormalization(3)", (2, 5, 3)),
    ),
)
RMS_NORMALIZATION = LayerSpec(
    "RMSNormalization",
    "(axis: axes = -1, epsilon: number = 1e-06)",
    output=_in_rank,
    weights=lambda c, x: {"scale": Weight(_sizes(c, x), "ones")},
    call="(x: tensor)",
    cases=(
        Case("RMSNormalization()", (2, 5, 3)),
        Fails("RMSNormalization(3)", (2, 5, 3)),
        Fails("RMSNormalization()", (None, 5, None)),
    ),
)


def _spectral_weights(c: Args, x: Dims) -> dict[str, Weight]:
    """The layer's own, its kernel first, then vector_u (1, outputs)."""
    inner = c.layer.weights(x)
    name = next((n for n in ("kernel", "embeddings") if n in inner), None)
    if name is None:
        needs = "a layer with a kernel or embeddings"
        raise Mismatch("arguments", needs, {"layer": c.layer.name})
    vector = Weight((1, inner[name].shape[-1]), "truncated_normal", trainable=False)
    made = {f"layer/{name}": inner[name], "vector_u": vector}
    return made | {f"layer/{n}": w for n, w in inner.items() if n != name}


SPECTRAL_NORMALIZATION = LayerSpec(
    "SpectralNormalization",
    "(layer: layer, power_iterations: extent = 1)",
    accepts="(batch, ...)",
    output=lambda c, x: c.layer.output(x),
    weights=_spectral_weights,
    training=Training.DIFFERS,
    call="(inputs: tensor, training: flag = False)",
    cases=(
        Case("SpectralNormalization(Dense(3))", (2, 4)),
        Case("SpectralNormalization(Conv2D(3, 2))", (2, 5, 6, 4)),
        Fails("SpectralNormalization(Dropout(0.5))", (2, 4)),
    ),
)
