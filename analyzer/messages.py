"""The one renderer of findings as text."""

from __future__ import annotations

from .findings import Finding, Place
from .mismatch import shape_text


def message(finding: Finding) -> str:
    """What is wrong, in one sentence: subject, needed against got, bound names."""
    parts = [f"{finding.subject} {finding.says}".strip()]
    if finding.needs:
        parts[0] += f" needs {finding.needs}" if not finding.says else f": needs {finding.needs}"
    if finding.got:
        got = ", ".join(f"{k} {shape_text(v)}".strip() for k, v in finding.got.items())
        parts.append(f"got {got}")
    text = ", ".join(parts)
    if finding.names:
        text += f" ({', '.join(f'{k}={shape_text(v)}' for k, v in finding.names.items())})"
    if finding.when:
        text += f" when {finding.when}"
    return f"{text}; Keras raises this only when the model runs" if finding.late else text


def location(place: Place) -> str:
    """`model.py:14:9`, with the cell for notebooks: `nb.ipynb:cell 3:2:5`."""
    position = place.position
    cell = f"cell {position.cell}:" if position.cell else ""
    return f"{place.path}:{cell}{position.line}:{position.column}"


def concise(finding: Finding) -> str:
    """The whole finding as plain text, one part a line."""
    head = f"{location(finding.place)}: {finding.code} {finding.name}: {message(finding)}"
    lines = [head]
    lines += [f"    {r.message} at {location(r.place)}" for r in finding.related]
    if finding.hint:
        lines.append(f"    fix: {finding.hint}")
    return "\n".join(lines)
