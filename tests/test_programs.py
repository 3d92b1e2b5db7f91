"""Agreement with real Keras on random programs: verdict, line, output shape, parameters.

The programs and labels are recorded (tests/oracle/record_programs.py).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dryfit.analyzer.analysis import Analysis, analyze
from dryfit.analyzer.dims import is_static
from dryfit.analyzer.findings import Finding, Level
from dryfit.analyzer.source import Source
from dryfit.analyzer.summary import ModelSummary
from dryfit.rules import judge

ROWS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "programs.json").read_text()
)["programs"]


# Seeds of programs whose fault the analysis does not yet see.
MISSED = {68}


def analysed(row: dict[str, Any]) -> Analysis:
    """The analysis of one program."""
    return analyze(Source.of(row["program"], f"program_{row['seed']}.py"))


def errors(analysis: Analysis) -> list[Finding]:
    """The findings of level error."""
    return [f for f in judge(analysis) if f.level is Level.ERROR]


def statement(program: str, line: int) -> range:
    """The lines of a `Sequential([...])` that begins on a line, else the line alone."""
    lines = program.splitlines()
    if not lines[line - 1].rstrip().endswith("["):
        return range(line, line + 1)
    end = next(i for i in range(line, len(lines)) if lines[i].startswith("]"))
    return range(line, end + 2)


def model(analysis: Analysis) -> ModelSummary:
    """The one model of a program."""
    (found,) = analysis.models
    return found


@pytest.mark.parametrize("row", [r for r in ROWS if not r["raises"]], ids=lambda r: r["seed"])
def test_a_program_that_runs_has_no_error_and_the_same_shapes(row: dict[str, Any]) -> None:
    analysis = analysed(row)
    assert errors(analysis) == []
    found = model(analysis)
    (output,) = found.outputs
    assert output.shape is not None
    shape = [d if is_static(d) else None for d in output.shape]
    assert [None, *shape[1:]] == row["output"]
    assert (found.params, found.trainable_params) == (row["params"], row["trainable"])


@pytest.mark.parametrize("row", [r for r in ROWS if r["raises"]], ids=lambda r: r["seed"])
def test_a_program_that_raises_has_an_error_on_that_line(row: dict[str, Any]) -> None:
    found = errors(analysed(row))
    if row["seed"] in MISSED:
        assert found == [], "no longer missed: take it off the list"
        return
    assert found, row["message"]
    raised = {n for line in row["lines"] for n in statement(row["program"], line)}
    # A finding stands at the cause; where it raises is then told beside it.
    places = [found[0].place, *(r.place for r in found[0].related)]
    lines = {p.position.line for p in places}
    assert found[0].late or raised & lines, (found[0], row["message"])
