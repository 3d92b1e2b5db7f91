"""Dense, embeddings and layers that only change the form of their input."""

from __future__ import annotations

from ..dims import Dims, product
from .base import Args, Case, Fails, LayerSpec, Mask, Training, Weight


def _dense_weights(c: Args, x: Dims) -> dict[str, Weight]:
    """(batch, ..., features) -> kernel (features, units), bias (units,)."""
    kernel = Weight((x[-1], c.units), c.kernel_initializer, True, None, c.kernel_regularizer)
    bias = Weight((c.units,), c.bias_initializer, True, None, c.bias_regularizer)
    return {"kernel": kernel} | ({"bias": bias} if c.use_bias else {})


DENSE = LayerSpec(
    "Dense",
    "(units: size, activation: activation = None, use_bias: flag = True, "
    "kernel_initializer: initializer = 'glorot_uniform', "
    "bias_initializer: initializer = 'zeros', kernel_regularizer: regularizer = None, "
    "bias_regularizer: regularizer = None, activity_regularizer: regularizer = None, "
    "kernel_constraint: constraint = None, bias_constraint: constraint = None, "
    "lora_rank=None, lora_alpha=None, quantization_config=None)",
    accepts="(batch, ..., features)",
    weights=_dense_weights,
    output=lambda c, x: (*x[:-1], c.units),
    mask=Mask.PASS,
    flops=lambda c, x, y: 2 * product(y[1:]) * x[-1],
    cases=(
        Case("Dense(4)", (2, 3)),
        Case("Dense(4, use_bias=False)", (2, 5, 3)),
        Fails("Dense(4)", (2,)),
    ),
)

DROPOUT = LayerSpec(
    "Dropout",
    "(rate: rate, noise_shape: shape = None, seed=None)",
    mask=Mask.PASS,
    training=Training.DIFFERS,
    call="(inputs, training=False)",
    cases=(Case("Dropout(0.5)", (2, 3)),),
)
