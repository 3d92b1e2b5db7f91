"""Convolutional LSTMs."""

from __future__ import annotations

from ..dims import Dim, Dims, product
from .base import Args, Case, Fails, LayerSpec, Outputs, Weight
from .conv_layers import strides_or_dilation, windows
from .parts import SPACE, arranged, axes_text, channels, weight
from .recurrent_layers import (
    CALL,
    RETURNS,
    UnitForgetBias,
    check_states,
    fixed_batch,
    returned,
    sequence_mask,
    when_dropping,
)

_EXAMPLE = {1: (8,), 2: (8, 7), 3: (4, 5, 6)}


def _step(x: Dims) -> Dims:
    """(batch, steps, ...) -> (batch, ...), one step of the sequence."""
    return (x[0], *x[2:])


def _output(c: Args, x: Dims) -> Outputs:
    """(batch, steps, ...spatial, channels) -> (batch, [steps,] ...shrunk, filters)."""
    space = windows(c, _step(x), c.kernel_size, c.dilation_rate)
    last = arranged(c, x[0], space, c.filters)
    check_states(c, [last, last])
    return returned(c, (x[0], x[1], *last[1:]), last, [last, last])


def _weights(c: Args, x: Dims) -> dict[str, Weight]:
    """kernel (...kernel_size, channels, 4 * filters), recurrent_kernel, bias."""
    fixed_batch(c, x)
    wide = 4 * c.filters
    windows(c, _step(x), c.kernel_size, c.dilation_rate)
    made = {"cell/kernel": weight(c, "kernel", (*c.kernel_size, channels(c, _step(x)), wide))}
    shape = (*c.kernel_size, c.filters, wide)
    made["cell/recurrent_kernel"] = weight(c, "recurrent", shape)
    if c.use_bias:
        plain = weight(c, "bias", (wide,))
        start = UnitForgetBias(plain.initializer) if c.unit_forget_bias else plain.initializer
        made["cell/bias"] = Weight(
            plain.shape, start, regularizer=plain.regularizer, constraint=plain.constraint
        )
    return made


def _flops(c: Args, x: Dims, y: Outputs) -> Dim:
    """The convolutions of input and state, for four gates, in all steps of one sample."""
    places = product(windows(c, _step(x), c.kernel_size, c.dilation_rate))
    inner = channels(c, _step(x)) + c.filters
    return 8 * x[1] * places * c.filters * product(c.kernel_size) * inner


def _conv_lstm(n: int) -> LayerSpec:
    name, example = f"ConvLSTM{n}D", _EXAMPLE[n]
    return LayerSpec(
        name,
        f"(filters: late_size, kernel_size: sizes{n}, strides: strides{n} = 1, "
        "padding: one_of('valid', 'same') = 'valid', data_format: data_format = None, "
        f"dilation_rate: sizes{n} = 1, activation: activation = 'tanh', "
        "recurrent_activation: activation = 'sigmoid', use_bias: flag = True, "
        "kernel_initializer: initializer = 'glorot_uniform', "
        "recurrent_initializer: initializer = 'orthogonal', "
        "bias_initializer: initializer = 'zeros', unit_forget_bias: flag = True, "
        "kernel_regularizer: regularizer = None, recurrent_regularizer: regularizer = None, "
        "bias_regularizer: regularizer = None, activity_regularizer: regularizer = None, "
        "kernel_constraint: constraint = None, recurrent_constraint: constraint = None, "
        "bias_constraint: constraint = None, dropout: number = 0.0, "
        f"recurrent_dropout: number = 0.0, seed=None, {RETURNS})",
        accepts=axes_text("steps", *SPACE[n], "channels"),
        output=_output,
        weights=_weights,
        mask=sequence_mask,
        training=when_dropping,
        call=CALL,
        check=strides_or_dilation,
        flops=_flops,
        cases=(
            Case(f"{name}(4, 3)", (2, 3, *example, 2)),
            Case(f"{name}(4, 3, padding='same', return_sequences=True)", (2, 3, *example, 2)),
            Case(f"{name}(4, 2, return_state=True)", (None, None, *example, 2)),
            Fails(f"{name}(4, 3)", (2, *example, 2)),
            Fails(f"{name}(4, 9)", (2, 3, *example, 2)),
        ),
    )


CONV_LSTM1D, CONV_LSTM2D, CONV_LSTM3D = (_conv_lstm(n) for n in (1, 2, 3))
