"""Op specs on symbols: what they say of all sizes holds for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dryfit.analyzer.dims import Dim, Expr, Symbol, lone_symbol, rewrite, symbol
from dryfit.analyzer.mismatch import Mismatch
from dryfit.analyzer.specs import calling
from dryfit.analyzer.specs.base import TensorType
from dryfit.analyzer.unknown import Unknown

from .op_programs import Input, Program, programs
from .test_op_specs import evaluated, typed

ALL = [p for p in programs() if p.inputs]
BY_NAME: dict[str, list[Program]] = {}
for _program in ALL:
    BY_NAME.setdefault(_program.spelling, []).append(_program)


class Sizes:
    """Symbols that stand for sizes, and the sizes."""

    def __init__(self) -> None:
        self.values: dict[Symbol, int] = {}

    def hide(self, size: int) -> Dim:
        """A fresh symbol for a size; an empty axis stays as it is."""
        if size == 0:
            return size
        hidden = symbol("n")
        known = lone_symbol(hidden)
        assert known is not None
        self.values[known] = size
        return hidden

    def reveal(self, dim: Dim) -> Dim:
        """A dim with the symbols replaced by their sizes."""
        return rewrite(dim, lambda s: self.values.get(s))


def hidden(of: Input, name: Callable[[int], Dim]) -> TensorType:
    """The type of an input, its sizes as `name` gives them."""
    shape = tuple(name(d) for d in of.shape)
    known = typed(of)
    return known if shape == of.shape else replace(known, shape=shape, content=None)


def check(program: Program, space: dict[str, TensorType], sizes: Sizes) -> None:
    """Evaluate on symbols, and compare with the sizes put in."""
    exact, general = evaluated(program), evaluated(program, space)
    if isinstance(general, Mismatch):
        assert isinstance(exact, Exception), f"{program.key}: {general}, but {exact}"
        return
    if not isinstance(exact, Exception):
        agree(program, general, exact, sizes)


def agree(program: Program, general: object, exact: object, sizes: Sizes) -> None:
    if isinstance(general, Unknown) or isinstance(exact, Unknown):
        return
    if isinstance(general, list | tuple):
        assert isinstance(exact, list | tuple), program.key
        assert len(general) == len(exact), program.key
        for a, b in zip(general, exact, strict=True):
            agree(program, a, b, sizes)
    elif isinstance(general, TensorType):
        assert isinstance(exact, TensorType), program.key
        same_shape(program, general, exact, sizes)
        assert general.dtype in (None, exact.dtype), program.key
    elif isinstance(general, int | Expr):
        same_dim(program, general, exact, sizes)


def same_shape(program: Program, general: TensorType, exact: TensorType, sizes: Sizes) -> None:
    if general.shape is None or exact.shape is None:
        return
    assert len(general.shape) == len(exact.shape), f"{program.key}: {general}, but {exact}"
    for a, b in zip(general.shape, exact.shape, strict=True):
        same_dim(program, a, b, sizes)


def same_dim(program: Program, general: object, exact: object, sizes: Sizes) -> None:
    assert isinstance(general, int | Expr)
    found = sizes.reveal(general)
    # A symbol that is left stands for a size the spec does not tell.
    assert isinstance(found, Expr) or isinstance(exact, Expr) or found == exact, (
        f"{program.key}: {general} is {found}, but {exact}"
    )


@pytest.mark.parametrize("spelling", sorted(BY_NAME))
def test_a_result_for_all_sizes_is_right_for_each(spelling: str) -> None:
    for program in BY_NAME[spelling]:
        apart, alike = Sizes(), Sizes()
        space = {i.name: hidden(i, apart.hide) for i in program.inputs}
        check(program, space, apart)
        known = {d: alike.hide(d) for i in program.inputs for d in i.shape}
        check(program, {i.name: hidden(i, known.__getitem__) for i in program.inputs}, alike)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_result_for_some_sizes_is_right_for_each(data: st.DataObject) -> None:
    program = data.draw(st.sampled_from(ALL), label="program")
    sizes = Sizes()

    def maybe(size: int) -> Dim:
        return sizes.hide(size) if data.draw(st.booleans()) else size

    check(program, {i.name: hidden(i, maybe) for i in program.inputs}, sizes)


@pytest.mark.parametrize("program", ALL[::97], ids=lambda p: p.key)
def test_an_unknown_rank_is_never_wrong(program: Program) -> None:
    space = {i.name: replace(typed(i), shape=None, content=None) for i in program.inputs}
    exact, general = evaluated(program), evaluated(program, space)
    if isinstance(general, Mismatch):
        assert isinstance(exact, Exception)
    elif isinstance(general, TensorType) and isinstance(exact, TensorType):
        assert general.shape in (None, exact.shape)


def test_a_shape_vector_makes_a_reshape_exact() -> None:
    batch = symbol("batch")
    x = TensorType((batch, 10, 64), "float32", None, "tensor")
    shape = calling.call("tf.shape", [x], {})
    index = {"x": shape, "index": 0}
    first = calling.infer(calling.registry.ops()["getitem"], index, "tf")
    split = calling.call("tf.reshape", [x, [first, -1, 8, 8]], {})
    assert split.shape == (batch, 10, 8, 8)
    joined = calling.call("tf.reshape", [split, (first, 10, 64)], {})
    assert joined.shape == (batch, 10, 64)
