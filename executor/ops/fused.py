"""Ops that only plans contain: chains of elementwise steps, products with an epilogue."""

from __future__ import annotations

from functools import partial

import numpy as np

from ...analyzer import shapes
from ...analyzer.specs.base import Args, TensorType
from ..op import Arrays, Case, Op, Run, Statics, Traits
from . import loops, rules
from .convolution import SETTINGS, bind_backward, bind_forward, conv_rule, geometry_of


def _chain_rule(a: Args) -> tuple[TensorType, ...]:
    """Inputs that broadcast together -> one or two results of the common shape."""
    shape = shapes.broadcast(*[x.shape for x in a.xs])
    return tuple(TensorType(shape, a.dtype) for _ in a.outputs)


def _chain_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    flags = {i: np.empty(x.shape, s.dtype) for i, x in enumerate(ins) if x.dtype == bool}
    floats = [flags.get(i, x) for i, x in enumerate(ins)]
    run = loops.bind_chain(s.steps, s.outputs, floats, outs)
    if not flags:
        return run

    def convert_and_run() -> None:
        for i, copy in flags.items():
            np.copyto(copy, ins[i])
        run()

    return convert_and_run


def _chain_pairs(s: Statics) -> tuple[tuple[int, int], ...]:
    """An output may take the place of an input that no later step reads."""
    count = s.inputs
    pairs = []
    for k, output in enumerate(s.outputs):
        for i in range(count):
            if all(i not in step[1:] for step in s.steps[output - count + 1 :]):
                pairs.append((k, i))
    return tuple(pairs)


chain = Op(
    "chain",
    spec=rules.primitive("chain", "(xs: tensors, steps, outputs, inputs, dtype)", _chain_rule),
    kernel=_chain_kernel,
    vjp=None,
    cases=(
        Case(
            [(2, 3), (3,)],
            steps=(("add", 0, 1), ("mul", 2, 2.0), ("tanh", 3)),
            outputs=(4,),
            inputs=2,
            dtype="float32",
        ),
        Case(
            [(4, 3), (4, 1)],
            steps=(("mul", 0, 1), ("sub", 2, 0)),
            outputs=(2, 3),
            inputs=2,
            dtype="float32",
        ),
    ),
    traits=Traits(inplace=_chain_pairs),
)


def _dense_rule(a: Args) -> TensorType:
    """(m, k), (k, n), (n,) -> (m, n)."""
    return TensorType(shapes.matmul(a.x.shape, a.w.shape), a.x.dtype)


def _dense_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import matmul, opcodes

    code = opcodes.CODES[s.activation] if s.activation else 0
    return partial(matmul.dense, *ins, code, outs[0])


dense = Op(
    "dense",
    spec=rules.primitive(
        "dense", "(x: tensor, w: tensor, bias: tensor, activation='')", _dense_rule
    ),
    kernel=_dense_kernel,
    vjp=None,
    cases=(
        Case((2, 3), (3, 4), (4,)),
        Case((5, 3), (3, 4), (4,), activation="relu"),
        Case((5, 3), (3, 4), (4,), activation="tanh"),
    ),
)


def _conv_bias_rule(a: Args) -> TensorType:
    """(batch, h, w, c), (kh, kw, c / groups, f), (f,) -> (batch, h', w', f)."""
    return conv_rule(a)


def _conv_bias_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import opcodes

    code = opcodes.CODES[s.activation] if s.activation else 0
    return bind_forward(ins[:2], ins[2], geometry_of(s, code), outs[0])


_PLANES = ((2, 5, 6, 3), (3, 2, 3, 4), (4,))
convolution_bias = Op(
    "convolution_bias",
    spec=rules.primitive(
        "convolution_bias",
        f"(x: tensor, w: tensor, bias: tensor, {SETTINGS}, activation='')",
        _conv_bias_rule,
    ),
    kernel=_conv_bias_kernel,
    vjp=None,
    cases=(Case(*_PLANES), Case(*_PLANES, strides=(2, 1), activation="relu")),
)


def _transpose_bias_kernel(s: Statics, ins: Arrays, outs: Arrays) -> Run:
    from ..kernels import opcodes

    code = opcodes.CODES[s.activation] if s.activation else 0
    return bind_backward(ins[:2], ins[2], geometry_of(s, code), outs[0])


convolution_input_bias = Op(
    "convolution_input_bias",
    spec=rules.primitive(
        "convolution_input_bias",
        f"(g: tensor, w: tensor, bias: tensor, shape, {SETTINGS}, activation='')",
        lambda a: TensorType(tuple(a.shape), a.g.dtype),
    ),
    kernel=_transpose_bias_kernel,
    vjp=None,
    cases=(
        Case((2, 3, 5, 4), (3, 2, 3, 4), (3,), shape=(2, 5, 6, 3)),
        Case((2, 3, 5, 4), (3, 2, 3, 4), (3,), shape=(2, 5, 6, 3), activation="relu"),
    ),
)
