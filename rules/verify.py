"""What the executor asks before it runs a file (entry point `dryfit.verifiers`)."""

from __future__ import annotations

from pathlib import Path

from ..analyzer.analysis import Options, analyze
from ..analyzer.findings import Finding, Level
from ..analyzer.source import Source
from .runner import judge


def verify(path: str | Path, dialect: str = "keras3") -> list[Finding]:
    """The proved errors of one file."""
    analysis = analyze(Source.read(Path(path)), Options(dialect=dialect))
    return [f for f in judge(analysis) if f.level is Level.ERROR]
