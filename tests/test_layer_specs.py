"""Every layer spec against what real Keras was recorded to do with its cases."""

from __future__ import annotations

import pytest

from dryfit.analyzer.mismatch import KINDS
from dryfit.analyzer.specs import registry
from dryfit.analyzer.specs.base import Case, LayerSpec, Mask, Training
from dryfit.analyzer.specs.recurrent_layers import UnitForgetBias

from .oracle.record_layers import all_cases, key, load
from .spec_text import Applied, as_keras, failure

SPECS = list({id(s): s for s in registry.layers().values()}.values())
RECORDED = load()
CASES = [(s, c) for s in SPECS for c in all_cases(s)]
WORKING = [(s, c) for s, c in CASES if not c.fails]
FAILING = [(s, c) for s, c in CASES if c.fails]


def by_key(cases: list[tuple[LayerSpec, Case]]) -> pytest.MarkDecorator:
    """One test for each case, named by it."""
    return pytest.mark.parametrize(
        ("spec", "case"), [pytest.param(*c, id=key(c[1])) for c in cases]
    )


def recorded(case: Case) -> dict[str, object]:
    """What real Keras did with the case."""
    assert key(case) in RECORDED, "not recorded: run tests/oracle/record_layers.py"
    return RECORDED[key(case)]


def concrete(case: Case) -> bool:
    """Whether a case has no None in its shapes."""
    return "eager" in recorded(case)


def shapes(data: object) -> object:
    """Recorded shapes in the form of `as_keras`."""
    if isinstance(data, list):
        return [shapes(d) for d in data]
    return tuple(None if d == "None" else int(d) for d in _inside(data).split(",") if d)


def dtypes(data: object) -> object:
    """The recorded dtypes of an output."""
    return [dtypes(d) for d in data] if isinstance(data, list) else data.split("[")[0]


def _inside(text: str) -> str:
    return text.split("[")[1].rstrip("]")


@by_key(WORKING)
def test_output_shapes_are_those_of_real_keras(spec: LayerSpec, case: Case) -> None:
    row = recorded(case)
    if concrete(case):
        assert as_keras(Applied(case).everything()[0]) == shapes(row["eager"])
    ours = as_keras(Applied(case, concrete(case)).everything()[0])
    if mistaken(row):
        pytest.skip("Keras' symbolic shape is not the one it computes")
    assert as_precise(ours, shapes(row["symbolic"]))


def mistaken(row: dict[str, object]) -> bool:
    """Whether Keras' symbolic shape contradicts the one it computes."""
    return "eager" in row and not as_precise(shapes(row["eager"]), shapes(row["symbolic"]))


def as_precise(ours: object, theirs: object) -> bool:
    """Equal, or known here where a symbolic Keras tensor has None (a broadcast axis)."""
    if isinstance(ours, list | tuple) and isinstance(theirs, list | tuple):
        return len(ours) == len(theirs) and all(map(as_precise, ours, theirs))
    return ours == theirs or theirs is None


@by_key(WORKING)
def test_weights_are_those_of_real_keras(spec: LayerSpec, case: Case) -> None:
    found = [
        (path, weight.shape, weight.trainable, weight.dtype or "float32")
        for path, weight in Applied(case).everything()[1].items()
    ]
    wanted = [
        (_path(w), shapes(w["shape"]), w["trainable"], dtypes(w["shape"]))
        for w in recorded(case)["weights"]
    ]
    assert found == wanted


def _path(row: dict[str, object]) -> str:
    return row["file"].rpartition("vars/")[0] + row["name"]


@by_key(WORKING)
def test_weights_start_and_are_governed_as_in_real_keras(spec: LayerSpec, case: Case) -> None:
    weights = Applied(case).everything()[1].values()
    for weight, row in zip(weights, recorded(case)["weights"], strict=True):
        assert bool(weight.regularizer) == row["regularized"], row["name"]
        assert bool(weight.constraint) == row["constrained"], row["name"]
        if row["initial"] in ("zeros", "ones"):
            assert starts(weight.initializer) == row["initial"], row["name"]
        else:
            assert starts(weight.initializer) not in ("zeros", "ones"), row["name"]


def starts(initializer: object) -> str:
    """The name of an initializer; a forget bias of 1 among ones is ones."""
    if isinstance(initializer, UnitForgetBias):
        return "ones" if initializer.base == "ones" else "other"
    return str(initializer).lower()


@by_key(WORKING)
def test_the_mask_rule_is_that_of_real_keras(spec: LayerSpec, case: Case) -> None:
    observed = recorded(case)["mask"]
    rule = spec.mask_rule(Applied(case).layer.config)
    if isinstance(observed, str):
        pytest.skip(f"a mask makes it raise {observed}")
    leaves = rule in (Mask.PASS, Mask.CREATE, Mask.CONSUME_PASS, Mask.MERGE, Mask.CONCAT)
    assert observed["warned"] == (rule is Mask.DROP and observed["marked"] != "none")
    if observed["marked"] == "all":
        assert _any(observed["all"]) == leaves
    assert _any(observed["none"]) == (rule is Mask.CREATE)
    if observed["marked"] == "all" and "first" in observed:
        assert _any(observed["first"]) == (leaves and rule is not Mask.MERGE)


def _any(masks: object) -> bool:
    return any(_any(m) for m in masks) if isinstance(masks, list) else masks is not None


@by_key([c for c in WORKING if "differs" in RECORDED.get(key(c[1]), ())])
def test_training_matters_where_it_matters_in_real_keras(spec: LayerSpec, case: Case) -> None:
    differs = recorded(case)["differs"]
    rule = spec.training_rule(Applied(case).layer.config)
    if differs in ("TypeError", "ValueError"):
        assert rule is Training.SAME
    else:
        assert (rule is Training.DIFFERS) == differs


@by_key(WORKING)
def test_output_dtypes_are_those_of_real_keras(spec: LayerSpec, case: Case) -> None:
    applied, row = Applied(case), recorded(case)
    given = "float32" if case.dtype.startswith("float") else case.dtype
    dtype = spec.dtype(applied.config(), given, "float32")
    wanted = set(_leaves(dtypes(row.get("eager", row["symbolic"]))))
    undecided = wanted != set(_leaves(dtypes(row["symbolic"])))
    assert wanted == {dtype} or (undecided and dtype is None)


def _leaves(data: object) -> list[object]:
    return [x for d in data for x in _leaves(d)] if isinstance(data, list) else [data]


@by_key(FAILING)
def test_failing_cases_fail_as_in_real_keras(spec: LayerSpec, case: Case) -> None:
    row = recorded(case)
    mismatch, phase = failure(case)
    assert mismatch is not None
    assert mismatch.kind in KINDS
    if "init" in row:
        assert not mismatch.late
        return
    at_once = row["symbolic"] in EXCEPTIONS
    executed = row.get("graph", row.get("eager"))
    assert at_once or executed in EXCEPTIONS, "real Keras accepts it"
    assert mismatch.late == (phase == "arguments" or not at_once)
    if concrete(case) and at_once:
        assert failure(case, unknown_batch=True)[0] is not None


EXCEPTIONS = {
    "AttributeError",
    "IndexError",
    "InvalidArgumentError",
    "NotImplementedError",
    "TypeError",
    "UnimplementedError",
    "ValueError",
    "ZeroDivisionError",
}


# Layers without a case: no call of their own, a user's function, gone from Keras 3.
WITHOUT_CASES = {"InputLayer", "Lambda", "ThresholdedReLU"}


@pytest.mark.parametrize("spec", [pytest.param(s, id=s.name) for s in SPECS])
def test_every_spec_has_working_cases(spec: LayerSpec) -> None:
    assert any(not c.fails for c in spec.cases) == (spec.name not in WITHOUT_CASES)


@by_key([(s, c) for s, c in WORKING if len(c.inputs) == 1 and not isinstance(c.inputs[0], list)])
def test_accepts_is_declared_where_real_keras_checks_it(spec: LayerSpec, case: Case) -> None:
    wraps = any(p.kind == "layer" for p in spec.parameters.params.values())
    if recorded(case)["input_spec"] and not wraps:
        assert spec.accepts is not None
