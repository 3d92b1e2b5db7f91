"""A layer as the argument of another layer, in the form specs read (`LayerLike`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..specs import applied
from ..specs.base import Args, Inputs, LayerSpec, Mask, Outputs, TensorType, Training, Weight
from ..unknown import Undecided
from ..values import Instance, Tensor, Value
from .kinds import is_user, own_method, state_of
from .leaves import dims_of
from .masks import rule_of
from .tracking import all_weights

if TYPE_CHECKING:
    from ..interp.interpreter import Interpreter


class Inner:
    """Stands for `layer` in the configuration of a wrapper."""

    def __init__(self, interp: Interpreter, layer: Instance) -> None:
        self._interp, self.layer = interp, layer

    @property
    def _like(self) -> applied.Configured | None:
        state = state_of(self.layer)
        if state is None or state.spec is None or state.config is None:
            return None
        if is_user(self.layer) and own_method(self.layer, "call") is not None:
            return None
        return applied.Configured(state.spec, state.config, state.name)

    @property
    def name(self) -> str:
        """The layer's own name."""
        state = state_of(self.layer)
        return state.name if state else ""

    @property
    def spec(self) -> LayerSpec | None:
        """The spec of a built-in layer."""
        return self._like.spec if self._like else None

    @property
    def config(self) -> Args | None:
        """The constructor arguments of a built-in layer."""
        return self._like.config if self._like else None

    def output(self, x: Inputs, **call: object) -> Outputs:
        """The shapes a call returns, by running the user's code where there is some."""
        if self._like is not None:
            return self._like.output(x, **call)
        if not isinstance(x, tuple):
            raise Undecided("a user-defined layer on several inputs")
        site = self.layer.site
        if site is None or "states" in call:
            raise Undecided("a user-defined cell")
        tensor = Tensor(TensorType(x, "float32", kind="tensor"), "tensor", None, site)
        dims = dims_of(self._interp.call(self.layer, (tensor,), {}, site))
        if dims is None:
            raise Undecided("the result of a user-defined layer")
        return dims

    def weights(self, x: Inputs, **call: object) -> dict[str, Weight]:
        """The weights a first call makes."""
        if self._like is not None:
            return self._like.weights(x, **call)
        self.output(x, **call)
        found = all_weights(self.layer)
        return {
            f"{w.name}_{i}": Weight(w.shape, trainable=w.trainable is not False)
            for i, w in enumerate(found)
            if w.shape is not None
        }

    def mask_rule(self) -> Mask:
        """What it does with a mask."""
        return rule_of(self.layer, self._interp.dialect)

    def training_rule(self) -> Training:
        """Whether `training` matters to it."""
        return self._like.training_rule() if self._like else Training.DIFFERS

    def states(self) -> list[Inputs]:
        """The state shapes of an RNN cell."""
        if self._like is not None:
            return self._like.states()
        size: Value = self.layer.attrs.get("state_size")
        if isinstance(size, int):
            return [(size,)]
        if isinstance(size, list | tuple) and all(isinstance(s, int) for s in size):
            return [(s,) for s in size]
        raise Undecided("the state size of a user-defined cell")


def wrapped(interp: Interpreter, value: Value) -> Value:
    """A constructor argument in the form specs read: layers in it as `LayerLike`."""
    if isinstance(value, Instance) and state_of(value) is not None:
        return Inner(interp, value)
    if isinstance(value, list | tuple) and any(state_of(v) is not None for v in value):
        return type(value)(wrapped(interp, v) for v in value)
    return value
