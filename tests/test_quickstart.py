"""The kept code of dataclass methods: the same classes, whatever is or is not on disk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """\
from dryfit.cli import quickstart
kept = quickstart.begin()
from dataclasses import dataclass, fields
import inspect

@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: tuple[int, ...] = ()

assert Point(1) == Point(1, ()) != Point(2)
assert repr(Point(1)) == "Point(x=1, y=())" and hash(Point(1)) == hash(Point(1))
assert inspect.get_annotations(Point.__init__)["x"] is int
try: Point(1).x = 2
except AttributeError: pass
else: raise SystemExit("not frozen")
print(len(kept.codes) - kept.known)
kept.keep()
"""


def new_entries(cache: Path, **environment: str) -> int:
    """How much a process compiles itself because it is not kept."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=env | {"XDG_CACHE_HOME": str(cache)} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def test_methods_are_compiled_once_and_read_from_then_on(tmp_path: Path) -> None:
    assert new_entries(tmp_path) > 0
    assert new_entries(tmp_path) == 0
    assert len(list((tmp_path / "dryfit").iterdir())) == 1


def test_what_is_broken_or_cut_short_is_written_anew(tmp_path: Path) -> None:
    new_entries(tmp_path)
    (kept,) = (tmp_path / "dryfit").iterdir()
    for broken in (b"", b"nonsense", kept.read_bytes()[:-9], b"\xe9\x01\x00\x00\x00"):
        kept.write_bytes(broken)
        assert new_entries(tmp_path) > 0
        assert new_entries(tmp_path) == 0


def test_nothing_is_written_where_python_writes_no_bytecode(tmp_path: Path) -> None:
    assert new_entries(tmp_path, PYTHONDONTWRITEBYTECODE="1") > 0
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert new_entries(tmp_path / "file") > 0
    assert new_entries(tmp_path / "file") > 0
