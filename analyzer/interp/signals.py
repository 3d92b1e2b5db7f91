"""How a statement ends: it falls through, jumps away, or does either on different paths."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from ..values import Value
from .heap import Delta

RETURN, BREAK, CONTINUE, RAISE = "return", "break", "continue", "raise"


@dataclass(slots=True)
class Jump:
    """Control surely leaves the statement; the heap is as the jump left it."""

    kind: str
    value: Value = None


@dataclass(slots=True)
class Split:
    """Control may go several ways, which differ from the heap as it is by what they changed.

    `exits` holds for each kind of jump its value and what its paths changed; `fall` what
    the paths that fall through changed (None: there is none).
    """

    exits: dict[str, tuple[Value, Delta]] = field(default_factory=dict)
    fall: Delta | None = None
    rest: str = ""  # the condition under which control falls through


Outcome: TypeAlias = "Jump | Split | None"


class ProgramRaise(Exception):
    """The checked program raises here; `value` is its exception object."""

    def __init__(self, value: Value) -> None:
        super().__init__(value)
        self.value = value


class Exhausted(Exception):
    """A budget ran out: nothing more is analysed."""


class StopCollecting(Exception):
    """A generator has produced as many items as anybody looks at."""
