"""Specs applied to arguments and inputs: the checks that every reader makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from ..dims import Dims, is_static, symbol
from ..mismatch import Mismatch
from ..unknown import Undecided
from .arguments import unforeseen
from .base import Args, Inputs, LayerSpec, Mask, Outputs, Training, Weight
from .domains import problems
from .signature import parse


def bind(
    spec: LayerSpec,
    args: Sequence[object] = (),
    kwargs: Mapping[str, object] | None = None,
    dialect: str = "keras3",
) -> Args:
    """Constructor arguments with the defaults of the others; raises `BindError`."""
    older = dialect == "keras2"
    parameters = parse(spec.keras2) if older and spec.keras2 else spec.parameters
    given = parameters.complete(parameters.bind(args, kwargs or {}))
    library = "keras2" if older else "keras"
    return Args(spec.parameters.complete(given), spec.parameters, library=library)


def bind_call(spec: LayerSpec, x: Inputs, call: Mapping[str, object]) -> Args:
    """The arguments of a call by parameter name; raises `BindError`."""
    parameters = spec.call_parameters
    return Args(parameters.complete(parameters.bind((x,), call)), parameters)


@cache
def axes(accepts: str) -> tuple[tuple[str, ...], int, bool]:
    """Names of the axes of an `accepts` text, their least number, whether it is exact.

    `"(batch, ..., features)"` -> `(("batch", "features"), 2, False)`.
    """
    parts = [p.strip() for p in accepts.strip("()").split(",")]
    names = tuple(p for p in parts if p and p != "...")
    return names, len(names), "..." not in parts


def check_input(spec: LayerSpec, x: Inputs) -> None:
    """Raise `Mismatch` where the layer takes one tensor of another rank."""
    if spec.accepts is None:
        return
    if isinstance(x, list):
        if len(x) == 1:
            raise Undecided(f"{spec.name} called on a list of one tensor")
        got = {f"input {i + 1}": part for i, part in enumerate(x)}
        raise Mismatch("structure", "one tensor", got)
    _, rank, exact = axes(spec.accepts)
    if len(x) < rank or (exact and len(x) != rank):
        raise Mismatch("rank", spec.accepts, {"": x}, {"rank": len(x)})


def assumed(spec: LayerSpec) -> Dims:
    """The input of a layer that takes one rank only, where the rank is not known."""
    if spec.accepts is None:
        raise Undecided(f"{spec.name} of an input of unknown rank")
    names, _, exact = axes(spec.accepts)
    if not exact:
        raise Undecided(f"{spec.name} of an input of unknown rank")
    return tuple(symbol(n) for n in names)


def constructed(spec: LayerSpec, c: Args) -> None:
    """Raise `Mismatch` where the constructor rejects its arguments."""
    for problem in problems(spec, c, "keras2" if c.library == "keras2" else "keras3"):
        raise problem
    if spec.check is not None:
        with suppress(Undecided), unforeseen(spec.name):
            spec.check(c)


def built(spec: LayerSpec, c: Args, x: Inputs) -> dict[str, Weight]:
    """The weights a first call makes; `Mismatch` where Keras cannot make them."""
    check_input(spec, x)
    with unforeseen(spec.name):
        weights = spec.weights(c, x)
    for name, weight in weights.items():
        if not all(is_static(d) for d in weight.shape):
            needs = "a known size on every axis that weights are made from"
            raise Mismatch("axis-undefined", needs, {"": x}, {name: weight.shape})
    return weights


def called(spec: LayerSpec, c: Args, x: Inputs) -> Outputs:
    """The shapes a call returns; `c.call` are its other arguments."""
    check_input(spec, x)
    with unforeseen(spec.name):
        return spec.output(c, x)


@dataclass(frozen=True, slots=True)
class Configured:
    """A built-in layer and its constructor arguments: what kind `layer` takes."""

    spec: LayerSpec
    config: Args
    name: str = ""

    def output(self, x: Inputs, **call: object) -> Outputs:
        """The shapes a call returns."""
        return called(self.spec, self.config.with_call(bind_call(self.spec, x, call)), x)

    def weights(self, x: Inputs, **call: object) -> dict[str, Weight]:
        """The weights a first call makes."""
        return built(self.spec, self.config.with_call(bind_call(self.spec, x, call)), x)

    def mask_rule(self) -> Mask:
        """What it does with a mask."""
        return self.spec.mask_rule(self.config)

    def training_rule(self) -> Training:
        """Whether `training` matters to it."""
        return self.spec.training_rule(self.config)

    def states(self) -> list[Inputs]:
        """The state shapes of an RNN cell."""
        if self.spec.states is None:
            raise Undecided(f"{self.spec.name} is not a cell")
        return self.spec.states(self.config)
