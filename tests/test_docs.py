"""The documents tell the truth: their commands print what they say, their paths exist.

`python -m tests.test_docs` writes what the commands print now into the documents.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from .house import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
FILE = re.compile(r"```python\n# (\w+\.py)\n(.*?)```", re.DOTALL)
SESSION = re.compile(r"(```console\n\$ ([^\n]*)\n)(.*?)(```)", re.DOTALL)
PATH = re.compile(
    r"(?<![\w/.<-])((?:analyzer|benchmarks|cli|docs|executor|fixtures|rules|tests)/[\w./-]*\w)"
)
RICH = {"check": ["--format", "rich"]}  # as on a terminal


def printed(command: str, folder: Path) -> str:
    """What a `dryfit` command prints in a folder, both streams as they come."""
    words = shlex.split(command)
    assert words[0] == "dryfit"
    done = subprocess.run(
        [sys.executable, "-m", "dryfit.cli", *words[1:], *RICH.get(words[1], [])],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"COLUMNS": "80", "PYTHONUNBUFFERED": "1"},
        check=False,
    )
    return "".join(line.rstrip() + "\n" for line in done.stdout.splitlines())


def current(text: str, folder: Path) -> str:
    """A page with the sessions as they go now, on the files the page shows."""
    for name, code in FILE.findall(text):
        (folder / name).write_text(code)
    return SESSION.sub(lambda m: m[1] + printed(m[2], folder) + m[4], text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page_print_what_it_says(page: Path, tmp_path: Path) -> None:
    text = page.read_text("utf-8")
    assert text == current(text, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_paths_a_page_names_exist(page: Path) -> None:
    named = PATH.findall(page.read_text("utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_readme_shows_sessions() -> None:
    assert len(SESSION.findall((ROOT / "README.md").read_text("utf-8"))) >= 2


if __name__ == "__main__":
    for each in PAGES:
        with tempfile.TemporaryDirectory() as place:
            each.write_text(current(each.read_text("utf-8"), Path(place)), "utf-8")
