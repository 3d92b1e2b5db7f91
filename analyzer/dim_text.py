"""Dims as text, terms in a stable order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .dims import Dim, Factor, Monomial


def text(value: Dim) -> str:
    """A dim as people write it: `2*batch+1`."""
    if isinstance(value, int):
        return str(value)
    parts = sorted(
        ((m, c) for m, c in value.terms.items()), key=lambda t: (not t[0], _monomial_text(t[0]))
    )
    out = ""
    for monomial, coefficient in parts:
        name = _monomial_text(monomial)
        size = abs(coefficient)
        body = name if size == 1 and name else f"{size}*{name}" if name else str(size)
        sign = "-" if coefficient < 0 else "+"
        out += f"{sign}{body}" if out or sign == "-" else body
    return out


def _monomial_text(monomial: Monomial) -> str:
    factors = sorted((_factor_text(f), p) for f, p in monomial)
    return "*".join(t if p == 1 else f"{t}**{p}" for t, p in factors)


def _factor_text(factor: Factor) -> str:
    if hasattr(factor, "name"):
        return factor.name
    if factor.op in ("max", "min"):
        return f"{factor.op}({text(factor.left)}, {text(factor.right)})"
    left, right = (
        text(side) if isinstance(side, int) or _is_symbol(side) else f"({text(side)})"
        for side in (factor.left, factor.right)
    )
    return f"({left}{factor.op}{right})"


def _is_symbol(value: Dim) -> bool:
    name = text(value)
    return name.isidentifier()
