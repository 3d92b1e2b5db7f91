"""Programs of the catalog that the analysis does not yet see through."""

from __future__ import annotations

MISSED: frozenset[str] = frozenset()
