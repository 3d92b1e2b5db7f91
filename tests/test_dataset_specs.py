"""Pipelines of tf.data by the specs, against the record of TensorFlow."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from dryfit.analyzer.dims import Expr
from dryfit.analyzer.mismatch import Mismatch
from dryfit.analyzer.specs.base import TensorType
from dryfit.analyzer.specs.dataset import INFINITE, Data

from .dataset_programs import PIPELINES
from .spec_world import evaluate

RECORD = Path(__file__).parent / "data" / "ops_keras3.json"


@cache
def recorded() -> dict[str, object]:
    return json.loads(RECORD.read_text())["pipelines"]


@pytest.mark.parametrize("text", PIPELINES)
def test_pipelines_have_the_elements_that_tensorflow_gives(text: str) -> None:
    real = recorded()[text]
    if isinstance(real, str):
        with pytest.raises(Mismatch):
            evaluate(text)
        return
    ours = evaluate(text)
    if isinstance(real, list):
        assert isinstance(ours, TensorType)
        assert [ours.dtype, list(ours.shape or ())] == real[:2]
        assert ours.content == real[2][0] or real[2][0] == -2
        return
    assert isinstance(ours, Data)
    agrees(ours.element, real["element"])  # type: ignore[index]
    counts(ours, real["count"])  # type: ignore[index]


def counts(ours: Data, real: int) -> None:
    """-1 is no end; -2 is unknown to TensorFlow, and may be known to us."""
    if real != -2:
        assert {INFINITE: -1}.get(ours.count, ours.count) == real  # type: ignore[arg-type]


def agrees(ours: object, real: object) -> None:
    """The same structure; a symbol stands for what TensorFlow leaves open."""
    if isinstance(real, dict) and "of" in real:
        assert isinstance(ours, tuple)
        assert len(ours) == len(real["of"])
        for a, b in zip(ours, real["of"], strict=True):
            agrees(a, b)
    elif isinstance(real, dict) and "named" in real:
        assert isinstance(ours, dict)
        assert ours.keys() == real["named"].keys()
        for key, value in real["named"].items():
            agrees(ours[key], value)
    elif isinstance(real, dict):
        assert isinstance(ours, Data)
        agrees(ours.element, real["data"])
    else:
        assert isinstance(ours, TensorType)
        same_type(ours, *real)  # type: ignore[misc]


def same_type(ours: TensorType, dtype: str, shape: list[int | None] | None) -> None:
    assert ours.dtype == dtype
    if shape is None:
        return
    assert ours.shape is not None
    assert len(ours.shape) == len(shape)
    for a, b in zip(ours.shape, shape, strict=True):
        assert (b is None and isinstance(a, Expr | int)) or a == b
