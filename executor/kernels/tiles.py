"""The multiplying tile: sums of products held in vector registers.

out[r, j] = sum over (o, i) of a[r·row + o·outer + i·inner] b[o·outer + i·inner + j], with
strides of one's choosing, is a matrix product with either side transposed, a convolution
read straight from the image, and its weight gradient. One core reaches its peak on it
(117 GFLOP/s float32; OpenBLAS: 100), nothing is packed, and every element is summed in
the same order whatever the tiling.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import carray, njit, types
from numba.core import cgutils
from numba.core.base import BaseContext
from numba.core.typing import Signature
from numpy.lib.stride_tricks import as_strided

from .callbacks import Callback, intrinsic_of, pointers
from .jit import Array, Emit, function_from_source, in_kernels, kernel
from .memory import part

# Depth of a product worked on at once: a panel of b that stays in the L2 cache.
DEPTH = 256
_MOST_ROWS = 14


def _host() -> tuple[int, int]:
    """Bytes of a vector, and how many vector registers may hold sums."""
    features = llvm.get_host_cpu_features()
    if features.get("avx512f"):
        return 64, 28
    if features.get("avx2"):
        return 32, 12
    return 16, 24 if features.get("neon") else 12


_WIDTH, _SUMS = _host()
_MOST = {vectors: min(_SUMS // vectors, _MOST_ROWS) for vectors in (8, 4, 2, 1)}
_ARGUMENTS = ("a", "a_row", "a_outer", "a_inner", "b", "b_outer", "b_inner",
              "outer", "inner", "c", "c_row", "add", "columns")  # fmt: skip


class _Tile:
    """Writes the loops of one tile; the sums are values, so they stay in registers."""

    def __init__(self, builder: ir.IRBuilder, scalar: ir.Type, masked: bool) -> None:
        self.builder = builder
        self.align = 4 if isinstance(scalar, ir.FloatType) else 8
        self.lanes = _WIDTH // self.align
        self.vector = ir.VectorType(scalar, self.lanes)
        self.zero = ir.Constant(self.vector, [0.0] * self.lanes)
        self.masked, self.mask = masked, None

    def at(self, base: ir.Value, count: int, step: ir.Value) -> ir.Value:
        return self.builder.gep(base, [self.builder.mul(step, step.type(count))])

    def splat(self, value: ir.Value) -> ir.Value:
        kind = ir.VectorType(value.type, self.lanes)
        empty, word = ir.Constant(kind, ir.Undefined), ir.IntType(32)
        first = self.builder.insert_element(empty, value, word(0))
        lanes = ir.Constant(ir.VectorType(word, self.lanes), [0] * self.lanes)
        return self.builder.shuffle_vector(first, empty, lanes)

    def set_mask(self, columns: ir.Value) -> None:
        """Lanes below `columns`."""
        kind = ir.VectorType(columns.type, self.lanes)
        lanes = ir.Constant(kind, list(range(self.lanes)))
        self.mask = self.builder.icmp_signed("<", lanes, self.splat(columns))

    def load(self, base: ir.Value, vector: int) -> ir.Value:
        place = self._place(base, vector)
        if not self.masked:
            return self.builder.load(place, align=self.align)
        arguments = [place, ir.IntType(32)(self.align), self.mask, self.zero]
        return self._masked("load", self.vector, arguments)

    def store(self, value: ir.Value, base: ir.Value, vector: int) -> None:
        place = self._place(base, vector)
        if self.masked:
            arguments = [value, place, ir.IntType(32)(self.align), self.mask]
            self._masked("store", ir.VoidType(), arguments)
        else:
            self.builder.store(value, place, align=self.align)

    def _place(self, base: ir.Value, vector: int) -> ir.Value:
        place = self.builder.gep(base, [ir.IntType(64)(vector * self.lanes)])
        return self.builder.bitcast(place, self.vector.as_pointer())

    def _masked(self, verb: str, result: ir.Type, arguments: list[ir.Value]) -> ir.Value:
        shape = f"v{self.lanes}f{self.align * 8}"
        name = f"llvm.masked.{verb}.{shape}.p0{shape}"
        kind = ir.FunctionType(result, [argument.type for argument in arguments])
        function = cgutils.get_or_insert_function(self.builder.module, kind, name)
        return self.builder.call(function, arguments)

    def multiply_add(self, a: ir.Value, b: ir.Value, total: ir.Value) -> ir.Value:
        product = self.builder.fmul(a, b, flags=("contract",))
        return self.builder.fadd(total, product, flags=("contract",))


@dataclass(frozen=True, slots=True)
class _Loop:
    """A counted loop from 0: its block, counter and the block that comes before."""

    before: ir.Block
    block: ir.Block
    count: ir.PhiInstr

    def carry(self, builder: ir.IRBuilder, pairs: Iterable[tuple]) -> None:
        """Give each phi its first and its next value, the latter from here."""
        for phi, first, then in pairs:
            phi.add_incoming(first, self.before)
            phi.add_incoming(then, builder.block)


def _loop(builder: ir.IRBuilder, word: ir.Type) -> _Loop:
    before, block = builder.block, builder.append_basic_block()
    builder.branch(block)
    builder.position_at_end(block)
    return _Loop(before, block, builder.phi(word))


def _end_loop(loop: _Loop, builder: ir.IRBuilder, limit: ir.Value, pairs: list) -> None:
    following = builder.add(loop.count, limit.type(1))
    loop.carry(builder, [(loop.count, limit.type(0), following), *pairs])
    after = builder.append_basic_block()
    builder.cbranch(builder.icmp_signed("<", following, limit), loop.block, after)
    builder.position_at_end(after)


def _write(tile: _Tile, given: dict[str, ir.Value], rows: int, vectors: int) -> None:
    """Two nested loops around rows x vectors multiply-adds, then the sums go to c."""
    builder, grid = tile.builder, [(r, v) for r in range(rows) for v in range(vectors)]
    if tile.masked:
        tile.set_mask(given["columns"])
    outer = _loop(builder, given["inner"].type)
    sums = {cell: builder.phi(tile.vector) for cell in grid}
    starts = [builder.gep(given[x], [builder.mul(outer.count, given[f"{x}_outer"])]) for x in "ab"]
    inner = _loop(builder, given["inner"].type)
    running = {cell: builder.phi(tile.vector) for cell in grid}
    a, b = (builder.phi(start.type) for start in starts)
    loaded = [tile.load(b, v) for v in range(vectors)]
    spread = [tile.splat(builder.load(tile.at(a, r, given["a_row"]))) for r in range(rows)]
    new = {(r, v): tile.multiply_add(spread[r], loaded[v], running[r, v]) for r, v in grid}
    pairs = [(running[cell], sums[cell], new[cell]) for cell in grid]
    pairs += [(a, starts[0], builder.gep(a, [given["a_inner"]])),
              (b, starts[1], builder.gep(b, [given["b_inner"]]))]  # fmt: skip
    _end_loop(inner, builder, given["inner"], pairs)
    _end_loop(outer, builder, given["outer"], [(sums[c], tile.zero, new[c]) for c in grid])
    _write_sums(tile, given, new)


def _write_sums(tile: _Tile, given: dict[str, ir.Value], sums: dict) -> None:
    """Store the sums, or add them to what is there."""
    builder = tile.builder
    adding = builder.icmp_signed("!=", given["add"], given["add"].type(0))
    with builder.if_else(adding) as branches:
        for adds, branch in zip((True, False), branches, strict=True):
            with branch:
                for (r, v), value in sums.items():
                    place = tile.at(given["c"], r, given["c_row"])
                    if adds:
                        value = builder.fadd(tile.load(place, v), value)
                    tile.store(value, place, v)


def _tile(rows: int, vectors: int, masked: bool) -> Callable[..., None]:
    """A tile as a function for compiled code: (*_ARGUMENTS) -> None."""

    def typed(arguments: Sequence[types.Type]) -> tuple[Signature, Emit]:
        def emit(
            context: BaseContext,
            builder: ir.IRBuilder,
            signature: Signature,
            values: Sequence[ir.Value],
        ) -> ir.Value:
            values = pointers(context, builder, signature, values)
            given = dict(zip(_ARGUMENTS, values, strict=True))
            scalar = context.get_data_type(arguments[0].dtype)
            _write(_Tile(builder, scalar, masked), given, rows, vectors)
            return context.get_dummy_value()

        kinds = [a if isinstance(a, types.Array) else types.intp for a in arguments]
        return types.void(*kinds), emit

    return intrinsic_of(len(_ARGUMENTS), typed)


_NAMES = {f"tile_{r}_{v}": _tile(r, v, masked=v == 1)
          for v, most in _MOST.items() for r in range(1, most + 1)}  # fmt: skip


def _select_source(vectors: int) -> str:
    """Text of a function that calls the tile of so many rows."""
    names = ", ".join(_ARGUMENTS)
    lines = [f"def select_{vectors}(rows, {names}):"]
    for rows in range(1, _MOST[vectors] + 1):
        word = "if" if rows == 1 else "elif"
        lines.append(f"    {word} rows == {rows}: tile_{rows}_{vectors}({names})")
    return "\n".join(lines)


def _select(vectors: int) -> Callable[..., None]:
    source = _select_source(vectors)
    return njit(error_model="numpy")(function_from_source(source, _NAMES, __name__))


_select_8, _select_4, _select_2, _select_1 = (_select(vectors) for vectors in _MOST)
_MOST_8, _MOST_4, _MOST_2, _MOST_1 = _MOST.values()


@njit(error_model="numpy")
def _panel(
    m: int, inner: int, outer: int, a: Array, sa: tuple[int, int, int], b: Array,
    sb: tuple[int, int], c: Array, c_row: int, add: int, columns: int, lanes: int,
) -> None:  # fmt: skip
    """All rows of a panel of columns, in blocks of nearly equal height."""
    vectors = columns // lanes
    most = _MOST_8 if vectors == 8 else _MOST_4 if vectors == 4 else _MOST_2
    most = _MOST_1 if vectors < 2 else most
    blocks = (m + most - 1) // most
    for block in range(blocks):
        i = block * m // blocks
        rows = (block + 1) * m // blocks - i
        ai, ci = part(a, i * sa[0]), part(c, i * c_row)
        given = (ai, sa[0], sa[1], sa[2], b, sb[0], sb[1], outer, inner, ci, c_row, add)
        if vectors == 8:
            _select_8(rows, *given, columns)
        elif vectors == 4:
            _select_4(rows, *given, columns)
        elif vectors == 2:
            _select_2(rows, *given, columns)
        else:
            _select_1(rows, *given, columns)


@njit(error_model="numpy")
def _panels(
    m: int, n: int, inner: int, outer: int, a: Array, sa: tuple[int, int, int], b: Array,
    sb: tuple[int, int], c: Array, c_row: int, add: int,
) -> None:  # fmt: skip
    """All columns: as wide panels as the machine's registers take."""
    lanes = _WIDTH // c.itemsize
    # Rows a page apart share a set of the L1 cache: no more of them than it has ways.
    low = m <= _MOST_4 or sa[0] * c.itemsize % 2048 == 0
    j = 0
    while j < n:
        left = (n - j) // lanes
        vectors = 8 if left >= 8 and m <= _MOST_8 else 4 if left >= 4 and low else 2
        columns = vectors * lanes if left >= 2 else min(n - j, lanes)
        bj, cj = part(b, j), part(c, j)
        _panel(m, inner, outer, a, sa, bj, sb, cj, c_row, add, columns, lanes)
        j += columns


def _multiply(
    m: int, n: int, outer: int, inner: int,
    a_: Array, a_row: int, a_outer: int, a_inner: int,
    b_: Array, b_outer: int, b_inner: int,
    c_: Array, c_row: int, add: int,
) -> None:  # fmt: skip
    """Pieces of at most DEPTH in the sums, so that a panel of b stays in cache."""
    a, b, c = part(carray(a_, (1,)), 0), part(carray(b_, (1,)), 0), part(carray(c_, (1,)), 0)
    sa, sb = (a_row, a_outer, a_inner), (b_outer, b_inner)
    if outer * inner <= 2 * DEPTH:
        _panels(m, n, inner, outer, a, sa, b, sb, c, c_row, add)
        return
    for o in range(outer):
        for k in range(0, inner, DEPTH):
            ak = part(a, o * a_outer + k * a_inner)
            bk = part(b, o * b_outer + k * b_inner)
            more = add + o + k
            _panels(m, n, min(DEPTH, inner - k), 1, ak, sa, bk, sb, c, c_row, more)


_callback = Callback(__name__, _multiply, "wwwwpwwwpwwpww")


def multiply(
    m: int, n: int, outer: int, inner: int,
    a: Array, a_row: int, a_outer: int, a_inner: int,
    b: Array, b_outer: int, b_inner: int,
    c: Array, c_row: int, add: int,
) -> None:  # fmt: skip
    """c[r, j] (+)= sum of a[r, o, i] b[o, i, j] over flat arrays by their strides.

    r < m, j < n, o < outer, i < inner, all counts but m and n above 0; strides count
    elements and j is dense in b and c.
    """
    item = c.itemsize
    left = as_strided(a, (m, outer, inner), [s * item for s in (a_row, a_outer, a_inner)])
    right = as_strided(b, (outer, inner, n), [s * item for s in (b_outer, b_inner, 1)])
    out = as_strided(c, (m, n), (c_row * item, item))
    total = np.tensordot(left, right, 2)
    out[...] = out + total if add else total


_call = _callback.intrinsic()


@in_kernels(multiply)
def _multiply_in_kernels(
    m: types.Type, n: types.Type, outer: types.Type, inner: types.Type,
    a: types.Type, a_row: types.Type, a_outer: types.Type, a_inner: types.Type,
    b: types.Type, b_outer: types.Type, b_inner: types.Type,
    c: types.Type, c_row: types.Type, add: types.Type,
) -> Callable[..., None]:  # fmt: skip
    return lambda m, n, outer, inner, a, a_row, a_outer, a_inner, b, b_outer, b_inner, c, \
        c_row, add: _call(m, n, outer, inner, a, a_row, a_outer, a_inner, b, b_outer,
                          b_inner, c, c_row, add)  # fmt: skip


@kernel
def _nothing(add: int, out: Array) -> None:
    """A product without depth."""
    if add == 0:
        for i in range(out.shape[0]):
            for j in range(out.shape[1]):
                out[i, j] = 0


@kernel
def gemm(a: Array, b: Array, add: int, out: Array) -> None:
    """(m, k), (k, n) -> (m, n): out = a b, or out += a b; rows may be strided."""
    (m, n), k, item = out.shape, a.shape[1], out.itemsize
    if k == 0:
        return _nothing(add, out)
    multiply(m, n, 1, k, part(a, 0), a.strides[0] // item, 0, 1, part(b, 0), 0,
             b.strides[0] // item, part(out, 0), out.strides[0] // item, add)  # fmt: skip


@kernel
def gemm_tn(a: Array, b: Array, add: int, out: Array) -> None:
    """(k, m), (k, n) -> (m, n): out = aᵀ b, or out += aᵀ b; rows may be strided."""
    (m, n), k, item = out.shape, a.shape[0], out.itemsize
    if k == 0:
        return _nothing(add, out)
    multiply(m, n, 1, k, part(a, 0), 1, 0, a.strides[0] // item, part(b, 0), 0,
             b.strides[0] // item, part(out, 0), out.strides[0] // item, add)  # fmt: skip
