"""Recurrent layers: cells over whole sequences, fused where the cell is an ordinary one."""

from __future__ import annotations

from typing import Any, ClassVar

from ...analyzer.specs import recurrent_layers as specs
from ...analyzer.specs import recurrent_wrappers as wrappers
from .. import functions as f
from .. import structure
from ..api import object_named
from ..errors import ModelError
from ..variable import Variable
from . import activations
from .base import Layer
from .masks import masks
from .recurrent_cells import initial_states, step_of
from .spec_layer import SpecLayer, make_class


class Recurrent(SpecLayer):
    """A cell over the steps of a sequence."""

    zero_output_for_mask = False
    cell: Any
    _states: list[Any] | None

    def _set_up(self) -> None:
        object.__setattr__(self, "_states", None)
        cell = self._make_cell()
        for name in ("call", "state_size"):
            if not hasattr(cell, name):
                raise ModelError(self._title, f"a cell with {name}", {"": repr(cell)})
        self.cell = cell

    def _make_cell(self) -> Any:
        if isinstance(self.cell, list | tuple):
            return object_named("keras.layers.StackedRNNCells")(list(self.cell))
        return self.cell

    @property
    def state_size(self) -> Any:
        """The sizes of the states, as a list."""
        size = self.cell.state_size
        return [size] if isinstance(size, int) else list(size)

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Build the cell on one step."""
        shape = tuple(sequences_shape)
        if self.stateful and shape[0] is None:
            raise ModelError(
                self._title,
                "a fixed batch size for stateful=True",
                {"": shape},
                {},
                "give the Input a batch_size",
            )
        if isinstance(self.cell, Layer) and not self.cell.built:
            self.cell.build((shape[0], *shape[2:]))
        if self.stateful:
            zeros = initial_states(self.cell, shape[0])
            made = structure.map_structure(lambda z: Variable(z, False, name="rnn_state"), zeros)
            object.__setattr__(self, "_states", made)

    @property
    def states(self) -> list[Any] | None:
        """The states kept between batches, where the layer is stateful."""
        return self._states

    def reset_state(self) -> None:
        """Set the kept states to 0."""
        for variable in structure.flatten(self._states or []):
            variable.assign(f.zeros_like(variable.value))

    reset_states = reset_state

    def get_initial_state(self, batch_size: int) -> list[Any]:
        """The states a sequence begins with."""
        return initial_states(self.cell, batch_size)

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: Any = False
    ) -> Any:
        """Run the cell over the sequence."""
        if isinstance(mask, list | tuple):
            mask = structure.flatten(mask)[0]
        states = self._first_states(initial_state, sequences.shape[0])
        outputs, last, states = self._over_time(sequences, states, mask, training)
        if self.zero_output_for_mask and mask is not None:
            there = f.flip(mask, 1) if self.go_backwards else mask
            outputs = f.where(f.expand_dims(there, -1), outputs, 0.0)
        if self.stateful:
            pairs = zip(structure.flatten(self._states), structure.flatten(states), strict=True)
            for variable, value in pairs:
                variable.assign(value)
        result = outputs if self.return_sequences else last
        return (result, *states) if self.return_state else result

    def _first_states(self, given: Any, batch: int) -> list[Any]:
        if given is None:
            given = self._states if self.stateful else self.get_initial_state(batch)
        given = list(given) if structure.is_nested(given) else [given]
        return structure.map_structure(self._read, given)

    def _read(self, state: Any) -> Any:
        value = state.value if isinstance(state, Variable) else state
        return f.cast(value, self.compute_dtype)

    def _over_time(self, x: Any, states: Any, mask: Any, training: Any) -> tuple[Any, Any, Any]:
        """(batch, steps, ...) -> outputs of all steps, of the last one, the states."""
        forget = getattr(self.cell, "forget_patterns", lambda: None)
        forget()
        try:
            return self._step_by_step(x, states, mask, training)
        finally:
            forget()

    def _step_by_step(self, x: Any, states: Any, mask: Any, training: Any) -> tuple[Any, Any, Any]:
        """One step after another; where the mask is False, output and states stay."""
        steps = f.unstack(x, axis=1)
        keeps = [None] * len(steps) if mask is None else f.unstack(mask, axis=1)
        order = range(len(steps))
        outputs: list[Any] = []
        for t in reversed(order) if self.go_backwards else order:
            out, new = step_of(self.cell, steps[t], states, training)
            if keeps[t] is not None:
                before = outputs[-1] if outputs else f.zeros_like(out)
                out = _chosen(keeps[t], out, before)
                keep = keeps[t]
                new = structure.map_structure(lambda n, o, k=keep: _chosen(k, n, o), new, states)
            outputs.append(out)
            states = new
        return f.stack(outputs, 1), outputs[-1], states

    def get_config(self) -> dict[str, Any]:
        """The constructor arguments."""
        config = super().get_config()
        if "cell" in config and "zero_output_for_mask" not in config:
            config["zero_output_for_mask"] = self.zero_output_for_mask
        return config


def _chosen(keep: Any, new: Any, old: Any) -> Any:
    """`new` for the samples that are there at this step, `old` for the others."""
    for _ in range(len(new.shape) - 1):
        keep = f.expand_dims(keep, -1)
    return f.where(keep, new, old)


def _mask(c: Any, x: Any, mask: Any) -> Any:
    """The sequence's mask for a returned sequence; none for states."""
    mask = structure.flatten(mask)[0] if structure.is_nested(mask) else mask
    out = mask if c.return_sequences else None
    return [out] + [None] * len(c.state_size) if c.return_state else out


class OwnCell(Recurrent):
    """A recurrent layer that makes its cell from its own arguments."""

    cell_spec: ClassVar[Any]

    def _make_cell(self) -> Any:
        cls = object_named(f"keras.layers.{self.cell_spec.name}")
        names = self.cell_spec.parameters.params
        given = {n: self.__dict__[n] for n in names if n in self.__dict__}
        for name in list(given):
            # One home for each: the layer reads them through its cell's attributes.
            given[name] = self.__dict__[name]
        name = self.cell_spec.name
        return cls(
            **given, dtype=self.dtype_policy.name, name=_snake(name), trainable=self.trainable
        )

    def _over_time(self, x: Any, states: Any, mask: Any, training: Any) -> tuple[Any, Any, Any]:
        cell = self.cell
        ordinary = cell.activation is activations.get("tanh") and (
            getattr(cell, "recurrent_activation", None) in (None, activations.get("sigmoid"))
        )
        if not ordinary or (training and cell.recurrent_dropout):
            return super()._over_time(x, states, mask, training)
        if training and cell.dropout:
            cell.forget_patterns()
            pattern = cell.dropped(f.ones_like(x[:, 0]), "input", training)
            cell.forget_patterns()
            x = x * f.expand_dims(pattern, 1)
        return self._fused(x, states, mask)

    def _weights_of_cell(self) -> tuple[Any, Any, Any]:
        cell = self.cell
        bias = cell._cast(cell.bias.value) if cell.use_bias else None
        return cell._cast(cell.kernel.value), cell._cast(cell.recurrent_kernel.value), bias

    def _fused(self, x: Any, states: Any, mask: Any) -> tuple[Any, Any, Any]:
        raise NotImplementedError


def _snake(name: str) -> str:
    return wrappers.snake(name)


class SimpleRNNBase(OwnCell):
    """The whole sequence in one op."""

    cell_spec = specs.SIMPLE_RNN_CELL

    def _fused(self, x: Any, states: Any, mask: Any) -> tuple[Any, Any, Any]:
        backwards = self.go_backwards
        kernel, recurrent, bias = self._weights_of_cell()
        out, h = f.simple_rnn(x, states[0], kernel, recurrent, bias, mask, "tanh", backwards)
        return out, self._last(out, h, states, mask), [h]

    def _last(self, outputs: Any, h: Any, states: Any, mask: Any) -> Any:
        """The last output: the last state, but 0 where no step was there at all."""
        return h if mask is None else outputs[:, -1]


class LSTMBase(SimpleRNNBase):
    """The whole sequence in one op."""

    cell_spec = specs.LSTM_CELL

    def _fused(self, x: Any, states: Any, mask: Any) -> tuple[Any, Any, Any]:
        weights = self._weights_of_cell()
        out, h, c = f.lstm(x, *states, *weights, mask, self.go_backwards)
        return out, self._last(out, h, states, mask), [h, c]


class GRUBase(SimpleRNNBase):
    """The whole sequence in one op."""

    cell_spec = specs.GRU_CELL

    def _fused(self, x: Any, states: Any, mask: Any) -> tuple[Any, Any, Any]:
        kernel, recurrent, bias = self._weights_of_cell()
        after = self.cell.reset_after
        out, h = f.gru(x, states[0], kernel, recurrent, bias, mask, after, self.go_backwards)
        return out, self._last(out, h, states, mask), [h]


for _spec, _base in (
    (specs.SIMPLE_RNN, SimpleRNNBase),
    (specs.LSTM, LSTMBase),
    (specs.GRU, GRUBase),
    (wrappers.RNN, Recurrent),
):
    make_class(_spec, _base, {})
    masks(_spec)(_mask)
