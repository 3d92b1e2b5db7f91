"""What `run`, `train` and `predict` do first: no model runs that is proved not to fit."""

from __future__ import annotations

import sys

import click

from ..analyzer.findings import Level, Place
from ..analyzer.source import Source
from ..rules.checking import check
from .config import Config
from .errors import FOUND
from .parallel import selection


def verify(path: str, config: Config) -> None:
    """Check a file; errors are shown, with exit code 1."""
    source = Source.read(path, config.max_file_size)
    findings = check(source, config.options, selection(config)).findings
    errors = [finding for finding in findings if finding.level is Level.ERROR]
    if not errors:
        return
    from rich.console import Console

    from .frames import show

    sources = {source.path: source}

    def line_of(place: Place, number: int) -> str:
        at = sources.setdefault(place.path, Source.read(place.path))
        return at.line(number, place.position.cell)

    show(Console(stderr=True, highlight=False), errors, line_of)
    click.echo(f"{path} is not run: it does not fit; --no-verify runs it all the same", err=True)
    sys.exit(FOUND)
