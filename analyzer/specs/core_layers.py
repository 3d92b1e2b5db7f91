"""Inputs, Dense, embeddings, and layers that only mark or pass on."""

from __future__ import annotations

from ..dims import Dim, Dims, product, symbol
from ..mismatch import Mismatch
from ..unknown import Undecided, Unknown
from .base import (
    Args,
    Case,
    Fails,
    Inputs,
    LayerSpec,
    Mask,
    Outputs,
    Training,
    Weight,
    input_dtype,
)
from .parts import passes_in_keras3, weight

_SHAPES = ("shape", "input_shape")
_BATCH_SHAPES = ("batch_shape", "batch_input_shape")


def _check_input_layer(c: Args) -> None:
    names = (*_SHAPES, *_BATCH_SHAPES)
    given = {n: c.raw(n) for n in names if c.raw(n) is not None}
    open_ones = (*given.values(), c.raw("batch_size"))
    if c.raw("input_tensor") is not None or any(isinstance(v, Unknown) for v in open_ones):
        return
    if not given:
        raise Mismatch("arguments", "a shape", {"shape": None})
    whole = any(n in given for n in _BATCH_SHAPES)
    if len(given) == 2 or (c.raw("batch_size") is not None and whole):
        raise Mismatch("arguments", "either shape or batch_shape", given)
    for name, value in given.items():
        if isinstance(value, int | float):
            hint = f"{name}=({value},) is a shape of one axis"
            raise Mismatch("hyperparameter", "a tuple of sizes", {name: value}, {}, hint)


def _input_output(c: Args, x: Inputs) -> Dims:
    """() -> (batch, ...shape)."""
    if c.raw("input_tensor") is not None:
        raise Undecided("InputLayer around a tensor")
    names = (*_BATCH_SHAPES, *_SHAPES)
    name = next((n for n in names if c.raw(n) is not None), "shape")
    shape = getattr(c, name)
    whole = shape if name in _BATCH_SHAPES else (c.batch_size, *shape)
    return tuple(_axis(i, d) for i, d in enumerate(whole))


def _axis(position: int, size: Dim | None) -> Dim:
    name = "batch" if position == 0 else f"d{position}"
    return symbol(name, static=False) if size is None else size


INPUT_LAYER = LayerSpec(
    "InputLayer",
    "(shape: shape = None, batch_size: size = None, dtype: dtype = None, sparse: flag = None, "
    "ragged: flag = None, batch_shape: shape = None, input_tensor=None, optional: flag = False, "
    "*, input_shape: shape = None, batch_input_shape: shape = None)",
    keras2="(input_shape: shape = None, batch_size: size = None, dtype: dtype = None, "
    "input_tensor=None, sparse: flag = None, name=None, ragged: flag = None, type_spec=None, "
    "optional: flag = False, *, batch_input_shape: shape = None)",
    output=_input_output,
    mask=Mask.PASS,
    call="()",
    check=_check_input_layer,
    function=(
        "Input",
        "(shape: shape = None, batch_size: size = None, dtype: dtype = None, "
        "sparse: flag = None, ragged: flag = None, batch_shape: shape = None, name=None, "
        "tensor: input_tensor = None, optional: flag = False)",
    ),
    cases=(),
)


def _dense_weights(c: Args, x: Dims) -> dict[str, Weight]:
    """(batch, ..., features) -> kernel (features, units), bias (units,)."""
    kernel = weight(c, "kernel", (x[-1], c.units))
    return {"kernel": kernel} | ({"bias": weight(c, "bias", (c.units,))} if c.use_bias else {})


DENSE = LayerSpec(
    "Dense",
    "(units: loose_size, activation: activation = None, use_bias: flag = True, "
    "kernel_initializer: initializer = 'glorot_uniform', "
    "bias_initializer: initializer = 'zeros', kernel_regularizer: regularizer = None, "
    "bias_regularizer: regularizer = None, activity_regularizer: regularizer = None, "
    "kernel_constraint: constraint = None, bias_constraint: constraint = None, "
    "lora_rank=None, lora_alpha=None, quantization_config=None)",
    accepts="(batch, ..., features)",
    weights=_dense_weights,
    output=lambda c, x: (*x[:-1], c.units),
    mask=Mask.PASS,
    call="(inputs: tensor, training: flag = None)",
    flops=lambda c, x, y: 2 * product(y[1:]) * x[-1],
    cases=(
        Case("Dense(4)", (2, 3)),
        Case("Dense(4, use_bias=False)", (2, 5, 3)),
        Case("Dense(4, 'relu')", (2, 5, None, 3)),
        Fails("Dense(4)", (2,)),
        Fails("Dense(4)", (None, None)),
        Fails("Dense(0)", (2, 3)),
        Fails("Dense(-1)", (2, 3)),
        Fails("Dense(10.0)", (2, 3)),
        Fails("Dense(3, activation='reLu')", (2, 3)),
        Fails("Dense(3, kernel_initializer='he')", (2, 3)),
        Fails("Dense(3, kernel_regularizer='l3')", (2, 3)),
        Fails("Dense(4)", [(2, 4), (2, 4)]),
    ),
)

EMBEDDING = LayerSpec(
    "Embedding",
    "(input_dim: size, output_dim: size, embeddings_initializer: initializer = 'uniform', "
    "embeddings_regularizer: regularizer = None, embeddings_constraint: constraint = None, "
    "mask_zero: flag = False, weights=None, lora_rank=None, lora_alpha=None, "
    "quantization_config=None, *, input_length=None)",
    keras2="(input_dim: size, output_dim: size, embeddings_initializer: initializer = 'uniform', "
    "embeddings_regularizer: regularizer = None, activity_regularizer: regularizer = None, "
    "embeddings_constraint: constraint = None, mask_zero: flag = False, input_length=None, "
    "sparse: flag = False)",
    weights=lambda c, x: {"embeddings": weight(c, "embeddings", (c.input_dim, c.output_dim))},
    output=lambda c, x: (*x, c.output_dim),
    mask=lambda c: Mask.CREATE if c.mask_zero else Mask.DROP,
    cases=(
        Case("Embedding(9, 5)", (2, 4), dtype="int32"),
        Case("Embedding(9, 5, mask_zero=True)", (2, 4), dtype="int32"),
        Case("Embedding(9, 5, mask_zero=True)", (None, None), dtype="int32"),
        Case("Embedding(9, 5)", (2, 3, 4)),
        Fails("Embedding(0, 3)", (2, 4), dtype="int32"),
        Fails("Embedding(9.0, 3)", (2, 4), dtype="int32"),
    ),
)

MASKING = LayerSpec(
    "Masking",
    "(mask_value: number = 0.0)",
    mask=Mask.CREATE,
    cases=(
        Case("Masking()", (2, 5, 3)),
        Case("Masking(-1.0)", (None, None, 3)),
    ),
)

IDENTITY = LayerSpec(
    "Identity",
    "()",
    mask=passes_in_keras3,
    dtype=input_dtype,
    cases=(
        Case("Identity()", (2, 5, 3)),
        Case("Identity()", (2, 3), dtype="int32"),
        Case("Identity()", [(2, 3), (2, 4)]),
    ),
)

ACTIVITY_REGULARIZATION = LayerSpec(
    "ActivityRegularization",
    "(l1: number = 0.0, l2: number = 0.0)",
    mask=Mask.PASS,
    cases=(Case("ActivityRegularization(0.1, 0.2)", (2, 5, 3)),),
)


def _lambda_output(c: Args, x: Inputs) -> Outputs:
    """The declared `output_shape`; the function itself is the reader's to follow."""
    shape = c.raw("output_shape")
    if not isinstance(shape, tuple | list) or any(isinstance(d, Unknown) for d in shape):
        raise Undecided("Lambda")
    first = x
    while isinstance(first, list):
        first = first[0]
    return tuple(_axis(i, d) for i, d in enumerate((first[0], *shape)))


LAMBDA = LayerSpec(
    "Lambda",
    "(function: function, output_shape=None, mask=None, arguments=None)",
    output=_lambda_output,
    mask=lambda c: Mask.DROP if c.mask is None else Mask.CREATE,
    training=lambda c: _lambda_training(c),
    call="(inputs: tensors, mask: mask = None, training: flag = None)",
    cases=(),
)


def _lambda_training(c: Args) -> Training:
    raise Undecided("Lambda")
