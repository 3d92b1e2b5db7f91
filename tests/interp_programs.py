"""Small programs whose final variables the interpreter must compute as CPython does.

Programs are separated by lines of dashes; the first line names the program.
"""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent / "programs"


def programs() -> dict[str, str]:
    """Every known-value program by name."""
    found: dict[str, str] = {}
    for path in sorted(_FOLDER.glob("*.txt")):
        for part in path.read_text("utf-8").split("\n----\n"):
            name, _, code = part.strip("\n").partition("\n")
            key = f"{path.stem}: {name.lstrip('# ')}"
            assert key not in found, key
            found[key] = code + "\n"
    return found
