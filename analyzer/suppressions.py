"""Comments that say which findings are not wanted, and which of them were of no use.

`# dryfit: ignore[SHP001, merge-arity]`, `# dryfit: ignore`, `# noqa: SHP001` and `# noqa` hold
for findings that start or end on their line; `# dryfit: ignore-file` for the whole file.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from .position import Position

Tool = Literal["dryfit", "noqa"]

MARKER = re.compile(r"dryfit:|noqa", re.IGNORECASE)
OURS = re.compile(r"#\s*dryfit:\s*(ignore-file|ignore)\b\s*(?:\[([^\]]*)\])?", re.IGNORECASE)
NOQA = re.compile(r"#\s*noqa\b(?::\s*([A-Z]+[0-9]+(?:[\s,]+[A-Z]+[0-9]+)*))?", re.IGNORECASE)
SEPARATOR = re.compile(r"[\s,]+")


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment: where it stands, and the codes or names it is about (None: all)."""

    position: Position
    codes: frozenset[str] | None
    tool: Tool = "dryfit"
    whole_file: bool = False

    def names(self, code: str, name: str) -> bool:
        """Whether it is about a rule, given by code, by name, or by its family's letters."""
        family = code.rstrip("0123456789")
        return self.codes is None or not self.codes.isdisjoint(
            {code.lower(), name.lower(), family.lower()}
        )

    def stands_at(self, position: Position) -> bool:
        """Whether it stands on the first or the last line of a span."""
        same_cell = self.position.cell == position.cell
        return self.whole_file or (
            same_cell and self.position.line in (position.line, position.end_line)
        )


@dataclass(frozen=True, slots=True)
class Suppressions:
    """All suppressing comments of a text."""

    comments: tuple[Suppression, ...] = ()

    def covering(self, code: str, name: str, position: Position) -> tuple[Suppression, ...]:
        """The comments that say a finding is not wanted."""
        return tuple(c for c in self.comments if c.stands_at(position) and c.names(code, name))

    def unused(self, used: Collection[Suppression]) -> tuple[Suppression, ...]:
        """Dryfit's own comments that have suppressed nothing; noqa may be meant for others."""
        return tuple(c for c in self.comments if c.tool == "dryfit" and c not in used)


def read_suppressions(text: str) -> Suppressions:
    """The suppressing comments of a text; it is only tokenised when it holds a marker."""
    if not MARKER.search(text):
        return Suppressions()
    comments = (_suppression(*comment) for comment in _comments(text))
    return Suppressions(tuple(c for c in comments if c is not None))


def _comments(text: str) -> Iterator[tuple[str, int, int]]:
    """Each comment with its line and column, from 1; a string that looks like one is not."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and MARKER.search(token.string):
                yield token.string, token.start[0], token.start[1] + 1
    except (tokenize.TokenError, SyntaxError):
        return


def _suppression(comment: str, line: int, column: int) -> Suppression | None:
    ours = OURS.search(comment)
    match = ours or NOQA.search(comment)
    if match is None:
        return None
    first = column + match.start()
    place = Position(line, first, line, column + match.end())
    if ours is None:
        return Suppression(place, _codes(match.group(1)), "noqa")
    return Suppression(place, _codes(match.group(2)), "dryfit", match.group(1) == "ignore-file")


def _codes(listed: str | None) -> frozenset[str] | None:
    if listed is None:
        return None
    return frozenset(part.lower() for part in SEPARATOR.split(listed.strip()) if part)
