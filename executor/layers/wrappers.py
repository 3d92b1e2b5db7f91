"""Layers around layers: both directions of a sequence, every step of it."""

from __future__ import annotations

from typing import Any

from ...analyzer.specs import recurrent_wrappers as specs
from ...analyzer.specs.base import Args
from .. import functions as f
from .. import structure
from ..errors import ModelError
from .arguments import call_signature
from .base import Layer
from .masks import masks
from .serialize import deserialize, serialize
from .spec_layer import SpecLayer, make_class


def _copy(layer: Layer, prefix: str, **changes: Any) -> Any:
    """An unbuilt layer of the same config, under another name."""
    config = serialize(layer)
    config.pop("build_config", None)
    name = f"{prefix}{layer.name.removeprefix(prefix)}"
    config["config"] = {**config["config"], **changes, "name": name}
    return deserialize(config)


class BidirectionalBase(SpecLayer):
    """Two copies of a recurrent layer, one reading backwards."""

    def _set_up(self) -> None:
        layer, backward = self.layer, self.__dict__.get("backward_layer")
        for given in (layer, backward):
            if given is not None and not isinstance(given, Layer):
                raise ModelError(self._title, "a layer", {"": repr(given)})
        self._state.layers.clear()
        self.__dict__.pop("layer")
        self.__dict__.pop("backward_layer", None)
        self.forward_layer = _copy(layer, "forward_")
        object.__setattr__(self, "_own_backward", backward is not None)
        self.backward_layer = backward or _copy(layer, "backward_", go_backwards=True)
        if self.forward_layer.go_backwards == self.backward_layer.go_backwards:
            raise ModelError(
                self._title,
                "layers that read in different directions",
                {"": f"go_backwards={self.backward_layer.go_backwards} for both"},
            )
        for part in (self.forward_layer, self.backward_layer):
            part.zero_output_for_mask = part.return_sequences
        self.return_sequences, self.return_state = layer.return_sequences, layer.return_state
        self.stateful = layer.stateful

    @property
    def _config(self) -> Args:
        values = dict(super()._config.as_dict())
        values["layer"] = _inner(self.__dict__.get("forward_layer", self.__dict__.get("layer")))
        values["backward_layer"] = _inner(self.__dict__.get("backward_layer"))
        return Args(values, self.spec.parameters)

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Build both directions."""
        for layer in (self.forward_layer, self.backward_layer):
            if not layer.built:
                layer.build(sequences_shape)

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: Any = None
    ) -> Any:
        """Run both directions and merge them."""
        half = len(initial_state) // 2 if initial_state is not None else 0
        results = []
        for i, layer in enumerate((self.forward_layer, self.backward_layer)):
            kwargs: dict[str, Any] = {"mask": mask, "training": training}
            takes = call_signature(layer.call).takes
            kwargs = {k: v for k, v in kwargs.items() if takes(k)}
            if half:
                kwargs["initial_state"] = list(initial_state[i * half : (i + 1) * half])
            results.append(layer(sequences, **kwargs))
        forward, backward = results
        states: tuple[Any, ...] = ()
        if self.return_state:
            states = (*forward[1:], *backward[1:])
            forward, backward = forward[0], backward[0]
        if self.return_sequences:
            backward = f.flip(backward, 1)
        merged = self._merged(forward, backward)
        if not self.return_state:
            return merged
        return (*merged, *states) if self.merge_mode is None else (merged, *states)

    def _merged(self, forward: Any, backward: Any) -> Any:
        mode = self.merge_mode
        if mode == "concat":
            return f.concatenate([forward, backward], -1)
        if mode == "mul":
            return forward * backward
        if mode is None:
            return forward, backward
        total = forward + backward
        return total / 2.0 if mode == "ave" else total

    def reset_states(self) -> None:
        """Set the kept states to 0."""
        self.forward_layer.reset_states()
        self.backward_layer.reset_states()

    reset_state = reset_states

    def get_config(self) -> dict[str, Any]:
        """The constructor arguments."""
        config = super().get_config()
        config["layer"] = serialize(self.forward_layer)
        if self._own_backward:
            config["backward_layer"] = serialize(self.backward_layer)
        else:
            config.pop("backward_layer", None)
        return config


def _inner(layer: Any) -> Any:
    from .inner import inner_layer  # the adapter stands on the layers

    return inner_layer(layer)


@masks(specs.BIDIRECTIONAL)
def bidirectional_mask(c: Any, x: Any, mask: Any) -> Any:
    """The mask of one direction, for each output."""
    mask = structure.flatten(mask)[0] if structure.is_nested(mask) else mask
    out = c.forward_layer.compute_mask(x, mask)
    if c.return_state:
        states = c.forward_layer.state_size
        first = structure.flatten(out)[0]
        outputs = [first, first] if c.merge_mode is None else [first]
        return [*outputs, *[None] * (2 * len(states))]
    return [out, out] if c.merge_mode is None else out


class TimeDistributedBase(SpecLayer):
    """A layer applied to every step."""

    def _set_up(self) -> None:
        if not isinstance(self.layer, Layer):
            raise ModelError(self._title, "a layer", {"": repr(self.layer)})

    def build(self, input_shape: Any) -> None:
        """Build the layer on one step."""
        if not self.layer.built:
            self.layer.build((input_shape[0], *input_shape[2:]))

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """All steps as one large batch; one after another where the layer keeps statistics."""
        takes = call_signature(self.layer.call).takes
        kwargs = {"training": training} if takes("training") else {}
        batch, steps, *rest = inputs.shape
        masked = mask is not None and takes("mask")
        if training and any(not v.trainable for v in self.layer.weights):
            return self._one_by_one(inputs, mask if masked else None, kwargs)
        if masked:
            kwargs["mask"] = f.reshape(mask, (batch * steps, *mask.shape[2:]))
        y = self.layer(f.reshape(inputs, (batch * steps, *rest)), **kwargs)
        return f.reshape(y, (batch, steps, *y.shape[1:]))

    def _one_by_one(self, inputs: Any, mask: Any, kwargs: dict[str, Any]) -> Any:
        steps = f.unstack(inputs, axis=1)
        keeps = None if mask is None else f.unstack(mask, axis=1)
        outputs = []
        for t, step in enumerate(steps):
            extra = {} if keeps is None else {"mask": keeps[t]}
            outputs.append(self.layer(step, **kwargs, **extra))
        return f.stack(outputs, 1)


make_class(specs.BIDIRECTIONAL, BidirectionalBase, {})
make_class(specs.TIME_DISTRIBUTED, TimeDistributedBase, {})
