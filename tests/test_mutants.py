"""Whatever is typed into a model, `check` ends and does not stumble."""

from __future__ import annotations

from pathlib import Path

import pytest

from dryfit.analyzer.analysis import Options
from dryfit.analyzer.position import Position
from dryfit.analyzer.source import Source
from dryfit.rules.checking import check

from .house import ROOT
from .mutants import mutant

FIXTURES = sorted((ROOT / "fixtures").rglob("*.py"))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_no_slip_makes_check_stumble(path: Path, seed: int) -> None:
    # DRYFIT_DEBUG, which the tests set, makes a mistake of ours raise here.
    text = mutant(path.read_text("utf-8"), seed)
    dialect = "keras3" if seed % 2 else "keras2"
    source = Source.of(text, str(path))
    checked = check(source, Options(dialect=dialect, max_steps=100_000))
    lines = text.count("\n") + 1
    for finding in checked.findings:
        assert isinstance(finding.place.position, Position)
        assert 1 <= finding.place.position.line <= lines
