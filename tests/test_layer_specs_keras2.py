"""Every layer spec in the dialect of Keras 2, against what it was recorded to do."""

from __future__ import annotations

import pytest

from dryfit.analyzer.specs import registry
from dryfit.analyzer.specs.base import Case, LayerSpec, Mask
from dryfit.analyzer.specs.signature import BindError

from .oracle.record_layers import DATA2, concrete, key, load
from .spec_text import Applied, failure

RECORDED = load(DATA2)
SPECS = list({id(s): s for s in registry.layers().values()}.values())
CASES = [(s, c) for s in SPECS for c in s.cases if concrete(c)]
# A name that Keras 2 does not have.
UNKNOWN = "NameError"
# Where a single layer is otherwise in Keras 2: seen, and left as it is.
KNOWN = {
    "RNN(StackedRNNCells([LSTMCell(3), GRUCell(4)]), return_state=True) ((2, 5, 3))": "a GRU "
    "state is no list",
    "Cropping3D(4) ((2, 4, 5, 6, 3))": "a crop larger than the axis leaves 0",
    "MultiHeadAttention(0, 8) ((2, 5, 16), value=(2, 5, 16))": "heads of nothing",
}


def recorded(case: Case) -> dict[str, object]:
    """What Keras 2 did with the case."""
    assert key(case) in RECORDED, "not recorded: run tests/oracle/record_layers.py"
    return RECORDED[key(case)]


def raises(row: dict[str, object]) -> bool:
    """Whether it raised, symbolically or executed."""
    return any(isinstance(row[k], str) and "[" not in row[k] for k in ("symbolic", "eager"))


def text(shape: object) -> object:
    """Shapes as they are recorded."""
    if isinstance(shape, list):
        return [text(s) for s in shape]
    return f"[{','.join(map(str, shape))}]"


def by_key(cases: list[tuple[LayerSpec, Case]]) -> pytest.MarkDecorator:
    """One test for each case, named by it."""
    named = [pytest.param(*c, id=key(c[1])) for c in cases if key(c[1]) not in KNOWN]
    return pytest.mark.parametrize(("spec", "case"), named)


@by_key(CASES)
def test_a_mismatch_is_one_in_keras_2_too(spec: LayerSpec, case: Case) -> None:
    try:
        mismatch, _ = failure(case, dialect="keras2")
    except BindError as error:
        mismatch = error
    assert mismatch is None or raises(recorded(case))


WORKING = [(s, c) for s, c in CASES if not raises(recorded(c))]


@by_key(WORKING)
def test_shapes_and_weights_are_those_of_keras_2(spec: LayerSpec, case: Case) -> None:
    output, weights = Applied(case, dialect="keras2").everything()
    assert text(output) == recorded(case)["eager"]
    assert sorted(text(w.shape) for w in weights.values()) == recorded(case)["weights"]


PASSING = (Mask.PASS, Mask.CREATE, Mask.CONSUME_PASS, Mask.MERGE, Mask.CONCAT)


@by_key([(s, c) for s, c in WORKING if isinstance(recorded(c)["mask"], bool)])
def test_masks_are_passed_as_in_keras_2(spec: LayerSpec, case: Case) -> None:
    applied = Applied(case, dialect="keras2")
    first = applied.x[0] if isinstance(applied.x, list) else applied.x
    rule = spec.mask_rule(applied.layer.config)
    if len(first) > 2 or rule is Mask.CREATE:
        assert (rule in PASSING) == recorded(case)["mask"]
