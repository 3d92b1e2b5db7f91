"""Places in analysed text, and what can be wrong with the text itself."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import Literal

ProblemKind = Literal["unreadable", "undecodable", "syntax", "notebook", "too-large"]


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A span of source text: lines and columns count from 1, the end column is exclusive.

    In a notebook the lines are those of the cell, and cells count from 1.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    cell: int | None = None

    @classmethod
    def point(cls, line: int, column: int) -> Position:
        """The single character at a place."""
        return cls(line, column, line, column + 1)

    def in_cell(self, cell: int, before: int) -> Position:
        """The same span, counted from the start of a cell that has `before` lines before it."""
        line, end = self.line - before, self.end_line - before
        return replace(self, line=line, end_line=end, cell=cell)


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """Why a text, or a part of it, could not be analysed."""

    kind: ProblemKind
    position: Position
    text: str

    @property
    def line(self) -> int:
        return self.position.line

    @property
    def column(self) -> int:
        return self.position.column


class Lines:
    """The lines of a text, and the place of each character offset."""

    __slots__ = ("starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = line_starts(text)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of an offset."""
        index = bisect_right(self.starts, offset) - 1
        return index + 1, offset - self.starts[index] + 1

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column, both from 1."""
        return self.starts[line - 1] + column - 1

    def line(self, number: int) -> str:
        """The text of a line, without its end; an empty text outside the file."""
        if not 1 <= number <= len(self.starts):
            return ""
        last = number == len(self.starts)
        end = len(self.text) if last else self.starts[number]
        return self.text[self.starts[number - 1] : end].rstrip("\r\n")


def line_starts(text: str) -> list[int]:
    """The offset of each line's first character, by Python's idea of a line end."""
    starts = [0]
    position = text.find("\n")
    if "\r" in text:
        return _starts_with_carriage_returns(text)
    while position >= 0:
        starts.append(position + 1)
        position = text.find("\n", position + 1)
    return starts


def _starts_with_carriage_returns(text: str) -> list[int]:
    starts = [0]
    for offset, character in enumerate(text, 1):
        inside_pair = character == "\r" and text[offset : offset + 1] == "\n"
        if character in "\r\n" and not inside_pair:
            starts.append(offset)
    return starts
