"""Elementwise kernels: NumPy for what is small, the tiled loops of kernels/ for the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from ..op import Arrays, Kernel, Run, Statics
from ..scratch import scratch

# Below this NumPy's call is cheaper than starting the tiles (measured: 3 us against 1).
_SMALL = 16_384


def kernel(code: str | None, function: Callable[..., object]) -> Kernel:
    """The kernel of one elementwise operation; `function` is NumPy's, with `out`."""

    def bind(s: Statics, ins: Arrays, outs: Arrays) -> Run:
        out = outs[0]
        if code is not None and out.size >= _SMALL and tileable(ins, outs):
            steps = ((code, *range(len(ins))),)
            if fits(steps, (len(ins),), [x.shape for x in ins], out.shape):
                return bind_chain(steps, (len(ins),), ins, outs)
        return partial(function, *ins, out=out)

    return bind


def tileable(ins: Arrays, outs: Arrays) -> bool:
    """Whether the tiles can compute it: one float dtype throughout."""
    dtype = outs[0].dtype
    return dtype in (np.float32, np.float64) and all(a.dtype == dtype for a in (*ins, *outs))


Steps = tuple[tuple[str | int | float, ...], ...]


def fits(
    steps: Steps,
    ends: tuple[int, ...],
    shapes: Sequence[tuple[int, ...]],
    out: tuple[int, ...],
) -> bool:
    """Whether a chain's broadcasts reduce to the few loops of the tiles."""
    from ..kernels import elementwise as tiles  # numba is not needed by who only looks

    try:
        tiles.plan_chain(tiles.Chain(len(shapes), steps, ends), shapes, out)
    except tiles.TooManyAxes:
        return False
    return True


def bind_chain(steps: Steps, ends: tuple[int, ...], ins: Arrays, outs: Arrays) -> Run:
    """A chain of steps with its arrays in place; `ends` are the steps that are results."""
    from ..kernels import elementwise as tiles

    out = outs[0]
    chain = tiles.Chain(len(ins), steps, ends)
    plan = tiles.plan_chain(chain, [a.shape for a in ins], out.shape)
    working = scratch(plan.scratch_shape(), out.dtype)
    flat = [a.reshape(-1) for a in ins]
    flat += [flat[0]] * (tiles.INPUTS - len(flat))
    results = [o.reshape(-1) for o in outs]
    results += [results[0]] * (tiles.OUTPUTS - len(results))
    arrays = (plan.program, plan.constants, plan.layout, *flat, working, *results)
    return partial(tiles.run_chain, *arrays)


def in_float32(kernel: Kernel) -> Kernel:
    """The kernel for float32 and float64; other dtypes are converted on both sides."""

    def bind(s: Statics, ins: Arrays, outs: Arrays) -> Run:
        if outs[0].dtype in (np.float32, np.float64):
            return kernel(s, ins, outs)
        copies = [a.astype(np.float32) for a in ins]
        results = [np.empty(o.shape, np.float32) for o in outs]
        inner = kernel(s, copies, results)

        def run() -> None:
            for copy, array in zip(copies, ins, strict=True):
                np.copyto(copy, array, casting="unsafe")
            inner()
            for out, result in zip(outs, results, strict=True):
                np.copyto(out, result, casting="unsafe")

        return run

    return bind
