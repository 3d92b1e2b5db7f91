"""The `[tool.dryfit]` section of the nearest pyproject.toml, and what it may hold."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..analyzer.analysis import Options
from ..analyzer.findings import Level
from ..analyzer.project import Choice
from ..analyzer.source import MAX_CHARACTERS
from .errors import UsageFault

DIALECTS = ("keras3", "keras2")
LEVELS = {level.value: level for level in Level}
BUDGET = Options()


@dataclass(frozen=True, slots=True)
class Config:
    """How to check: the defaults, what pyproject.toml changes, what the command line changes."""

    root: Path = field(default_factory=Path.cwd)
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    respect_gitignore: bool = True
    dialect: str = "keras3"
    severity: Mapping[str, Level] = field(default_factory=dict)
    fail_on: Level = Level.WARNING
    max_steps: int = BUDGET.max_steps
    max_seconds: float = BUDGET.max_seconds
    max_file_size: int = MAX_CHARACTERS

    @property
    def options(self) -> Options:
        """The part of it that the analysis needs."""
        return Options(self.dialect, max_steps=self.max_steps, max_seconds=self.max_seconds)

    @property
    def choice(self) -> Choice:
        """The part of it that finding files needs."""
        return Choice(self.root, self.exclude, self.include, self.respect_gitignore)

    def fails(self, level: Level) -> bool:
        """Whether a finding of that level makes `check` exit with 1."""
        order = list(Level)
        return order.index(level) <= order.index(self.fail_on)


def find_config(named: Sequence[str | Path]) -> Config:
    """The configuration nearest upwards from what the named paths have in common."""
    for folder in _upwards(named):
        path = folder / "pyproject.toml"
        if path.is_file():
            section = _section(path)
            if section is not None:
                return read_config(section, path)
    return Config()


def _upwards(named: Sequence[str | Path]) -> list[Path]:
    folders = [p if p.is_dir() else p.parent for p in (Path(n).absolute() for n in named)]
    folders = folders or [Path.cwd()]
    first = [folders[0], *folders[0].parents]
    common = [p for p in first if all(p == f or p in f.parents for f in folders)]
    return common or [Path.cwd()]


def _section(path: Path) -> Mapping[str, object] | None:
    text = path.read_bytes()
    if b"dryfit" not in text:
        return None
    try:
        section = tomllib.loads(text.decode("utf-8")).get("tool", {}).get("dryfit")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageFault(f"{path}: {error}") from None
    if section is not None and not isinstance(section, dict):
        raise UsageFault(f"{path}: [tool.dryfit] must be a table")
    return section


def read_config(section: Mapping[str, object], path: Path) -> Config:
    """A section as configuration; a wrong key or value is told with what would be right."""
    values: dict[str, object] = {}
    for key, value in section.items():
        if key not in KEYS:
            raise UsageFault(f"{path}: [tool.dryfit] has no key {key!r}{_nearest(key, KEYS)}")
        try:
            values[key.replace("-", "_")] = KEYS[key](value)
        except ValueError as error:
            raise UsageFault(f"{path}: [tool.dryfit] {key} {error}") from None
    return Config(root=path.parent, **values)  # type: ignore[arg-type]


def _nearest(word: str, known: Sequence[str] | Mapping[str, object]) -> str:
    from difflib import get_close_matches

    found = get_close_matches(word, list(known), 1)
    return f"; did you mean {found[0]!r}?" if found else f"; it may have: {', '.join(known)}"


def _words(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError('must be a list of texts, e.g. ["SHP", "MSK001"]')
    return tuple(value)


def _words_by_pattern(value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise ValueError('must be a table, e.g. {"tests/*.py" = ["SHP"]}')
    return tuple((pattern, _words(words)) for pattern, words in value.items())


def _one_of(known: Sequence[str], value: object) -> str:
    if not isinstance(value, str) or value not in known:
        near = _nearest(value, known) if isinstance(value, str) else ""
        raise ValueError(f"must be one of {', '.join(known)}, not {value!r}{near}")
    return value


def _dialect(value: object) -> str:
    return _one_of(DIALECTS, value)


def _level(value: object) -> Level:
    return LEVELS[_one_of(list(LEVELS), value)]


def _levels(value: object) -> dict[str, Level]:
    if not isinstance(value, dict):
        raise ValueError('must be a table, e.g. {SHP006 = "error"}')
    return {word: _level(level) for word, level in value.items()}


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {value!r}")
    return value


def _positive(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise ValueError(f"must be a whole number above 0, not {value!r}")
    return value


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise ValueError(f"must be a number above 0, not {value!r}")
    return float(value)


KEYS: dict[str, Callable[[object], object]] = {
    "select": _words,
    "ignore": _words,
    "exclude": _words,
    "include": _words,
    "per-file-ignores": _words_by_pattern,
    "respect-gitignore": _flag,
    "dialect": _dialect,
    "severity": _levels,
    "fail-on": _level,
    "max-steps": _positive,
    "max-seconds": _seconds,
    "max-file-size": _positive,
}
