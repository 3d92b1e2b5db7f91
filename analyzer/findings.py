"""Findings: what a rule reports. One renderer makes their text (`messages.py`)."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from .position import Position


class Level(enum.Enum):
    """How sure and how bad: error = real Keras raises; warning = silently wrong; hint."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file."""

    path: str
    position: Position


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that explains the first: where a shape came from, who called."""

    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of a range."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that mends a finding; `safe` fixes are applied by `--fix`."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """One report: where, what, needed against got, what to do.

    `subject` is the layer or call ("Conv1D 'conv'"), `says` the sentence about it;
    `needs` and `got` full shapes or values; `names` the bound names (`steps=9`).
    """

    code: str
    name: str
    level: Level
    place: Place
    subject: str
    says: str = ""
    needs: str = ""
    got: Mapping[str, object] = field(default_factory=dict)
    names: Mapping[str, object] = field(default_factory=dict)
    related: tuple[Related, ...] = ()
    hint: str = ""
    when: str = ""  # the undecided condition under which it holds
    fix: Fix | None = None
    late: bool = False  # real Keras raises it only when the model runs
