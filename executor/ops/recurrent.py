"""What recurrent ops share: the order of steps, masks, the loop in primitive ops."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..composite import composite
from ..inputs import to_tensor
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike

# One step: (projected input, states) -> (output, new states).
Step = Callable[[TensorLike, list[TensorLike]], tuple[TensorLike, list[TensorLike]]]


def order_of(steps: int, backwards: bool) -> range:
    """The steps in the order of computation."""
    return range(steps - 1, -1, -1) if backwards else range(steps)


def options_of(mask: list[np.ndarray], backwards: bool) -> tuple[np.ndarray, np.ndarray]:
    """The mask (any array where there is none) and the options as the kernels read them."""
    from ..kernels.lstm import sequence_options  # numba is not needed by who only looks

    none = np.ones((1, 1), bool)
    return (mask[0] if mask else none), sequence_options(bool(mask), False, backwards)


def unrolled_outputs(hidden: TensorLike, mask: TensorLike | None, backwards: bool) -> TensorLike:
    """States over time as a layer's outputs: 0, not the first state, before any step."""
    if mask is None:
        return hidden
    begun = ops["cast"](ops["flip"](mask, 1) if backwards else mask, hidden.dtype.name)
    begun = ops["cumsum"](begun, 1) > 0
    return ops["where"](ops["expand_dims"](begun, -1), hidden, 0)


def unrolled(
    step: Step,
    x: TensorLike,
    states: Sequence[TensorLike],
    mask: TensorLike | None,
    backwards: bool,
) -> tuple[TensorLike, list[TensorLike]]:
    """(batch, t, f) -> first states over time (batch, t, u), last states.

    Where the mask is False the states stay.
    """
    parts = ops["unstack"](x, axis=1)
    keeps = None if mask is None else ops["unstack"](ops["expand_dims"](mask, -1), axis=1)
    now, outputs = list(states), []
    for t in order_of(len(parts), backwards):
        _, new = step(parts[t], now)
        if keeps is not None:
            new = [ops["where"](keeps[t], n, o) for n, o in zip(new, now, strict=True)]
        outputs.append(new[0])
        now = new
    return ops["stack"](outputs, 1), now


def projected(x: TensorLike, kernel: TensorLike, bias: TensorLike | None) -> TensorLike:
    """The inputs of all steps through the input kernel at once."""
    wide = ops["matmul"](x, kernel)
    return wide if bias is None else wide + bias


@composite
def simple_rnn(
    x: TensorLike,
    h: TensorLike,
    kernel: TensorLike,
    recurrent_kernel: TensorLike,
    bias: TensorLike | None = None,
    mask: TensorLike | None = None,
    activation: str = "tanh",
    go_backwards: bool = False,
) -> tuple[TensorLike, TensorLike]:
    """(batch, t, f), (batch, u) -> outputs (batch, t, u), last h.

    Masked steps are those of `lstm`; `activation` names a function of the op table.
    """
    wide = projected(to_tensor(x), kernel, bias)
    recurrent = to_tensor(recurrent_kernel)
    if activation in ("tanh", "relu", "sigmoid"):
        out, last, _ = ops["rnn_cells"](wide, h, recurrent, mask, activation, go_backwards)
        return out, last
    function = ops[activation]

    def step(part: TensorLike, states: list[TensorLike]) -> tuple[TensorLike, list]:
        out = function(part + ops["matmul"](states[0], recurrent))
        return out, [out]

    hidden, (last,) = unrolled(step, wide, [h], mask, go_backwards)
    return unrolled_outputs(hidden, mask, go_backwards), last
