"""Inputs made from the cases that ops declare, and small tools for comparing arrays."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dryfit.executor.op import OPS, Case, Op
from dryfit.executor.tensor import Tensor


def cases(fails: bool) -> Iterator[tuple[str, Op, Case]]:
    """Every declared case with a readable name."""
    for name, op in sorted(OPS.items()):
        for number, case in enumerate(c for c in op.cases if c.fails is fails):
            yield f"{name}-{number}", op, case


def _array(given: object, case: Case, rng: np.random.Generator, dtype: str) -> np.ndarray:
    if isinstance(given, tuple):
        low, high = case.low_high
        return np.asarray(rng.uniform(low, high, given)).astype(dtype)
    array = np.asarray(given)
    return array.astype(dtype) if array.dtype.kind == "f" else array


def tensors(case: Case, dtype: str = "float32", seed: int = 0) -> list[object]:
    """The case's inputs as tensors; a list of shapes becomes a list of tensors."""
    rng = np.random.default_rng(seed)

    def make(given: object) -> object:
        if isinstance(given, list) and given and isinstance(given[0], tuple):
            return [make(g) for g in given]
        return Tensor(_array(given, case, rng, dtype), None)

    return [make(given) for given in case.inputs]


def call(op: Op, inputs: list[object], case: Case) -> object:
    """The op on a case's inputs and static arguments."""
    return op(*inputs, **case.statics)


def flat(value: object) -> list[Tensor]:
    """Tensors of a nested result or argument, in order."""
    if isinstance(value, list | tuple):
        return [leaf for part in value for leaf in flat(part)]
    return [] if value is None else [value]  # type: ignore[list-item]
