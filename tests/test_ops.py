"""Every op, by its declared cases: types, gradients, inputs left alone, eager = planned."""

from __future__ import annotations

import numpy as np
import pytest

from dryfit.analyzer.mismatch import Mismatch
from dryfit.executor.function import Function
from dryfit.executor.inputs import freeze
from dryfit.executor.op import OPS, Case, Op
from dryfit.executor.tape import GradientTape
from dryfit.executor.tensor import OPERATORS, Tensor

from .op_cases import call, cases, flat, tensors

GOOD = [pytest.param(op, case, id=name) for name, op, case in cases(fails=False)]
BAD = [pytest.param(op, case, id=name) for name, op, case in cases(fails=True)]


def differentiable(op: Op) -> bool:
    return op.vjp is not None


@pytest.mark.parametrize(("op", "case"), GOOD)
def test_outputs_have_the_predicted_shape_and_dtype(op: Op, case: Case) -> None:
    inputs = flat(tensors(case))
    outs = flat(call(op, tensors(case), case))
    predicted = op.call_on(inputs, *_statics(op, case)) if op._plain else None
    for i, out in enumerate(outs):
        assert isinstance(out, Tensor)
        assert out.array.flags.c_contiguous
        if predicted is not None:
            assert (out.shape, out.dtype) == predicted.outputs[i]


def _statics(op: Op, case: Case) -> list[object]:
    given = tuple(case.statics.get(p.name, p.default) for p in op.statics)
    return list(freeze(given))  # type: ignore[call-overload]


@pytest.mark.parametrize(("op", "case"), BAD)
def test_contradicting_shapes_are_rejected_before_a_kernel_runs(op: Op, case: Case) -> None:
    with pytest.raises(Mismatch):
        call(op, tensors(case), case)


@pytest.mark.parametrize(("op", "case"), GOOD)
def test_inputs_are_not_modified(op: Op, case: Case) -> None:
    inputs = tensors(case)
    before = [t.numpy() for t in flat(inputs)]
    call(op, inputs, case)
    for old, new in zip(before, flat(inputs), strict=True):
        np.testing.assert_array_equal(old, new.array)


@pytest.mark.parametrize(("op", "case"), GOOD)
def test_a_plan_gives_the_same_numbers(op: Op, case: Case) -> None:
    eager = flat(call(op, tensors(case), case))
    planned = Function(lambda *inputs: call(op, list(inputs), case))(*tensors(case))
    for a, b in zip(eager, flat(planned), strict=True):
        np.testing.assert_allclose(a.array, b.array, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize(("op", "case"), [p for p in GOOD if differentiable(p.values[0])])
def test_gradient_is_the_numeric_derivative(op: Op, case: Case) -> None:
    inputs = tensors(case, "float64")
    sources = [t for t in flat(inputs) if t.dtype == np.float64]
    if not sources or _at_a_kink(case):
        pytest.skip("nothing to differentiate here")
    rng = np.random.default_rng(1)
    with GradientTape() as tape:
        tape.watch(sources)
        outs = [o for o in flat(call(op, inputs, case)) if o.dtype.kind == "f"]
        weights = [Tensor(rng.normal(size=o.shape), "float64") for o in outs]
        total = _weighted(outs, weights)
    grads = tape.gradient(total, sources, unconnected_gradients="zero")
    directions = [rng.normal(size=s.shape) for s in sources]
    predicted = sum(float((g.array * d).sum()) for g, d in zip(grads, directions, strict=True))
    if _blocked(op):
        assert predicted == 0
        return
    h = 1e-6
    ends = []
    for sign in (h, -h):
        moved = iter([Tensor(s.array + sign * d) for s, d in zip(sources, directions, strict=True)])
        shifted = _replace(inputs, moved)
        outs = [o for o in flat(call(op, shifted, case)) if o.dtype.kind == "f"]
        ends.append(float(_weighted(outs, weights).array))
    assert predicted == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-5, abs=1e-6)


def _at_a_kink(case: Case) -> bool:
    """Values given outright may sit on a kink or at an extreme: there is no derivative."""
    return any(
        isinstance(given, list)
        and np.asarray(given, object).ravel().tolist()
        and isinstance(np.asarray(given, object).ravel()[0], float)
        for given in case.inputs
    )


def _blocked(op: Op) -> bool:
    return op.name == "stop_gradient"


def _weighted(outs: list[Tensor], weights: list[Tensor]) -> Tensor:
    total = None
    for out, w in zip(outs, weights, strict=True):
        part = OPERATORS["sum"](out * w)
        total = part if total is None else total + part
    return total  # type: ignore[return-value]


def _replace(value: object, moved: object) -> object:
    if isinstance(value, list):
        return [_replace(v, moved) for v in value]
    return next(moved) if value.dtype == np.float64 else value  # type: ignore


def test_every_op_has_a_case_or_is_covered_through_another() -> None:
    # Gradient ops whose inputs only another op can make.
    inner = {"max_pool2d_grad", "max_pool2d_pick"}
    assert {name for name, op in OPS.items() if not op.cases} <= inner
