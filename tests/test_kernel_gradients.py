"""Backward kernels agree with numeric derivatives, and forward ones in both dtypes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from . import kernel_gradients
from .kernel_gradients import Array, Pair, rng, taken

EPSILON = 1e-6


@pytest.mark.parametrize("pair", kernel_gradients.PAIRS, ids=lambda pair: pair.name)
def test_a_gradient_is_the_directional_derivative(pair: Pair) -> None:
    check(pair)


def check(pair: Pair) -> None:
    """Move all inputs at once along a random direction, back and forth."""
    r = rng(pair.name)
    outputs = pair.forward(*pair.inputs)
    above = [r.normal(size=out.shape) for out in outputs[: taken(pair)]]
    gradients = pair.back(pair.inputs, outputs, above)
    directions = [r.normal(size=x.shape) for x in pair.inputs]
    ahead, behind = (_along(pair, directions, step) for step in (EPSILON, -EPSILON))
    numeric = sum(
        float((g * (a - b)).sum()) for g, a, b in zip(above, ahead, behind, strict=False)
    ) / (2 * EPSILON)
    analytic = sum(float((g * d).sum()) for g, d in zip(gradients, directions, strict=True))
    assert_allclose(analytic, numeric, rtol=1e-6, atol=1e-6, err_msg=pair.name)


def _along(pair: Pair, directions: list[Array], step: float) -> list[Array]:
    moved = [x + step * d for x, d in zip(pair.inputs, directions, strict=True)]
    return pair.forward(*moved)


@pytest.mark.parametrize("pair", kernel_gradients.PAIRS, ids=lambda pair: pair.name)
def test_float32_agrees_with_float64(pair: Pair) -> None:
    double = pair.forward(*pair.inputs)
    single = pair.forward(*(x.astype(np.float32) for x in pair.inputs))
    for low, high in zip(single[: taken(pair)], double, strict=False):
        assert low.dtype == np.float32
        largest = max(np.abs(high).max(initial=0), 1e-30)
        assert_allclose(low, high, rtol=0, atol=4e-6 * largest)
