"""One run of `check` over all its sources: findings, changes, faults, and the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..analyzer.analysis import Coverage
from ..analyzer.findings import Finding, Level, Place
from ..analyzer.project import discover
from ..analyzer.source import Kind, Source
from .cache import Cache
from .errors import FAULT, FOUND, OK, UsageFault
from .request import Request
from .storing import Outcome

if TYPE_CHECKING:
    from ..rules.checking import Checked
    from ..rules.selection import Selection

INTERNAL = "internal: "  # how the analysis notes its own mistakes among the reasons
FEW = 50  # sources that need no progress bar


class Run:
    """Checks every source of a request, and tells what came of it."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._sources: dict[str, Source] = {}
        self._findings: dict[tuple[str, Place], Finding] = {}
        self._checked = self._skipped = self._mended = 0
        self._failed = False

    def code(self) -> int:
        """Check everything and tell it; the exit code."""
        for source in self._progressing(list(self._named())):
            self._sources[source.path] = source
            try:
                self._one(source)
            except UsageFault:
                raise
            except Exception as error:  # a fault of ours must not hide the other files
                self._fault(source, error)
        findings = list(self._findings.values())
        self._tell(findings)
        if self._failed:
            return FAULT
        config = self._request.config
        return FOUND if any(config.fails(finding.level) for finding in findings) else OK

    def _named(self) -> Iterator[Source]:
        limit = self._request.config.max_file_size
        files = [path for path in self._request.paths if path != "-"]
        if len(files) < len(self._request.paths):
            name = self._request.stdin_filename
            kind: Kind = "notebook" if name.endswith(".ipynb") else "stdin"
            yield Source(name, sys.stdin.buffer.read(), kind, limit)
        found = discover(files, self._request.config.choice)
        for path, reason in found.failures:
            self._failed = True
            click.echo(f"dryfit: {path}: {reason}", err=True)
        for path in found.paths:
            yield Source.read(path, limit)

    def _progressing(self, sources: list[Source]) -> Iterable[Source]:
        if len(sources) < FEW or not sys.stderr.isatty():
            return sources
        from rich.console import Console
        from rich.progress import track

        return track(sources, "checking", console=Console(stderr=True), transient=True)

    def _one(self, source: Source) -> None:
        if not source.relevant():
            # Told before the rules are imported: it costs its reading only.
            self._skipped += 1
            self._say(f"{source.path}: skipped, it does not mention keras or tensorflow")
            return
        outcome = self._outcome(source)
        self._checked += 1
        self._tell_coverage(source.path, outcome.coverage)
        for finding in outcome.findings:
            self._findings.setdefault((finding.code, finding.place), finding)

    def _outcome(self, source: Source) -> Outcome:
        request = self._request
        cached = self._cache.get(source.path, source.data) if self._cache else None
        if cached is not None:
            return cached
        checked = self._check(source)
        if request.fix or request.diff:
            checked = self._fixed(checked)
        outcome = Outcome(checked.findings, checked.coverage)
        if self._cache:
            self._cache.put(source.path, source.data, outcome, checked.imports)
        return outcome

    @cached_property
    def _cache(self) -> Cache | None:
        request = self._request
        wanted = request.cache and not (request.fix or request.diff or "-" in request.paths)
        return Cache.of(request.config, wanted)

    def _check(self, source: Source) -> Checked:
        from ..rules.checking import check

        return check(source, self._request.config.options, self._selection)

    @cached_property
    def _selection(self) -> Selection:
        from ..rules.selection import Selection, UnknownRule

        c = self._request.config
        chosen = Selection(c.select, c.ignore, c.per_file_ignores, c.severity, c.root)
        try:
            return chosen.verified()
        except UnknownRule as error:
            raise UsageFault(str(error)) from None

    def _fixed(self, checked: Checked) -> Checked:
        from ..rules.fixing import mended

        after, applied = mended(checked, self._check)
        if not applied:
            return checked
        if self._request.diff:
            _show_diff(checked.source, after.source)
            return checked
        self._mended += applied
        self._sources[after.source.path] = after.source
        if after.source.kind == "stdin":
            click.echo(after.source.text, nl=False)
        else:
            _write(after.source)
        return after

    def _fault(self, source: Source, error: Exception) -> None:
        if os.environ.get("DRYFIT_DEBUG"):
            raise error
        self._failed = True
        words = f"{type(error).__name__}: {error}"
        click.echo(f"dryfit: {source.path}: internal fault, {words}", err=True)
        click.echo("  not checked; DRYFIT_DEBUG=1 shows where it failed", err=True)

    def _say(self, text: str) -> None:
        if self._request.verbose:
            click.echo(text, err=True)

    def _tell_coverage(self, path: str, seen: Coverage) -> None:
        if seen.exhausted:
            spent = f"{path}: not analysed to the end, the budget ran out: {seen.exhausted}"
            click.echo(f"{spent} (max-steps, max-seconds in [tool.dryfit])", err=True)
        for fault in (reason for reason in seen.reasons if reason.startswith(INTERNAL)):
            self._failed = True
            click.echo(f"dryfit: {path}: {fault}; what it was about is not checked", err=True)
        self._say(f"{path}: {seen.known} of {seen.layer_calls} layer calls have a full shape")
        for reason, count in seen.reasons.most_common():
            self._say(f"  {count} x {reason}")

    def _line_of(self, place: Place, number: int) -> str:
        if place.path not in self._sources:
            self._sources[place.path] = Source.read(Path(place.path))
        return self._sources[place.path].line(number, place.position.cell)

    def _tell(self, findings: list[Finding]) -> None:
        form = self._request.form
        # Standard output is the mended text, or the changes, where those were asked for.
        aside = self._request.diff or (self._request.fix and "-" in self._request.paths)
        if form in ("json", "github"):
            from .formats import as_github, as_json

            text = as_json(findings) if form == "json" else as_github(findings)
            click.echo(text, err=aside, nl=bool(text))
            return
        if findings and form == "rich":
            from rich.console import Console

            from .frames import show

            show(Console(stderr=aside, highlight=False), findings, self._line_of)
        elif findings:
            from .formats import as_concise

            click.echo(as_concise(findings), err=aside)
        click.echo(self._summary(findings), err=True)

    def _summary(self, findings: list[Finding]) -> str:
        if not self._sources:
            return "no Python file or notebook to check (ignored and excluded ones are left out)"
        counts = {level: sum(f.level is level for f in findings) for level in Level}
        told = [_count(n, level.value) for level, n in counts.items() if n]
        fixable = sum(1 for f in findings if f.fix and f.fix.safe)
        seen = f"{_count(self._checked, 'file')} checked"
        seen += f", {self._skipped} without Keras" if self._skipped else ""
        parts = [f"{', '.join(told) or 'nothing to report'} ({seen})"]
        if self._mended:
            parts.append(f"{_count(self._mended, 'fix', 'fixes')} written")
        elif fixable:
            parts.append(f"{fixable} can be mended by --fix")
        return "; ".join(parts)


def _count(number: int, word: str, plural: str = "") -> str:
    return f"{number} {word if number == 1 else plural or word + 's'}"


def _show_diff(before: Source, after: Source) -> None:
    from difflib import unified_diff

    old, new = before.text.splitlines(keepends=True), after.text.splitlines(keepends=True)
    for line in unified_diff(old, new, before.path, after.path):
        ended = line if line.endswith("\n") else line + "\n\\ No newline at end of file\n"
        click.echo(ended, nl=False)


def _write(source: Source) -> None:
    """Replace a file in one step, so that a crash leaves the old or the new one whole."""
    path = Path(source.path).resolve()
    beside = path.with_name(f".{path.name}.dryfit")
    beside.write_bytes(source.text.encode(source.encoding))
    beside.chmod(path.stat().st_mode)
    beside.replace(path)
