"""Linear algebra on stacks of matrices, through NumPy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...analyzer.mismatch import Mismatch
from ...analyzer.specs.base import Args, TensorType
from ..composite import composite
from ..inputs import to_tensor
from ..op import Arrays, Case, Fails, Op, Run, Statics, Traits
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike
from . import rules

_WELL = [[[2.0, 0.5], [0.25, 1.0]], [[1.0, -0.5], [0.5, 3.0]]]


def _square(a: Args) -> TensorType:
    """(..., n, n) -> (..., n, n)."""
    shape = a.x.shape
    if len(shape) < 2 or shape[-1] != shape[-2]:
        raise Mismatch("square", "square matrices", {"input": shape})
    return a.x


def _copying(function: Callable[..., np.ndarray]) -> Callable[..., Run]:
    def bind(s: Statics, ins: Arrays, outs: Arrays) -> Run:
        return lambda: np.copyto(outs[0], function(*ins))

    return bind


def _t(x: TensorLike) -> TensorLike:
    return ops["matrix_transpose"](x)


inv = Op(
    "inv",
    spec=rules.primitive("inv", "(x: tensor)", _square),
    kernel=_copying(np.linalg.inv),
    vjp=(lambda g, out, x: -ops["matmul"](ops["matmul"](_t(out), g), _t(out)),),
    cases=(Case((2, 2), low_high=(1.0, 1.2)), Case(_WELL), Fails((2, 3))),
)
det = Op(
    "det",
    spec=rules.primitive(
        "det",
        "(x: tensor)",
        lambda a: TensorType(_square(a).shape[:-2], a.x.dtype),  # type: ignore
    ),
    kernel=_copying(np.linalg.det),
    vjp=(lambda g, out, x: ops["reshape"](g * out, (*out.shape, 1, 1)) * _t(ops["inv"](x)),),
    cases=(Case((3, 3), low_high=(0.0, 1.0)), Case(_WELL), Fails((2, 3))),
)


def _solve_rule(a: Args) -> TensorType:
    """(..., n, n), (..., n, k) -> (..., n, k)."""
    if a.x.shape[-1] != a.rhs.shape[-2] or a.x.shape[-2] != a.x.shape[-1]:
        raise Mismatch("solve", "square matrices and as many rows", {"x": a.x.shape})
    return a.rhs


def _solve_x(g: TensorLike, out: TensorLike, x: TensorLike, rhs: TensorLike) -> TensorLike:
    return -ops["matmul"](_solve(_t(x), g), _t(out))


_solve = Op(
    "solve_columns",
    spec=rules.primitive("solve_columns", "(x: tensor, rhs: tensor)", _solve_rule),
    kernel=_copying(np.linalg.solve),
    vjp=(_solve_x, lambda g, out, x, rhs: _solve(_t(x), g)),
    cases=(Case(_WELL, (2, 2, 3)), Fails((2, 3), (2, 3))),
    traits=Traits(unify=("*",)),
)


@composite
def solve(x: TensorLike, rhs: TensorLike) -> TensorLike:
    """(..., n, n), (..., n, k) or (n,) -> what times x is rhs."""
    x, rhs = to_tensor(x), to_tensor(rhs)
    if len(rhs.shape) == len(x.shape) - 1:
        return ops["squeeze"](_solve(x, ops["expand_dims"](rhs, -1)), -1)
    return _solve(x, rhs)


def _cholesky_grad(g: TensorLike, out: TensorLike, x: TensorLike) -> TensorLike:
    half = np.tril(np.ones(x.shape[-2:])).astype(x.dtype)
    half[np.diag_indices(x.shape[-1])] = 0.5
    inner = ops["matmul"](_t(out), g) * half
    back = ops["inv"](out)
    whole = ops["matmul"](ops["matmul"](_t(back), inner), back)
    return (whole + _t(whole)) / 2


cholesky = Op(
    "cholesky",
    spec=rules.primitive("cholesky", "(x: tensor)", _square),
    kernel=_copying(np.linalg.cholesky),
    vjp=(_cholesky_grad,),
    cases=(Case([[[2.0, 0.5], [0.5, 1.0]]]), Fails((2, 3))),
)


def _eigh_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    def run() -> None:
        values, vectors = np.linalg.eigh(ins[0])
        outs[0][...], outs[1][...] = values, vectors

    return run


eigh = Op(
    "eigh",
    spec=rules.primitive(
        "eigh",
        "(x: tensor)",
        lambda a: (TensorType(_square(a).shape[:-1], a.x.dtype), a.x),  # type: ignore
    ),
    kernel=_eigh_kernel,
    vjp=None,
    cases=(Case([[[2.0, 0.5], [0.5, 1.0]]]), Fails((2, 3))),
)


def _qr_rule(a: Args) -> tuple[TensorType, TensorType]:
    """(..., m, n) -> (..., m, k), (..., k, n)."""
    *lead, m, n = a.x.shape
    k = min(m, n)
    return TensorType((*lead, m, k), a.x.dtype), TensorType((*lead, k, n), a.x.dtype)


def _qr_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    def run() -> None:
        outs[0][...], outs[1][...] = np.linalg.qr(ins[0])

    return run


qr = Op(
    "qr",
    spec=rules.primitive("qr", "(x: tensor)", _qr_rule),
    kernel=_qr_kernel,
    vjp=None,
    cases=(Case((3, 2)), Case((2, 3))),
)


def _svd_rule(a: Args) -> tuple[TensorType, ...]:
    """(..., m, n) -> u, s, v of the product u diag(s) v."""
    *lead, m, n = a.x.shape
    k = min(m, n)
    wide = (m, n) if a.full_matrices else (k, k)
    shapes = ((*lead, m, wide[0]), (*lead, k), (*lead, wide[1], n))
    return tuple(TensorType(shape, a.x.dtype) for shape in shapes)


def _svd_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    def run() -> None:
        for out, part in zip(outs, np.linalg.svd(ins[0], s.full_matrices), strict=True):
            out[...] = part

    return run


_svd = Op(
    "svd_parts",
    spec=rules.primitive("svd_parts", "(x: tensor, full_matrices=False)", _svd_rule),
    kernel=_svd_kernel,
    vjp=None,
    cases=(Case((3, 2)), Case((2, 3), full_matrices=True)),
)


@composite
def svd(x: TensorLike, full_matrices: bool = False, compute_uv: bool = True) -> object:
    """(..., m, n) -> u, s, v of the product u diag(s) v; or s alone."""
    u, s, v = _svd(x, full_matrices)
    return (u, s, v) if compute_uv else s
