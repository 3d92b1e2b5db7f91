"""Einstein summation: subscripts in, dims out."""

from __future__ import annotations

from .. import shapes
from ..dims import Dim, Dims, same
from ..mismatch import Mismatch
from .agreement import common_dtype
from .base import Args, Call, OpSpec, TensorType


def _einsum(a: Args) -> TensorType:
    """One dim per output label; a label's dims must agree."""
    inputs, output = _parsed(a.subscripts, len(a.operands))
    sizes: dict[str, Dim] = {}
    spread: list[Dims] = []
    for labels, operand in zip(inputs, a.operands, strict=True):
        spread.append(_bind(labels, operand.shape, sizes, a))
    batch = shapes.broadcast(*spread)
    shape: list[Dim] = []
    for label in _tokens(output):
        shape += batch if label == "..." else [sizes[label]]
    dtype = common_dtype(a.operands, a.library)
    if a.library == "keras" and dtype == "int8":
        dtype = "int32"
    return TensorType(tuple(shape), dtype)


def _parsed(subscripts: str, operands: int) -> tuple[list[str], str]:
    """Input terms and output term, the implicit output spelled out."""
    text = subscripts.replace(" ", "")
    left, arrow, output = text.partition("->")
    terms = left.split(",")
    if len(terms) != operands:
        raise Mismatch("einsum", f"{len(terms)} operands", {"operands": operands})
    labels = left.replace(",", "").replace("...", "")
    if not arrow:
        once = sorted({c for c in labels if labels.count(c) == 1})
        output = ("..." if "..." in left else "") + "".join(once)
    for label in output.replace("...", ""):
        if label not in labels:
            raise Mismatch("einsum", f"label {label!r} among the inputs", {"equation": text})
    return terms, output


def _tokens(term: str) -> list[str]:
    """The labels of a term, "..." as one."""
    before, dots, after = term.partition("...")
    return [*before, *([dots] if dots else []), *after]


def _bind(term: str, shape: Dims, sizes: dict[str, Dim], a: Args) -> Dims:
    """Fix the labels of one operand; returns the dims its ellipsis covers."""
    before, dots, after = term.partition("...")
    named = len(before) + len(after)
    if named > len(shape) or (not dots and named < len(shape)):
        raise Mismatch("einsum", f"{named} axes for {term!r}", {"operand": shape})
    end = len(shape) - len(after)
    pairs = [*zip(before, shape, strict=False), *zip(after, shape[end:], strict=True)]
    for label, dim in pairs:
        bound = sizes.get(label)
        if bound is None or bound == 1 or (isinstance(dim, int) and dim != 1):
            sizes[label] = dim
        if bound is not None and _clash(bound, dim, a.library):
            raise _conflict(label, a)
    return shape[len(before) : end]


def _clash(bound: Dim, dim: Dim, library: str) -> bool:
    """Whether one label gets two sizes; NumPy alone spreads an axis of size 1."""
    return same(bound, dim) is False and not (library == "numpy" and 1 in (bound, dim))


def _conflict(label: str, a: Args) -> Mismatch:
    shapes_ = {f"operand {i + 1}": o.shape for i, o in enumerate(a.operands)}
    names = {"equation": a.subscripts, "label": label}
    return Mismatch("einsum", f"one size for label {label!r}", shapes_, names)


EINSUM = OpSpec(
    "einsum",
    "(subscripts, operands: tensors)",
    _einsum,
    names={
        "tf.einsum": "(equation: subscripts, *inputs: operands, **kwargs: _)",
        "tf.linalg.einsum": "(equation: subscripts, *inputs: operands, **kwargs: _)",
        "keras.ops.einsum": "(subscripts, *operands, **kwargs: _)",
        # NumPy's own signature is (*operands, ...), the subscripts first among them.
        "numpy.einsum": (
            "(subscripts, *operands, out: _ = None, optimize: _ = False, **kwargs: _)"
        ),
    },
    cases=(
        Call([(2, 3), (3, 4)], subscripts="ij,jk->ik"),
        Call([(5, 2, 3), (5, 4, 3)], subscripts="bqd,bkd->bqk"),
        Call([(2, 3)], subscripts="ij->ji"),
        Call([(2, 3)], subscripts="ij->"),
        Call([(3, 3)], subscripts="ii->i"),
        Call([(2, 3), (3, 4)], subscripts="ij,jk"),
        Call([(5, 2, 3), (3, 4)], subscripts="...i,io->...o"),
        Call([(2, 3), (4, 5)], subscripts="ij,jk->ik"),
        Call([(2, 3), (3, 4)], subscripts="ijl,jk->ik"),
        Call([(2, 3), (3, 4)], subscripts="ij,jk->iz"),
        Call([(2, 1), (3, 4)], subscripts="ij,jk->ik"),
    ),
)
