"""Findings for people: the source line with the span underlined, shapes one above the other.

Colour only repeats what the text says; without colour, and at 80 columns, nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..analyzer.findings import Finding, Level, Place
from ..analyzer.messages import location
from ..analyzer.mismatch import shape_text

LineOf = Callable[[Place, int], str]

STYLES = {Level.ERROR: "bold red", Level.WARNING: "bold yellow", Level.HINT: "bold cyan"}
MARGIN = 4
MOST_LINES = 4  # of a span that goes over several lines


def show(console: Console, findings: Iterable[Finding], line_of: LineOf) -> None:
    """Print findings, each followed by an empty line."""
    for finding in findings:
        console.print(frame(finding, line_of, console.width))
        console.print()


def frame(finding: Finding, line_of: LineOf, width: int) -> Group:
    """One finding: what, where with its source, needed against got, what to do."""
    style = STYLES[finding.level]
    head = Text(f"{finding.level.value} {finding.code} ", style=style)
    head.append(finding.name, style="bold default")
    says = Text(f"{finding.subject} {finding.says}".strip())
    if finding.when:
        says.append(f" when {finding.when}")
    parts: list[RenderableType] = [head, Padding(says, (0, 0, 0, 2))]
    parts += _source(finding.place, "", style, line_of, width)
    for related in finding.related:
        parts += _source(related.place, related.message, "bold blue", line_of, width)
    facts = _facts(finding)
    if facts.row_count:
        parts.append(Padding(facts, (0, 0, 0, 2)))
    return Group(*parts)


def _facts(finding: Finding) -> Table:
    """Needed against got, the bound names, and the fix, aligned so that shapes compare."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    if finding.needs:
        table.add_row("needs", finding.needs)
    for word, row in zip(["got", *[""] * 99], _got(finding), strict=False):
        table.add_row(word, row)
    if finding.names:
        bound = ", ".join(f"{k}={shape_text(v)}" for k, v in finding.names.items())
        table.add_row("with", bound)
    hint = finding.hint or (finding.fix.title if finding.fix else "")
    if hint:
        able = "  [--fix does it]" if finding.fix and finding.fix.safe else ""
        table.add_row(Text("fix", style="bold green"), Text(hint + able))
    return table


def _got(finding: Finding) -> Iterator[str]:
    wide = max((len(label) for label in finding.got), default=0)
    for label, value in finding.got.items():
        yield f"{label:<{wide}}  {shape_text(value)}".strip()


def _source(
    place: Place, words: str, style: str, line_of: LineOf, width: int
) -> Iterator[RenderableType]:
    """Where it is, and the lines of the span with a mark under them."""
    yield Padding(Text.assemble((location(place), "bold"), f"  {words}"), (0, 0, 0, MARGIN - 2))
    at = place.position
    last = min(at.end_line, at.line + MOST_LINES - 1)
    digits = max(len(str(last)), MARGIN)
    for number in range(at.line, last + 1):
        raw = line_of(place, number)
        start = at.column - 1 if number == at.line else len(raw) - len(raw.lstrip())
        end = at.end_column - 1 if number == at.end_line else len(raw.rstrip())
        room = width - digits - 3
        code, left, right = _cut(raw, start, max(end, start + 1), room)
        yield Text.assemble((f"{number:>{digits}} | ", "dim"), code, no_wrap=True)
        mark = Text.assemble((" " * digits + " | ", "dim"), " " * left, no_wrap=True)
        yield mark.append("^" * max(right - left, 1), style=style)
    if at.end_line > last:
        yield Text(" " * digits + " | ...", style="dim")


def _cut(raw: str, start: int, end: int, room: int) -> tuple[str, int, int]:
    """A line as it is shown, and the columns of its mark: tabs widened, long lines cut."""
    before, marked = raw[:start].expandtabs(4), raw[start:end].expandtabs(4)
    code = before + marked + raw[end:].expandtabs(4)
    if cell_len(before) > room // 2 and cell_len(code) > room:
        dropped = len(before) - room // 3
        before = "..." + before[dropped:]
        code = "..." + code[dropped:]
    left = cell_len(before)
    right = min(left + cell_len(marked), room)
    while cell_len(code) > room:
        code = code[:-4].rstrip(".") + "..." if len(code) > 4 else code[: room - 1]
    return code, left, max(right, left + 1)
