"""LSTM, GRU and SimpleRNN over whole sequences, and one step of each cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...analyzer.specs import recurrent_layers as specs
from .. import functions as f
from . import activations
from .regularization import RandomLayer
from .spec_layer import computes


def cell_weights(w: Any, c: Any) -> tuple[Any, Any, Any]:
    """Kernel, recurrent kernel and bias (None without) of a layer's cell."""
    return w.cell.kernel, w.cell.recurrent_kernel, w.cell.bias if c.use_bias else None


def initial(c: Any, x: Any, initial_state: Any, count: int) -> list[Any]:
    """The states to begin with: those given, else zeros."""
    if c.stateful:
        raise NotImplementedError(f"{c.name}: stateful=True cannot be computed yet")
    if initial_state is None:
        return [f.zeros((x.shape[0], c.units), x.dtype) for _ in range(count)]
    return list(initial_state) if isinstance(initial_state, list | tuple) else [initial_state]


def dropped(c: Any, x: Any, training: Any) -> Any:
    """The inputs with the same values dropped in every step."""
    if c.recurrent_dropout and training:
        raise NotImplementedError(f"{c.name}: recurrent_dropout cannot be computed yet")
    if not training or not c.dropout:
        return x
    return f.dropout(x, c.dropout, (x.shape[0], 1, x.shape[2]), seed=c.seed_generator)


def ordered(c: Any, x: Any, mask: Any) -> tuple[Any, Any]:
    """Inputs and mask in the order of computation."""
    if not c.go_backwards:
        return x, mask
    return f.flip(x, 1), None if mask is None else f.flip(mask, 1)


def result(c: Any, sequence: Any, states: Sequence[Any], mask: Any) -> Any:
    """Sequence or last output, followed by the states if they are asked for."""
    if c.return_sequences:
        if mask is not None and getattr(c, "zero_output_for_mask", False):
            sequence = sequence * f.expand_dims(f.cast(mask, sequence.dtype), -1)
        out = sequence
    else:
        out = states[0]
    return (out, *states) if c.return_state else out


def _fused(c: Any, recurrent: Any = activations.get("sigmoid")) -> bool:
    """Whether the activations are those the whole-sequence ops compute."""
    return c.activation is activations.get("tanh") and (
        not hasattr(c, "recurrent_activation") or c.recurrent_activation is recurrent
    )


def stepped(c: Any, step: Any, x: Any, states: list[Any], mask: Any) -> tuple[Any, list[Any]]:
    """Any cell, step by step: masked steps keep the states and repeat the output."""
    outputs = []
    for t in range(x.shape[1]):
        out, new = step(x[:, t], states)
        if mask is not None:
            keep = f.expand_dims(mask[:, t], -1)
            before = outputs[-1] if outputs else f.zeros_like(out)
            out = f.where(keep, out, before)
            new = [f.where(keep, n, o) for n, o in zip(new, states, strict=True)]
        outputs.append(out)
        states = new
    return f.stack(outputs, axis=1), states


@computes(specs.LSTM, RandomLayer)
def lstm(
    c: Any, w: Any, x: Any, initial_state: Any = None, mask: Any = None, training: Any = False
) -> Any:
    """(batch, steps, features) -> (batch, [steps,] units)."""
    x, kept = ordered(c, dropped(c, x, training), mask)
    states = initial(c, x, initial_state, 2)
    if _fused(c):
        sequence, h, last = f.lstm(x, states[0], states[1], *cell_weights(w, c), kept)
        return result(c, sequence, [h, last], kept)
    sequence, states = stepped(
        c, lambda part, now: lstm_step(c, cell_weights(w, c), part, now), x, states, kept
    )
    return result(c, sequence, states, kept)


def lstm_step(c: Any, weights: Any, x: Any, states: Any) -> tuple[Any, list[Any]]:
    """(batch, features), [h, c] -> h, [h, c]: input, forget, cell and output gates."""
    kernel, recurrent, bias = weights
    z = f.matmul(x, kernel) + f.matmul(states[0], recurrent)
    i, forget, candidate, o = f.split(z if bias is None else z + bias, 4, axis=-1)
    gate, act = c.recurrent_activation, c.activation
    carry = gate(forget) * states[1] + gate(i) * act(candidate)
    h = gate(o) * act(carry)
    return h, [h, carry]


@computes(specs.GRU, RandomLayer)
def gru(
    c: Any, w: Any, x: Any, initial_state: Any = None, mask: Any = None, training: Any = False
) -> Any:
    """(batch, steps, features) -> (batch, [steps,] units)."""
    x, kept = ordered(c, dropped(c, x, training), mask)
    states = initial(c, x, initial_state, 1)[:1]
    if _fused(c):
        sequence, h = f.gru(x, states[0], *cell_weights(w, c), kept, c.reset_after)
        return result(c, sequence, [h], kept)
    sequence, states = stepped(
        c, lambda part, now: gru_step(c, cell_weights(w, c), part, now), x, states, kept
    )
    return result(c, sequence, states, kept)


def gru_step(c: Any, weights: Any, x: Any, states: Any) -> tuple[Any, list[Any]]:
    """(batch, features), [h] -> h, [h]: update and reset gates, candidate."""
    kernel, recurrent, bias = weights
    h, outer, inner = states[0], None, None
    if bias is not None:
        outer, inner = f.unstack(bias, axis=0) if c.reset_after else (bias, None)
    wide = f.matmul(x, kernel) if outer is None else f.matmul(x, kernel) + outer
    xz, xr, xh = f.split(wide, 3, axis=-1)
    gate = c.recurrent_activation
    if c.reset_after:
        back = f.matmul(h, recurrent) if inner is None else f.matmul(h, recurrent) + inner
        hz, hr, hh = f.split(back, 3, axis=-1)
        z, r = gate(xz + hz), gate(xr + hr)
        candidate = c.activation(xh + r * hh)
    else:
        rz, rr, rh = f.split(recurrent, 3, axis=-1)
        z, r = gate(xz + f.matmul(h, rz)), gate(xr + f.matmul(h, rr))
        candidate = c.activation(xh + f.matmul(r * h, rh))
    out = z * h + (1.0 - z) * candidate
    return out, [out]


@computes(specs.SIMPLE_RNN, RandomLayer)
def simple_rnn(
    c: Any, w: Any, x: Any, initial_state: Any = None, mask: Any = None, training: Any = False
) -> Any:
    """(batch, steps, features) -> (batch, [steps,] units)."""
    x, kept = ordered(c, dropped(c, x, training), mask)
    states = initial(c, x, initial_state, 1)
    if _fused(c):
        sequence, h = f.simple_rnn(x, states[0], *cell_weights(w, c), kept)
        return result(c, sequence, [h], kept)
    sequence, states = stepped(
        c, lambda part, now: simple_step(c, cell_weights(w, c), part, now), x, states, kept
    )
    return result(c, sequence, states, kept)


def simple_step(c: Any, weights: Any, x: Any, states: Any) -> tuple[Any, list[Any]]:
    """(batch, features), [h] -> h, [h]."""
    kernel, recurrent, bias = weights
    z = f.matmul(x, kernel) + f.matmul(states[0], recurrent)
    h = c.activation(z if bias is None else z + bias)
    return h, [h]


class Cell(RandomLayer):
    """One step of a recurrent layer: `cell(x, states)` -> (output, states)."""

    @property
    def state_size(self) -> Any:
        """Units of each state."""
        return [self.units] * self._count if self._count > 1 else self.units

    @property
    def output_size(self) -> int:
        """Units of the output."""
        return self.units

    @property
    def _count(self) -> int:
        return 2 if self.spec.name == "LSTMCell" else 1


def _cell(step: Any) -> Any:
    def compute(c: Any, w: Any, x: Any, states: Any = None, training: Any = False) -> Any:
        """(batch, features), states -> output, states."""
        if training and (c.dropout or c.recurrent_dropout):
            raise NotImplementedError(f"{c.name}: dropout in a cell cannot be computed yet")
        weights = (w.kernel, w.recurrent_kernel, w.bias if c.use_bias else None)
        given = list(states) if isinstance(states, list | tuple) else [states]
        return step(c, weights, x, given)

    return compute


computes(specs.LSTM_CELL, Cell)(_cell(lstm_step))
computes(specs.GRU_CELL, Cell)(_cell(gru_step))
computes(specs.SIMPLE_RNN_CELL, Cell)(_cell(simple_step))
