"""Unknown values: what could not be determined, and why."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value the analysis could not determine; `reason` is counted and shown."""

    reason: str = "unknown"

    def __repr__(self) -> str:
        return f"Unknown({self.reason})"


@dataclass(frozen=True, slots=True)
class OneOf(Unknown):
    """An unknown value that is one of `sources` or something else: changing it may change them."""

    sources: tuple[object, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Decided(Unknown):
    """An unknown value whose truth is known: what `unknown and False` gives."""

    truth: bool = False


class Undecided(Exception):
    """Raised by a spec that needs a value which is Unknown: the result is Unknown too."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
