"""Layers around layers and cells: RNN, stacked cells, Bidirectional, TimeDistributed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..dims import Dim, Dims
from ..mismatch import Mismatch
from ..shapes import broadcast
from ..unknown import Undecided
from .base import Args, Case, Fails, Inputs, LayerLike, LayerSpec, Mask, Outputs, Training, Weight
from .recurrent_layers import (
    CALL,
    CELL_CALL,
    RETURNS,
    check_states,
    fixed_batch,
    returned,
    sequence_mask,
    with_batch,
)


def snake(name: str) -> str:
    """`LSTMCell` -> `lstm_cell`: how Keras names layers and the groups of saved files."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _group_names(cells: Sequence[LayerLike]) -> list[str]:
    """The groups of listed layers in a saved file: `lstm_cell`, `lstm_cell_1`, ..."""
    names: list[str] = []
    used: dict[str, int] = {}
    for cell in cells:
        if cell.spec is None:
            raise Undecided("a user-defined cell among stacked ones")
        name = snake(cell.spec.name)
        count = used[name] = used.get(name, -1) + 1
        names.append(f"{name}_{count}" if count else name)
    return names


def _stacked_states(cells: Sequence[LayerLike]) -> list[Inputs]:
    return [cell.states() for cell in cells]


def _one_step(cell: LayerLike, x: Dims, states: Inputs) -> tuple[Dims, Inputs]:
    """The output and the new states of one cell."""
    result = cell.output(x, states=states)
    if not isinstance(result, list) or len(result) != 2 or not isinstance(result[0], tuple):
        raise Undecided("a cell that does not return (output, states)")
    return result[0], result[1]


def _stacked_step(
    cells: Sequence[LayerLike], x: Dims, states: list[Inputs]
) -> tuple[Dims, list[Inputs]]:
    """(batch, features), states -> (batch, units of the last), states."""
    new: list[Inputs] = []
    for cell, state in zip(cells, states, strict=True):
        x, after = _one_step(cell, x, state)
        new.append(after)
    return x, new


def _stacked_weights(cells: Sequence[LayerLike], x: Dims) -> dict[str, Weight]:
    made: dict[str, Weight] = {}
    for name, cell in zip(_group_names(cells), cells, strict=True):
        states = with_batch(x[0], cell.states())
        made |= {f"cells/{name}/{k}": w for k, w in cell.weights(x, states=states).items()}
        x = _one_step(cell, x, states)[0]
    return made


def _any_differs(layers: Sequence[LayerLike]) -> Training:
    differs = any(layer.training_rule() is Training.DIFFERS for layer in layers)
    return Training.DIFFERS if differs else Training.SAME


def _cost(layer: LayerLike, x: Dims, steps: Dim, y: Outputs) -> Dim:
    """The operations of an inner layer, `steps` times; `Undecided` for a user's own."""
    if layer.spec is None or layer.config is None or layer.spec.flops is None:
        raise Undecided("the cost of an inner layer")
    return steps * layer.spec.flops(layer.config, x, y)


STACKED_RNN_CELLS = LayerSpec(
    "StackedRNNCells",
    "(cells: layers)",
    output=lambda c, x: list(_stacked_step(c.cells, x, c.call.states)),
    weights=lambda c, x: _stacked_weights(c.cells, x),
    training=lambda c: _any_differs(c.cells),
    call=CELL_CALL,
    states=lambda c: _stacked_states(c.cells),
    cases=(
        Case(
            "StackedRNNCells([LSTMCell(3), GRUCell(4)])",
            (2, 3),
            states=[[(2, 3), (2, 3)], [(2, 4)]],
        ),
    ),
)


def _cells(c: Args) -> list[LayerLike]:
    return list(c.cell) if isinstance(c.cell, list | tuple) else [c.cell]


def _rnn_states(c: Args) -> list[Inputs]:
    if isinstance(c.cell, list | tuple):
        return _stacked_states(c.cell)
    return c.cell.states()


def _step_input(x: Dims) -> Dims:
    if len(x) < 3:
        raise Mismatch("rank", "(batch, steps, ...)", {"": x}, {"rank": len(x)})
    return (x[0], *x[2:])


def _rnn_output(c: Args, x: Dims) -> Outputs:
    """(batch, steps, ...) -> (batch, [steps,] ...), and the states."""
    states = with_batch(x[0], _rnn_states(c))
    check_states(c, states)
    step = _step_input(x)
    if isinstance(c.cell, list | tuple):
        last, _ = _stacked_step(c.cell, step, states)
    else:
        last, _ = _one_step(c.cell, step, states)
    return returned(c, (last[0], x[1], *last[1:]), last, states)


def _rnn_weights(c: Args, x: Dims) -> dict[str, Weight]:
    fixed_batch(c, x)
    step = _step_input(x)
    if isinstance(c.cell, list | tuple):
        made = _stacked_weights(c.cell, step)
    else:
        made = c.cell.weights(step, states=with_batch(x[0], c.cell.states()))
    return {f"cell/{name}": w for name, w in made.items()}


def _rnn_flops(c: Args, x: Dims, y: Outputs) -> Dim:
    """That of one step, as often as there are steps."""
    step, total = _step_input(x), 0
    for cell in _cells(c):
        out, _ = _one_step(cell, step, with_batch(x[0], cell.states()))
        total = total + _cost(cell, step, x[1], out)
        step = out
    return total


RNN = LayerSpec(
    "RNN",
    f"(cell: layers, {RETURNS}, unroll: flag = False, zero_output_for_mask: flag = False)",
    keras2=f"(cell: layers, {RETURNS}, unroll: flag = False, time_major: flag = False)",
    output=_rnn_output,
    weights=_rnn_weights,
    mask=sequence_mask,
    training=lambda c: _any_differs(_cells(c)),
    call=CALL,
    flops=_rnn_flops,
    cases=(
        Case("RNN(LSTMCell(4))", (2, 5, 3)),
        Case("RNN(GRUCell(4), return_sequences=True, return_state=True)", (2, 5, 3)),
        Case("RNN([LSTMCell(3), LSTMCell(4)], return_state=True)", (2, 5, 3)),
        Case("RNN(StackedRNNCells([LSTMCell(3), GRUCell(4)]), return_state=True)", (2, 5, 3)),
        Case("RNN(SimpleRNNCell(4, dropout=0.5))", (None, None, 3)),
        Fails("RNN(LSTMCell(4))", (2, 5)),
        Fails("RNN(LSTMCell(4))", (None, 5, None)),
    ),
)


def _directions(c: Args) -> tuple[LayerLike, LayerLike]:
    return c.layer, c.layer if c.backward_layer is None else c.backward_layer


def _merged(c: Args, forward: Dims, backward: Dims) -> list[Dims]:
    """The outputs of both directions as one, or as they are."""
    if c.merge_mode is None:
        return [forward, backward]
    if c.merge_mode == "concat":
        return [(*forward[:-1], forward[-1] + backward[-1])]
    return [broadcast(forward, backward)]


def _halves(c: Args) -> tuple[dict[str, object], dict[str, object]]:
    """`initial_state` for each direction."""
    given = c.call.get("initial_state")
    if given is None:
        return {}, {}
    if not isinstance(given, list):
        raise Undecided("initial_state of Bidirectional as one tensor")
    half = len(given) // 2
    return {"initial_state": given[:half]}, {"initial_state": given[half:]}


def _listed(out: Outputs) -> list[Outputs]:
    return out if isinstance(out, list) else [out]


def _bidirectional_output(c: Args, x: Dims) -> Outputs:
    """(batch, steps, features) -> (batch, [steps,] 2 * units), and the states of both."""
    layers, states = _directions(c), _halves(c)
    forward, backward = (d.output(x, **s) for d, s in zip(layers, states, strict=True))
    (one, *states_one), (two, *states_two) = _listed(forward), _listed(backward)
    if not isinstance(one, tuple) or not isinstance(two, tuple):
        raise Undecided("Bidirectional around a layer with nested outputs")
    out: list[Outputs] = [*_merged(c, one, two), *states_one, *states_two]
    return out if len(out) > 1 else out[0]


def _bidirectional_weights(c: Args, x: Dims) -> dict[str, Weight]:
    forward, backward = _directions(c)
    made = {f"forward_layer/{k}": w for k, w in forward.weights(x).items()}
    return made | {f"backward_layer/{k}": w for k, w in backward.weights(x).items()}


def _bidirectional_mask(c: Args) -> Mask:
    return c.layer.mask_rule()


BIDIRECTIONAL = LayerSpec(
    "Bidirectional",
    "(layer: layer, merge_mode: choice('concat', 'sum', 'mul', 'ave', None) = 'concat', "
    "weights=None, backward_layer: layer = None)",
    output=_bidirectional_output,
    weights=_bidirectional_weights,
    mask=_bidirectional_mask,
    training=lambda c: _any_differs(_directions(c)),
    flops=lambda c, x, y: sum(_cost(d, x, 1, y) for d in _directions(c)),
    call=CALL.replace("training: flag = False", "training: flag = None"),
    cases=(
        Case("Bidirectional(LSTM(4))", (2, 5, 3)),
        Case("Bidirectional(GRU(4, return_sequences=True), merge_mode='sum')", (2, 5, 3)),
        Case("Bidirectional(LSTM(4), merge_mode=None)", (2, 5, 3)),
        Case("Bidirectional(LSTM(4, return_state=True))", (2, 5, 3)),
        Case("Bidirectional(GRU(4, return_state=True), merge_mode=None)", (2, 5, 3)),
        Case("Bidirectional(LSTM(4), backward_layer=LSTM(5, go_backwards=True))", (2, 5, 3)),
        Case("Bidirectional(LSTM(4))", (2, 5, 3), initial_state=[(2, 4)] * 4),
        Case("Bidirectional(SimpleRNN(4, dropout=0.5))", (None, None, 3)),
        Fails("Bidirectional(LSTM(2))", (2, 4)),
        Fails("Bidirectional(LSTM(2), merge_mode='max')", (2, 5, 3)),
        Fails("Bidirectional(LSTM(4))", (2, 5, 3), initial_state=[(2, 4)] * 2),
        Fails("Bidirectional(LSTM(4))", (None, 5, None)),
    ),
)


def _inner(c: Args, x: Dims) -> Dims:
    if len(x) < 3:
        raise Mismatch("rank", "(batch, steps, ..., features)", {"": x}, {"rank": len(x)})
    return (x[0], *x[2:])


def _distributed_output(c: Args, x: Dims) -> Outputs:
    """(batch, steps, ...) -> (batch, steps, ...), the layer applied to each step."""
    out = c.layer.output(_inner(c, x))
    if isinstance(out, list):
        raise Undecided("TimeDistributed of a layer with several outputs")
    return (out[0], x[1], *out[1:])


TIME_DISTRIBUTED = LayerSpec(
    "TimeDistributed",
    "(layer: layer)",
    output=_distributed_output,
    weights=lambda c, x: {f"layer/{k}": w for k, w in c.layer.weights(_inner(c, x)).items()},
    mask=Mask.PASS,
    training=lambda c: c.layer.training_rule(),
    call="(inputs: tensor, training: flag = None, mask: mask = None)",
    flops=lambda c, x, y: _cost(c.layer, _inner(c, x), x[1], _inner(c, y)),
    cases=(
        Case("TimeDistributed(Dense(3))", (2, 5, 4)),
        Case("TimeDistributed(Conv2D(3, 2))", (2, 5, 6, 7, 1)),
        Case("TimeDistributed(Dropout(0.5))", (2, 5, 4)),
        Case("TimeDistributed(Dense(3))", (None, None, 4)),
        Fails("TimeDistributed(Dense(3))", (2, 4)),
        Fails("TimeDistributed(Dense(3))", (None, 5, None)),
    ),
)
