"""Verified models to numbers: start with `op.py`, then `graph.py` and `plan.py`."""

from __future__ import annotations

from .facade import keras, tf
from .loading import VerificationError, load, run_script
from .warmup import warmup

__all__ = ["VerificationError", "keras", "load", "run_script", "tf", "warmup"]
