"""Symbolic integers: polynomials over symbols with floor-division and modulo atoms.

A dim is a plain `int` or an `Expr`. Arithmetic on them gives a dim again; an `Expr`
that turns out constant becomes an `int`, so shape rules are written once for both.
Symbols stand for integers >= `low` (1 unless said otherwise: axes are not empty).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import reduce
from typing import TypeAlias

from .dim_text import text

_serial = itertools.count()


@dataclass(frozen=True, slots=True)
class Symbol:
    """One unknown integer; two symbols of the same name are still different.

    `static` False marks what Keras itself does not know while it builds a model: the
    None of `Input((None, 8))` and the batch axis. An integer that only this analysis
    does not know (an argument, a size from a file) is static: Keras will know it.
    """

    name: str
    low: int = 1
    static: bool = True
    serial: int = field(default_factory=lambda: next(_serial))


@dataclass(frozen=True, slots=True)
class Atom:
    """An operation that is not polynomial: `//`, `%`, `max` or `min` of two dims."""

    op: str
    left: Dim
    right: Dim


Factor: TypeAlias = "Symbol | Atom"
Monomial: TypeAlias = "frozenset[tuple[Factor, int]]"
Bounds: TypeAlias = "tuple[int | None, int | None]"
_ONE: Monomial = frozenset()


class Expr:
    """A polynomial with integer coefficients; immutable, equal when equal by algebra."""

    __slots__ = ("_hash", "terms")

    def __init__(self, terms: dict[Monomial, int]) -> None:
        self.terms = terms
        self._hash = hash(frozenset(terms.items()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expr) and self.terms == other.terms

    def __hash__(self) -> int:
        return self._hash

    def __add__(self, other: Dim) -> Dim:
        right = _terms(other)
        if right is None:
            return NotImplemented
        total = dict(self.terms)
        for monomial, factor in right.items():
            total[monomial] = total.get(monomial, 0) + factor
        return _dim(total)

    __radd__ = __add__

    def __neg__(self) -> Dim:
        return _dim({m: -c for m, c in self.terms.items()})

    def __pos__(self) -> Dim:
        return self

    def __sub__(self, other: Dim) -> Dim:
        return self + (-other) if isinstance(other, int | Expr) else NotImplemented

    def __rsub__(self, other: Dim) -> Dim:
        return (-self) + other if isinstance(other, int | Expr) else NotImplemented

    def __mul__(self, other: Dim) -> Dim:
        right = _terms(other)
        if right is None:
            return NotImplemented
        product: dict[Monomial, int] = {}
        for (m1, c1), (m2, c2) in itertools.product(self.terms.items(), right.items()):
            m = _multiply(m1, m2)
            product[m] = product.get(m, 0) + c1 * c2
        return _dim(product)

    __rmul__ = __mul__

    def __pow__(self, power: int) -> Dim:
        if not isinstance(power, int) or not 0 <= power <= 8:
            return NotImplemented
        return reduce(lambda a, b: a * b, [self] * power, 1)

    def __floordiv__(self, other: Dim) -> Dim:
        return floordiv(self, other) if isinstance(other, int | Expr) else NotImplemented

    def __rfloordiv__(self, other: Dim) -> Dim:
        return floordiv(other, self) if isinstance(other, int) else NotImplemented

    def __mod__(self, other: Dim) -> Dim:
        return mod(self, other) if isinstance(other, int | Expr) else NotImplemented

    def __rmod__(self, other: Dim) -> Dim:
        return mod(other, self) if isinstance(other, int) else NotImplemented

    def __repr__(self) -> str:
        return text(self)


Dim: TypeAlias = "int | Expr"
Dims: TypeAlias = "tuple[Dim, ...]"


def symbol(name: str, low: int = 1, static: bool = True) -> Expr:
    """A fresh symbolic integer, different from every other one."""
    return Expr({frozenset({(Symbol(name, low, static), 1)}): 1})


def floordiv(left: Dim, right: Dim) -> Dim:
    """`left // right`, exact where the division leaves no remainder by algebra."""
    if isinstance(left, int) and isinstance(right, int):
        return left // right
    if right == 1 or left == 0:
        return left
    quotient = _divide_exactly(left, right)
    if quotient is not None:
        return quotient
    whole, rest = _split_multiples(left, right)
    if whole != 0:
        return whole + floordiv(rest, right)
    return _atom("//", left, right)


def mod(left: Dim, right: Dim) -> Dim:
    """`left % right`, zero where the division leaves no remainder by algebra."""
    if isinstance(left, int) and isinstance(right, int):
        return left % right
    if right == 1 or left == 0 or _divide_exactly(left, right) is not None:
        return 0
    _, rest = _split_multiples(left, right)
    return (
        rest % right
        if isinstance(rest, int) and isinstance(right, int)
        else _atom("%", rest, right)
    )


def maximum(left: Dim, right: Dim) -> Dim:
    """The larger of two dims."""
    return _choose("max", left, right)


def minimum(left: Dim, right: Dim) -> Dim:
    """The smaller of two dims."""
    return _choose("min", left, right)


def product(dims: Iterable[Dim]) -> Dim:
    """The product of dims; 1 for none."""
    return reduce(lambda a, b: a * b, dims, 1)


def bounds(value: Dim) -> Bounds:
    """The proved lower and upper bound of a dim, None where there is none."""
    if isinstance(value, int):
        return value, value
    low: int | None = 0
    high: int | None = 0
    for monomial, coefficient in value.terms.items():
        small, large = _monomial_bounds(monomial)
        if coefficient < 0:
            small, large = large, small
        low = None if low is None or small is None else low + coefficient * small
        high = None if high is None or large is None else high + coefficient * large
    return low, high


def same(left: Dim, right: Dim) -> bool | None:
    """True if equal for every value of the symbols, False if for none, else None."""
    if isinstance(left, int) and isinstance(right, int):
        return left == right
    difference = left - right
    if isinstance(difference, int):
        return difference == 0
    low, high = bounds(difference)
    if (low is not None and low > 0) or (high is not None and high < 0):
        return False
    return None


def less(left: Dim, right: Dim) -> bool | None:
    """True if `left < right` always, False if never, else None."""
    low, high = bounds(left - right)
    if high is not None and high < 0:
        return True
    if low is not None and low >= 0:
        return False
    return None


def substitute(value: Dim, symbol_: Symbol, by: Dim) -> Dim:
    """`value` with every occurrence of one symbol replaced."""
    return rewrite(value, lambda s: by if s == symbol_ else None)


def rewrite(value: Dim, replace: Callable[[Symbol], Dim | None]) -> Dim:
    """`value` with each symbol replaced by what `replace` returns (None keeps it)."""
    if isinstance(value, int):
        return value
    total: Dim = 0
    for monomial, coefficient in value.terms.items():
        term: Dim = coefficient
        for factor, power in monomial:
            term = term * _rewrite_factor(factor, replace) ** power
        total = total + term
    return total


def symbols(value: Dim) -> set[Symbol]:
    """The symbols a dim is made of."""
    found: set[Symbol] = set()
    rewrite(value, lambda s: found.add(s))
    return found


def is_static(value: Dim) -> bool:
    """Whether Keras knows this dim when it builds: no part of it is None to Keras."""
    return isinstance(value, int) or all(s.static for s in symbols(value))


def lone_symbol(value: Dim) -> Symbol | None:
    """The symbol, when a dim is exactly one symbol."""
    if isinstance(value, Expr) and len(value.terms) == 1:
        ((monomial, coefficient),) = value.terms.items()
        if coefficient == 1 and len(monomial) == 1:
            ((factor, power),) = monomial
            if power == 1 and isinstance(factor, Symbol):
                return factor
    return None


def _rewrite_factor(factor: Factor, replace: Callable[[Symbol], Dim | None]) -> Dim:
    if isinstance(factor, Symbol):
        by = replace(factor)
        return Expr({frozenset({(factor, 1)}): 1}) if by is None else by
    left, right = rewrite(factor.left, replace), rewrite(factor.right, replace)
    return _OPERATIONS[factor.op](left, right)


_OPERATIONS: dict[str, Callable[[Dim, Dim], Dim]] = {
    "//": floordiv,
    "%": mod,
    "max": maximum,
    "min": minimum,
}


def _terms(value: object) -> dict[Monomial, int] | None:
    if isinstance(value, Expr):
        return value.terms
    if isinstance(value, int):
        return {_ONE: int(value)}
    return None


def _dim(terms: dict[Monomial, int]) -> Dim:
    kept = {m: c for m, c in terms.items() if c}
    if not kept:
        return 0
    if len(kept) == 1 and _ONE in kept:
        return kept[_ONE]
    return Expr(kept)


def _multiply(left: Monomial, right: Monomial) -> Monomial:
    if not left or not right:
        return left or right
    powers = dict(left)
    for factor, power in right:
        powers[factor] = powers.get(factor, 0) + power
    return frozenset(powers.items())


def _atom(op: str, left: Dim, right: Dim) -> Dim:
    return Expr({frozenset({(Atom(op, left, right), 1)}): 1})


def _choose(op: str, left: Dim, right: Dim) -> Dim:
    smaller = less(left, right)
    if smaller is not None:
        return right if smaller == (op == "max") else left
    if less(right, left) is False:
        return right if op == "max" else left
    return _atom(op, left, right)


def _divide_exactly(left: Dim, right: Dim) -> Dim | None:
    """The quotient when `right` is one monomial that divides every term of `left`."""
    divisor = _terms(right)
    if divisor is None or len(divisor) != 1:
        return 1 if left == right else None
    ((monomial, coefficient),) = divisor.items()
    quotient: dict[Monomial, int] = {}
    for m, c in (_terms(left) or {}).items():
        reduced = _cancel(m, monomial)
        if reduced is None or coefficient == 0 or c % coefficient:
            return None
        quotient[reduced] = c // coefficient
    return _dim(quotient)


def _split_multiples(left: Dim, right: Dim) -> tuple[Dim, Dim]:
    """`left` as `whole * right + rest`, taking out the terms `right` divides."""
    whole: Dim = 0
    rest: Dim = 0
    for monomial, coefficient in (_terms(left) or {}).items():
        term = _dim({monomial: coefficient})
        quotient = _divide_exactly(term, right)
        if quotient is None and isinstance(right, int) and right > 0:
            part, coefficient = divmod(coefficient, right)
            whole = whole + _dim({monomial: part})
            quotient, term = None, _dim({monomial: coefficient})
        if quotient is None:
            rest = rest + term
        else:
            whole = whole + quotient
    return whole, rest


def _cancel(monomial: Monomial, by: Monomial) -> Monomial | None:
    powers = dict(monomial)
    for factor, power in by:
        left = powers.get(factor, 0) - power
        if left < 0:
            return None
        powers[factor] = left
    return frozenset((f, p) for f, p in powers.items() if p)


def _monomial_bounds(monomial: Monomial) -> Bounds:
    low: int | None = 1
    high: int | None = 1
    for factor, power in monomial:
        small, large = _factor_bounds(factor)
        if small is None or small < 0:
            return None, None
        low = None if low is None else low * small**power
        high = None if high is None or large is None else high * large**power
    return low, high


def _factor_bounds(factor: Factor) -> Bounds:
    if isinstance(factor, Symbol):
        return factor.low, None
    return _BOUNDS[factor.op](bounds(factor.left), bounds(factor.right))


def _remainder_bounds(left: Bounds, right: Bounds) -> Bounds:
    if right[0] is None or right[0] <= 0:
        return None, None
    return 0, None if right[1] is None else right[1] - 1


def _max_bounds(left: Bounds, right: Bounds) -> Bounds:
    low = max((b for b in (left[0], right[0]) if b is not None), default=None)
    return low, None if left[1] is None or right[1] is None else max(left[1], right[1])


def _min_bounds(left: Bounds, right: Bounds) -> Bounds:
    high = min((b for b in (left[1], right[1]) if b is not None), default=None)
    return None if left[0] is None or right[0] is None else min(left[0], right[0]), high


def _quotient_bounds(left: Bounds, right: Bounds) -> Bounds:
    (llow, lhigh), (rlow, rhigh) = left, right
    if rlow is None or rlow <= 0 or llow is None:
        return None, None
    low = llow // rlow if llow < 0 else 0 if rhigh is None else llow // rhigh
    return low, None if lhigh is None else (lhigh // rlow if lhigh >= 0 else -1)


_BOUNDS: dict[str, Callable[[Bounds, Bounds], Bounds]] = {
    "//": _quotient_bounds,
    "%": _remainder_bounds,
    "max": _max_bounds,
    "min": _min_bounds,
}
