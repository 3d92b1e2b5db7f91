"""The wheel: it holds what the tree holds, and a base install of it checks models."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .house import PACKAGES, ROOT, tracked_files

# One worker for all of them: what is installed is installed once.
pytestmark = pytest.mark.xdist_group("install")

BAD = "import keras\nx = (1\n"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: setuptools leaves its folders in what it builds from."""
    copy = tmp_path_factory.mktemp("tree")
    for name in tracked_files():
        if name.split("/")[0] in {*PACKAGES, "pyproject.toml", "README.md", "LICENSE"}:
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = (copy / "dist").iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that holds the base install and nothing else."""
    folder = tmp_path_factory.mktemp("empty") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    if pip(programs, "click").returncode != 0:
        pytest.skip("pip cannot reach a package index: the base install is not tried")
    done = pip(programs, str(wheel))
    assert done.returncode == 0, done.stdout + done.stderr
    return programs


def pip(programs: Path, package: str) -> subprocess.CompletedProcess[str]:
    """Install a package into the environment."""
    quiet = ["--quiet", "--disable-pip-version-check", "--retries", "1"]
    return subprocess.run(
        [programs / "python", "-m", "pip", "install", *quiet, package],
        capture_output=True,
        text=True,
        check=False,
    )


def dryfit(programs: Path, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The installed command, as outside of tests."""
    env = {name: value for name, value in os.environ.items() if name != "DRYFIT_DEBUG"}
    command = [programs / "dryfit", *words]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_the_wheel_holds_the_modules_of_the_tree_and_nothing_else(wheel: Path) -> None:
    tree = {f"dryfit/{name}" for name in tracked_files() if name.split("/")[0] in PACKAGES}
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert packed == tree


def test_a_base_install_is_light(installed: Path, tmp_path: Path) -> None:
    command = [installed / "python", "-m", "pip", "list", "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    names = {entry["name"].lower() for entry in json.loads(done.stdout)}
    ours = {"click", "dryfit", "libcst", "numpy", "pathspec", "rich"}
    theirs = {"markdown-it-py", "mdurl", "pygments", "pyyaml", "pyyaml-ft", "typing-extensions"}
    assert names - {"pip", "setuptools"} <= ours | theirs


def test_a_base_install_checks_models(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(BAD)
    (tmp_path / "good.py").write_text("import keras\nmodel = keras.Sequential()\n")
    done = dryfit(installed, "check", "--format", "json", folder=tmp_path)
    assert done.returncode == 1, done.stderr
    assert [found["code"] for found in json.loads(done.stdout)] == ["SYN001"]
    assert dryfit(installed, "check", "good.py", folder=tmp_path).returncode == 0


def test_a_base_install_says_what_running_needs(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(
        "import keras, numpy\n"
        "net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])\n"
        "net.predict(numpy.zeros((4, 3)))\n"
    )
    done = dryfit(installed, "run", "good.py", folder=tmp_path)
    assert done.returncode == 2
    assert "which is not installed here.\n  fix: pip install 'dryfit[run]'" in done.stderr
