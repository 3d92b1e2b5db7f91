"""One run of `check` over all its sources: findings, changes, faults, and the exit code."""

from __future__ import annotations

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
from .parallel import Result, every, selection
from .request import Request
from .storing import Outcome

if TYPE_CHECKING:
    from ..rules.checking import Checked

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
        sources = list(self._named())
        self._sources = {source.path: source for source in sources}
        outcomes = self._outcomes([source for source in sources if self._of_interest(source)])
        for source in sources:
            if source.path in outcomes:
                self._take(source.path, outcomes[source.path])
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

    def _of_interest(self, source: Source) -> bool:
        if source.relevant():
            return True
        # Told before the rules are imported: it costs its reading only.
        self._skipped += 1
        self._say(f"{source.path}: skipped, it does not mention keras or tensorflow")
        return False

    def _outcomes(self, sources: list[Source]) -> dict[str, Outcome]:
        """What is known of each source: from the cache, or by checking it."""
        if self._request.fix or self._request.diff:
            return {source.path: self._fixed(source) for source in sources}
        known = {source.path: self._cached(source) for source in sources}
        outcomes = {path: outcome for path, outcome in known.items() if outcome}
        unknown = [source for source in sources if source.path not in outcomes]
        if not unknown:
            return outcomes
        self._verify_selection()
        results = every(unknown, self._request.config, self._request.jobs)
        for source, result in zip(unknown, self._progressing(results, len(unknown)), strict=True):
            outcome = self._sound(source, result)
            if outcome is not None:
                outcomes[source.path] = outcome
                if self._cache:
                    self._cache.put(source.path, source.data, outcome, result.imports)
        return outcomes

    def _progressing(self, results: Iterable[Result], count: int) -> Iterable[Result]:
        if count < FEW or not sys.stderr.isatty():
            return results
        from rich.console import Console
        from rich.progress import track

        console = Console(stderr=True)
        return track(results, "checking", total=count, console=console, transient=True)

    def _cached(self, source: Source) -> Outcome | None:
        return self._cache.get(source.path, source.data) if self._cache else None

    @cached_property
    def _cache(self) -> Cache | None:
        return Cache.of(
            self._request.config, self._request.cache and "-" not in self._request.paths
        )

    def _verify_selection(self) -> None:
        from ..rules.selection import UnknownRule

        try:
            selection(self._request.config).verified()
        except UnknownRule as error:
            raise UsageFault(str(error)) from None

    def _sound(self, source: Source, result: Result) -> Outcome | None:
        """The outcome of a result; a fault of ours is told."""
        if result.fault:
            self._failed = True
            click.echo(f"dryfit: {source.path}: internal fault, {result.fault}", err=True)
            click.echo("  not checked; DRYFIT_DEBUG=1 shows where it failed", err=True)
        return result.outcome

    def _take(self, path: str, outcome: Outcome) -> None:
        self._checked += 1
        self._tell_coverage(path, outcome.coverage)
        for finding in outcome.findings:
            self._findings.setdefault((finding.code, finding.place), finding)

    def _fixed(self, source: Source) -> Outcome:
        """Mend a source as far as that is safe, and check what comes of it."""
        from ..rules.checking import check
        from ..rules.fixing import mended

        self._verify_selection()
        config = self._request.config

        def again(text: Source) -> Checked:
            return check(text, config.options, selection(config))

        before = again(source)
        after, applied = mended(before, again)
        if applied and self._request.diff:
            _show_diff(source, after.source)
            after = before
        elif applied:
            self._mended += applied
            self._sources[source.path] = after.source
            if source.kind == "stdin":
                click.echo(after.source.text, nl=False)
            else:
                _write(after.source)
        return Outcome(after.findings, after.coverage)

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
