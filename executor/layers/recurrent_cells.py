"""Cells: one step of a recurrent layer, as layers of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...analyzer.specs import recurrent_layers as specs
from ...analyzer.specs import recurrent_wrappers as wrappers
from .. import functions as f
from .. import random, structure
from .arguments import call_signature
from .base import Layer
from .spec_layer import SpecLayer, computes


class CellBase(SpecLayer):
    """Drops inputs and states in training, by one pattern for all steps of a sequence."""

    def _set_up(self) -> None:
        object.__setattr__(self, "_patterns", {})
        if self.dropout or self.recurrent_dropout:
            self.seed_generator = random.SeedGenerator(self.seed)

    @property
    def state_size(self) -> Any:
        """The sizes of the states: a number for one, a list for several."""
        sizes = [s[0] for s in self.spec.states(self._config)]  # type: ignore[misc]
        return sizes[0] if len(sizes) == 1 else sizes

    @property
    def output_size(self) -> int:
        """The size of the output."""
        return self.units

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """States of zeros."""
        sizes = self.spec.states(self._config)  # type: ignore[misc]
        return [f.zeros((batch_size, *s), self.compute_dtype) for s in sizes]

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Symbolic output and states."""
        return super().compute_output_spec(*args, **kwargs)

    def dropped(self, x: Any, which: str, training: Any) -> Any:
        """A value with entries set to 0; the pattern is kept until `forget_patterns`."""
        rate = self.dropout if which == "input" else self.recurrent_dropout
        if not training or not rate:
            return x
        if which not in self._patterns:
            ones = f.ones_like(x)
            self._patterns[which] = random.dropout(ones, rate, None, self.seed_generator)
        return x * self._patterns[which]

    def forget_patterns(self) -> None:
        """Draw new patterns for the next sequence."""
        self._patterns.clear()


@computes(specs.SIMPLE_RNN_CELL, CellBase)
def simple_rnn_cell(c: Any, w: Any, x: Any, states: Any, training: Any) -> Any:
    """(batch, features), [(batch, units)] -> (batch, units), [the same]."""
    (h,) = states if isinstance(states, list | tuple) else (states,)
    total = f.matmul(c.dropped(x, "input", training), w.kernel)
    total = total + w.bias if c.use_bias else total
    total = total + f.matmul(c.dropped(h, "state", training), w.recurrent_kernel)
    out = c.activation(total)
    return out, [out]


@computes(specs.LSTM_CELL, CellBase)
def lstm_cell(c: Any, w: Any, x: Any, states: Any, training: Any) -> Any:
    """(batch, features), [h, c] -> (batch, units), [h, c]."""
    h, memory = states
    total = f.matmul(c.dropped(x, "input", training), w.kernel)
    total = total + f.matmul(c.dropped(h, "state", training), w.recurrent_kernel)
    total = total + w.bias if c.use_bias else total
    i, forget, candidate, out = f.split(total, 4, -1)
    gate = c.recurrent_activation
    memory = gate(forget) * memory + gate(i) * c.activation(candidate)
    h = gate(out) * c.activation(memory)
    return h, [h, memory]


@computes(specs.GRU_CELL, CellBase)
def gru_cell(c: Any, w: Any, x: Any, states: Any, training: Any) -> Any:
    """(batch, features), [(batch, units)] -> (batch, units), [the same]."""
    h = states[0] if isinstance(states, list | tuple) else states
    gate = c.recurrent_activation
    outer, inner = _gru_biases(c, w)
    of_x = f.matmul(c.dropped(x, "input", training), w.kernel) + outer
    xz, xr, xh = f.split(of_x, 3, -1)
    before = c.dropped(h, "state", training)
    if c.reset_after:
        hz, hr, hh = f.split(f.matmul(before, w.recurrent_kernel) + inner, 3, -1)
        update, reset = gate(xz + hz), gate(xr + hr)
        candidate = c.activation(xh + reset * hh)
    else:
        kernel, units = w.recurrent_kernel, c.units
        hz, hr = f.split(f.matmul(before, kernel[:, : 2 * units]), 2, -1)
        update, reset = gate(xz + hz), gate(xr + hr)
        candidate = c.activation(xh + f.matmul(reset * before, kernel[:, 2 * units :]))
    out = update * h + (1.0 - update) * candidate
    return out, [out]


def _gru_biases(c: Any, w: Any) -> tuple[Any, Any]:
    """What is added to the projected input, and to the projected state."""
    if not c.use_bias:
        return 0.0, 0.0
    return f.unstack(w.bias, axis=0) if c.reset_after else (w.bias, 0.0)


class StackedBase(SpecLayer):
    """Several cells that work as one."""

    def _set_up(self) -> None:
        for cell in self.cells:
            if not hasattr(cell, "state_size"):
                raise ValueError(f"StackedRNNCells takes cells with a state_size, got {cell!r}")

    def build(self, input_shape: Any) -> None:
        """Build every cell on the output of the one before."""
        for cell in self.cells:
            if isinstance(cell, Layer) and not cell.built:
                cell.build(input_shape)
            input_shape = (input_shape[0], output_size_of(cell))

    @property
    def state_size(self) -> list[Any]:
        """The sizes of the states of each cell."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> int:
        """The size of the last cell's output."""
        return output_size_of(self.cells[-1])

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """States of zeros."""
        return [initial_states(cell, batch_size) for cell in self.cells]

    def forget_patterns(self) -> None:
        """Draw new patterns for the next sequence."""
        for cell in self.cells:
            getattr(cell, "forget_patterns", lambda: None)()


@computes(wrappers.STACKED_RNN_CELLS, StackedBase)
def stacked_rnn_cells(c: Any, w: Any, x: Any, states: Any, training: Any) -> Any:
    """(batch, features), states of each cell -> (batch, units), the states."""
    new = []
    for cell, state in zip(c.cells, states, strict=True):
        state = list(state) if structure.is_nested(state) else [state]
        x, after = step_of(cell, x, state, training)
        new.append(after)
    return x, new


def output_size_of(cell: Any) -> int:
    """The size of a cell's output: its own word, or its first state's."""
    size = getattr(cell, "output_size", None)
    if size is None:
        size = structure.flatten(cell.state_size)[0]
    return size


def initial_states(cell: Any, batch: int) -> list[Any]:
    """A cell's own initial states, or zeros of its state sizes."""
    own = getattr(cell, "get_initial_state", None)
    if own is not None:
        states = own(batch_size=batch)
        return list(states) if structure.is_nested(states) else [states]
    dtype = getattr(cell, "compute_dtype", "float32")
    return [f.zeros((batch, *_dims(size)), dtype) for size in _sizes(cell)]


def _sizes(cell: Any) -> Sequence[Any]:
    size = cell.state_size
    return size if isinstance(size, list | tuple) else [size]


def _dims(size: Any) -> tuple[int, ...]:
    return tuple(size) if isinstance(size, list | tuple) else (size,)


def step_of(cell: Any, x: Any, states: list[Any], training: Any) -> tuple[Any, list[Any]]:
    """One step of any cell: its output, and its states as a list."""
    call = cell.call if isinstance(cell, Layer) else cell
    takes = isinstance(cell, Layer) and call_signature(call).takes("training")
    extra = {"training": training} if takes else {}
    out, new = cell(x, states, **extra)
    return out, list(new) if structure.is_nested(new) else [new]
