"""Every op, by its declared cases: types, gradients, inputs left alone, eager = planned."""

from __future__ import annotations

from collections.abc import Callable

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


SMOOTH = [p for p in GOOD if differentiable(p.values[0])]


class _Directional:
    """An op's weighted sum along a line through a case's inputs, in float64."""

    def __init__(self, op: Op, case: Case) -> None:
        self.op, self.case = op, case
        self.inputs = tensors(case, "float64")
        self.sources = [t for t in flat(self.inputs) if t.dtype == np.float64]
        if not self.sources or _at_a_kink(case):
            pytest.skip("nothing to differentiate here")
        rng = np.random.default_rng(1)
        outs = self.floats(self.inputs)
        self.weights = [Tensor(rng.normal(size=o.shape), "float64") for o in outs]
        self.direction = [rng.normal(size=s.shape) for s in self.sources]
        self.other = [Tensor(rng.normal(size=s.shape), "float64") for s in self.sources]

    def floats(self, inputs: list[object]) -> list[Tensor]:
        outs = flat(call(self.op, inputs, self.case))
        outs = outs[: len(outs) - self.op.traits.saved]
        return [o for o in outs if o.dtype.kind == "f"]

    def at(self, step: float) -> list[object]:
        moved = iter(
            [Tensor(s.array + step * d) for s, d in zip(self.sources, self.direction, strict=True)]
        )
        return _replace(self.inputs, moved)

    def value(self, inputs: list[object]) -> Tensor:
        return _weighted(self.floats(inputs), self.weights)

    def slope(self, inputs: list[object]) -> Tensor:
        """The gradient's product with a fixed vector."""
        sources = [t for t in flat(inputs) if t.dtype == np.float64]
        with GradientTape() as tape:
            tape.watch(sources)
            total = self.value(inputs)
        grads = tape.gradient(total, sources, unconnected_gradients="zero")
        return _weighted(grads, self.other)

    def predicted(self, function: Callable[[list[object]], Tensor]) -> float:
        with GradientTape() as tape:
            tape.watch(self.sources)
            total = function(self.inputs)
        grads = tape.gradient(total, self.sources, unconnected_gradients="zero")
        pairs = zip(grads, self.direction, strict=True)
        return sum(float((g.array * d).sum()) for g, d in pairs)

    def numeric(self, function: Callable[[list[object]], Tensor], h: float) -> float:
        ends = [float(function(self.at(step)).array) for step in (h, -h)]
        return (ends[0] - ends[1]) / (2 * h)


@pytest.mark.parametrize(("op", "case"), SMOOTH)
def test_gradient_is_the_numeric_derivative(op: Op, case: Case) -> None:
    line = _Directional(op, case)
    predicted = line.predicted(line.value)
    if op.name == "stop_gradient":
        assert predicted == 0
    else:
        assert predicted == pytest.approx(line.numeric(line.value, 1e-6), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize(("op", "case"), SMOOTH)
def test_gradient_of_the_gradient_is_its_numeric_derivative(op: Op, case: Case) -> None:
    line = _Directional(op, case)
    wanted = line.numeric(line.slope, 1e-5)
    assert line.predicted(line.slope) == pytest.approx(wanted, rel=1e-4, abs=1e-5)


def _at_a_kink(case: Case) -> bool:
    """Values given outright may sit on a kink or at an extreme: there is no derivative."""
    return any(
        isinstance(given, list)
        and np.asarray(given, object).ravel().tolist()
        and isinstance(np.asarray(given, object).ravel()[0], float)
        for given in case.inputs
    )


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
    # Ops whose inputs only another op's gradient can make; `test_gradient_of_the_gradient`
    # of that op runs them and differentiates them.
    inner = {"max_windows_grad", "max_windows_pick", "batch_norm_grad", "layer_norm_grad"}
    inner |= {"lstm_cells_grad", "gru_cells_grad", "rnn_cells_grad", "attention_grad"}
    # Made by a pass that has variables at hand: `test_plan.py` compares it with the dense one.
    inner |= {"adam_rows_update"}
    assert {name for name, op in OPS.items() if not op.cases} == inner
