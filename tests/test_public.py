"""Public functions: what the spec predicts for each of its cases is what is computed."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from dryfit.analyzer.mismatch import Mismatch
from dryfit.analyzer.specs import calling, registry
from dryfit.analyzer.specs.base import Call, OpSpec, TensorType
from dryfit.executor import public
from dryfit.executor.op import Op
from dryfit.executor.tensor import OPERATORS, Tensor, TensorLike

# Three spatial axes are not in this version; the others are the façade's own.
ABSENT = {"conv3d", "conv3d_transpose", "check_numerics", "is_tensor"} | {
    "linear_operator",
    "operator_to_dense",
}
PRESENT = {n: s for n, s in registry.ops().items() if n in OPERATORS}
NUMERIC = ("keras.ops.", "tf.nn.", "tf.math.", "tf.linalg.")
KINDS = ("tensor", "tensors")


def test_every_numeric_function_is_there() -> None:
    wanted = {n for n, s in registry.ops().items() if any(k.startswith(NUMERIC) for k in s.names)}
    assert wanted - set(PRESENT) - ABSENT == set()


def test_functions_have_the_parameters_of_their_specs() -> None:
    wrong = []
    for name, spec in PRESENT.items():
        wanted = [p for p in spec.parameters.params if p != "dtype"]
        got = [p for p in _parameters(OPERATORS[name]) if p != "dtype"]
        if got != wanted:
            wrong.append(f"{name}: {got} for {wanted}")
    assert wrong == []


def _parameters(target: object) -> list[str]:
    if isinstance(target, Op):
        return list(target.spec.parameters.params)
    found = inspect.signature(target).parameters.values()  # type: ignore[arg-type]
    return [p.name for p in found if p.kind is not p.KEYWORD_ONLY]  # those are the engine's own


def made(shape: object, dtype: str, rng: np.random.Generator) -> object:
    if isinstance(shape, list):
        return [made(s, dtype, rng) for s in shape]
    if dtype == "bool" or "int" in dtype:
        return Tensor(rng.integers(0, 2, shape).astype(dtype))
    return Tensor(rng.uniform(0.1, 1, shape).astype(dtype))


def arguments(spec: OpSpec, case: Call) -> dict[str, object] | None:
    """Canonical arguments of a case; None for dtypes that are not computed with."""
    rng = np.random.default_rng(0)
    values: dict[str, object] = {}
    params = [p for p in spec.parameters.params.values() if p.kind in KINDS]
    for i, (param, shape) in enumerate(zip(params, case.inputs, strict=False)):
        dtype = case.of if isinstance(case.of, str) else case.of[i % len(case.of)]
        if dtype in ("string", "bfloat16", "complex64", "complex128"):
            return None
        if shape is not None:
            values[param.name] = made(shape, dtype, rng)
    return spec.parameters.complete(values | case.kwargs)


def predicted(spec: OpSpec, values: dict[str, object], library: str) -> object:
    """What the spec says; None where it rejects or does not know."""
    try:
        return public.predicted(spec, values, library)
    except Mismatch:
        return None


# Arithmetic that neither NumPy nor TensorFlow does on booleans, or bits of floats.
NOT_BOOL = {
    "log_sigmoid",
    "logaddexp",
    "negative",
    "round",
    "sign",
    "square",
    "squared_difference",
    "subtract",
}


def computable(name: str, case: Call) -> bool:
    """Whether the numbers exist."""
    return not (
        (name in NOT_BOOL and case.of == "bool")
        or (name.startswith("bitwise") and "float" in str(case.of))
    )


CASES = [
    pytest.param(spec, case, library, id=f"{name}-{number}-{library}")
    for name, spec in sorted(PRESENT.items())
    for number, case in enumerate(c for c in spec.cases if isinstance(c, Call))
    if computable(name, case)
    for library in ("keras", "tf")
    if any(calling.library_of(spelling) == library for spelling in spec.names)
]


@pytest.mark.parametrize(("spec", "case", "library"), CASES)
def test_the_predicted_type_is_what_comes_out(spec: OpSpec, case: Call, library: str) -> None:
    values = arguments(spec, case)
    expected = predicted(spec, values, library) if values is not None else None
    if values is None or expected is None:
        return
    assert fits(public.run(spec, values, library), expected)


def fits(result: object, expected: object) -> bool:
    if isinstance(expected, TensorType) and isinstance(result, TensorLike):
        shape = expected.shape is None or (
            len(result.shape) == len(expected.shape)
            and all(
                d == e
                for d, e in zip(result.shape, expected.shape, strict=True)
                if isinstance(e, int)
            )
        )
        weak = expected.dtype in (None, "int", "float", "string")
        return shape and (weak or result.dtype == expected.dtype)
    if isinstance(expected, list | tuple) and not isinstance(expected, TensorType):
        pairs = zip(result, expected, strict=True)  # type: ignore[call-overload]
        return all(fits(r, e) for r, e in pairs)
    return True


def test_arguments_that_are_not_computed_are_refused_by_name() -> None:
    x = Tensor(np.ones(3, np.float32))
    with pytest.raises(NotImplementedError, match=r"keras\.ops\.round\(decimals=\)"):
        public.call("keras.ops.round", (x,), {"decimals": 2})
    assert public.call("keras.ops.round", (x,), {"decimals": 0}).shape == (3,)


def test_a_result_that_hangs_on_an_unread_argument_has_no_shape() -> None:
    assert calling.unread("tf.linalg.diag", ("x",), {"k": 1}) & calling.SHAPING == {"k"}
    assert not calling.unread("tf.linalg.diag", ("x",), {"k": 0, "name": None})
