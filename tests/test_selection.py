"""Which rules run, what comments suppress, and that reading the suppressions is judged too."""

from __future__ import annotations

from pathlib import Path

import pytest

from dryfit.analyzer.analysis import Analysis, Options
from dryfit.analyzer.facts import Finished
from dryfit.analyzer.findings import Finding, Level
from dryfit.analyzer.source import Source
from dryfit.analyzer.values import Site
from dryfit.rules import judge, rules
from dryfit.rules.selection import Selection, UnknownRule, named


def judged(text: str, *words: str) -> list[Finding]:
    """What the rules about text report; no analysis is needed for them."""
    source = Source.of(text, "case.py")
    analysis = Analysis(source, Options())
    analysis.facts.append(Finished(Site(source, source.module), source.module))
    return judge(analysis, named(words) if words else None)


def codes(text: str, *words: str) -> list[tuple[int, str]]:
    """Line and code of each finding."""
    return [(f.place.position.line, f.code) for f in judged(text, *words)]


def test_what_cannot_be_read_is_found_where_it_stands() -> None:
    text = "x = 1]\ny = [2\nz = 3\n"
    assert codes(text) == [(1, "SYN001"), (2, "SYN001")]


@pytest.mark.parametrize(
    "comment",
    ["dryfit: ignore[SYN001]", "dryfit: ignore[unreadable-source]", "dryfit: ignore", "noqa"],
)
def test_a_comment_on_the_line_suppresses_a_finding(comment: str) -> None:
    # The statement that cannot be read takes its comment with it; a file-wide one stays.
    assert codes("y = 1  # dryfit: ignore-file[SYN001]\nx = 1]\n") == []
    text = f"def f():\n    x = 1\n  return x  # {comment}\n"
    assert codes(text) == []


def test_an_unused_comment_is_told_when_its_rules_have_run() -> None:
    text = "x = 1  # dryfit: ignore[SYN001]\n"
    assert codes(text) == [(1, "SUP001")]
    assert codes(text, "SUP") == []
    assert codes(text, "SUP", "SYN") == [(1, "SUP001")]


def test_an_unused_comment_without_codes_is_told_when_every_rule_has_run() -> None:
    text = "x = 1  # dryfit: ignore\n"
    assert codes(text) == [(1, "SUP001")]
    assert codes(text, "SUP", "SYN") == []


def test_an_unknown_code_in_a_comment_is_always_told() -> None:
    (finding,) = judged("x = 1  # dryfit: ignore[SHP999]\n", "SUP001")
    assert finding.says == "suppresses nothing: no rule is called shp999"


def test_rules_are_named_by_code_name_family_and_all() -> None:
    assert [rule.code for rule in named(["syn001"])] == ["SYN001"]
    assert named(["unreadable-source"]) == named(["SYN001"])
    assert {rule.code[:3] for rule in named(["SHP"])} == {"SHP"}
    assert named(["ALL"]) == list(rules())


@pytest.mark.parametrize(("word", "nearest"), [("SYN002", "SYN001"), ("unreadable", ""), ("q", "")])
def test_a_word_that_names_no_rule_is_an_error_with_the_nearest(word: str, nearest: str) -> None:
    with pytest.raises(UnknownRule, match=f"no rule is called '{word}'") as caught:
        Selection(ignore=(word,)).verified()
    if nearest:
        assert caught.value.nearest == nearest


def test_a_selection_chooses_leaves_out_and_weighs(tmp_path: Path) -> None:
    selection = Selection(
        select=("SYN", "SUP"),
        ignore=("SUP001",),
        per_file=(("tests/*.py", ("SYN001",)),),
        severity={"SYN001": Level.HINT},
        root=tmp_path,
    )
    assert [rule.code for rule in selection.chosen(tmp_path / "a.py")] == ["SYN001"]
    assert selection.chosen(tmp_path / "tests" / "a.py") == []
    (finding,) = selection.weighed(judged("x = 1]\n"))
    assert finding.level is Level.HINT


def test_hints_run_only_when_they_are_asked_for() -> None:
    assert all(rule.level is not Level.HINT for rule in Selection().chosen("a.py"))
