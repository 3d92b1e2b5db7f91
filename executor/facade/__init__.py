"""`keras` and `tf` as a user's program sees them: read `modules.py`, then `extras.py`."""

from __future__ import annotations

from .modules import facade

keras = facade("keras")
tf = facade("tf")

__all__ = ["facade", "keras", "tf"]
