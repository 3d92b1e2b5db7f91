"""A notebook's code cells as one Python text, with the way back from a line to its cell.

What only IPython understands becomes something of the same lines: a magic or shell line is
`pass`, an assigned one a call of `get_ipython()`, a cell of another language is blank.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .position import Position, SourceProblem
from .recovery import Readable, readable

# Cell magics that run the cell as Python; any other makes it a text of another kind.
PYTHON_MAGICS = frozenset({"time", "timeit", "capture", "prun", "python", "python3", "memit"})
LINE = re.compile(r"(?P<indent>[ \t]*)[%!?].*|(?P<help>[ \t]*)[\w.*]+\?{1,2}\s*$")
TIMED = re.compile(r"(?P<indent>[ \t]*)%(?P<magic>time|timeit|prun)(?P<gap>[ \t]+)(?=[^\-\s])")
ASSIGNED = re.compile(r"(?P<target>[ \t]*[\w.,\s]+=\s*)[%!](?!=).*")
TOKEN = re.compile(
    r"(?P<triple>'''|\"\"\")|(?P<string>'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")"
    r"|(?P<comment>#.*)|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<join>\\$)"
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell: its number among all cells, from 1, and its text as written."""

    number: int
    text: str


@dataclass(frozen=True)
class Joined:
    """The code cells one after another, as written and as they can be read."""

    cells: tuple[Cell, ...]
    readable: Readable

    @cached_property
    def written(self) -> str:
        """The cells as they were written, each ended by a line break."""
        return "".join(cell.text for cell in self.cells)

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for cell in self.cells:
            starts.append(starts[-1] + cell.text.count("\n"))
        return starts

    def before(self, number: int) -> int:
        """How many lines of other cells stand before a cell."""
        for index, cell in enumerate(self.cells):
            if cell.number == number:
                return self._starts[index]
        return 0

    def placed(self, position: Position) -> Position:
        """A place in the joined text as a place in its cell."""
        if not self.cells:
            return position
        index = min(bisect_right(self._starts, position.line - 1), len(self.cells)) - 1
        return position.in_cell(self.cells[index].number, self._starts[index])


def join(text: str) -> Joined:
    """Read a notebook of format 3 or 4; what cannot be read is told as a problem."""
    try:
        cells = _code_cells(json.loads(text))
    except json.JSONDecodeError as error:
        return _broken(error.lineno, error.colno, f"not valid JSON: {error.msg}")
    except (AttributeError, KeyError, RecursionError, TypeError):
        return _broken(1, 1, "not a notebook: no list of cells")
    parts = [readable(_as_python(cell.text)) for cell in cells]
    joined = Joined(cells, Readable(""))
    problems = tuple(
        SourceProblem(problem.kind, problem.position.in_cell(cell.number, 0), problem.text)
        for cell, part in zip(cells, parts, strict=True)
        for problem in part.problems
    )
    shifts = {
        line + joined.before(cell.number): shift
        for cell, part in zip(cells, parts, strict=True)
        for line, shift in part.shifts.items()
    }
    whole = "".join(
        part.text or "\n" * cell.text.count("\n") for cell, part in zip(cells, parts, strict=True)
    )
    return Joined(cells, Readable(whole, problems, shifts, all(p.complete for p in parts)))


def _broken(line: int, column: int, text: str) -> Joined:
    problem = SourceProblem("notebook", Position.point(line, column), text)
    return Joined((), Readable("", (problem,), complete=False))


def _code_cells(document: object) -> tuple[Cell, ...]:
    if not isinstance(document, dict):
        raise TypeError("a notebook is an object")
    if not _is_python(document.get("metadata")):
        return ()
    found = []
    for number, cell in enumerate(_cells(document), 1):
        if cell.get("cell_type") == "code":
            text = "".join(cell.get("source", cell.get("input", "")))
            text = text.replace("\r\n", "\n").replace("\r", "\n")
            found.append(Cell(number, text.rstrip("\n") + "\n"))
    return tuple(found)


def _cells(document: dict[str, Any]) -> list[dict[str, Any]]:
    if "worksheets" in document:  # format 3
        return [cell for sheet in document["worksheets"] for cell in sheet["cells"]]
    return document["cells"]


def _is_python(metadata: object) -> bool:
    """Whether a notebook's metadata names Python, or no language at all."""
    if not isinstance(metadata, dict):
        return True
    kernel = metadata.get("kernelspec")
    language = metadata.get("language_info")
    named = [
        kernel.get("language") if isinstance(kernel, dict) else None,
        language.get("name") if isinstance(language, dict) else None,
    ]
    words = [word.lower() for word in named if isinstance(word, str)]
    return not words or any("python" in word for word in words)


def _as_python(text: str) -> str:
    """A cell's text with what only IPython understands replaced, line for line."""
    lines = text.split("\n")
    first = next((row for row, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%"):
        magic = re.match(r"%%(\w*)", lines[first])
        if magic is None or magic.group(1) not in PYTHON_MAGICS:
            return "\n" * (len(lines) - 1)
        lines[first] = ""
    if any(mark in text for mark in "%!?"):
        lines = _without_magics(lines)
    return "\n".join(lines)


def _without_magics(lines: list[str]) -> list[str]:
    done: list[str] = []
    scanner = _Scanner()
    dropping = False  # inside a magic that a backslash continues
    for line in lines:
        if dropping or not scanner.at_statement:
            done.append("" if dropping else line)
            dropping = dropping and line.endswith("\\")
        else:
            done.append(_plain(line))
            dropping = done[-1] != line and line.endswith("\\")
        if not dropping:
            scanner.feed(done[-1])
    return done


def _plain(line: str) -> str:
    """A line that begins a statement, as Python."""
    if timed := TIMED.match(line):
        # `%time f(x)` runs f(x): `if 1: f(x)` has the same columns.
        room = len("%" + timed["magic"] + timed["gap"]) - len("if 1:")
        return f"{timed['indent']}if 1:{' ' * room}{line[timed.end() :]}"
    if assigned := ASSIGNED.fullmatch(line):
        return assigned.group("target") + "get_ipython()"
    if magic := LINE.fullmatch(line):
        return (magic.group("indent") or magic.group("help") or "") + "pass"
    return line


class _Scanner:
    """Whether the next line begins a statement: no bracket, string or backslash is open."""

    def __init__(self) -> None:
        self._depth = 0
        self._quotes = ""
        self._joined = False

    @property
    def at_statement(self) -> bool:
        return not (self._depth or self._quotes or self._joined)

    def feed(self, line: str) -> None:
        """Take in one line."""
        position = self._after_quotes(line, 0)
        self._joined = False
        while match := TOKEN.search(line, position):
            position = match.end()
            if match.lastgroup == "triple":
                self._quotes = match.group()
                position = self._after_quotes(line, position)
            elif match.lastgroup == "open":
                self._depth += 1
            elif match.lastgroup == "close":
                self._depth = max(self._depth - 1, 0)
            elif match.lastgroup == "join":
                self._joined = True

    def _after_quotes(self, line: str, position: int) -> int:
        """Where an open triple-quoted string ends in the line; its end if it does not."""
        if not self._quotes:
            return position
        end = line.find(self._quotes, position)
        if end < 0:
            return len(line)
        position = end + len(self._quotes)
        self._quotes = ""
        return position
