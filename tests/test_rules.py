"""Every rule's cases, found by walking the registry: complete sets of findings, fixes too."""

from __future__ import annotations

import pytest

from dryfit.analyzer.analysis import Options, analyze
from dryfit.analyzer.findings import Finding
from dryfit.analyzer.source import Source
from dryfit.rules import Case, Rule, judge, rules
from dryfit.rules.fixing import apply_fixes
from dryfit.rules.prelude import PRELUDE


def findings(program: str, dialect: str, only: type[Rule] | None = None) -> list[Finding]:
    """What all rules (or one) report about a program under its prelude."""
    source = Source.of(PRELUDE[dialect] + program, "case.py")
    analysis = analyze(source, Options(dialect=dialect))
    return judge(analysis, None if only is None else [only])


def starts(program: str, dialect: str, found: list[Finding]) -> list[str]:
    """The text of the program from the start of each finding to the end of its line."""
    lines = (PRELUDE[dialect] + program).splitlines()
    places = [f.place.position for f in found]
    return [lines[p.line - 1][p.column - 1 :] for p in places]


def cases(kind: str) -> list[object]:
    """All cases of one kind, named after rule and position."""
    return [
        pytest.param(rule, case, id=f"{rule.code}-{i}")
        for rule in rules()
        for i, case in enumerate(getattr(rule, kind))
    ]


@pytest.mark.parametrize(("rule", "case"), cases("VALID"))
def test_a_valid_case_has_no_finding_of_any_rule(rule: type[Rule], case: Case) -> None:
    found = [f for f in findings(case.code, case.dialect) if f.level.value != "hint"]
    assert found == []


@pytest.mark.parametrize(("rule", "case"), cases("INVALID"))
def test_an_invalid_case_has_exactly_its_findings(rule: type[Rule], case: Case) -> None:
    found = findings(case.code, case.dialect, rule)
    wanted = [case.at] if isinstance(case.at, str) else list(case.at)
    got = starts(case.code, case.dialect, found)
    assert len(got) == len(wanted), got
    assert all(g.startswith(w) for g, w in zip(got, wanted, strict=True)), got


@pytest.mark.parametrize(
    ("rule", "case"), [p for p in cases("INVALID") if p.values[1].fixed is not None]
)
def test_a_fix_gives_the_declared_program_and_leaves_nothing(rule: type[Rule], case: Case) -> None:
    program = PRELUDE[case.dialect] + case.code
    fixed = apply_fixes(program, findings(case.code, case.dialect, rule))
    assert fixed == PRELUDE[case.dialect] + (case.fixed or "")
    assert findings(case.fixed or "", case.dialect, rule) == []


@pytest.mark.parametrize("rule", rules(), ids=lambda r: r.code)
def test_a_rule_is_complete(rule: type[Rule]) -> None:
    assert rule.code and rule.name and rule.__doc__
    assert rule.VALID and rule.INVALID
    assert "Why:" in rule.__doc__ and "Known limits:" in rule.__doc__
    module = rule.__module__.rpartition(".")[2]
    assert module == rule.name.replace("-", "_")
    fixes = any(c.fixed is not None for c in rule.INVALID)
    assert fixes == ("Fix safety:" in rule.__doc__)
