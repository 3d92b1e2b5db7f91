"""Elementwise kernels: NumPy for what is small, the tiled loops of kernels/ for the rest."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ..op import Arrays, Kernel, Run, Statics

# Below this NumPy's call is cheaper than starting the tiles (measured: 3 us against 1).
_SMALL = 1 << 60


def kernel(code: str | None, function: Callable[..., object]) -> Kernel:
    """The kernel of one elementwise operation; `function` is NumPy's, with `out`."""

    def bind(s: Statics, ins: Arrays, outs: Arrays) -> Run:
        out = outs[0]
        if code is not None and out.size >= _SMALL and tileable(ins, outs):
            names = range(len(ins))
            return bind_steps(((code, *names),), ins, outs)
        return partial(function, *ins, out=out)

    return bind


def tileable(ins: Arrays, outs: Arrays) -> bool:
    """Whether the tiles can compute it: one float dtype throughout."""
    dtype = outs[0].dtype
    return dtype in (np.float32, np.float64) and all(
        a.dtype == dtype for a in (*ins, *outs)
    )


def bind_steps(steps: tuple[tuple[object, ...], ...], ins: Arrays, outs: Arrays) -> Run:
    """A chain of steps over arrays, ready to run; the last steps are the outputs."""
    from ..kernels import elementwise as tiles  # numba is not needed by who only looks

    last = len(ins) + len(steps)
    chain = tiles.Chain(len(ins), steps, tuple(range(last - len(outs), last)))
    return bind_chain(chain, ins, outs)


def bind_chain(chain: object, ins: Arrays, outs: Arrays) -> Run:
    """A planned chain with its arrays in place."""
    from ..kernels import elementwise as tiles

    out = outs[0]
    plan = tiles.plan_chain(chain, [a.shape for a in ins], out.shape, out.dtype)
    scratch = np.empty(plan.scratch_shape(), out.dtype)
    flat = [a.reshape(-1) for a in ins]
    flat += [flat[0] if flat else out.reshape(-1)] * (tiles.INPUTS - len(flat))
    ends = [o.reshape(-1) for o in outs]
    ends += [ends[0]] * (tiles.OUTPUTS - len(ends))
    arrays = (plan.program, plan.constants, plan.layout, *flat, scratch, *ends)
    return partial(tiles.run_chain, *arrays)
