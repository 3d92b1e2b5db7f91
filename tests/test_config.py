"""`[tool.dryfit]`: what it may hold, where it is found, and what is said about a slip in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dryfit.analyzer.analysis import Options
from dryfit.analyzer.findings import Level
from dryfit.cli.config import KEYS, Config, find_config, read_config
from dryfit.cli.errors import UsageFault

EVERYTHING = """\
[tool.dryfit]
select = ["SHP", "MSK001"]
ignore = ["SHP006"]
exclude = ["old/"]
include = ["*.pyw"]
per-file-ignores = {"tests/*.py" = ["SHP"]}
respect-gitignore = false
dialect = "keras2"
severity = {SHP001 = "hint"}
fail-on = "error"
max-steps = 7
max-seconds = 1.5
max-file-size = 99
"""


def write(folder: Path, text: str) -> Path:
    """A pyproject.toml in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "pyproject.toml"
    path.write_text(text)
    return path


def test_every_key_is_read(tmp_path: Path) -> None:
    write(tmp_path, EVERYTHING)
    config = find_config([tmp_path])
    assert config == Config(
        root=tmp_path,
        select=("SHP", "MSK001"),
        ignore=("SHP006",),
        exclude=("old/",),
        include=("*.pyw",),
        per_file_ignores=(("tests/*.py", ("SHP",)),),
        respect_gitignore=False,
        dialect="keras2",
        severity={"SHP001": Level.HINT},
        fail_on=Level.ERROR,
        max_steps=7,
        max_seconds=1.5,
        max_file_size=99,
    )
    assert config.options == Options("keras2", max_steps=7, max_seconds=1.5)
    assert all(f"{key} = " in EVERYTHING for key in KEYS)


def test_the_nearest_section_upwards_from_what_the_paths_share_counts(tmp_path: Path) -> None:
    write(tmp_path, '[tool.dryfit]\ndialect = "keras2"\n')
    write(tmp_path / "a", "[tool.other]\nx = 1\n")
    write(tmp_path / "a" / "b", "[tool.dryfit]\nmax-steps = 7\n")
    (tmp_path / "a" / "b" / "m.py").touch()
    (tmp_path / "a" / "n.py").touch()
    inner, outer = tmp_path / "a" / "b" / "m.py", tmp_path / "a" / "n.py"
    assert find_config([inner]).max_steps == 7
    assert find_config([inner]).dialect == "keras3"
    assert find_config([outer]).root == tmp_path
    assert find_config([inner, outer]).dialect == "keras2"


def test_without_a_section_the_defaults_count(tmp_path: Path) -> None:
    write(tmp_path, "[tool.other]\n")
    assert find_config([tmp_path]) == Config()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('selct = ["SHP"]', "[tool.dryfit] has no key 'selct'; did you mean 'select'?"),
        ("zzz = 1", "[tool.dryfit] has no key 'zzz'; it may have: select, ignore"),
        ('dialect = "keras4"', "must be one of keras3, keras2, not 'keras4'; did you mean"),
        ("dialect = 3", "must be one of keras3, keras2, not 3"),
        ('select = "SHP"', "select must be a list of texts"),
        ("ignore = [1]", "ignore must be a list of texts"),
        ('per-file-ignores = ["a"]', "per-file-ignores must be a table"),
        ('severity = {SHP001 = "bad"}', "severity must be one of error, warning, hint, not 'bad'"),
        ('severity = "error"', "severity must be a table"),
        ("respect-gitignore = 1", "respect-gitignore must be true or false, not 1"),
        ("max-steps = 0", "max-steps must be a whole number above 0, not 0"),
        ("max-steps = true", "max-steps must be a whole number above 0, not True"),
        ('max-seconds = "2"', "max-seconds must be a number above 0, not '2'"),
        ("x = = 1", "Invalid value"),
    ],
)
def test_a_slip_is_told_with_the_file_and_what_would_be_right(
    tmp_path: Path, line: str, words: str
) -> None:
    path = write(tmp_path, f"[tool.dryfit]\n{line}\n")
    with pytest.raises(UsageFault) as caught:
        find_config([tmp_path])
    assert str(caught.value).startswith(f"{path}: ")
    assert words in str(caught.value)


def test_a_section_that_is_no_table_is_told(tmp_path: Path) -> None:
    write(tmp_path, "[tool]\ndryfit = 3\n")
    with pytest.raises(UsageFault, match="must be a table"):
        find_config([tmp_path])


@pytest.mark.parametrize(
    ("fail_on", "failing"),
    [
        ("error", ["error"]),
        ("warning", ["error", "warning"]),
        ("hint", [level.value for level in Level]),
    ],
)
def test_fail_on_names_the_least_severity_that_fails(fail_on: str, failing: list[str]) -> None:
    config = read_config({"fail-on": fail_on}, Path("pyproject.toml"))
    assert [level.value for level in Level if config.fails(level)] == failing
