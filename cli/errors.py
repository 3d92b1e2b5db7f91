"""What ends a command early, with its exit code: the only exceptions the commands raise."""

from __future__ import annotations

OK, FOUND, FAULT = 0, 1, 2
STOPPED = 130  # as a shell says it


class UsageFault(Exception):
    """Something asked for cannot be: a wrong option, path or configuration."""
