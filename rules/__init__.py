"""Facts to findings, one rule a file: read `base.py`, then any rule, then `runner.py`."""

from __future__ import annotations

from .base import Case, Draft, Rule
from .registry import rules
from .runner import judge
from .verify import verify

__all__ = ["Case", "Draft", "Rule", "judge", "rules", "verify"]
