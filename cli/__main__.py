"""`python -m dryfit.cli`: the same as the console script."""

from __future__ import annotations

from .main import main

main()
