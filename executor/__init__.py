"""Verified models to numbers: start with `op.py`, then `graph.py` and `plan.py`."""

from __future__ import annotations

from . import ops as ops
