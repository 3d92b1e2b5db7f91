"""Whole models with a few random slips in them: source text as people type it."""

from __future__ import annotations

import random
import re

ODD = ["None", "0", "-1", "True", "'x'", "[]", "()", "{}", "self", "lambda", "(1,2)", "[3]", "**{}"]


def mutant(text: str, seed: int) -> str:
    """The text after one to four slips: lines and words lost, doubled, moved, replaced."""
    r = random.Random(seed)
    lines = text.split("\n")
    for _ in range(r.choice([1, 1, 2, 4])):
        row = r.randrange(len(lines))
        slip = r.randrange(6)
        if slip == 0:
            lines[row] = ""
        elif slip == 1:
            lines.insert(row, lines[r.randrange(len(lines))])
        elif slip == 2:
            lines[row] = lines[row].replace("  ", "", 1)
        else:
            lines[row] = _slip(lines[row], r, slip, text)
    return "\n".join(lines)


def _slip(line: str, r: random.Random, slip: int, text: str) -> str:
    words = re.findall(r"\w+|\W", line)
    if not words:
        return line
    at = r.randrange(len(words))
    if slip == 3:
        words[at] = r.choice(ODD)
    elif slip == 4:
        del words[at]
    else:
        words[at] = r.choice(re.findall(r"\w+", text))
    return "".join(words)
