"""All rules: those under this package, and third parties' (entry points `dryfit.rules`)."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from .base import Rule
from .plugins import third_party


@cache
def rules() -> tuple[type[Rule], ...]:
    """Every rule class, sorted by code; a code used twice is refused."""
    found = [*_builtin(), *third_party()]
    by_code: dict[str, type[Rule]] = {}
    for rule in found:
        if by_code.setdefault(rule.code, rule) is not rule:
            raise ValueError(f"two rules with code {rule.code}: {by_code[rule.code]}, {rule}")
    return tuple(by_code[c] for c in sorted(by_code))


def _builtin() -> list[type[Rule]]:
    package = importlib.import_module(__package__ or "")
    prefix = f"{package.__name__}."
    found: list[type[Rule]] = []
    for info in pkgutil.walk_packages(package.__path__, prefix):
        module = importlib.import_module(info.name)
        found += [
            v
            for v in vars(module).values()
            if isinstance(v, type) and issubclass(v, Rule) and v.__module__ == info.name and v.code
        ]
    return found
