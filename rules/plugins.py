"""Rules of other packages: those that declare the entry-point group `dryfit.rules`."""

from __future__ import annotations

from ..analyzer.installed import declares
from .base import Rule

GROUP = "dryfit.rules"


def third_party() -> list[type[Rule]]:
    """The rule classes that installed packages offer."""
    if not declares(GROUP):
        return []
    from importlib import metadata

    loaded = [entry.load() for entry in metadata.entry_points(group=GROUP)]
    return [rule for rule in loaded if isinstance(rule, type) and issubclass(rule, Rule)]
