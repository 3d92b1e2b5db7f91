"""The hook, run by the real pre-commit on a scratch repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from .house import ROOT, tracked_files

# One worker for all of them: what is installed is installed once.
pytestmark = pytest.mark.xdist_group("install")

BAD = "import keras\nx = (1\n"
GOOD = "import keras\nmodel = keras.Sequential()\n"
UNUSED = "import keras\nx = 1  # dryfit: ignore[SHP001]\n"


@dataclass(frozen=True)
class Hooks:
    """A repository that offers the hooks, and where pre-commit keeps what it installs."""

    repository: Path
    home: Path

    def commit(self, folder: Path, hook: str = "dryfit", **files: str) -> tuple[int, str]:
        """Commit files where a hook is installed: exit code and output."""
        for name, text in files.items():
            (folder / f"{name}.py").write_text(text)
        revision = git(self.repository, "rev-parse", "HEAD").stdout.strip()
        (folder / ".pre-commit-config.yaml").write_text(
            f"repos:\n- repo: {self.repository}\n  rev: {revision}\n"
            f"  hooks: [{{id: {hook}, verbose: true}}]\n"
        )
        home = {"PRE_COMMIT_HOME": str(self.home)}
        git(folder, "init", "-q")
        install = [sys.executable, "-m", "pre_commit", "install"]
        subprocess.run(install, cwd=folder, env=os.environ | home, check=True, capture_output=True)
        git(folder, "add", ".")
        done = git(folder, "commit", "-qm", "Try", check=False, **home)
        output = done.stdout + done.stderr
        if "No matching distribution" in output or "Could not find a version" in output:
            pytest.skip("pip cannot reach a package index: the hook cannot be installed")
        return done.returncode, output


def git(
    folder: Path, *words: str, check: bool = True, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Git in a folder, as somebody."""
    who = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]
    return subprocess.run(
        ["git", *who, *words],
        cwd=folder,
        check=check,
        capture_output=True,
        text=True,
        env=os.environ | environment,
    )


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Hooks:
    """The tree as it stands, committed, so that pre-commit installs it once for all tests."""
    repository = tmp_path_factory.mktemp("repository")
    for name in tracked_files():
        if name.split("/")[0] not in {"tests", "fixtures", "benchmarks", "docs"}:
            (repository / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, repository / name)
    git(repository, "init", "-q")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "The tree as it stands")
    return Hooks(repository, tmp_path_factory.mktemp("home"))


def test_a_model_that_does_not_fit_blocks_the_commit(hooks: Hooks, tmp_path: Path) -> None:
    code, output = hooks.commit(tmp_path, bad=BAD, good=GOOD)
    assert code == 1
    assert "bad.py:2:5: SYN001" in output
    assert "good.py" not in output
    assert git(tmp_path, "log", check=False).returncode != 0


def test_a_model_that_fits_is_committed(hooks: Hooks, tmp_path: Path) -> None:
    code, output = hooks.commit(tmp_path, good=GOOD)
    assert code == 0, output
    assert "nothing to report (1 file checked)" in output
    assert git(tmp_path, "log", "--format=%s").stdout == "Try\n"


def test_a_file_without_keras_is_committed_unread(hooks: Hooks, tmp_path: Path) -> None:
    code, output = hooks.commit(tmp_path, plain="import os\nx = (1\n")
    assert code == 0, output
    assert "nothing to report (0 files checked, 1 without Keras)" in output


def test_the_fixing_hook_mends_and_blocks_until_that_is_staged(
    hooks: Hooks, tmp_path: Path
) -> None:
    code, output = hooks.commit(tmp_path, "dryfit-fix", unused=UNUSED)
    assert code == 1
    assert "files were modified by this hook" in output
    assert (tmp_path / "unused.py").read_text() == "import keras\nx = 1\n"
