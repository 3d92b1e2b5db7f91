"""Phrases for what Python itself raises."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """`did you mean 'dense1'?` where one known name is near."""
    found = difflib.get_close_matches(name, list(known), 1, 0.7)
    return f"did you mean {found[0]!r}?" if found else ""
