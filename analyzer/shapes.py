"""Shape arithmetic shared by all specs: dims in, dims out, `Mismatch` on proof only."""

from __future__ import annotations

from collections.abc import Sequence

from .dims import Dim, Dims, is_static, less, product, same, symbol
from .mismatch import Mismatch


def broadcast(*shapes: Dims) -> Dims:
    """NumPy broadcasting: (..., a), (..., a or 1) -> (..., a)."""
    rank = max((len(s) for s in shapes), default=0)
    padded = [(1,) * (rank - len(s)) + tuple(s) for s in shapes]
    return tuple(_broadcast_dim([s[i] for s in padded], shapes) for i in range(rank))


def _broadcast_dim(dims: list[Dim], shapes: Sequence[Dims]) -> Dim:
    result: Dim = 1
    for dim in dims:
        if result == 1 or dim in (1, result):
            result = dim if result == 1 else result
        elif _contradict(result, dim):
            got = {f"operand {i + 1}": s for i, s in enumerate(shapes)}
            raise Mismatch("broadcast", "axes that are equal or 1", got)
        else:
            result = _either(result, dim)
    return result


def _contradict(left: Dim, right: Dim) -> bool:
    """Whether two axes are proved different and neither can be 1."""
    return same(left, right) is False and bool(less(1, left)) and bool(less(1, right))


def _either(left: Dim, right: Dim) -> Dim:
    """Two axes that may agree: a plain integer > 1 decides, two symbols stay open."""
    if isinstance(left, int) or isinstance(right, int):
        return left if isinstance(left, int) else right
    return symbol(f"{left}|{right}", static=is_static(left) or is_static(right))


def normalize_axis(axis: int, rank: int, late: bool = False) -> int:
    """A non-negative axis; `Mismatch("axis")` when it is outside the rank."""
    if not -rank <= axis < rank:
        needs = f"an axis in [{-rank}, {rank - 1}]"
        raise Mismatch("axis", needs, {}, {"axis": axis, "rank": rank}, late=late)
    return axis % rank


def concatenate(shapes: Sequence[Dims], axis: int) -> Dims:
    """(..., a_i, ...) for each input -> (..., sum of a_i, ...)."""
    first = shapes[0]
    if any(len(s) != len(first) for s in shapes):
        raise Mismatch("concat-rank", "inputs of the same rank", _labelled(shapes))
    axis = normalize_axis(axis, len(first))
    out: list[Dim] = []
    for i in range(len(first)):
        dims = [s[i] for s in shapes]
        out.append(sum(dims[1:], dims[0]) if i == axis else _agreed(dims, shapes, axis))
    return tuple(out)


def _agreed(dims: list[Dim], shapes: Sequence[Dims], axis: int) -> Dim:
    for a in range(len(dims)):
        for b in range(a):
            if same(dims[a], dims[b]) is False:
                raise Mismatch(
                    "concat",
                    f"equal axes except axis {axis}",
                    _labelled(shapes),
                    {"axis": axis},
                )
    return next((d for d in dims if isinstance(d, int)), dims[0])


def reshape(shape: Dims, target: Sequence[Dim], what: str = "target") -> Dims:
    """(a, b, ...) -> target of the same size; one -1 is inferred."""
    wild = [i for i, d in enumerate(target) if d == -1]
    if len(wild) > 1:
        raise Mismatch("reshape", "at most one -1", {what: tuple(target)})
    total = product(shape)
    rest = product(d for d in target if d != -1)
    if not wild:
        if same(total, rest) is False:
            raise Mismatch("reshape", "equal sizes", {"input": shape, what: tuple(target)})
        return tuple(target)
    if isinstance(total, int) and isinstance(rest, int) and (rest == 0 or total % rest):
        raise Mismatch(
            "reshape", f"a size divisible by {rest}", {"input": shape, what: tuple(target)}
        )
    inferred = total // rest
    return tuple(inferred if d == -1 else d for d in target)


def window(
    size: Dim, kernel: Dim, stride: Dim, dilation: Dim, padding: str, whole: Dims = ()
) -> Dim:
    """Output length of a window sliding over one axis ('valid', 'same', 'causal').

    `whole` is the shape the axis belongs to, for the message.
    """
    if padding in ("same", "causal"):
        return (size + stride - 1) // stride
    span = (kernel - 1) * dilation + 1
    if less(size, span) is True:
        names = {"steps": size, "kernel": kernel, "dilation": dilation}
        needs = f"at least {span} steps for a window of {kernel}"
        raise Mismatch("window", needs, {"": whole} if whole else {}, names)
    return (size - span) // stride + 1


def matmul(left: Dims, right: Dims) -> Dims:
    """(..., m, k), (..., k, n) -> (..., m, n), vectors as in NumPy."""
    if not left or not right:
        raise Mismatch("matmul-rank", "tensors, not scalars", {"left": left, "right": right})
    inner_right = right[-2] if len(right) > 1 else right[-1]
    if same(left[-1], inner_right) is False:
        raise Mismatch(
            "matmul",
            "equal inner dims",
            {"left": left, "right": right},
            {"left inner": left[-1], "right inner": inner_right},
        )
    batch = broadcast(left[:-2], right[:-2])
    rows = left[-2:-1]
    columns = right[-1:] if len(right) > 1 else ()
    return (*batch, *rows, *columns)


def _labelled(shapes: Sequence[Dims]) -> dict[str, object]:
    return {f"input {i + 1}": tuple(s) for i, s in enumerate(shapes)}
