"""In the tests a mistake of ours raises: outside, it is told and the rest goes on."""

from __future__ import annotations

import os

os.environ.setdefault("DRYFIT_DEBUG", "1")
