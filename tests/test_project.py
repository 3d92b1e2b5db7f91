"""Which files a run reads, and where an import leads."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from dryfit.analyzer.project import Choice, discover, resolve


def tree(root: Path, *names: str, **texts: str) -> None:
    """Files below a folder: empty ones by name; texts by name with / for __ and . for _dot_."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    for name, text in texts.items():
        path = root / name.replace("__", "/").replace("dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def names(root: Path, *named: str, **choice: object) -> list[str]:
    """What a walk finds, relative to the root."""
    found = discover([root / n for n in named or ["."]], Choice(root=root, **choice))
    assert found.failures == ()
    return [path.relative_to(root).as_posix() for path in found.paths]


def test_a_folder_stands_for_its_python_files_and_notebooks(tmp_path: Path) -> None:
    tree(tmp_path, "b.py", "a/c.ipynb", "a/d.txt", "a/e.pyc", ".venv/x.py", "node_modules/y.py")
    assert names(tmp_path) == ["b.py", "a/c.ipynb"]


def test_a_named_file_is_read_whatever_it_is_called_and_once(tmp_path: Path) -> None:
    tree(tmp_path, "script", "build/x.py")
    assert names(tmp_path, "script", "build/x.py", "script") == ["script", "build/x.py"]


def test_exclude_holds_for_named_files_too(tmp_path: Path) -> None:
    tree(tmp_path, "a/x.py", "a/y.py", "b/x.py")
    assert names(tmp_path, exclude=("a/x.py", "b/")) == ["a/y.py"]
    assert names(tmp_path, "a/x.py", exclude=("a/",)) == []


def test_include_chooses_the_files_of_a_folder(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", "b.pyw", "c/d.py")
    assert names(tmp_path, include=("*.pyw", "/c/")) == ["b.pyw", "c/d.py"]


def test_ignore_files_decide_as_git_does(tmp_path: Path) -> None:
    tree(
        tmp_path,
        "a.py",
        "b.py",
        "keep/b.py",
        "keep/deep/b.py",
        "out/x.py",
        "sub/gen_1.py",
        "sub/gen_2.py",
        "sub/out/y.py",
        dot_gitignore="b.py\n/out\ngen_*\n",
        keep__dot_gitignore="!b.py\n",
        sub__dot_gitignore="!gen_2.py\n",
    )
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    listed = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard", "*.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert sorted(names(tmp_path)) == sorted(listed.stdout.split())
    assert len(names(tmp_path)) == 5
    assert names(tmp_path / "sub") == ["gen_2.py", "out/y.py"]
    assert len(names(tmp_path, gitignore=False)) == 8


def test_a_loop_of_links_ends_and_a_broken_link_is_nothing(tmp_path: Path) -> None:
    tree(tmp_path, "a/x.py")
    (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere.py")
    (tmp_path / "link.py").symlink_to(tmp_path / "a" / "x.py")
    assert names(tmp_path) == ["link.py", "a/x.py"]


def test_a_missing_path_is_a_failure(tmp_path: Path) -> None:
    found = discover([tmp_path / "gone.py"])
    assert found.paths == ()
    assert found.failures == ((str(tmp_path / "gone.py"), "no such file or folder"),)


@pytest.mark.parametrize(
    ("importer", "name", "level", "target"),
    [
        ("app/train.py", "layers", 0, "app/layers.py"),
        ("app/train.py", "lib", 0, "src/lib/__init__.py"),
        ("app/train.py", "lib.blocks", 0, "src/lib/blocks/__init__.py"),
        ("app/train.py", "lib.blocks.conv", 0, "src/lib/blocks/conv.py"),
        ("app/train.py", "top", 0, "top.py"),
        ("app/train.py", "keras", 0, None),
        ("app/train.py", "both", 0, "app/both/__init__.py"),
        ("src/lib/blocks/conv.py", "", 1, "src/lib/blocks/__init__.py"),
        ("src/lib/blocks/conv.py", "norm", 1, "src/lib/blocks/norm.py"),
        ("src/lib/blocks/conv.py", "", 2, "src/lib/__init__.py"),
        ("src/lib/blocks/conv.py", "util.text", 2, "src/lib/util/text.py"),
        ("src/lib/blocks/conv.py", "lib.base", 0, "src/lib/base.py"),
        ("src/lib/blocks/conv.py", "norm", 0, "src/lib/blocks/norm.py"),
        ("src/lib/blocks/conv.py", "gone", 1, None),
        ("src/lib/blocks/conv.py", "x", 40, None),
        ("src/lib/blocks/conv.py", "", 0, None),
    ],
)
def test_an_import_leads_to_the_file_python_would_load(
    tmp_path: Path, importer: str, name: str, level: int, target: str | None
) -> None:
    tree(
        tmp_path,
        "pyproject.toml",
        "top.py",
        "app/train.py",
        "app/layers.py",
        "app/both.py",
        "app/both/__init__.py",
        "src/lib/__init__.py",
        "src/lib/base.py",
        "src/lib/blocks/__init__.py",
        "src/lib/blocks/conv.py",
        "src/lib/blocks/norm.py",
        "src/lib/util/text.py",
    )
    found = resolve(name, level, tmp_path / importer)
    assert found == (tmp_path / target if target else None)
