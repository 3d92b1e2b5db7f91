"""Graph to better graph: `optimise` runs the passes in the order of their modules below."""

from __future__ import annotations

from .pipeline import optimise as optimise
