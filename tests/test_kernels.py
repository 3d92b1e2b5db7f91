"""Kernels compute what NumPy computes, whatever the threads, compiled or not."""

from __future__ import annotations

import ast
import hashlib
import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from dryfit.executor.kernels import (
    elementwise,
    embedding,
    normalization,
    opcodes,
    reduce,
    softmax,
)
from dryfit.executor.kernels.jit import FOLDER as KERNELS

from . import kernel_cases, kernel_references
from .kernel_cases import Case

ROOT = Path(__file__).parent.parent
CASES = [*kernel_cases.ALL, *kernel_references.ALL]
HALF = math.sqrt(0.5)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_kernel_computes_what_numpy_computes(case: Case) -> None:
    check(case)


def check(case: Case) -> None:
    """Compare a case's results with its expectation, relative to the largest value."""
    got = case.run()
    assert len(got) == len(case.expected)
    for out, want in zip(got, case.expected, strict=True):
        assert out.dtype == case.dtype
        largest = max(np.abs(want).max(initial=0), 1e-30)
        assert_allclose(out, want, rtol=0, atol=case.tolerance * largest, err_msg=case.name)


def digests() -> dict[str, str]:
    """A digest of each case's results."""
    return {
        case.name: hashlib.sha256(b"".join(out.tobytes() for out in case.run())).hexdigest()
        for case in CASES
        if case.dtype is np.float32
    }


def in_another_process(program: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_results_do_not_depend_on_the_number_of_threads() -> None:
    program = "from tests.test_kernels import digests; print(digests())"
    # A process that compiles has two versions of an inner function, one optimised for its
    # caller, and may call either; the last bit can differ. From the second on it is one.
    in_another_process(program)
    runs = {n: in_another_process(program, DRYFIT_NUM_THREADS=n) for n in ("1", "2", "3")}
    runs = {n: ast.literal_eval(text) for n, text in runs.items()}
    differ = [name for name, own in runs["1"].items() if {r[name] for r in runs.values()} != {own}]
    assert differ == []


def test_kernels_are_right_without_compilation() -> None:
    program = (
        "from tests import test_kernels\n"
        "for case in test_kernels.CASES:\n"
        "    if max(e.size for e in case.expected) < 2000: test_kernels.check(case)\n"
    )
    in_another_process(program, NUMBA_DISABLE_JIT="1")


def np_erf(x: np.ndarray) -> np.ndarray:
    return np.vectorize(math.erf, otypes=[float])(x)


def np_sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def np_softplus(x: np.ndarray) -> np.ndarray:
    return np.logaddexp(x, 0)


def np_gelu_tanh(x: np.ndarray) -> np.ndarray:
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def slope(function: Callable[[np.ndarray], np.ndarray]) -> Callable[..., np.ndarray]:
    """What comes from above times a function's central difference."""
    return lambda a, b, *_: a * (function(b + 1e-6) - function(b - 1e-6)) / 2e-6


REFERENCES: dict[str, Callable[..., np.ndarray]] = {
    "copy": lambda a: a,
    "neg": np.negative,
    "abs": np.abs,
    "sign": np.sign,
    "square": np.square,
    "sqrt": np.sqrt,
    "rsqrt": lambda a: 1 / np.sqrt(a),
    "reciprocal": lambda a: 1 / a,
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "sin": np.sin,
    "cos": np.cos,
    "floor": np.floor,
    "ceil": np.ceil,
    "round": np.rint,
    "erf": np_erf,
    "tanh": np.tanh,
    "sigmoid": np_sigmoid,
    "relu": lambda a: np.maximum(a, 0),
    "relu6": lambda a: np.clip(a, 0, 6),
    "softplus": np_softplus,
    "softsign": lambda a: a / (1 + np.abs(a)),
    "silu": lambda a: a * np_sigmoid(a),
    "gelu": lambda a: 0.5 * a * (1 + np_erf(a * HALF)),
    "gelu_tanh": np_gelu_tanh,
    "selu": lambda a: 1.0507009873554805 * np.where(a > 0, a, 1.6732632423543772 * np.expm1(a)),
    "hard_sigmoid": lambda a: np.clip(a / 6 + 0.5, 0, 1),
    "hard_silu": lambda a: a * np.clip(a / 6 + 0.5, 0, 1),
    "mish": lambda a: a * np.tanh(np_softplus(a)),
    "isnan": np.isnan,
    "isfinite": np.isfinite,
    "not": lambda a: a == 0,
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "pow": np.power,
    "mod": np.mod,
    "floordiv": np.floor_divide,
    "max": np.maximum,
    "min": np.minimum,
    "squared_difference": lambda a, b: (a - b) ** 2,
    "gt": np.greater,
    "ge": np.greater_equal,
    "lt": np.less,
    "le": np.less_equal,
    "eq": np.equal,
    "ne": np.not_equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "elu": lambda a, b: np.where(a > 0, a, b * np.expm1(a)),
    "leaky_relu": lambda a, b: np.where(a > 0, a, b * a),
    "relu_grad_y": lambda a, b: np.where(b > 0, a, 0),
    "tanh_grad_y": lambda a, b: a * (1 - b * b),
    "sigmoid_grad_y": lambda a, b: a * b * (1 - b),
    "silu_grad_x": slope(lambda x: x * np_sigmoid(x)),
    "gelu_grad_x": slope(lambda x: 0.5 * x * (1 + np_erf(x * HALF))),
    "gelu_tanh_grad_x": slope(np_gelu_tanh),
    "elu_grad_x": lambda a, b, c: a * np.where(b > 0, 1, c * np.exp(b)),
    "leaky_relu_grad_x": lambda a, b, c: a * np.where(b > 0, 1, c),
    "where": lambda a, b, c: np.where(a != 0, b, c),
    "clip": lambda a, b, c: np.minimum(np.maximum(a, b), c),
    "fma": lambda a, b, c: a * b + c,
    "lerp": lambda a, b, c: a + (b - a) * c,
}
EXTREMES = [0.0, -0.0, np.inf, -np.inf, np.nan, 1e-40, -1e-40, 88.0, -88.0, -100.0, 1e30, 400.0]
# A whole quotient may round to its neighbour, and a remainder then jumps.
JUMPS = {"mod", "floordiv"}


@pytest.mark.parametrize("name", opcodes.OPS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_operation_agrees_with_numpy(name: str, dtype: type) -> None:
    r = np.random.default_rng(3)
    arity = opcodes.OPS[name][0]
    operands = [r.normal(size=3000).astype(dtype) * scale for scale in (3, 2, 1)]
    if arity == 1:
        operands[0] = np.append(operands[0], np.array(EXTREMES, dtype)).astype(dtype)
    elif name not in JUMPS:
        pairs = np.array([(x, y) for x in EXTREMES[:5] for y in EXTREMES[:5]], dtype)
        operands = [np.append(o, p) for o, p in zip(operands, [*pairs.T, pairs[:, 0]], strict=True)]
    if name in ("pow", "clip"):
        operands[0] = np.abs(operands[0])
    if name == "clip":
        operands[1:] = [np.full_like(operands[0], v) for v in (0.5, 2.0)]
    with np.errstate(all="ignore"):
        want = REFERENCES[name](*(o.astype(np.float64) for o in operands[:arity]))
        want = np.asarray(want, np.float64).astype(dtype).astype(np.float64)
    got = np.empty_like(operands[0])
    run_operation(name, operands, got)
    check_values(name, got, want, operands, slack="slope" in REFERENCES[name].__qualname__)


def run_operation(name: str, operands: list[np.ndarray], out: np.ndarray) -> None:
    arity = opcodes.OPS[name][0]
    chain = elementwise.Chain(arity, ((name, *range(arity)),), (arity,))
    (result,) = kernel_cases.run_chain(chain, operands[:arity], out.shape, out.dtype.type)
    out[...] = result


def check_values(
    name: str, got: np.ndarray, want: np.ndarray, operands: list[np.ndarray], slack: bool
) -> None:
    rtol = 1e-6 if got.dtype == np.float32 else 1e-12
    # Sums that cancel lose what their parts have lost; slopes come from differences.
    atol = rtol * 4 if not slack else 1e-8
    if name in JUMPS:
        near = np.abs(got - want) < 1e-4
        assert near.mean() > 0.995
        return
    finite = np.isfinite(want) & (np.abs(want) < 1e30)
    if slack:
        finite &= np.abs(operands[1]) < 50
        assert_allclose(got[finite], want[finite], rtol=1e-5, atol=1e-5)
    else:
        assert_allclose(got[finite], want[finite], rtol=rtol, atol=atol)
        assert_array_equal(np.isnan(got), np.isnan(want))
        infinite = np.isinf(want)
        assert_array_equal(got[infinite], want[infinite])


def test_every_operation_has_a_reference() -> None:
    assert set(REFERENCES) == set(opcodes.OPS)


def test_a_chain_may_write_over_its_input() -> None:
    x = np.linspace(-2, 2, 5000, dtype=np.float32)
    chain = elementwise.Chain(1, (("tanh", 0), ("mul", 1, 0)), (2,))
    plan = elementwise.plan_chain(chain, [x.shape], x.shape)
    scratch, want = np.empty(plan.scratch_shape(), np.float32), np.tanh(x) * x
    arrays = [plan.program, plan.constants, plan.layout, *[x] * 6, scratch, x, x]
    elementwise.run_chain(*arrays)
    assert_allclose(x, want, rtol=1e-6, atol=1e-7)


def test_a_broadcast_over_more_than_three_loops_is_refused() -> None:
    chain = elementwise.Chain(2, (("add", 0, 1),), (2,))
    with pytest.raises(elementwise.TooManyAxes):
        elementwise.plan_chain(chain, [(2, 1, 2, 1), (1, 2, 1, 2)], (2, 2, 2, 2))


def test_parallel_kernels_write_only_to_their_parameters() -> None:
    # Numba drops a store to an array that it does not know to be part of another.
    wrong = [
        f"{path.name}:{store.lineno}"
        for path in sorted(KERNELS.glob("*.py"))
        for function in ast.parse(path.read_text("utf-8")).body
        if isinstance(function, ast.FunctionDef) and _is_parallel(function)
        for store in _stores(function)
        if _base(store) not in {a.arg for a in function.args.args}
    ]
    assert wrong == []


def _is_parallel(function: ast.FunctionDef) -> bool:
    keywords = [
        k.arg for d in function.decorator_list if isinstance(d, ast.Call) for k in d.keywords
    ]
    return "parallel" in keywords


def _stores(function: ast.FunctionDef) -> list[ast.Subscript]:
    nodes = [n for n in ast.walk(function) if isinstance(n, ast.Subscript)]
    return [n for n in nodes if isinstance(n.ctx, ast.Store)]


def _base(node: ast.expr) -> str | None:
    while isinstance(node, ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


@pytest.mark.parametrize("bad", [-1, 6, 2**40])
def test_gather_names_the_first_number_outside_the_table(bad: int) -> None:
    table, ids = np.ones((6, 2), np.float32), np.array([0, 5, bad, bad])
    assert embedding.gather(table, ids, np.empty((4, 2), np.float32)) == 2
    assert embedding.gather(table, ids[:2], np.empty((2, 2), np.float32)) == -1


@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_nan_survives_maxima(where: str) -> None:
    at = {"first": 0, "middle": 4, "last": 8}[where]
    row = np.arange(9, dtype=np.float32)
    row[at] = np.nan
    for shape in ((1, 9, 1), (1, 3, 3)):
        out, place = np.empty((1, shape[2]), np.float32), np.empty((1, shape[2]), np.int64)
        reduce.extreme_axis(row.reshape(shape), 1.0, out)
        assert_array_equal(out, row.reshape(shape).max(1))
        reduce.arg_extreme_axis(row.reshape(shape), 1.0, place)
        assert_array_equal(place, row.reshape(shape).argmax(1))
    soft = np.empty((1, 9), np.float32)
    softmax.softmax(row.reshape(1, 9), soft)
    assert np.isnan(soft).all()


def test_softmax_takes_infinities_as_numpy_does() -> None:
    x = np.array([[-np.inf, 0, 0], [-np.inf] * 3, [0, 1000, -1000]], np.float32)
    soft, total = np.empty_like(x), np.empty(3, np.float32)
    softmax.softmax(x, soft)
    assert_allclose(soft[0], [0, 0.5, 0.5])
    assert np.isnan(soft[1]).all()
    assert_allclose(soft[2], [0, 1, 0])
    softmax.logsumexp(x, total)
    assert_allclose(total, [np.log(2), -np.inf, 1000])


def test_a_large_mean_costs_the_variance_no_precision() -> None:
    x = np.random.default_rng(0).normal(10_000, 1, (20_000, 3)).astype(np.float32)
    mean, variance = np.empty(3, np.float32), np.empty(3, np.float32)
    scratch = np.empty(normalization.column_scratch(x.shape), np.float32)
    normalization.column_moments(x, scratch, mean, variance)
    assert_allclose(variance, x.astype(np.float64).var(0), rtol=1e-4)


def test_long_sums_keep_their_precision() -> None:
    x = np.full((1, 3_000_000, 1), 0.1, np.float32)
    out = np.empty((1, 1), np.float32)
    reduce.sum_axis(x, 1.0, np.empty((0, 0), np.float32), out)
    assert_allclose(out, 0.1 * 3e6, rtol=1e-6)
