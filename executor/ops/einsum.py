"""Einstein summation, by transposing, reshaping and one matrix product per pair."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...analyzer.mismatch import Mismatch
from ..composite import composite
from ..inputs import to_tensor
from ..tensor import OPERATORS as ops
from ..tensor import TensorLike


@composite
def einsum(subscripts: str, operands: Sequence[TensorLike]) -> TensorLike:
    """`einsum("bij,bjk->bik", [x, y])`: letters shared and not in the result are summed."""
    values = [to_tensor(o) for o in operands]
    inputs, output = _expand(subscripts.replace(" ", ""), values)
    sizes = _sizes(inputs, values)
    value, letters = _single(values[0], inputs[0], set(output) | set("".join(inputs[1:])))
    for i in range(1, len(values)):
        later = set(output) | set("".join(inputs[i + 1 :]))
        right, right_letters = _single(values[i], inputs[i], later | set(letters))
        value, letters = _pair((value, letters), (right, right_letters), later, sizes)
    value, letters = _single(value, letters, set(output))
    return _permuted(value, letters, output)


def _expand(subscripts: str, values: list[TensorLike]) -> tuple[list[str], str]:
    """Letters of each operand and of the result, `...` replaced by capital letters."""
    left, arrow, right = subscripts.partition("->")
    inputs = left.split(",")
    if len(inputs) != len(values):
        raise Mismatch(
            "einsum",
            f"{len(inputs)} operands for {subscripts!r}",
            {"operands": len(values)},
        )
    if not arrow:
        joined = left.replace(",", "").replace("...", "")
        right = "..." if "..." in left else ""
        right += "".join(sorted(c for c in set(joined) if joined.count(c) == 1))
    free = [c for c in "ZYXWVUTSRQPONM" if c not in subscripts]
    longest = ""
    for k, (letters, value) in enumerate(zip(inputs, values, strict=True)):
        extra = len(value.shape) - len(letters.replace("...", ""))
        if "..." in letters:
            names = "".join(reversed(free[:extra]))
            longest = max(longest, names, key=len)
            inputs[k] = letters.replace("...", names)
        elif extra:
            raise Mismatch(
                "einsum", f"rank {len(letters)} for {letters!r}", {"operand": value.shape}
            )
    return inputs, right.replace("...", longest)


def _sizes(inputs: list[str], values: list[TensorLike]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for letters, value in zip(inputs, values, strict=True):
        for letter, n in zip(letters, value.shape, strict=True):
            if sizes.setdefault(letter, n) not in (1, n) and n != 1:
                raise Mismatch(
                    "einsum",
                    f"one size for {letter!r}",
                    {f"operand {i + 1}": v.shape for i, v in enumerate(values)},
                )
            sizes[letter] = max(sizes[letter], n)
    return sizes


def _single(value: TensorLike, letters: str, keep: set[str]) -> tuple[TensorLike, str]:
    """Diagonals of repeated letters, sums over letters nobody needs."""
    for letter in sorted(set(letters)):
        while letters.count(letter) > 1:
            value, letters = _diagonal(value, letters, letter)
    gone = tuple(i for i, c in enumerate(letters) if c not in keep)
    if gone:
        value = ops["sum"](value, axis=gone)
    return value, "".join(c for c in letters if c in keep)


def _diagonal(value: TensorLike, letters: str, letter: str) -> tuple[TensorLike, str]:
    i = letters.index(letter)
    j = letters.index(letter, i + 1)
    rest = [k for k in range(len(letters)) if k not in (i, j)]
    n = value.shape[i]
    moved = ops["transpose"](value, (i, j, *rest))
    flat = ops["reshape"](moved, (n * n, *[value.shape[k] for k in rest]))
    picks = np.arange(n, dtype=np.int32) * (n + 1)
    return ops["take"](flat, picks, 0), letter + "".join(letters[k] for k in rest)


def _pair(
    left: tuple[TensorLike, str],
    right: tuple[TensorLike, str],
    keep: set[str],
    sizes: dict[str, int],
) -> tuple[TensorLike, str]:
    """One product: batch letters, left's own, right's own; the common rest is summed."""
    (x, a), (y, b) = left, right
    common = [c for c in a if c in b]
    batch = [c for c in common if c in keep]
    inner = [c for c in common if c not in keep]
    own_a = [c for c in a if c not in b]
    own_b = [c for c in b if c not in a]
    if any(x.shape[a.index(c)] != y.shape[b.index(c)] for c in common):
        x = ops["broadcast_to"](x, tuple(sizes[c] for c in a))
        y = ops["broadcast_to"](y, tuple(sizes[c] for c in b))
    size = {c: x.shape[a.index(c)] for c in a} | {c: y.shape[b.index(c)] for c in own_b}
    m, k, n = (_total(size, part) for part in (own_a, inner, own_b))
    outer = tuple(size[c] for c in batch)
    x = ops["reshape"](_permuted(x, a, "".join([*batch, *own_a, *inner])), (*outer, m, k))
    y = ops["reshape"](_permuted(y, b, "".join([*batch, *inner, *own_b])), (*outer, k, n))
    out = "".join([*batch, *own_a, *own_b])
    product = x * y if k == 1 and (m == 1 or n == 1) else ops["product"](x, y)
    return ops["reshape"](product, tuple(size[c] for c in out)), out


def _total(size: dict[str, int], letters: list[str]) -> int:
    total = 1
    for c in letters:
        total *= size[c]
    return total


def _permuted(value: TensorLike, letters: str, wanted: str) -> TensorLike:
    if letters == wanted:
        return value
    return ops["transpose"](value, tuple(letters.index(c) for c in wanted))
