"""What is not known is never wrong: working cases with symbols and Unknown in them."""

from __future__ import annotations

import pytest

from dryfit.analyzer import dims
from dryfit.analyzer.dims import Dim, Symbol
from dryfit.analyzer.specs.applied import Configured, constructed
from dryfit.analyzer.specs.base import Args, Case, LayerSpec
from dryfit.analyzer.unknown import Undecided, Unknown

from .oracle.record_layers import key
from .spec_text import Applied
from .test_layer_specs import WORKING, recorded, shapes

CONCRETE = [(s, c) for s, c in WORKING if "None" not in repr((c.inputs, c.kwargs))]
by_case = pytest.mark.parametrize(
    ("spec", "case"), [pytest.param(s, c, id=key(c)) for s, c in CONCRETE]
)


class Symbols:
    """One symbol for each size, and back: equal sizes of a case stay equal."""

    def __init__(self, static: bool) -> None:
        self.static = static
        self.by_size: dict[int, Dim] = {}
        self.sizes: dict[Symbol, int] = {}

    def of(self, size: int) -> Dim:
        """The symbol that stands for a size."""
        if size not in self.by_size:
            made = dims.symbol(f"n{size}", static=self.static)
            lone = dims.lone_symbol(made)
            assert lone is not None
            self.by_size[size], self.sizes[lone] = made, size
        return self.by_size[size]

    def put(self, data: object) -> object:
        """Shapes with symbols in place of sizes."""
        if isinstance(data, list):
            return [self.put(d) for d in data]
        return tuple(self.of(d) for d in data) if isinstance(data, tuple) else data

    def back(self, data: object) -> object:
        """Shapes with the sizes again; None where a size cannot be told."""
        if isinstance(data, list):
            return [self.back(d) for d in data]
        known = (dims.rewrite(d, self.sizes.get) for d in data)
        return tuple(d if isinstance(d, int) else None for d in known)


def agree(ours: object, theirs: object) -> bool:
    """Equal wherever ours is known."""
    if isinstance(ours, list | tuple):
        return len(ours) == len(theirs) and all(map(agree, ours, theirs))
    return ours is None or ours == theirs


@by_case
def test_symbols_for_all_sizes_give_the_shape_of_the_sizes(spec: LayerSpec, case: Case) -> None:
    symbols = Symbols(static=True)
    applied = Applied(case)
    applied.x = symbols.put(applied.x)
    applied.call = {k: symbols.put(v) for k, v in applied.call.items()}
    try:
        output, weights = applied.everything()
    except Undecided:
        return
    assert agree(symbols.back(output), shapes(recorded(case)["eager"]))
    found = [symbols.back(w.shape) for w in weights.values()]
    assert agree(found, [shapes(w["shape"]) for w in recorded(case)["weights"]])


def with_unknown(layer: Configured, name: str) -> Configured:
    """The layer with one argument unknown."""
    values = layer.config.as_dict() | {name: Unknown("a test")}
    return Configured(layer.spec, Args(values, layer.spec.parameters), layer.name)


@by_case
def test_an_unknown_argument_is_never_a_mismatch(spec: LayerSpec, case: Case) -> None:
    for name in spec.parameters.params:
        applied = Applied(case)
        applied.layer = with_unknown(applied.layer, name)
        try:
            constructed(spec, applied.layer.config)
            output, _ = applied.everything()
        except Undecided:
            continue
        agreed = [d if isinstance(d, int) else None for d in flat(output)]
        assert agree(agreed, flat(shapes(recorded(case)["eager"])))


def flat(data: object) -> list[object]:
    """The dims of a structure of shapes, one after another."""
    if isinstance(data, list | tuple):
        return [d for part in data for d in flat(part)]
    return [data]


COSTED = [(s, c) for s, c in CONCRETE if s.flops is not None]


@pytest.mark.parametrize(("spec", "case"), [pytest.param(s, c, id=key(c)) for s, c in COSTED])
def test_costs_are_those_of_one_sample_whatever_the_batch(spec: LayerSpec, case: Case) -> None:
    costs = []
    for unknown_batch in (False, True):
        applied = Applied(case, unknown_batch)
        output, _ = applied.everything()
        try:
            costs.append(spec.flops(applied.config(), applied.x, output))
        except Undecided:
            return
    assert isinstance(costs[0], int)
    assert costs[0] > 0
    assert costs[0] == costs[1]


@by_case
def test_rules_about_masks_and_mode_decide_or_say_so(spec: LayerSpec, case: Case) -> None:
    for name in spec.parameters.params:
        config = with_unknown(Applied(case).layer, name).config
        for rule in (spec.mask_rule, spec.training_rule):
            try:
                rule(config)
            except Undecided:
                continue
