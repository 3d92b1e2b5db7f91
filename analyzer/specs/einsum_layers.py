"""EinsumDense: a kernel contracted by an equation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..dims import Dim, Dims, product, same, symbol
from ..mismatch import Mismatch
from .base import Args, Case, Fails, LayerSpec, Weight
from .parts import weight

_FORMS = (
    r"(?P<x>[a-zA-Z]+),(?P<w>[a-zA-Z]+)->(?P<y>[a-zA-Z]+)",
    r"\.\.\.(?P<x>[a-zA-Z]+),(?P<w>[a-zA-Z]+)->\.\.\.(?P<y>[a-zA-Z]+)",
    r"(?P<x>[a-zA-Z]{2,})\.\.\.,(?P<w>[a-zA-Z]+)->(?P<y>[a-zA-Z]+)\.\.\.",
)


@dataclass(frozen=True, slots=True)
class _Equation:
    """The letters of input, kernel and output, and the side of an ellipsis."""

    x: str
    kernel: str
    y: str
    ellipsis: str  # "", "left", "right"


def _parse(text: str) -> _Equation:
    for form, side in zip(_FORMS, ("", "left", "right"), strict=True):
        match = re.match(form, text)
        if match:
            return _Equation(match["x"], match["w"], match["y"], side)
    needs = "an equation 'ab,bc->ac', '...a,ab->...b' or 'ab...,bc->ac...'"
    raise Mismatch("einsum", needs, {"equation": text})


@dataclass(frozen=True, slots=True)
class _Fit:
    """An equation fitted to an input: sizes by letter, the axes of the ellipsis."""

    equation: _Equation
    x: Mapping[str, Dim]
    y: Mapping[str, Dim | None]  # None: the layer leaves it open
    elided: Dims


def _fit(c: Args, x: Dims) -> _Fit:
    equation = _parse(c.equation)
    letters, extra = equation.x, len(x) - len(equation.x)
    if extra < 0 or (extra and not equation.ellipsis):
        names = {"equation": c.equation, "rank": len(x)}
        needs = f"an input of {len(letters)} axes"
        raise Mismatch("einsum", needs, {"": x}, names, late=extra > 0)
    left = equation.ellipsis == "left"
    named = x[extra:] if left else x[: len(letters)]
    elided = x[:extra] if left else x[len(letters) :]
    sizes = dict(zip(letters, named, strict=True))
    return _Fit(equation, sizes, _out_sizes(c, x, equation, elided, sizes), elided)


def _out_sizes(
    c: Args, x: Dims, equation: _Equation, elided: Dims, sizes: Mapping[str, Dim]
) -> dict[str, Dim | None]:
    """The size of each output letter; `output_shape` is without batch and ellipsis."""
    shape = c.output_shape
    given = list(shape) if isinstance(shape, tuple | list) else [shape]
    if not (equation.ellipsis == "left" and elided):
        given.insert(0, x[0])
    if len(given) < len(equation.y):
        names = {"equation": c.equation, "output_shape": shape}
        raise Mismatch("einsum", f"an output_shape for {equation.y!r}", {"": x}, names)
    found: dict[str, Dim | None] = {}
    for letter, size in zip(equation.y, given, strict=False):
        known = sizes.get(letter)
        if known is not None and size is not None and same(known, size) is False:
            names = {"equation": c.equation, f"{letter} of the input": known}
            names[f"{letter} of the output"] = size
            raise Mismatch("einsum", f"one size for {letter!r}", {"": x}, names)
        found[letter] = size
    return found


def _output(c: Args, x: Dims) -> Dims:
    """(...) -> (...), as the equation says."""
    fit = _fit(c, x)
    named = tuple(fit.x[n] if n in fit.x else _known(fit.y[n]) for n in fit.equation.y)
    left = fit.equation.ellipsis == "left"
    return (*fit.elided, *named) if left else (*named, *fit.elided)


def _known(size: Dim | None) -> Dim:
    return symbol("d", static=False) if size is None else size


def _weights(c: Args, x: Dims) -> dict[str, Weight]:
    """kernel by the letters of the equation, bias by `bias_axes`."""
    fit = _fit(c, x)
    shape: list[Dim] = []
    for letter in fit.equation.kernel:
        if letter not in fit.y and letter not in fit.x:
            names = {"equation": c.equation}
            raise Mismatch("einsum", f"a size for {letter!r} of the kernel", {"": x}, names)
        shape.append(_known(fit.y[letter]) if letter in fit.y else fit.x[letter])
    plain = weight(c, "kernel", tuple(shape))
    letters = fit.equation.kernel
    inputs = tuple(i for i, n in enumerate(letters) if n not in fit.y)
    outputs = tuple(i for i, n in enumerate(letters) if n in fit.y)
    kernel = Weight(
        plain.shape,
        plain.initializer,
        regularizer=plain.regularizer,
        constraint=plain.constraint,
        fans=(inputs, outputs),
    )
    return {"kernel": kernel} | ({} if c.bias_axes is None else _bias(c, fit))


def _bias(c: Args, fit: _Fit) -> dict[str, Weight]:
    letters = fit.equation.y
    absent = [a for a in c.bias_axes if a not in letters]
    if absent:
        names = {"equation": c.equation, "bias_axes": c.bias_axes}
        raise Mismatch("einsum", "bias_axes among the output's axes", {}, names)
    first = min(letters.index(a) for a in c.bias_axes)
    shape = [_known(fit.y[n]) if n in c.bias_axes else 1 for n in letters[first:]]
    if fit.equation.ellipsis != "left":
        shape += [1] * len(fit.elided)
    return {"bias": weight(c, "bias", tuple(shape))}


def _flops(c: Args, x: Dims, y: Dims) -> Dim:
    """A product and a sum for each output and each contracted index, of one sample."""
    fit = _fit(c, x)
    contracted = [fit.x[n] for n in fit.equation.x if n not in fit.y]
    return 2 * product(y[1:]) * product(contracted)


EINSUM_DENSE = LayerSpec(
    "EinsumDense",
    "(equation: text, output_shape: shape_or_size, activation: activation = None, "
    "bias_axes: text = None, kernel_initializer: initializer = 'glorot_uniform', "
    "bias_initializer: initializer = 'zeros', kernel_regularizer: regularizer = None, "
    "bias_regularizer: regularizer = None, kernel_constraint: constraint = None, "
    "bias_constraint: constraint = None, lora_rank=None, lora_alpha=None, "
    "gptq_unpacked_column_size=None, quantization_config=None)",
    output=_output,
    weights=_weights,
    call="(inputs: tensor, training: flag = None)",
    flops=_flops,
    cases=(
        Case("EinsumDense('ab,bc->ac', output_shape=64, bias_axes='c')", (2, 32)),
        Case("EinsumDense('abc,cd->abd', output_shape=(None, 64), bias_axes='d')", (2, 5, 8)),
        Case("EinsumDense('...x,xy->...y', output_shape=4, bias_axes='y')", (2, 3, 5, 8)),
        Case("EinsumDense('ab...,bc->ac...', output_shape=4, bias_axes='c')", (2, 3, 5)),
        Case("EinsumDense('abc,cde->abde', output_shape=(None, 2, 3))", (None, None, 8)),
        Fails("EinsumDense('abc,cd->abd', output_shape=(None, 64))", (2, 8)),
        Fails("EinsumDense('abc,cd->abd', output_shape=64)", (2, 5, 8)),
        Fails("EinsumDense('ab,bc->ac', output_shape=64, bias_axes='d')", (2, 8)),
        Fails("EinsumDense('ab,cd->ae', output_shape=64)", (2, 8)),
        Fails("EinsumDense('ab,bc->ac', output_shape=64)", (2, 5, 8)),
        Fails("EinsumDense('ab,bc->ac', output_shape=64)", (None, None)),
        Fails("EinsumDense('ab;bc->ac', output_shape=64)", (2, 8)),
    ),
)
