"""Rules that another installed package offers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

RULE = """\
from dryfit.rules import Rule

class Mine(Rule):
    \"\"\"Finds nothing.\"\"\"

    code, name = "ZZZ001", "mine"

other = 3
"""


def codes(folder: Path) -> list[str]:
    """The codes of all rules in a process that sees a folder of installed packages."""
    program = "from dryfit.rules import rules; print(*(rule.code for rule in rules()))"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.append({str(folder)!r}); {program}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_rules_of_other_packages_are_found_by_their_entry_point(tmp_path: Path) -> None:
    before = codes(tmp_path)
    info = tmp_path / "mine-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[dryfit.rules]\nmine = mine:Mine\nodd = mine:other\n")
    (tmp_path / "mine.py").write_text(RULE)
    assert codes(tmp_path) == sorted([*before, "ZZZ001"])
