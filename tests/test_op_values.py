"""Numbers and gradients of ops against those of real Keras, recorded call by call."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dryfit.executor.tape import GradientTape
from dryfit.executor.tensor import OPERATORS, Tensor

from .oracle.value_cases import Case, cases, inputs, is_float

RECORDED = np.load(Path(__file__).parent / "data" / "op_values.npz")


@pytest.mark.parametrize(("key", "case"), [pytest.param(k, c, id=k) for k, c in cases()])
def test_numbers_and_gradients_are_those_of_keras(key: str, case: Case) -> None:
    arguments = [Tensor(a) if is_float(a) else a for a in inputs(key, case)]
    sources = {i: a for i, a in enumerate(arguments) if isinstance(a, Tensor)}
    with GradientTape() as tape:
        tape.watch(sources)
        if case[1] == "einsum":
            out = OPERATORS["einsum"](arguments[0], arguments[1:])
        else:
            names = {"dilation_rate": "dilations"}  # Keras' word for it
            out = OPERATORS[case[1]](*arguments, **{names.get(k, k): v for k, v in case[3].items()})
        weights = np.cos(np.arange(out.size, dtype=np.float32)).reshape(out.shape)
        total = OPERATORS["sum"](out * weights)
    grads = tape.gradient(total, sources)
    close(out, RECORDED[key])
    for i, g in grads.items():
        name = f"{key}:{i}"
        if name in RECORDED:
            assert g is not None, f"no gradient for argument {i}"
            close(g, RECORDED[name])


def close(got: Tensor, wanted: np.ndarray) -> None:
    """Equal shapes and dtypes, numbers to 1e-5 of the largest."""
    assert (got.shape, got.dtype) == (wanted.shape, wanted.dtype)
    scale = float(np.abs(wanted).max(initial=0)) or 1.0
    np.testing.assert_allclose(got.numpy(), wanted, rtol=2e-5, atol=1e-5 * scale)
