"""What is declared by name against real Keras: signatures, strings, rejected targets."""

from __future__ import annotations

import pytest

from dryfit.analyzer.dims import symbol
from dryfit.analyzer.mismatch import KINDS as MISMATCHES
from dryfit.analyzer.mismatch import Mismatch
from dryfit.analyzer.specs import registry
from dryfit.analyzer.specs.base import (
    BASE_KEYWORDS,
    Args,
    LayerSpec,
    NamedSpec,
    TensorType,
)
from dryfit.analyzer.specs.signature import KINDS, REQUIRED, Signature, parse
from dryfit.analyzer.unknown import Undecided

from .oracle.record_names import FAMILIES, SHAPES, load, needed, public_names, texts

KERAS3, KERAS2 = load("keras3"), load("keras2")
Shape = tuple[object, ...]
PAIRS = [(t, o) for t in SHAPES for o in SHAPES]
CHECKED = [
    s
    for family in ("loss", "metric")
    for s in registry.set_of(registry.named(family))
    if s.check is not None and needed(s) is not None
]


SPECS = [*registry.set_of(registry.layers()), *registry.ops().values()]
SPECS += [s for f in (*FAMILIES, "schedule") for s in registry.set_of(registry.named(f))]


def test_every_kind_of_parameter_is_explained() -> None:
    texts = {s.signature for s in SPECS}
    texts |= {t for s in SPECS if isinstance(s, LayerSpec) for t in (s.call, s.keras2) if t}
    kinds = {p.kind for t in texts for p in parse(t).params.values()}
    plain = {k.removeprefix("late_").removeprefix("loose_").rstrip("123") for k in kinds}
    assert plain == set(KINDS)


def spec_of(family: str, name: str) -> LayerSpec | NamedSpec:
    """The spec a public name stands for."""
    if family == "layer":
        return registry.layers()[name]
    return registry.named(family).get(name) or registry.functions(family)[name]


def declared(signature: Signature) -> list[tuple[str, object]]:
    """Parameters and defaults, those of every layer left out."""
    # What is taken out of **kwargs is not in Keras' own signature.
    taken = ("kwargs", "keyword")
    rows = [(p.name, p.default) for p in signature.params.values() if p.mode not in taken]
    return [r for r in rows if r[0] not in BASE_KEYWORDS]


def recorded(rows: list[list[str | None]]) -> list[tuple[str, object]]:
    """The same of what was recorded."""
    found = [(n, _value(d)) for n, d in rows if not n.startswith("*")]
    return [r for r in found if r[0] not in BASE_KEYWORDS]


def _value(default: str | None) -> object:
    if default is None:
        return REQUIRED
    names = {"__builtins__": {}}
    try:
        return eval(default, names)
    except Exception:
        return default


def comparable(rows: list[tuple[str, object]], named: bool) -> list[tuple[str, str]]:
    """Defaults by text; a name an object gives itself is not compared."""
    return [
        (n, "required" if d is REQUIRED else repr(list(d) if isinstance(d, tuple) else d))
        for n, d in rows
        if not (named and n == "name")
    ]


NAMES = [(f, n) for f, n in public_names() if KERAS3[f"{f} {n}"] is not None]


@pytest.mark.parametrize(("family", "name"), NAMES)
def test_signatures_are_those_of_real_keras(family: str, name: str) -> None:
    spec = spec_of(family, name)
    function = isinstance(spec, NamedSpec) and name in spec.functions
    signature = parse(spec.function) if function else spec.parameters
    wanted = recorded(KERAS3[f"{family} {name}"]["signature"])
    assert comparable(declared(signature), True) == comparable(wanted, True)


# Deep in these lists the order differs, or a flag is missing that no one gives by position.
OTHER_ORDER = {
    "Conv3DTranspose",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "MultiHeadAttention",
    "StringLookup",
}


@pytest.mark.parametrize(
    "name", [n for n, s in registry.layers().items() if KERAS2.get(f"layer {n}")]
)
def test_keras_2_constructors_take_what_they_take(name: str) -> None:
    spec = registry.layers()[name]
    ours = [n for n, _ in declared(parse(spec.keras2 or spec.signature))]
    theirs = [n for n, _ in recorded(KERAS2[f"layer {name}"]["signature"])]
    if spec.name not in OTHER_ORDER:
        assert [n for n in ours if n in theirs] == theirs


@pytest.mark.parametrize("name", [n for f, n in NAMES if f == "layer"])
def test_call_signatures_are_those_of_real_keras(name: str) -> None:
    wanted = recorded(KERAS3[f"layer {name}"]["call"])
    signature = registry.layers()[name].call_parameters
    assert comparable(declared(signature), False) == comparable(wanted, False)


@pytest.mark.parametrize("family", FAMILIES)
def test_strings_are_known_as_in_keras_3(family: str) -> None:
    ours = [t for t in texts(family) if registry.resolve(family, t) is not None]
    assert ours == KERAS3[f"known {family}"]


# Measured: Keras 2 takes any string for a regularizer or metric and fails later, or never.
@pytest.mark.parametrize("family", [f for f in FAMILIES if f not in ("regularizer", "metric")])
def test_strings_are_known_as_in_keras_2(family: str) -> None:
    ours = [t for t in texts(family) if registry.resolve(family, t, "keras2") is not None]
    assert ours == KERAS2[f"known {family}"]


def rejected(spec: NamedSpec, target: Shape, output: Shape, dialect: str = "keras3") -> bool:
    """Whether the spec proves that these shapes fail."""
    parameters = spec.parameters
    config = Args(parameters.complete(needed(spec) or {}), parameters)
    try:
        spec.label_check(dialect)(config, TensorType(target), TensorType(output))
    except Mismatch as mismatch:
        assert mismatch.kind in MISMATCHES
        return True
    except Undecided:
        return False
    return False


@pytest.mark.parametrize("spec", [pytest.param(s, id=f"{s.family}-{s.name}") for s in CHECKED])
def test_targets_are_rejected_as_in_real_keras(spec: NamedSpec) -> None:
    wanted = KERAS3[f"rejects {spec.family} {spec.name}"]
    ours = "".join(".x"[rejected(spec, t, o)] for t, o in PAIRS)
    wrong = [(p, w) for p, a, w in zip(PAIRS, ours, wanted, strict=True) if a != w]
    assert [p for p, w in wrong if w == "."] == []
    assert wrong == [] or spec.name in MISSED


# Losses that also reject what the shapes alone do not tell.
MISSED = {"CTC": "fewer classes than labels"}


@pytest.mark.parametrize("spec", [pytest.param(s, id=f"{s.family}-{s.name}") for s in CHECKED])
def test_targets_are_only_rejected_in_keras_2_where_it_does(spec: NamedSpec) -> None:
    wanted = KERAS2[f"rejects {spec.family} {spec.name}"]
    ours = "".join(".x"[rejected(spec, t, o, "keras2")] for t, o in PAIRS)
    assert [p for p, a, w in zip(PAIRS, ours, wanted, strict=True) if a == "x" != w] == []


@pytest.mark.parametrize("spec", [pytest.param(s, id=f"{s.family}-{s.name}") for s in CHECKED])
def test_targets_of_an_unknown_batch_are_only_rejected_where_real_keras_does(
    spec: NamedSpec,
) -> None:
    wanted = KERAS3[f"rejects {spec.family} {spec.name}"]
    batch = symbol("batch", static=False)
    ours = "".join(".x"[rejected(spec, (batch, *t[1:]), (batch, *o[1:]))] for t, o in PAIRS)
    assert [p for p, a, w in zip(PAIRS, ours, wanted, strict=True) if a == "x" != w] == []
