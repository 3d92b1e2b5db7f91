"""Unknown values: what could not be determined, and why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value the analysis could not determine; `reason` is counted and shown."""

    reason: str = "unknown"

    def __repr__(self) -> str:
        return f"Unknown({self.reason})"


class Undecided(Exception):
    """Raised by a spec that needs a value which is Unknown: the result is Unknown too."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
