"""Every program of the rule catalog: raises in real Keras <=> an error; corrected ones clean.

Programs and what real Keras did with them are recorded (tests/oracle/record_catalog.py).
Only the rules that exist are held to it; what they do not see is listed by name.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dryfit.analyzer.analysis import Options, analyze
from dryfit.analyzer.findings import Finding, Level
from dryfit.analyzer.source import Source
from dryfit.rules import judge, rules
from tests.catalog_exceptions import ELSEWHERE, MISSED, NO_DAMAGE

DATA = Path(__file__).parent / "data"
SNIPPETS: dict[str, Any] = json.loads((DATA / "catalog_snippets.json").read_text())
RECORD = {d: json.loads((DATA / f"catalog_{d}.json").read_text()) for d in ("keras3", "keras2")}
HEAD = {
    "keras3": "import os\nimport numpy as np\nimport tensorflow as tf\nimport keras\n"
    "from keras import Input, Model, Sequential, layers, ops\nL = layers.Layer\n"
    "tmp = '/tmp'\nmask_of = lambda t: getattr(t, '_keras_mask', None)\n",
    "keras2": "import os\nimport numpy as np\nimport tensorflow as tf\nimport tf_keras as keras\n"
    "from tf_keras import Input, Model, Sequential, layers\nL = layers.Layer\nops = None\n"
    "tmp = '/tmp'\nmask_of = lambda t: getattr(t, '_keras_mask', None)\n",
}
CODES = {r.code for r in rules()}


@cache
def findings(program: str, dialect: str) -> tuple[Finding, ...]:
    """What is reported about one program, hints left out."""
    source = Source.of(HEAD[dialect] + program, "program.py")
    found = judge(analyze(source, Options(dialect=dialect)))
    return tuple(f for f in found if f.level is not Level.HINT)


def programs(dialect: str, raises: bool) -> list[object]:
    """The recorded programs that raise, or that do not."""
    return [
        pytest.param(dialect, code, key, id=f"{dialect}-{code}-{key}")
        for code, rule in SNIPPETS.items()
        if code in CODES
        for key in rule["programs"]
        if (RECORD[dialect][code][key]["raises"] is not None) is raises
        and not _absent(dialect, code, key)
    ]


def _absent(dialect: str, code: str, key: str) -> bool:
    """Programs that use keras.ops under Keras 2: `ops` is None there."""
    return dialect == "keras2" and "ops." in SNIPPETS[code]["programs"][key]


@pytest.mark.parametrize(
    ("dialect", "code", "key"), [*programs("keras3", False), *programs("keras2", False)]
)
def test_a_program_that_runs_has_no_error(dialect: str, code: str, key: str) -> None:
    found = findings(SNIPPETS[code]["programs"][key], dialect)
    # Keras may build what only fails when it is run; these programs do not run it.
    assert [f for f in found if f.level is Level.ERROR and not f.late] == []
    if key == "good":
        assert [f.code for f in found if f.code == code] == []


@pytest.mark.parametrize(
    ("dialect", "code", "key"), [*programs("keras3", True), *programs("keras2", True)]
)
def test_a_program_that_raises_has_an_error_there(dialect: str, code: str, key: str) -> None:
    record = RECORD[dialect][code][key]
    found = [
        f for f in findings(SNIPPETS[code]["programs"][key], dialect) if f.level is Level.ERROR
    ]
    if f"{dialect}-{code}-{key}" in MISSED:
        assert found == [], "no longer missed: take it off the list"
        return
    assert found, record["message"]
    if f"{dialect}-{code}-{key}" in ELSEWHERE:
        return
    offset = HEAD[dialect].count("\n")
    places = [p for f in found for p in (f.place, *(r.place for r in f.related))]
    lines = {p.position.line - offset for p in places}
    assert any(f.late for f in found) or lines & set(record["lines"]), (found, record)


@pytest.mark.parametrize(
    "code",
    [c for c in SNIPPETS if c in CODES and SNIPPETS[c]["severity"].startswith("WARNING")],
)
def test_silent_damage_is_a_warning(code: str) -> None:
    for dialect in ("keras3", "keras2"):
        rule = next(r for r in rules() if r.code == code)
        if dialect not in rule.dialects or RECORD[dialect][code]["bad"]["raises"]:
            continue
        if f"{dialect}-{code}-bad" in MISSED | NO_DAMAGE or _absent(dialect, code, "bad"):
            continue
        found = findings(SNIPPETS[code]["programs"]["bad"], dialect)
        assert code in {f.code for f in found}, dialect
