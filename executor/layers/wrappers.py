"""Layers around other layers: RNN with any cell, Bidirectional, TimeDistributed."""

from __future__ import annotations

from typing import Any

from ...analyzer.specs import recurrent_wrappers as specs
from .. import functions as f
from .arguments import call_signature
from .base import Layer
from .recurrent import ordered, result, stepped
from .spec_layer import SpecLayer, computes


class Wrapper(SpecLayer):
    """A built-in layer whose weights are those of the layers in it."""

    def _inner_layers(self) -> list[Layer]:
        """The layers that are built on the wrapper's input."""
        return [self.layer]

    def _inner_shape(self, shape: Any) -> Any:
        return shape

    def build(self, input_shape: Any) -> None:
        """Build the layers inside."""
        for layer in self._inner_layers():
            if not layer.built:
                layer.build(self._inner_shape(input_shape))
                layer.built = True
        self.built = True


class TimeDistributedLayer(Wrapper):
    """Applies a layer to every step."""

    def _inner_shape(self, shape: Any) -> Any:
        return (shape[0], *shape[2:])


@computes(specs.TIME_DISTRIBUTED, TimeDistributedLayer)
def time_distributed(c: Any, w: Any, x: Any, training: Any = None, mask: Any = None) -> Any:
    """(batch, steps, ...) -> (batch, steps, ...): all steps as one large batch."""
    batch, steps = x.shape[:2]
    flat = f.reshape(x, (batch * steps, *x.shape[2:]))
    y = c.layer(flat, training=training) if _takes(c.layer, "training") else c.layer(flat)
    return f.reshape(y, (batch, steps, *y.shape[1:]))


def _takes(layer: Layer, name: str) -> bool:
    return call_signature(layer.call).takes(name)


class BidirectionalLayer(Wrapper):
    """A recurrent layer forwards and one backwards."""

    def _set_up(self) -> None:
        layer = self.layer
        self.forward_layer = type(layer).from_config(layer.get_config())
        if self.backward_layer is None:
            config = layer.get_config()
            config["go_backwards"] = not config["go_backwards"]
            self.backward_layer = type(layer).from_config(config)
        for part, prefix in ((self.forward_layer, "forward"), (self.backward_layer, "backward")):
            part._name = f"{prefix}_{layer.name}"
            part.zero_output_for_mask = part.return_sequences

    def _inner_layers(self) -> list[Layer]:
        return [self.forward_layer, self.backward_layer]


_MERGES = {
    "concat": lambda a, b: f.concatenate([a, b], axis=-1),
    "sum": lambda a, b: a + b,
    "ave": lambda a, b: (a + b) / 2.0,
    "mul": lambda a, b: a * b,
    None: lambda a, b: (a, b),
}


@computes(specs.BIDIRECTIONAL, BidirectionalLayer)
def bidirectional(
    c: Any, w: Any, x: Any, initial_state: Any = None, mask: Any = None, training: Any = None
) -> Any:
    """(batch, steps, features) -> both directions merged."""
    half = len(initial_state) // 2 if initial_state is not None else 0
    given = {"mask": mask, "training": training}
    ahead = initial_state[:half] if half else None
    back = initial_state[half:] if half else None
    y = c.forward_layer(x, initial_state=ahead, **given)
    z = c.backward_layer(x, initial_state=back, **given)
    states: tuple[Any, ...] = ()
    if c.forward_layer.return_state:
        states = (*y[1:], *z[1:])
        y, z = y[0], z[0]
    if c.forward_layer.return_sequences:
        z = f.flip(z, 1)
    merged = _MERGES[c.merge_mode](y, z)
    if not states:
        return merged
    return (*merged, *states) if c.merge_mode is None else (merged, *states)


class RnnLayer(Wrapper):
    """A cell, user-defined ones included, over the steps of a sequence."""

    def _inner_layers(self) -> list[Layer]:
        return [self.cell] if isinstance(self.cell, Layer) else []

    def _inner_shape(self, shape: Any) -> Any:
        return (shape[0], *shape[2:])


@computes(specs.RNN, RnnLayer)
def rnn(
    c: Any, w: Any, x: Any, initial_state: Any = None, mask: Any = None, training: Any = False
) -> Any:
    """(batch, steps, features) -> (batch, [steps,] units)."""
    x, kept = ordered(c, x, mask)
    sizes = c.cell.state_size
    sizes = list(sizes) if isinstance(sizes, list | tuple) else [sizes]
    states = initial_state
    if states is None:
        states = [f.zeros((x.shape[0], n), x.dtype) for n in sizes]
    states = list(states) if isinstance(states, list | tuple) else [states]

    def step(part: Any, now: list[Any]) -> tuple[Any, list[Any]]:
        takes = {"training": training} if _takes(c.cell, "training") else {}
        out, new = c.cell(part, now, **takes)
        return out, list(new) if isinstance(new, list | tuple) else [new]

    sequence, last = stepped(c, step, x, states, kept)
    if c.return_sequences:
        return result(c, sequence, last, kept)
    return (sequence[:, -1], *last) if c.return_state else sequence[:, -1]
