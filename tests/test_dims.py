"""Symbolic dims and shapes agree with plain integers, whatever the symbols stand for."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dryfit.analyzer import dims, shapes
from dryfit.analyzer.dims import Dim, Dims, Symbol
from dryfit.analyzer.mismatch import KINDS, Mismatch

from .house import package_modules

NAMES = ("a", "b", "c")
SYMBOLS = {n: dims.symbol(n) for n in NAMES}
Values = Mapping[str, int]
VALUES = st.fixed_dictionaries({n: st.integers(1, 12) for n in NAMES})
SMALL = st.integers(-6, 12)

# An expression is built twice: symbolically, and as a function of the symbols' values.
Pair = tuple[Dim, Callable[[Values], int]]


def _leaf(number: int) -> Pair:
    return number, lambda values: number


def _name(name: str) -> Pair:
    return SYMBOLS[name], lambda values: values[name]


OPERATIONS: dict[str, tuple[Callable[[Dim, Dim], Dim], Callable[[int, int], int]]] = {
    "+": (lambda x, y: x + y, lambda x, y: x + y),
    "-": (lambda x, y: x - y, lambda x, y: x - y),
    "*": (lambda x, y: x * y, lambda x, y: x * y),
    "//": (dims.floordiv, lambda x, y: x // y),
    "%": (dims.mod, lambda x, y: x % y),
    "max": (dims.maximum, max),
    "min": (dims.minimum, min),
}


def _combine(operation: str, left: Pair, right: Pair) -> Pair:
    symbolic, plain = OPERATIONS[operation]
    if operation in ("//", "%"):
        right = _positive(right)
    return symbolic(left[0], right[0]), lambda values: plain(left[1](values), right[1](values))


def _positive(pair: Pair) -> Pair:
    """A divisor: an integer other than 0, or a symbol."""
    dim, plain = pair
    if isinstance(dim, int):
        return (dim, plain) if dim > 0 else _leaf(1 - dim)
    lone = dims.lone_symbol(dim)
    return pair if lone is not None else _leaf(3)


LEAVES = SMALL.map(_leaf) | st.sampled_from(NAMES).map(_name)
PAIRS = st.recursive(
    LEAVES,
    lambda inner: st.tuples(st.sampled_from(sorted(OPERATIONS)), inner, inner).map(
        lambda t: _combine(*t)
    ),
    max_leaves=6,
)


def at(dim: Dim, values: Values) -> Dim:
    """A dim with values in place of the symbols."""

    def replace(symbol: Symbol) -> Dim | None:
        return values.get(symbol.name)

    return dims.rewrite(dim, replace)


@settings(deadline=None)
@given(PAIRS, VALUES)
def test_substitution_gives_what_plain_integers_give(pair: Pair, values: Values) -> None:
    assert at(pair[0], values) == pair[1](values)


@settings(deadline=None)
@given(PAIRS, VALUES)
def test_bounds_hold_for_every_assignment(pair: Pair, values: Values) -> None:
    low, high = dims.bounds(pair[0])
    value = pair[1](values)
    assert low is None or low <= value
    assert high is None or value <= high


@settings(deadline=None)
@given(PAIRS, PAIRS, VALUES)
def test_comparisons_never_contradict_an_assignment(x: Pair, y: Pair, values: Values) -> None:
    left, right = x[1](values), y[1](values)
    assert dims.same(x[0], y[0]) in (None, left == right)
    assert dims.less(x[0], y[0]) in (None, left < right)


@settings(deadline=None)
@given(PAIRS, PAIRS, PAIRS)
def test_sums_and_products_obey_the_laws_of_algebra(x: Pair, y: Pair, z: Pair) -> None:
    a, b, c = x[0], y[0], z[0]
    assert a + b == b + a
    assert a * b == b * a
    assert (a + b) + c == a + (b + c)
    assert (a * b) * c == a * (b * c)
    assert a * (b + c) == a * b + a * c
    assert a - a == 0
    assert a + 0 == a * 1 == a


@settings(deadline=None)
@given(PAIRS, PAIRS)
def test_equal_dims_have_equal_hashes(x: Pair, y: Pair) -> None:
    assume(x[0] == y[0])
    assert hash(x[0]) == hash(y[0])


@settings(deadline=None)
@given(PAIRS, st.sampled_from(NAMES) | st.integers(1, 9))
def test_exact_division_undoes_multiplication(pair: Pair, by: str | int) -> None:
    factor = SYMBOLS[by] if isinstance(by, str) else by
    assert dims.floordiv(pair[0] * factor, factor) == pair[0]
    assert dims.mod(pair[0] * factor, factor) == 0


@settings(deadline=None)
@given(PAIRS)
def test_every_dim_has_a_text(pair: Pair) -> None:
    assert repr(pair[0])


def test_symbols_of_one_name_are_different() -> None:
    assert dims.symbol("a") != dims.symbol("a")
    assert dims.same(dims.symbol("a"), dims.symbol("a")) is None


def test_what_keras_does_not_know_makes_a_sum_unknown_to_it() -> None:
    unknown, known = dims.symbol("t", static=False), dims.symbol("units")
    assert dims.is_static(known * 3 + 1)
    assert not dims.is_static(known + unknown)
    assert not dims.is_static(dims.floordiv(unknown, 2))


# Shapes: a rule on symbols, with the symbols' values put in, is the rule on integers.
SIDE = st.integers(1, 6).map(_leaf) | st.sampled_from(NAMES).map(_name)
SHAPE = st.lists(SIDE, max_size=4).map(tuple)


def symbolic(shape: tuple[Pair, ...]) -> Dims:
    """The shape with its symbols."""
    return tuple(d for d, _ in shape)


def plain(shape: tuple[Pair, ...], values: Values) -> tuple[int, ...]:
    """The shape with values."""
    return tuple(f(values) for _, f in shape)


def agree(
    rule: Callable[..., Dims], args: list[object], values: Values, numbers: list[object]
) -> None:
    """Neither may fail where the other proves it works."""
    try:
        wanted = rule(*numbers)
    except Mismatch:
        wanted = None
    try:
        found = rule(*args)
    except Mismatch as mismatch:
        assert mismatch.kind in KINDS
        assert wanted is None, "a mismatch where these values work"
        return
    if wanted is None:
        return
    put = tuple(at(d, values) for d in found)
    assert len(put) == len(wanted)
    # A fresh symbol stands where two symbols were assumed to agree.
    assert all(not isinstance(p, int) or p == w for p, w in zip(put, wanted, strict=True))


@settings(deadline=None)
@given(SHAPE, SHAPE, VALUES)
def test_broadcasting_agrees_with_integers(x: object, y: object, values: Values) -> None:
    agree(
        shapes.broadcast, [symbolic(x), symbolic(y)], values, [plain(x, values), plain(y, values)]
    )


@settings(deadline=None)
@given(SHAPE, SHAPE, st.integers(-4, 4), VALUES)
def test_concatenation_agrees_with_integers(
    x: object, y: object, axis: int, values: Values
) -> None:
    given_ = [[symbolic(x), symbolic(y)], axis]
    agree(shapes.concatenate, given_, values, [[plain(x, values), plain(y, values)], axis])


@settings(deadline=None)
@given(SHAPE, SHAPE, st.booleans(), VALUES)
def test_reshaping_agrees_with_integers(x: object, y: object, wild: bool, values: Values) -> None:
    extra = (-1,) if wild else ()
    agree(
        shapes.reshape,
        [symbolic(x), symbolic(y) + extra],
        values,
        [plain(x, values), plain(y, values) + extra],
    )


@settings(deadline=None)
@given(SHAPE, SHAPE, VALUES)
def test_matrix_products_agree_with_integers(x: object, y: object, values: Values) -> None:
    numbers = [plain(x, values), plain(y, values)]
    agree(shapes.matmul, [symbolic(x), symbolic(y)], values, numbers)


@settings(deadline=None)
@given(SIDE, st.tuples(*[st.integers(1, 4)] * 3), st.sampled_from(["valid", "same"]), VALUES)
def test_windows_agree_with_integers(
    side: Pair, sizes: tuple[int, int, int], padding: str, values: Values
) -> None:
    def rule(size: Dim) -> Dims:
        return (shapes.window(size, *sizes, padding),)

    agree(rule, [side[0]], values, [side[1](values)])


@given(st.integers(1, 30), st.tuples(*[st.integers(1, 4)] * 3))
def test_windows_are_counted_as_they_slide(size: int, sizes: tuple[int, int, int]) -> None:
    kernel, stride, dilation = sizes
    span = (kernel - 1) * dilation + 1
    starts = [s for s in range(0, size, stride) if s + span <= size]
    if starts:
        assert shapes.window(size, *sizes, "valid") == len(starts)
    assert shapes.window(size, *sizes, "same") == math.ceil(size / stride)


def test_kinds_of_mismatch_are_a_closed_list() -> None:
    used = {
        node.args[0].value
        for module in package_modules()
        if module.package == "analyzer"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Mismatch"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert used - set(KINDS) == set()
