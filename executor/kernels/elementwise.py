"""Chains of elementwise operations, executed tile by tile without compiling them.

A chain is a small program over at most six inputs and two outputs. One kernel interprets
it: every instruction runs a vectorised loop over a tile that stays in the L1 cache, so
that intermediate results never reach memory. relu(x * y + z) over a million float32 takes
0.14 ms; compiled as one loop 0.10 ms, after half a second of compilation that no chain is
worth; by NumPy, three passes, 0.65 ms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import prange

from .jit import Array, kernel, thread_count
from .memory import array_at, copy, run_of
from .opcodes import CODES, OPS, apply

INPUTS, OUTPUTS = 6, 2
TILE = 1024
# Below this many element-instructions waking the other threads costs more than it saves.
PARALLEL_WORK = 60_000
_DIRECT, _INVARIANT, _LOADED = np.arange(3)
_FIRST_REGISTER = INPUTS + OUTPUTS


@dataclass(frozen=True, slots=True)
class Chain:
    """A straight-line program of elementwise steps.

    A step is (operation, operand, ...). An int operand below `inputs` is an input, any
    other the result of step `operand - inputs`; a float is a constant. `outputs` are
    such numbers too, of steps.
    """

    inputs: int
    steps: tuple[tuple[str | int | float, ...], ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ChainPlan:
    """What `run_chain` needs besides the arrays."""

    program: Array
    constants: Array
    layout: Array
    registers: int

    def scratch_shape(self) -> tuple[int, int, int]:
        """The shape of the scratch array, in the chain's dtype."""
        return (thread_count(), self.registers + 1, TILE)  # one to spare


class TooManyAxes(ValueError):
    """A broadcast that does not reduce to three loops: materialise an input first."""


def plan_chain(
    chain: Chain, shapes: Sequence[tuple[int, ...]], out_shape: tuple[int, ...]
) -> ChainPlan:
    """Lay a chain out for inputs of these shapes, broadcast to `out_shape`."""
    if chain.inputs > INPUTS or len(chain.outputs) > OUTPUTS:
        raise ValueError(f"a chain takes {INPUTS} inputs and {OUTPUTS} outputs at most")
    loops, strides = _merged_loops(shapes, out_shape)
    tile, kinds = _tile_and_kinds(loops, strides)
    compiler = _Compiler(chain, kinds)
    program = compiler.program()
    total = int(np.prod(loops, dtype=np.int64))
    rows = [[total, tile, loops[1], loops[2], len(chain.outputs), compiler.first_constant]]
    for slot, kind in enumerate(kinds):
        rows.append([kind, *strides[slot], compiler.loads.get(slot, 0), 0])
    rows += [[_DIRECT, 0, 0, 0, 0, 0]] * (INPUTS - len(kinds))
    return ChainPlan(
        np.array(program, np.int64).reshape(-1, 5),
        np.array(compiler.constants, np.float64),
        np.array(rows, np.int64),
        compiler.registers,
    )


def _merged_loops(
    shapes: Sequence[tuple[int, ...]], out_shape: tuple[int, ...]
) -> tuple[list[int], list[list[int]]]:
    """Shapes -> three loop lengths and each input's strides over them."""
    rank = len(out_shape)
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in shapes]
    loops: list[int] = []
    spread: list[tuple[bool, ...]] = []
    for axis, length in enumerate(out_shape):
        if length == 1:
            continue
        here = tuple(shape[axis] == 1 for shape in padded)
        if spread and spread[-1] == here:
            loops[-1] *= length
        else:
            loops.append(length)
            spread.append(here)
    if len(loops) > 3:
        raise TooManyAxes(f"{list(shapes)} to {out_shape}")
    pad = 3 - len(loops)
    strides = []
    for slot in range(len(shapes)):
        step, own = 1, []
        for length, broadcast in zip(reversed(loops), reversed(spread), strict=True):
            own.insert(0, 0 if broadcast[slot] else step)
            step *= 1 if broadcast[slot] else length
        strides.append([0] * pad + own)
    return [1] * pad + loops, strides


def _tile_and_kinds(loops: list[int], strides: list[list[int]]) -> tuple[int, list[int]]:
    """Choose a tile that repeats row vectors whole, and how each input is read."""
    plane = [loops[1] * loops[2], loops[2], 1]
    kinds, tile = [], TILE
    for stride in strides:
        dense = all(loops[k] == 1 or stride[k] == plane[k] for k in range(3))
        row = stride[0] == stride[1] == 0 and (stride[2] == 0 or loops[2] <= TILE)
        kinds.append(_DIRECT if dense else _INVARIANT if row else _LOADED)
        if not dense and row and stride[2] == 1:
            tile = TILE // loops[2] * loops[2]
    return tile, kinds


class _Compiler:
    """Numbers operands and gives registers to intermediate results."""

    def __init__(self, chain: Chain, kinds: list[int]) -> None:
        self.chain = chain
        self.constants = sorted(
            {float(v) for step in chain.steps for v in step[1:] if isinstance(v, float)},
        )
        loaded = [slot for slot, kind in enumerate(kinds) if kind != _DIRECT]
        self.loads = {slot: _FIRST_REGISTER + k for k, slot in enumerate(loaded)}
        self.first_constant = _FIRST_REGISTER + len(loaded)
        self.registers = len(loaded) + len(self.constants)
        self.place: dict[int, int] = {}
        self.free: list[int] = []

    def program(self) -> list[list[int]]:
        last = self._last_uses()
        rows = []
        for number, (name, *operands) in enumerate(self.chain.steps):
            result = self.chain.inputs + number
            places = [self._operand(operand) for operand in operands]
            if len(places) != OPS[name][0]:
                raise ValueError(f"{name} takes {OPS[name][0]} operands")
            # The target is chosen before the operands are freed: a loop that writes one
            # of its inputs does not vectorise.
            target = self._target(result)
            rows.append([CODES[name], target, *(places * 3)[:3]])
            for operand in {o for o in operands if not isinstance(o, float)}:
                self._release(operand, number, last)
        return rows

    def _last_uses(self) -> dict[int, int]:
        last: dict[int, int] = {}
        for number, (_, *operands) in enumerate(self.chain.steps):
            last |= {o: number for o in operands if not isinstance(o, float)}
        return last

    def _operand(self, operand: int | float) -> int:
        if isinstance(operand, float):
            return self.first_constant + self.constants.index(operand)
        if operand < self.chain.inputs:
            return self.loads.get(operand, operand)
        return self.place[operand]

    def _target(self, result: int) -> int:
        if result in self.chain.outputs:
            self.place[result] = INPUTS + self.chain.outputs.index(result)
        elif self.free:
            self.place[result] = self.free.pop()
        else:
            self.place[result] = _FIRST_REGISTER + self.registers
            self.registers += 1
        return self.place[result]

    def _release(self, operand: int, number: int, last: dict[int, int]) -> None:
        place = self.place.get(operand, 0)
        if place >= _FIRST_REGISTER and last[operand] == number:
            self.free.append(place)


@kernel
def _load(layout: Array, slot: int, low: int, source: Array, out: Array) -> None:
    """Fill a register with a broadcast input's values from flat position `low`."""
    wide, inner = layout[0, 2], layout[0, 3]
    s0, s1, s2 = layout[slot + 1, 1], layout[slot + 1, 2], layout[slot + 1, 3]
    at, size = 0, out.size
    while at < size:
        row = (low + at) // inner
        column = low + at - row * inner
        run = min(inner - column, size - at)
        start = row // wide * s0 + row % wide * s1 + column * s2
        part = out[at : at + run]
        if s2 == 0:
            value = run_of(source, start, 1)[0]
            for k in range(run):
                part[k] = value
        else:
            copy(run_of(source, start, run), part)
        at += run


@kernel
def _load_all(layout: Array, kind: int, low: int, size: int, base: Array, like: Array) -> None:
    for slot in range(INPUTS):
        if layout[slot + 1, 0] == kind:
            source = array_at(base[slot], 1, like)
            target = array_at(base[layout[slot + 1, 4]], size, like)
            _load(layout, slot, low, source, target)


@kernel
def _run_tile(program: Array, base: Array, offset: int, size: int, spare: int, like: Array) -> None:
    """One pass of the program over a tile; inputs and outputs move, registers stay."""
    for row in range(program.shape[0]):
        code, to = program[row, 0], program[row, 1]
        p, q, r = program[row, 2], program[row, 3], program[row, 4]
        a = base[p] + (offset if p < _FIRST_REGISTER else 0)
        b = base[q] + (offset if q < _FIRST_REGISTER else 0)
        c = base[r] + (offset if r < _FIRST_REGISTER else 0)
        out = base[to] + (offset if to < _FIRST_REGISTER else 0)
        # In place, by way of a register: see `_Compiler.program`.
        target = spare if out == a or out == b or out == c else out
        apply(code, array_at(a, size, like), array_at(b, size, like),
              array_at(c, size, like), array_at(target, size, like))  # fmt: skip
        if target != out:
            copy(array_at(target, size, like), array_at(out, size, like))


@kernel
def _run_tiles(
    program: Array,
    constants: Array,
    layout: Array,
    ends: Array,
    registers: Array,
    first: int,
    last: int,
) -> None:
    """Run tiles first..last of a chain with one thread's registers."""
    total, tile, constant = layout[0, 0], layout[0, 1], layout[0, 5]
    count, step = registers.shape[0], registers.strides[0]
    base = np.empty(_FIRST_REGISTER + count, np.int64)
    for k in range(_FIRST_REGISTER):
        base[k] = ends[k]
    for k in range(count):
        base[_FIRST_REGISTER + k] = registers.ctypes.data + k * step
    for k in range(constants.size):
        for i in range(tile):
            registers[constant - _FIRST_REGISTER + k, i] = constants[k]
    _load_all(layout, _INVARIANT, np.int64(0), tile, base, registers)
    for number in range(first, last):
        low = number * tile
        size = min(tile, total - low)
        _load_all(layout, _LOADED, low, size, base, registers)
        _run_tile(program, base, low * registers.itemsize, size, base[-1], registers)


@kernel(parallel=True)
def run_chain(
    program: Array,
    constants: Array,
    layout: Array,
    x0: Array,
    x1: Array,
    x2: Array,
    x3: Array,
    x4: Array,
    x5: Array,
    scratch: Array,
    out0: Array,
    out1: Array,
) -> None:
    """Run a planned chain over flat (1-D) arrays; unused slots repeat any array."""
    if layout[0, 0] == 0:
        return
    inputs = (x0.ctypes.data, x1.ctypes.data, x2.ctypes.data, x3.ctypes.data,
              x4.ctypes.data, x5.ctypes.data)  # fmt: skip
    ends = np.array([*inputs, out0.ctypes.data, out1.ctypes.data])
    tiles = (layout[0, 0] + layout[0, 1] - 1) // layout[0, 1]
    pieces = min(scratch.shape[0], tiles)
    if pieces == 1 or layout[0, 0] * program.shape[0] < PARALLEL_WORK:
        _run_tiles(program, constants, layout, ends, scratch[0], np.int64(0), tiles)
    else:
        for piece in prange(pieces):
            k = np.int64(piece)  # numba counts parallel loops with unsigned numbers
            first, last = k * tiles // pieces, (k + 1) * tiles // pieces
            _run_tiles(program, constants, layout, ends, scratch[k], first, last)
