"""What was found in files that have not changed since, kept in `.dryfit_cache/`.

An entry holds for a file's bytes, the configuration, this Dryfit, and the files that its
imports led to; a lookup reads those files and imports nothing of the analyzer's.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ..analyzer.installed import declares
from ..analyzer.project import resolve
from .config import Config
from .storing import Outcome, plain, restored

FOLDER = ".dryfit_cache"
PACKAGES = ("analyzer", "rules")


class Cache:
    """The entries of one configuration."""

    def __init__(self, config: Config) -> None:
        self._folder = config.root / FOLDER
        self._mark = _digest(_version(), repr(config).encode())

    @classmethod
    def of(cls, config: Config, wanted: bool) -> Cache | None:
        """The cache of a run; none where it is not wanted, or rules of others take part."""
        return cls(config) if wanted and not declares("dryfit.rules") else None

    def get(self, path: str, data: bytes) -> Outcome | None:
        """What is known about a file, if it still holds."""
        try:
            entry = json.loads(self._place(path).read_bytes())
            if entry["key"] != self._key(path, data):
                return None
            if not all(_still_leads(*each) for each in entry["imports"]):
                return None
            return restored(entry)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def put(
        self, path: str, data: bytes, outcome: Outcome, imports: Mapping[tuple[str, int, str], str]
    ) -> None:
        """Keep an outcome; without a place to write to, nothing is kept."""
        seen = outcome.coverage
        if seen.exhausted.startswith("seconds") or any(
            r.startswith("internal") for r in seen.reasons
        ):
            return  # another time it may end otherwise
        led = [[*key, found, _digest_of(found)] for key, found in imports.items()]
        entry = plain(outcome) | {"key": self._key(path, data), "imports": led}
        place = self._place(path)
        beside = place.with_name(f"{place.name}.{os.getpid()}")
        try:
            if not self._folder.is_dir():
                self._folder.mkdir()
                (self._folder / ".gitignore").write_text("*\n")
            beside.write_text(json.dumps(entry), "utf-8")
            beside.replace(place)
        except OSError:
            return

    def _place(self, path: str) -> Path:
        return self._folder / f"{_digest(os.path.abspath(path).encode())}.json"

    def _key(self, path: str, data: bytes) -> str:
        return _digest(self._mark.encode(), path.encode(), data)


def _digest(*parts: bytes) -> str:
    total = blake2b(digest_size=16)
    for part in parts:
        total.update(len(part).to_bytes(8, "little"))
        total.update(part)
    return total.hexdigest()


def _digest_of(path: str) -> str:
    try:
        return _digest(Path(path).read_bytes()) if path else ""
    except OSError:
        return "gone"


def _still_leads(name: str, level: int, importer: str, found: str, digest: str) -> bool:
    """Whether an import leads where it led, to a file that holds what it held."""
    return str(resolve(name, level, importer) or "") == found and _digest_of(found) == digest


def _version() -> bytes:
    """This Dryfit and this Python: the modules by size and time, as an editable one changes."""
    parts: list[Any] = [sys.version_info[:3]]
    for package in PACKAGES:
        for folder, _, names in os.walk(Path(__file__).parent.parent / package):
            for name in sorted(names):
                if name.endswith(".py"):
                    status = os.stat(os.path.join(folder, name))
                    parts.append((folder, name, status.st_size, status.st_mtime_ns))
    return repr(parts).encode()
