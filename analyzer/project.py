"""Which files belong to a run, and which file of the same project an import leads to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SUFFIXES = (".py", ".ipynb")
# Folders that hold no code of one's own; git's check of ignore files comes on top.
NEVER = frozenset({".git", ".hg", ".svn", ".bzr", "__pycache__", ".ipynb_checkpoints"})
NEVER |= {".venv", "venv", "env", "site-packages", "node_modules", "__pypackages__"}
NEVER |= {".tox", ".nox", ".eggs", "build", "dist", "_build"}
NEVER |= {".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".dryfit_cache"}
ROOT_MARKS = ("pyproject.toml", ".git", "setup.py", "setup.cfg")


@dataclass(frozen=True, slots=True)
class Choice:
    """What a folder's files are chosen by; the patterns are those of .gitignore.

    `exclude` holds for every path, also one that was named; the rest only for what a
    folder holds. `root` is the folder that the patterns start from.
    """

    root: Path = field(default_factory=Path.cwd)
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    gitignore: bool = True


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a run, in order, and the paths that could not be looked at, with the reason."""

    paths: tuple[Path, ...]
    failures: tuple[tuple[str, str], ...] = ()


def discover(named: Sequence[str | Path], choice: Choice | None = None) -> Files:
    """The files that paths stand for: a file for itself, a folder for the models in it."""
    walk = _Walk(choice or Choice())
    for path in named:
        walk.add(Path(path))
    return Files(tuple(walk.found), tuple(walk.failures))


class _Walk:
    """One walk over the named paths."""

    def __init__(self, choice: Choice) -> None:
        self.choice = choice
        self.found: dict[Path, None] = {}
        self.failures: list[tuple[str, str]] = []
        self._exclude = _spec(choice.exclude)
        self._include = _spec(choice.include)

    def add(self, path: Path) -> None:
        if path.is_dir():
            ignores = _outer_ignores(path) if self.choice.gitignore else ()
            self._folder(path, ignores)
        elif path.exists():
            if not self._matches(self._exclude, path):
                self.found[path] = None
        else:
            self.failures.append((str(path), "no such file or folder"))

    def _folder(self, folder: Path, ignores: tuple[_Ignore, ...]) -> None:
        if self.choice.gitignore:
            ignores = (*ignores, *_ignores_of(folder))
        files, folders = self._listed(folder)
        for path in files:
            if self._is_source(path) and self._wanted(path, False, ignores):
                self.found[path] = None
        for path in folders:
            if path.name not in NEVER and self._wanted(path, True, ignores):
                self._folder(path, ignores)

    def _listed(self, folder: Path) -> tuple[list[Path], list[Path]]:
        """The files and the folders of a folder, by name."""
        try:
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self.failures.append((str(folder), error.strerror or str(error)))
            return [], []
        # A link to a folder is not followed, as in git: so that no loop can be.
        folders = [folder / entry.name for entry in listed if entry.is_dir(follow_symlinks=False)]
        return [folder / entry.name for entry in listed if entry.is_file()], folders

    def _is_source(self, path: Path) -> bool:
        if self._include is not None:
            return self._matches(self._include, path)
        return path.suffix in SUFFIXES

    def _wanted(self, path: Path, folder: bool, ignores: tuple[_Ignore, ...]) -> bool:
        if self._matches(self._exclude, path, folder):
            return False
        for ignore in reversed(ignores):  # the innermost file that says something decides
            told = ignore.says(path, folder)
            if told is not None:
                return not told
        return True

    def _matches(self, spec: GitIgnoreSpec | None, path: Path, folder: bool = False) -> bool:
        if spec is None:
            return False
        try:
            relative = path.absolute().relative_to(self.choice.root.absolute())
        except ValueError:
            relative = Path(path.name)
        return spec.match_file(relative.as_posix() + ("/" if folder else ""))


@dataclass(frozen=True, slots=True)
class _Ignore:
    """The patterns of one .gitignore, for what its folder holds."""

    folder: str
    spec: GitIgnoreSpec

    def says(self, path: Path, folder: bool) -> bool | None:
        """True: ignored; False: taken back by a `!` pattern; None: nothing is said."""
        absolute = os.path.abspath(path)
        relative = os.path.relpath(absolute, self.folder).replace(os.sep, "/")
        return self.spec.check_file(relative + ("/" if folder else "")).include


def _spec(patterns: Sequence[str]) -> GitIgnoreSpec | None:
    if not patterns:
        return None
    # Imported late: most runs, on named files, need no patterns.
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(patterns)


def _ignores_of(folder: Path) -> Iterator[_Ignore]:
    """The ignore files of one folder; git's own list where the repository begins."""
    for name in (".git/info/exclude", ".gitignore"):
        try:
            lines = (folder / name).read_text("utf-8", "replace").splitlines()
        except OSError:
            continue
        spec = _spec(lines)
        if spec is not None:
            yield _Ignore(os.path.abspath(folder), spec)


def _outer_ignores(folder: Path) -> tuple[_Ignore, ...]:
    """The ignore files above a folder, from the repository's root inwards."""
    absolute = folder.absolute()
    above: list[Path] = []
    for parent in (absolute, *absolute.parents):
        if parent != absolute:
            above.append(parent)
        if (parent / ".git").exists():
            return tuple(ignore for each in reversed(above) for ignore in _ignores_of(each))
    return ()


def resolve(name: str, level: int, importer: str | Path) -> Path | None:
    """The file that `import name` in a file leads to inside its project; None for all else.

    `level` counts the leading dots. A package leads to its `__init__.py`.
    """
    folder = Path(importer).absolute().parent
    parts = tuple(name.split(".")) if name else ()
    if level:
        base = folder
        for _ in range(level - 1):
            base = base.parent
        return _module(base, parts)
    if not parts:
        return None
    roots = _import_roots(folder)
    return next((found for root in roots if (found := _module(root, parts))), None)


@lru_cache(maxsize=4096)
def _module(base: Path, parts: tuple[str, ...]) -> Path | None:
    """The package or module of that name below a folder, the package first, as in Python."""
    path = base.joinpath(*parts)
    candidates = [path / "__init__.py"]
    if parts:
        candidates.append(path.with_name(path.name + ".py"))
    return next((candidate for candidate in candidates if candidate.is_file()), None)


@lru_cache(maxsize=1024)
def _import_roots(folder: Path) -> tuple[Path, ...]:
    """Where Python would look: beside the script, above its package, in the project, in src/."""
    top = folder
    while (top / "__init__.py").is_file() and top.parent != top:
        top = top.parent
    project = next((p for p in (top, *top.parents) if _is_project(p)), top)
    return tuple(dict.fromkeys([top, folder, project, project / "src"]))


def _is_project(folder: Path) -> bool:
    return any((folder / mark).exists() for mark in ROOT_MARKS)
