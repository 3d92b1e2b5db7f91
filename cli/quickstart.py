"""Keeps the compiled methods of dataclasses on disk, as Python keeps those of modules.

`@dataclass` writes the text of five methods a class and compiles it, in every process anew.
libcst has two hundred such classes, Dryfit a hundred: compiling them took 120 ms of the 300
that a cold check of a small file may take; reading the compiled code takes 4. What is
executed is the same; the text itself is the key. Only the command does this, a process
that imports dryfit is left alone.
"""

from __future__ import annotations

import dataclasses
import marshal
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import CodeType

Namespace = dict[str, object]


class _Kept:
    """Stands in for `exec` where dataclasses look it up."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.codes = _read(path)
        self.known = len(self.codes)

    def run(
        self, text: str, names: Namespace | None = None, found: Mapping[str, object] | None = None
    ) -> None:
        """Execute a text, compiled now or earlier."""
        code = self.codes.get(text)
        if code is None:
            # This module's future import must not leak into the methods' annotations.
            code = compile(text, "<string>", "exec", dont_inherit=True)
            self.codes[text] = code
        exec(code, names, found)

    def keep(self) -> None:
        """Write what is new, in one step; without a place to write to, nothing is kept."""
        if len(self.codes) == self.known or sys.dont_write_bytecode:
            return
        beside = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside.write_bytes(marshal.dumps(self.codes))
            beside.replace(self.path)
        except OSError:
            pass


def _read(path: Path) -> dict[str, CodeType]:
    """The kept code; none where the file is not there, not ours, or not whole."""
    try:
        if hasattr(os, "getuid") and path.stat().st_uid != os.getuid():
            return {}
        codes = marshal.loads(path.read_bytes())
    except (OSError, EOFError, ValueError, TypeError):
        return {}
    return codes if isinstance(codes, dict) else {}


def _place() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(base) / "dryfit" / f"dataclasses.{sys.implementation.cache_tag}"


def begin() -> _Kept | None:
    """Read the kept code and use it from now on; None where the home folder is unknown."""
    try:
        kept = _Kept(_place())
    except RuntimeError:
        return None
    dataclasses.exec = kept.run  # type: ignore[attr-defined]
    return kept
