"""SimpleRNN, LSTM and GRU, as cells and as layers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..dims import Dim, Dims, is_static, same
from ..mismatch import Mismatch
from ..unknown import Undecided
from .base import Args, Case, Fails, Inputs, LayerSpec, Mask, Outputs, Training, Weight
from .parts import weight

_WEIGHTS = (
    "use_bias: flag = True, kernel_initializer: initializer = 'glorot_uniform', "
    "recurrent_initializer: initializer = 'orthogonal', "
    "bias_initializer: initializer = 'zeros', {forget}"
    "kernel_regularizer: regularizer = None, recurrent_regularizer: regularizer = None, "
    "bias_regularizer: regularizer = None, {activity}kernel_constraint: constraint = None, "
    "recurrent_constraint: constraint = None, bias_constraint: constraint = None, "
    "dropout: number = 0.0, recurrent_dropout: number = 0.0"
)
_FORGET = "unit_forget_bias: flag = True, "
_ACTIVITY = "activity_regularizer: regularizer = None, "
_GATED = "activation: activation = 'tanh', recurrent_activation: activation = 'sigmoid', "
RETURNS = (
    "return_sequences: flag = False, return_state: flag = False, "
    "go_backwards: flag = False, stateful: flag = False"
)
CALL = (
    "(sequences: tensor, initial_state: tensors = None, mask: mask = None, training: flag = False)"
)
CELL_CALL = "(inputs: tensor, states: tensors, training: flag = False)"


@dataclass(frozen=True, slots=True)
class UnitForgetBias:
    """An LSTM's bias initializer: 1 for the forget gate (second quarter), else `base`."""

    base: object


def cell_weights(c: Args, features: Dim, gates: int, bias: Dims) -> dict[str, Weight]:
    """kernel (features, gates * units), recurrent_kernel (units, gates * units), bias."""
    wide = gates * c.units
    made = {"kernel": weight(c, "kernel", (features, wide))}
    recurrent = weight(c, "recurrent", (c.units, wide))
    made["recurrent_kernel"] = recurrent
    return made | ({"bias": weight(c, "bias", bias)} if c.use_bias else {})


def _simple_weights(c: Args, x: Dims) -> dict[str, Weight]:
    """(batch, features) -> kernel, recurrent_kernel, bias of one gate."""
    return cell_weights(c, x[-1], 1, (c.units,))


def _lstm_weights(c: Args, x: Dims) -> dict[str, Weight]:
    """(batch, features) -> kernel, recurrent_kernel, bias of four gates."""
    made = cell_weights(c, x[-1], 4, (4 * c.units,))
    if "bias" in made and c.unit_forget_bias:
        plain = made["bias"]
        made["bias"] = Weight(
            plain.shape,
            UnitForgetBias(plain.initializer),
            regularizer=plain.regularizer,
            constraint=plain.constraint,
        )
    return made


def _gru_weights(c: Args, x: Dims) -> dict[str, Weight]:
    """(batch, features) -> kernel, recurrent_kernel, bias of three gates."""
    wide = 3 * c.units
    return cell_weights(c, x[-1], 3, (2, wide) if c.reset_after else (wide,))


def when_dropping(c: Args) -> Training:
    """`training` matters where there is dropout."""
    return Training.DIFFERS if c.dropout > 0 or c.recurrent_dropout > 0 else Training.SAME


def sequence_mask(c: Args) -> Mask:
    """The mask is used; a sequence hands it on."""
    return Mask.CONSUME_PASS if c.return_sequences else Mask.CONSUME


def with_batch(batch: Dim, states: list[Inputs]) -> list[Inputs]:
    """[(units,), ...] -> [(batch, units), ...], nested alike."""
    return [with_batch(batch, s) if isinstance(s, list) else (batch, *s) for s in states]


def check_states(c: Args, wanted: list[Inputs], spare: bool = False) -> None:
    """The states of a call against those of the cell, as far as execution would tell.

    `spare` states are ignored by GRU, whose fused implementation takes the first.
    Keras 2 compares at once.
    """
    given = c.call.get("initial_state")
    if given is None:
        return
    states = given if isinstance(given, list) else [given]
    late = c.library != "keras2"
    if spare and late:
        states = states[: len(wanted)]
    if len(states) != len(wanted):
        got = {f"state {i + 1}": s for i, s in enumerate(states)}
        names = {"states": len(wanted), "given": len(states)}
        needs = f"{len(wanted)} states" if len(wanted) > 1 else "one state"
        raise Mismatch("state-count", needs, got, names, late=late)
    for number, (state, shape) in enumerate(zip(states, wanted, strict=True), 1):
        _check_state(number, state, shape, late)


def _check_state(number: int, state: object, wanted: Inputs, late: bool) -> None:
    if isinstance(wanted, list) or not isinstance(state, tuple):
        return
    pairs = zip(state[1:], wanted[1:], strict=False)
    if len(state) != len(wanted) or any(same(a, b) is False for a, b in pairs):
        needs = "states of the shape of the cell's"
        got = {f"state {number}": state, "cell": wanted}
        raise Mismatch("state-shape", needs, got, late=late)


def fixed_batch(c: Args, x: Dims) -> None:
    """A stateful layer keeps one state for each sample of a fixed batch."""
    if c.stateful and not is_static(x[0]):
        hint = "give the Input a batch_size"
        raise Mismatch("batch-size", "a fixed batch size for stateful=True", {"": x}, {}, hint)


def returned(c: Args, sequence: Dims, last: Dims, states: list[Inputs]) -> Outputs:
    """Sequence or last output, followed by the states if they are asked for."""
    if c.get("time_major"):
        raise Undecided("time_major=True")
    out = sequence if c.return_sequences else last
    return [out, *states] if c.return_state else out


def _layer_output(kind: _Kind, c: Args, x: Dims) -> Outputs:
    """(batch, steps, features) -> (batch, [steps,] units), and the states."""
    states = with_batch(x[0], kind.states(c))
    check_states(c, states, spare=kind.name == "GRU")
    return returned(c, (x[0], x[1], c.units), (x[0], c.units), states)


def _layer_weights(
    make: Callable[[Args, Dims], dict[str, Weight]], c: Args, x: Dims
) -> dict[str, Weight]:
    fixed_batch(c, x)
    return {f"cell/{name}": w for name, w in make(c, (x[0], x[2])).items()}


def _cell_output(c: Args, x: Dims) -> Outputs:
    """(batch, features), states -> (batch, units), states."""
    return [(x[0], c.units), c.call.states]


def _flops(gates: int) -> Callable[[Args, Dims, Outputs], Dim]:
    return lambda c, x, y: x[1] * 2 * gates * c.units * (x[2] + c.units)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What distinguishes the three kinds of recurrent layers."""

    name: str
    head: str  # activations
    tail: str  # after the dropout rates, in the cell
    layer_tail: str
    keras2_tail: str
    forget: str
    gates: int
    weights: Callable[[Args, Dims], dict[str, Weight]]
    states: Callable[[Args], list[Inputs]]

    def cell(self, cases: tuple[Case, ...]) -> LayerSpec:
        """The spec of one step."""
        first = "sequence" if self.name == "SimpleRNN" else "inputs"
        body = _WEIGHTS.format(forget=self.forget, activity="")
        return LayerSpec(
            f"{self.name}Cell",
            f"(units: units, {self.head}{body}{self.tail})",
            output=_cell_output,
            weights=self.weights,
            training=when_dropping,
            call=CELL_CALL.replace("inputs", first),
            states=self.states,
            flops=lambda c, x, y: 2 * self.gates * c.units * (x[-1] + c.units),
            cases=cases,
        )

    def layer(self, legacy: tuple[str, ...], cases: tuple[Case, ...]) -> LayerSpec:
        """The spec of a whole sequence."""
        # Measured: SimpleRNN never looks at its activity_regularizer.
        activity = _ACTIVITY if self.gates > 1 else _ACTIVITY.replace(": regularizer", "")
        body = _WEIGHTS.format(forget=self.forget, activity=activity)
        return LayerSpec(
            self.name,
            f"(units: units, {self.head}{body}{self.layer_tail})",
            keras2=f"(units: units, {self.head}{body}{self.keras2_tail})",
            accepts="(batch, steps, features)",
            output=lambda c, x: _layer_output(self, c, x),
            weights=lambda c, x: _layer_weights(self.weights, c, x),
            mask=sequence_mask,
            training=when_dropping,
            call=CALL,
            legacy=legacy,
            flops=_flops(self.gates),
            cases=cases,
        )


_SIMPLE = _Kind(
    "SimpleRNN",
    "activation: activation = 'tanh', ",
    ", seed=None",
    f", {RETURNS}, unroll: flag = False, seed=None",
    f", {RETURNS}, unroll: flag = False",
    "",
    1,
    _simple_weights,
    lambda c: [(c.units,)],
)
_LSTM = _Kind(
    "LSTM",
    _GATED,
    ", seed=None, *, implementation=2",
    f", seed=None, {RETURNS}, unroll: flag = False, "
    "use_cudnn: choice('auto', True, False) = 'auto', *, implementation=2",
    f", {RETURNS}, time_major: flag = False, unroll: flag = False",
    _FORGET,
    4,
    _lstm_weights,
    lambda c: [(c.units,), (c.units,)],
)
_GRU = _Kind(
    "GRU",
    _GATED,
    ", reset_after: flag = True, seed=None, *, implementation=2",
    f", seed=None, {RETURNS}, unroll: flag = False, reset_after: flag = True, "
    "use_cudnn: choice('auto', True, False) = 'auto', *, implementation=2",
    f", {RETURNS}, unroll: flag = False, time_major: flag = False, reset_after: flag = True",
    "",
    3,
    _gru_weights,
    lambda c: [(c.units,)],
)


def _layer_cases(name: str, states: int) -> tuple[Case, ...]:
    right = [(2, 4)] * states
    return (
        Case(f"{name}(4)", (2, 5, 3)),
        Case(f"{name}(4, return_sequences=True, use_bias=False)", (2, 5, 3)),
        Case(f"{name}(4, return_sequences=True, return_state=True)", (2, 5, 3)),
        Case(f"{name}(4, return_state=True)", (None, None, 3)),
        Case(f"{name}(4, dropout=0.5)", (2, 5, 3)),
        Case(f"{name}(4, recurrent_dropout=0.5, go_backwards=True)", (2, 5, 3)),
        Case(f"{name}(4)", (2, 5, 3), initial_state=right),
        Fails(f"{name}(4)", (2, 3)),
        Fails(f"{name}(4)", (2, 5, 3, 1)),
        Fails(f"{name}(4)", (None, 10, None)),
        Fails(f"{name}(0)", (2, 5, 3)),
        Fails(f"{name}(4)", (2, 5, 3), initial_state=[(2, 8)] * states),
        Fails(f"{name}(4, stateful=True)", (None, 5, 3)),
    )


SIMPLE_RNN_CELL = _SIMPLE.cell((Case("SimpleRNNCell(4)", (2, 3), states=[(2, 4)]),))
LSTM_CELL = _LSTM.cell(
    (
        Case("LSTMCell(4)", (2, 3), states=[(2, 4), (2, 4)]),
        Case("LSTMCell(4, unit_forget_bias=False)", (2, 3), states=[(2, 4), (2, 4)]),
    )
)
GRU_CELL = _GRU.cell(
    (
        Case("GRUCell(4)", (2, 3), states=[(2, 4)]),
        Case("GRUCell(4, reset_after=False)", (2, 3), states=[(2, 4)]),
    )
)
SIMPLE_RNN = _SIMPLE.layer(
    (),
    (
        *_layer_cases("SimpleRNN", 1),
        Fails("SimpleRNN(4)", (2, 5, 3), initial_state=[(2, 4), (2, 4)]),
    ),
)
LSTM = _LSTM.layer(
    ("CuDNNLSTM",),
    (
        *_layer_cases("LSTM", 2),
        Case("LSTM(4, unit_forget_bias=False)", (2, 5, 3)),
        Fails("LSTM(4)", (2, 5, 3), initial_state=[(2, 4)]),
        Fails("LSTM(4)", (2, 5, 3), initial_state=[(2, 4), (2, 4), (2, 4)]),
        Fails("LSTM(4, use_cudnn='never')", (2, 5, 3)),
    ),
)
GRU = _GRU.layer(
    ("CuDNNGRU",),
    (
        *_layer_cases("GRU", 1),
        Case("GRU(4, reset_after=False)", (2, 5, 3)),
        Case("GRU(4)", (2, 5, 3), initial_state=[(2, 4), (2, 4)]),
    ),
)
