"""Which constructor arguments are outside their domain, against real Keras."""

from __future__ import annotations

import pytest

from dryfit.analyzer.specs.domains import check_domain
from dryfit.analyzer.specs.signature import Param

from .oracle.record_domains import asked, load, probes

ASKED = [pytest.param(k, p, id=k) for k, (_, p, _) in asked().items()]
by_argument = pytest.mark.parametrize(("key", "param"), ASKED)
# Kinds whose domain is declared whole: what real Keras rejects is found.
WHOLE = (
    "size",
    "fraction",
    "loose_size",
    "loose_one_of",
    "filters",
    "units",
    "rate",
    "share",
    "choice",
    "late_choice",
    "activation",
)
WHOLE += ("regularizer", "constraint", "one_of", "late_one_of", "sizes1", "sizes2", "sizes3")
# Values that single layers reject beyond the domain of the kind, or whole floats in tuples.
BESIDE = {
    "Embedding.input_dim": (1, True),
    "Embedding.output_dim": (True,),
    "RepeatVector.n": (True,),
    "UpSampling1D.size": (True, (1,)),
    "LSTM.use_cudnn": (True,),
    "GRU.use_cudnn": (True,),
    "ConvLSTM3D.dilation_rate": (2, 3, (1, 2, 3)),
    "SimpleRNNCell.units": (1, 2, 3, True),
    "LSTMCell.units": (1, 2, 3, True),
    "GRUCell.units": (1, 2, 3, True),
    "metric AUC.num_thresholds": (1, True),
    # These modes need further arguments, or another shape of input.
    "StringLookup.output_mode": ("tf_idf", "tf-idf"),
    "IntegerLookup.output_mode": ("tf_idf", "tf-idf"),
    "TextVectorization.output_mode": (
        "one_hot",
        "multi_hot",
        "count",
        "tf_idf",
        "binary",
        "tf-idf",
    ),
}


def letters(dialect: str, key: str, param: Param) -> list[tuple[object, str]]:
    """Each value tried and what real Keras did with it."""
    row = load(dialect).get(key, "")
    assert row, "not recorded: run tests/oracle/record_domains.py"
    return list(zip(probes(param), row, strict=True))


@pytest.mark.parametrize("dialect", ["keras3", "keras2"])
@by_argument
def test_what_real_keras_takes_is_never_rejected(key: str, param: Param, dialect: str) -> None:
    taken = [v for v, letter in letters(dialect, key, param) if letter == "."]
    assert [v for v in taken if check_domain(param, v, dialect) is not None] == []


@by_argument
def test_late_is_said_where_the_constructor_takes_it(key: str, param: Param) -> None:
    for value, letter in letters("keras3", key, param):
        problem = check_domain(param, value)
        if problem is not None and not problem.late:
            assert letter == "i", value


@pytest.mark.parametrize(("key", "param"), [p for p in ASKED if p.values[1].kind in WHOLE])
def test_what_real_keras_rejects_is_found(key: str, param: Param) -> None:
    beside = BESIDE.get(key, ())
    missed = [
        value
        for value, letter in letters("keras3", key, param)
        if letter != "." and check_domain(param, value) is None
    ]
    assert [v for v in missed if v not in beside and v != (2.0, 2.0)] == []


def test_a_near_name_is_suggested() -> None:
    activation = Param("activation", "activation", (), None)
    problem = check_domain(activation, "reLu")
    assert problem is not None
    assert problem.kind == "identifier"
    assert problem.hint == "did you mean 'relu'?"


def test_a_percentage_is_recognised() -> None:
    problem = check_domain(Param("rate", "rate"), 20)
    assert problem is not None
    assert problem.hint == "a share, not a percentage: rate=0.2"
