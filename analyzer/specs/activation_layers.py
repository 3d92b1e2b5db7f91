"""Activations as layers."""

from __future__ import annotations

from ..dims import Dims, same
from ..mismatch import Mismatch
from ..shapes import normalize_axis
from .base import Args, Case, Fails, LayerSpec, Mask, Weight
from .parts import weight

ACTIVATION = LayerSpec(
    "Activation",
    "(activation: activation)",
    mask=Mask.PASS,
    cases=(
        Case("Activation('relu')", (2, 5, 3)),
        Case("Activation('softmax')", (2, 3)),
        Fails("Activation('reLu')", (2, 3)),
    ),
)


def _not_negative(c: Args, *names: str) -> None:
    for name in names:
        value = c.raw(name)
        if value is None or (isinstance(value, int | float) and value < 0):
            raise Mismatch("hyperparameter", "a number >= 0", {name: value})


def _check_relu(c: Args) -> None:
    _not_negative(c, "negative_slope", "threshold")
    if c.raw("max_value") is not None:
        _not_negative(c, "max_value")


RELU = LayerSpec(
    "ReLU",
    "(max_value: number = None, negative_slope: number = 0.0, threshold: number = 0.0)",
    mask=Mask.PASS,
    check=_check_relu,
    cases=(
        Case("ReLU()", (2, 5, 3)),
        Case("ReLU(6.0)", (2, 3)),
        Fails("ReLU(-1.0)", (2, 3)),
        Fails("ReLU(negative_slope=None)", (2, 3)),
    ),
)
LEAKY_RELU = LayerSpec(
    "LeakyReLU",
    "(negative_slope: number = 0.3, *, alpha: number = None)",
    keras2="(alpha: number = 0.3)",
    mask=Mask.PASS,
    check=lambda c: _not_negative(c, "negative_slope"),
    cases=(Case("LeakyReLU(0.2)", (2, 5, 3)), Fails("LeakyReLU(-0.1)", (2, 3))),
)
ELU = LayerSpec(
    "ELU",
    "(alpha: number = 1.0)",
    mask=Mask.PASS,
    cases=(Case("ELU()", (2, 5, 3)),),
)


def _prelu_weights(c: Args, x: Dims) -> dict[str, Weight]:
    """(batch, ...) -> alpha (...), 1 on the shared axes."""
    shared = c.shared_axes or ()
    shared = shared if isinstance(shared, tuple | list) else (shared,)
    shape = list(x[1:])
    for axis in shared:
        shape[normalize_axis(axis - 1, len(shape))] = 1
    return {"alpha": weight(c, "alpha", tuple(shape))}


PRELU = LayerSpec(
    "PReLU",
    "(alpha_initializer: initializer = 'Zeros', alpha_regularizer: regularizer = None, "
    "alpha_constraint: constraint = None, shared_axes: axes = None)",
    weights=_prelu_weights,
    mask=Mask.PASS,
    cases=(
        Case("PReLU()", (2, 5, 3)),
        Case("PReLU(shared_axes=[1, 2])", (2, 8, 7, 3)),
        Case("PReLU(shared_axes=[1])", (None, None, 3)),
        Fails("PReLU()", (None, None, 3)),
        Fails("PReLU(shared_axes=[4])", (2, 5, 3)),
    ),
)


def _softmax_output(c: Args, x: Dims) -> Dims:
    """(...) -> (...), an axis of which is normalised."""
    for axis in c.axis if isinstance(c.axis, tuple | list) else (c.axis,):
        normalize_axis(axis, len(x), late=True)
    mask = c.call.get("mask")
    if isinstance(mask, tuple):
        _check_mask(mask, x)
    return x


def _check_mask(mask: Dims, x: Dims) -> None:
    """A mask is broadcast to the input: its axes, from the last, are 1 or equal."""
    pairs = list(zip(reversed(mask), reversed(x), strict=False))
    if len(mask) > len(x) or any(m != 1 and same(m, d) is False for m, d in pairs):
        hint = "the mask of a sequence has no feature axis: apply Softmax without it"
        got = {"input": x, "mask": mask}
        raise Mismatch("mask-shape", "a mask that broadcasts to the input", got, {}, hint, True)


SOFTMAX = LayerSpec(
    "Softmax",
    "(axis: axes = -1)",
    keras2="(axis: axes = -1, robust_masking: flag = False)",
    output=_softmax_output,
    mask=Mask.CONSUME_PASS,
    call="(inputs: tensor, mask: mask = None)",
    cases=(
        Case("Softmax()", (2, 5, 3)),
        Case("Softmax(axis=[1, 2])", (2, 5, 3)),
        Fails("Softmax(axis=3)", (2, 5)),
    ),
)
THRESHOLDED_RELU = LayerSpec(
    "ThresholdedReLU",
    "(theta: number = 1.0)",
    mask=Mask.PASS,
    legacy=("ThresholdedReLU",),
)
