"""Text to text that parses: each place that does not is told, and the rest is read all the same.

A text that does not parse is taken apart into its top-level statements, and each is read by
itself, so that a bracket left open in one does not make errors of the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from .parsing import syntax_problem
from .position import SourceProblem

# A line at the left margin that does not begin a statement.
CONTINUED = re.compile(r"[\s)\]}#]|$|(else|elif|except|finally)\b")
REINDENT = ("unindent does not match", "unexpected indent")
OPEN = ("was never closed", "unterminated triple-quoted", "unexpected EOF")
NAMED_LINE = re.compile(r"\b(line )(\d+)")
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
FURTHEST = 100  # statements over which an open bracket or string is looked for its end
MOST_MOVES = 10  # indentation errors mended in one statement


@dataclass(frozen=True, slots=True)
class Readable:
    """A text that parses, and what had to be mended for that.

    `shifts` says by how many columns a line was moved to the right; `complete` is False when
    parts were left out, so that names may be missing.
    """

    text: str
    problems: tuple[SourceProblem, ...] = ()
    shifts: dict[int, int] = field(default_factory=dict)
    complete: bool = True


@dataclass(slots=True)
class _Part:
    """One top-level statement on its way to being readable."""

    lines: list[str]
    problems: list[SourceProblem] = field(default_factory=list)
    shifts: dict[int, int] = field(default_factory=dict)
    complete: bool = True


def readable(text: str) -> Readable:
    """The text with what does not parse mended or left out, each place told as a problem."""
    first = syntax_problem(text)
    if first is None:
        return Readable(text)
    lines: list[str] = []
    problems: list[SourceProblem] = []
    shifts: dict[int, int] = {}
    complete = True
    for part in _parts(LINE.findall(text)):
        before = len(lines)
        problems += [_moved(problem, before) for problem in part.problems]
        shifts |= {line + before: shift for line, shift in part.shifts.items()}
        complete = complete and part.complete
        lines += part.lines
    mended = "".join(lines)
    if not problems or syntax_problem(mended):
        return Readable("", (first,), complete=False)
    return Readable(mended, _with(first, problems), shifts, complete)


def _with(first: SourceProblem, problems: list[SourceProblem]) -> tuple[SourceProblem, ...]:
    """The problems, the first as it reads in the whole text: there it may stand a line later."""
    same = next((told for told in problems if told.text == first.text), None)
    told = [first if problem is same else problem for problem in problems]
    return tuple(sorted(told, key=lambda problem: problem.position))


def _moved(problem: SourceProblem, lines: int) -> SourceProblem:
    place = problem.position
    place = replace(place, line=place.line + lines, end_line=place.end_line + lines)
    text = NAMED_LINE.sub(lambda match: match[1] + str(int(match[2]) + lines), problem.text)
    return replace(problem, position=place, text=text)


def _parts(lines: list[str]) -> Iterator[_Part]:
    borders = _borders(lines)
    index = 0
    while index < len(borders) - 1:
        start = borders[index]
        part = _mended(lines[start : borders[index + 1]])
        index += 1
        if part.problems and any(words in part.problems[0].text for words in OPEN):
            for further in range(index + 1, min(index + FURTHEST, len(borders))):
                longer = lines[start : borders[further]]
                if syntax_problem("".join(longer)) is None:
                    part, index = _Part(longer), further
                    break
        yield part


def _borders(lines: list[str]) -> list[int]:
    """The rows at which top-level statements begin, and the end."""
    rows = [
        row
        for row, line in enumerate(lines)
        if row == 0 or not (CONTINUED.match(line) or lines[row - 1].startswith("@"))
    ]
    return [*rows, len(lines)]


def _mended(lines: list[str]) -> _Part:
    """A statement as it is, with its indentation mended, or blank."""
    part = _Part(list(lines))
    for _ in range(MOST_MOVES):
        problem = syntax_problem("".join(part.lines))
        if problem is None:
            return part
        again = any(told.line == problem.line for told in part.problems)
        if not again:
            part.problems.append(problem)
        shifts = None if again else _reindented(part.lines, problem)
        if shifts is None:
            break
        part.shifts |= shifts
    part.lines = [line[len(line.rstrip("\r\n")) :] for line in lines]
    part.complete = False
    return part


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _blank(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _reindented(lines: list[str], problem: SourceProblem) -> dict[int, int] | None:
    """Move a wrongly indented run of lines to the level it can have; the shift of each line."""
    if not problem.text.startswith(REINDENT) or problem.line > len(lines):
        return None
    row = problem.line - 1
    wrong = _indent(lines[row])
    levels = _levels(lines, row)
    outer = [level for level in levels if level > wrong]
    target = min(outer) if outer else max(levels)
    shifts: dict[int, int] = {}
    for number in range(row, len(lines)):
        if _blank(lines[number]):
            continue
        if _indent(lines[number]) != wrong:
            break
        lines[number] = " " * target + lines[number].lstrip(" \t")
        shifts[number + 1] = target - wrong
    return shifts


def _levels(lines: list[str], row: int) -> list[int]:
    """The indentations that are open above a line, the innermost first."""
    levels: list[int] = []
    for line in reversed(lines[:row]):
        if not _blank(line) and (not levels or _indent(line) < levels[-1]):
            levels.append(_indent(line))
    return levels or [0]
