"""What recurrent ops share: the order of steps, masks, the loop in primitive ops."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..composite import composite
from ..inputs import to_tensor
from ..tensor import OPERATORS as ops
from ..tensor import Tensor, TensorLike

# One step: (projected input, states) -> (output, new states).
Step = Callable[[TensorLike, list[TensorLike]], tuple[TensorLike, list[TensorLike]]]


def order_of(steps: int, backwards: bool) -> range:
    """The steps in the order of computation."""
    return range(steps - 1, -1, -1) if backwards else range(steps)


def sigmoid_of(x: np.ndarray) -> np.ndarray:
    """The logistic function without overflow."""
    return 0.5 * np.tanh(0.5 * x) + 0.5


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


def masked_outputs(
    hidden: TensorLike, start: TensorLike, mask: TensorLike | None, backwards: bool
) -> TensorLike:
    """What a recurrent layer returns over time: 0, not its state, before the first step."""
    if mask is None or _is_zero(start):
        return hidden
    begun = ops["cast"](ops["flip"](mask, 1) if backwards else mask, hidden.dtype.name)
    begun = ops["cumsum"](begun, 1) > 0
    return ops["where"](ops["expand_dims"](begun, -1), hidden, 0)


def _is_zero(start: TensorLike) -> bool:
    """Whether a state is known to be zero: then state and output are the same."""
    return isinstance(start, Tensor) and not start.array.any()


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
    recurrent = to_tensor(recurrent_kernel)
    if activation == "tanh":
        wide = projected(to_tensor(x), kernel, bias)
        hidden, last = ops["rnn_cells"](wide, h, recurrent, mask, go_backwards)
        return masked_outputs(hidden, h, mask, go_backwards), last
    function = ops[activation]

    def step(part: TensorLike, states: list[TensorLike]) -> tuple[TensorLike, list]:
        out = function(part + ops["matmul"](states[0], recurrent))
        return out, [out]

    wide = projected(to_tensor(x), kernel, bias)
    hidden, (last,) = unrolled(step, wide, [h], mask, go_backwards)
    return masked_outputs(hidden, h, mask, go_backwards), last
