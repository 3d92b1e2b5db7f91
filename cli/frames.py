"""Findings for people: the source line with the span underlined, shapes one above the other.

Colour only repeats what the text says; without colour, and at 80 columns, nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from textwrap import wrap

from rich.cells import cell_len
from rich.console import Console
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
        for line in frame(finding, line_of, console.width):
            console.print(line, soft_wrap=True)
        console.print()


def frame(finding: Finding, line_of: LineOf, width: int) -> Iterator[Text]:
    """One finding, line by line: what, where with its source, needed against got, the fix."""
    style = STYLES[finding.level]
    head = Text(f"{finding.level.value} {finding.code} ", style=style)
    head.append(finding.name, style="bold default")
    says = f"{finding.subject} {finding.says}".strip()
    says += f" when {finding.when}" if finding.when else ""
    if finding.says or finding.when or len(head) + 2 + len(says) >= width:
        yield head
        yield from map(Text, wrap(says, width - 1, initial_indent="  ", subsequent_indent="  "))
    else:
        yield head.append(f"  {says}", style="default")
    yield from _source(finding.place, "", style, line_of, width)
    for related in finding.related:
        yield from _source(related.place, related.message, "bold blue", line_of, width)
    for word, text in _facts(finding):
        label = f"  {word:<5}  "
        lines = wrap(text, width - 1, initial_indent=label, subsequent_indent=" " * len(label))
        for line in lines:
            shown = Text(line)
            shown.stylize("bold green" if word == "fix" else "bold", 0, len(label))
            yield shown


def _facts(finding: Finding) -> Iterator[tuple[str, str]]:
    """Needed against got, the bound names, and the fix: aligned, so that shapes compare."""
    if finding.needs:
        yield "needs", finding.needs
    for number, row in enumerate(_got(finding)):
        yield "" if number else "got", row
    if finding.names:
        yield "with", ", ".join(f"{k}={shape_text(v)}" for k, v in finding.names.items())
    hint = finding.hint or (finding.fix.title if finding.fix else "")
    if hint:
        able = "  [--fix does it]" if finding.fix and finding.fix.safe else ""
        yield "fix", hint + able


def _got(finding: Finding) -> Iterator[str]:
    wide = max((len(label) for label in finding.got), default=0)
    for label, value in finding.got.items():
        yield f"{label:<{wide}}  {shape_text(value)}".strip()


def _source(place: Place, words: str, style: str, line_of: LineOf, width: int) -> Iterator[Text]:
    """Where it is, and the lines of the span with a mark under them."""
    yield Text.assemble("  ", (location(place), "bold"), f"  {words}" if words else "")
    at = place.position
    last = min(at.end_line, at.line + MOST_LINES - 1)
    digits = max(len(str(last)), MARGIN)
    for number in range(at.line, last + 1):
        raw = line_of(place, number)
        start = at.column - 1 if number == at.line else len(raw) - len(raw.lstrip())
        end = at.end_column - 1 if number == at.end_line else len(raw.rstrip())
        code, left, right = _cut(raw, start, max(end, start + 1), width - digits - 4)
        yield Text.assemble((f"{number:>{digits}} | ", "dim"), code)
        mark = Text.assemble((" " * digits + " | ", "dim"), " " * left)
        yield mark.append("^" * (right - left), style=style)
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
