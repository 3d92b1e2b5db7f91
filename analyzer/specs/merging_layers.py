"""Layers that take a list of tensors and give one."""

from __future__ import annotations

from ..dims import Dim, Dims, is_static, product, same
from ..mismatch import Mismatch
from ..shapes import broadcast, concatenate
from .base import Args, Case, Fails, LayerSpec, Mask

_FORM = "(inputs: tensors, {}**kwargs)"


def _listed(x: Dims | list[Dims], least: int = 1) -> list[Dims]:
    """The inputs as a list of shapes; a single tensor is a mismatch."""
    if not isinstance(x, list):
        raise Mismatch("not-a-list", "a list of tensors", {"": x})
    if len(x) < least:
        raise Mismatch("arity", f"a list of at least {least} tensors", {"": x})
    return x


def _two(name: str, x: Dims | list[Dims]) -> list[Dims]:
    shapes = _listed(x)
    if len(shapes) != 2:
        got = {f"input {i + 1}": s for i, s in enumerate(shapes)}
        raise Mismatch("arity", "a list of 2 tensors", got, {"inputs": len(shapes)})
    return shapes


def _batch(shapes: list[Dims]) -> Dim:
    """The common batch axis: all that are known agree."""
    known = [s[0] for s in shapes if s and is_static(s[0])]
    if any(same(known[0], d) is False for d in known[1:]):
        got = {f"input {i + 1}": s for i, s in enumerate(shapes)}
        raise Mismatch("broadcast", "equal batch axes", got)
    return known[0] if known else shapes[0][0]


def _elementwise(c: Args, x: Dims | list[Dims]) -> Dims:
    """[(batch, ...), (batch, ...)] -> (batch, ...), broadcast from the right."""
    shapes = _listed(x)
    batch = _batch(shapes)
    try:
        return (batch, *broadcast(*(s[1:] for s in shapes)))
    except Mismatch as mismatch:
        got = {f"input {i + 1}": s for i, s in enumerate(shapes)}
        raise Mismatch(mismatch.kind, mismatch.needs, got) from None


def _merge(name: str) -> LayerSpec:
    return LayerSpec(
        name,
        "()",
        output=_elementwise,
        mask=Mask.MERGE,
        flops=lambda c, x, y: (len(x) - 1) * product(y[1:]),
        call="(inputs: tensors)",
        function=(name.lower(), _FORM.format("")),
        cases=(
            Case(f"{name}()", [(2, 5, 3), (2, 5, 3)]),
            Case(f"{name}()", [(2, 4, 16), (2, 16), (2, 1, 16)]),
            Case(f"{name}()", [(None, None, 3), (None, 5, 3)]),
            Fails(f"{name}()", [(2, 16), (2, 32)]),
            Fails(f"{name}()", [(2, 32, 32, 16), (2, 16, 16, 32)]),
            Fails(f"{name}()", (2, 4)),
        ),
    )


ADD, MULTIPLY, AVERAGE = (_merge(n) for n in ("Add", "Multiply", "Average"))
MAXIMUM, MINIMUM = (_merge(n) for n in ("Maximum", "Minimum"))


def _subtract(c: Args, x: Dims | list[Dims]) -> Dims:
    """[(batch, ...), (batch, ...)] -> (batch, ...)."""
    return _elementwise(c, _two("Subtract", x))


SUBTRACT = LayerSpec(
    "Subtract",
    "()",
    output=_subtract,
    mask=Mask.MERGE,
    call="(inputs: tensors)",
    function=("subtract", _FORM.format("")),
    cases=(
        Case("Subtract()", [(2, 4), (2, 4)]),
        Fails("Subtract()", [(2, 4), (2, 4), (2, 4)]),
        Fails("Subtract()", [(2, 16), (2, 32)]),
    ),
)


def _concatenated(c: Args, x: Dims | list[Dims]) -> Dims:
    """[(..., a, ...), (..., b, ...)] -> (..., a + b, ...)."""
    return concatenate(_listed(x), c.axis)


CONCATENATE = LayerSpec(
    "Concatenate",
    "(axis: axis = -1)",
    output=_concatenated,
    mask=Mask.CONCAT,
    call="(inputs: tensors)",
    function=("concatenate", _FORM.format("axis: axis = -1, ")),
    cases=(
        Case("Concatenate(axis=1)", [(2, 4, 8), (2, 5, 8)]),
        Case("Concatenate()", [(2, 4, 8), (2, 4, 1), (2, 4, 2)]),
        Case("Concatenate()", [(None, None, 3), (None, 5, 3)]),
        Case("Concatenate()", [(2, 4)]),
        Fails("Concatenate()", [(2, 4, 8), (2, 5, 8)]),
        Fails("Concatenate()", [(2, 6, 6, 1), (2, 7, 7, 1)]),
        Fails("Concatenate()", [(2, 4), (2, 4, 3)]),
        Fails("Concatenate(axis=3)", [(2, 5), (2, 5)]),
        Fails("Concatenate()", (2, 4)),
    ),
)


def _dot_axes(c: Args, x: list[Dims]) -> list[int]:
    given = c.axes if isinstance(c.axes, tuple | list) else (c.axes, c.axes)
    axes = []
    for axis, shape in zip(given, x, strict=True):
        if not -len(shape) <= axis < len(shape):
            needs = f"an axis in [{-len(shape)}, {len(shape) - 1}]"
            raise Mismatch("axis", needs, {"": shape}, {"axis": axis, "rank": len(shape)})
        axes.append(axis % len(shape))
    return axes


def _dot(c: Args, x: Dims | list[Dims]) -> Dims:
    """[(batch, ..., k, ...), (batch, ..., k, ...)] -> (batch, ..., ...)."""
    left, right = _two("Dot", x)
    a, b = _dot_axes(c, [left, right])
    if same(left[a], right[b]) is False or is_static(left[a]) != is_static(right[b]):
        names = {f"axis {a}": left[a], f"axis {b} of 2": right[b]}
        got = {"input 1": left, "input 2": right}
        raise Mismatch("dot-axes", "equal sizes on the contracted axes", got, names)
    if a == 0 or b == 0:
        needs = "contracted axes beside the batch axis"
        raise Mismatch("dot-axes", needs, {"input 1": left, "input 2": right}, {}, "", True)
    rest = [d for i, d in enumerate(left) if i != a]
    rest += [d for i, d in enumerate(right) if i not in (0, b)]
    return (*rest, 1) if len(rest) == 1 else tuple(rest)


def _check_dot(c: Args) -> None:
    axes = c.axes
    good = isinstance(axes, int) or (
        isinstance(axes, tuple | list)
        and len(axes) == 2
        and not any(isinstance(a, float | str | tuple | list) for a in axes)
    )
    if not good:
        raise Mismatch("hyperparameter", "an axis or two of them", {"axes": axes})


DOT = LayerSpec(
    "Dot",
    "(axes: axes, normalize: flag = False)",
    output=_dot,
    mask=Mask.CONSUME,
    call="(inputs: tensors)",
    check=_check_dot,
    function=("dot", _FORM.format("axes: axes = -1, ")),
    cases=(
        Case("Dot(axes=2)", [(2, 5, 16), (2, 7, 16)]),
        Case("Dot(axes=1)", [(2, 4), (2, 4)]),
        Case("Dot(axes=(2, 1), normalize=True)", [(2, 5, 7), (2, 7, 3)]),
        Case("Dot(axes=-1)", [(2, 5, 7), (2, 7)]),
        Case("Dot(axes=(1, 2))", [(None, None, 3), (None, 4, None)]),
        Fails("Dot(axes=1)", [(2, 5, 16), (2, 7, 16)]),
        Fails("Dot(axes=0)", [(2, 4), (2, 4)]),
        Fails("Dot(axes=1)", [(2, 4), (2, 4), (2, 4)]),
        Fails("Dot(axes=3)", [(2, 4), (2, 4)]),
        Fails("Dot(axes=1)", [(None, None, 3), (None, 5, 3)]),
        Fails("Dot(axes=(1, 2, 3))", [(2, 4), (2, 4)]),
        Fails("Dot(axes=1.0)", [(2, 4), (2, 4)]),
    ),
)
