"""The cache of `check`: the same output, for nothing, until something it rests on changes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from dryfit.analyzer import project
from dryfit.analyzer.analysis import Coverage
from dryfit.cli.cache import FOLDER, Cache
from dryfit.cli.config import Config
from dryfit.cli.formats import as_concise, as_json
from dryfit.cli.main import dryfit
from dryfit.cli.storing import Outcome, plain, restored
from dryfit.rules import checking

from .test_formats import LOST, RANK

HELPER = "import keras\nsize = 4\n"
MODEL = "import keras\nfrom helper import size\nx = (1\n"


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that are really checked, in a folder with a model and a helper."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "helper.py").write_text(HELPER)
    (tmp_path / "model.py").write_text(MODEL)
    paths: list[str] = []
    real = checking.check

    def noting(source: object, *rest: object) -> object:
        paths.append(source.path)  # type: ignore[attr-defined]
        return real(source, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(checking, "check", noting)
    return paths


def check(*words: str) -> tuple[int, str]:
    """A check of the model: exit code and what is said."""
    result = CliRunner().invoke(dryfit, ["check", "model.py", *words])
    return result.exit_code, result.output


def test_an_unchanged_file_is_not_checked_again_and_reads_the_same(checked: list[str]) -> None:
    first = check("--format", "rich")
    assert first[0] == 1
    assert check("--format", "rich") == first
    assert checked == ["model.py"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda: Path("model.py").write_text(MODEL + "y = 1\n"), id="itself"),
        pytest.param(lambda: Path("helper.py").write_text(HELPER + "y = 1\n"), id="an-import"),
        pytest.param(lambda: Path("helper.py").unlink(), id="an-import-is-gone"),
        pytest.param(
            lambda: Path("pyproject.toml").write_text("[tool.dryfit]\nmax-steps = 9\n"),
            id="the-configuration",
        ),
        pytest.param(
            lambda: next(Path(FOLDER).glob("*.json")).write_text("nonsense"), id="a-broken-entry"
        ),
    ],
)
def test_what_an_entry_rests_on_makes_the_file_be_checked_again(
    checked: list[str], change: object
) -> None:
    # The import statement must be read: the statement that is not Python is the last.
    check()
    change()  # type: ignore[operator]
    project._module.cache_clear()  # as in a process of its own
    check()
    assert checked == ["model.py", "model.py"]


def test_an_import_that_begins_to_lead_somewhere_counts(checked: list[str]) -> None:
    helper = Path("helper.py")
    helper.unlink()
    project._module.cache_clear()  # as in a process of its own
    check()
    project._module.cache_clear()
    helper.write_text(HELPER)
    check()
    assert checked == ["model.py", "model.py"]


def test_options_count(checked: list[str]) -> None:
    check()
    check("--dialect", "keras2")
    check("--select", "SYN")
    assert len(checked) == 3


def test_it_can_be_done_without(checked: list[str]) -> None:
    check("--no-cache")
    check("--no-cache")
    assert len(checked) == 2
    assert not Path(FOLDER).exists()


def test_mending_reads_and_writes_no_entry(checked: list[str]) -> None:
    check("--diff")
    assert not Path(FOLDER).exists()


def test_the_folder_is_not_for_version_control(checked: list[str]) -> None:
    check()
    assert (Path(FOLDER) / ".gitignore").read_text() == "*\n"


def test_a_stored_finding_reads_as_the_original() -> None:
    outcome = Outcome((RANK, LOST), Coverage(3, 2, Counter(odd=1), "steps in f"))
    again = restored(plain(outcome))
    assert as_concise(again.findings) == as_concise(outcome.findings)
    assert as_json(again.findings) == as_json(outcome.findings)
    assert again.coverage == outcome.coverage


def test_what_may_end_otherwise_another_time_is_not_kept(tmp_path: Path) -> None:
    cache = Cache(Config(root=tmp_path))
    for exhausted, reason in (("seconds in module", ""), ("", "internal: KeyError in f")):
        coverage = Coverage(0, 0, Counter({reason: 1}), exhausted)
        cache.put("a.py", b"", Outcome((), coverage), {})
        assert cache.get("a.py", b"") is None
