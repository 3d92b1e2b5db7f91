"""Which rules run on which file, and how severe their findings are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..analyzer.findings import Finding, Level
from .base import Rule
from .registry import rules

ALL = "all"


class UnknownRule(ValueError):
    """A code, name or family that no rule has; `nearest` is what may have been meant."""

    def __init__(self, word: str) -> None:
        from difflib import get_close_matches

        known = sorted({w for rule in rules() for w in (rule.code, rule.name)})
        found = get_close_matches(word, known, 1) or get_close_matches(word.upper(), known, 1)
        self.word = word
        self.nearest = found[0] if found else ""
        meant = f"; did you mean {self.nearest}?" if found else ""
        super().__init__(f"no rule is called {word!r}{meant}")


@dataclass(frozen=True, slots=True)
class Selection:
    """The rules of a run: chosen, left out, left out in some files, with other severities.

    Rules are named by code (`SHP001`), by name, by family (`SHP`) or as `ALL`. Nothing
    chosen means every rule that is more than a hint.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file: tuple[tuple[str, tuple[str, ...]], ...] = ()
    severity: Mapping[str, Level] = field(default_factory=dict)
    root: Path = field(default_factory=Path.cwd)

    def chosen(self, path: str | Path) -> list[type[Rule]]:
        """The rules that run on a file."""
        left_out = set(named(self.ignore))
        for pattern, words in self.per_file:
            if _matches(pattern, Path(path), self.root):
                left_out.update(named(words))
        picked = named(self.select) if self.select else _default()
        return [rule for rule in picked if rule not in left_out]

    def weighed(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings with the severities this run gives them."""
        if not self.severity:
            return list(findings)
        levels = {rule.code: level for w, level in self.severity.items() for rule in named([w])}
        return [replace(f, level=levels.get(f.code, f.level)) for f in findings]

    def verified(self) -> Selection:
        """The same selection, once every word in it is known to name a rule."""
        for words in (self.select, self.ignore, *(w for _, w in self.per_file), self.severity):
            named(words)
        return self


def named(words: Iterable[str]) -> list[type[Rule]]:
    """The rules that words name, by code; raises `UnknownRule` for one that names none."""
    found: dict[type[Rule], None] = {}
    for word in words:
        matching = [rule for rule in rules() if _names(word.strip().lower(), rule)]
        if not matching:
            raise UnknownRule(word.strip())
        found.update(dict.fromkeys(matching))
    return sorted(found, key=lambda rule: rule.code)


def _names(word: str, rule: type[Rule]) -> bool:
    family = rule.code.rstrip("0123456789")
    return word in (ALL, rule.code.lower(), rule.name, family.lower())


def _default() -> list[type[Rule]]:
    return [rule for rule in rules() if rule.level is not Level.HINT]


def _matches(pattern: str, path: Path, root: Path) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        relative = path.absolute().relative_to(root.absolute())
    except ValueError:
        relative = Path(path.name)
    return GitIgnoreSpec.from_lines([pattern]).match_file(relative.as_posix())
