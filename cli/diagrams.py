"""Models as graphs: mermaid, and plain text that says which layer feeds which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from ..analyzer.summary import ModelSummary
from .numbers import shape_text, shapes_text


def as_mermaid(model: ModelSummary) -> str:
    """A flowchart: boxes are layers, arrows carry shapes, dashed boxes differ in training."""
    nodes = {name: f"n{number}" for number, name in enumerate(_names(model))}
    lines = [f"%% {model.name}, {model.path}:{model.line}", "flowchart TD"]
    for port in model.inputs:
        label = f"{port.name}<br/>{shape_text(port.shape)}"
        lines.append(f'    {nodes[port.name]}(["{_quoted(label)}"])')
    inputs = {port.name for port in model.inputs}
    for layer in model.layers:
        if layer.name not in inputs:
            label = f"{layer.name}<br/>{layer.cls} {shapes_text(layer.output_shapes)}"
            lines.append(f'    {nodes[layer.name]}["{_quoted(label)}"]')
    lines += [f"    {nodes[start]} --> {nodes[end]}" for start, end in _edges(model)]
    modal = [nodes[layer.name] for layer in model.layers if layer.mode_dependent]
    if modal:
        lines += ["    classDef modal stroke-dasharray: 5 5", f"    class {','.join(modal)} modal"]
    return "\n".join(lines)


def _names(model: ModelSummary) -> Iterator[str]:
    yield from dict.fromkeys(
        [port.name for port in model.inputs] + [layer.name for layer in model.layers]
    )


def _edges(model: ModelSummary) -> Iterator[tuple[str, str]]:
    """What feeds what; where nothing is recorded (Sequential), each layer feeds the next."""
    known = set(_names(model))
    if any(layer.inbound for layer in model.layers):
        for layer in model.layers:
            yield from ((name, layer.name) for name in layer.inbound if name in known)
    elif model.style == "sequential":
        yield from pairwise(_names(model))


def _quoted(label: str) -> str:
    return re.sub(r'["#]', lambda match: f"#{ord(match.group())};", label)


def as_text(model: ModelSummary) -> str:
    """One line a layer: name, class, shape; what it reads, where that is not the line above."""
    feeds: dict[str, list[str]] = {}
    for start, end in _edges(model):
        feeds.setdefault(end, []).append(start)
    inputs = {port.name for port in model.inputs}
    rows = [(port.name, "Input", shape_text(port.shape), "") for port in model.inputs]
    above = rows[-1][0] if rows else ""
    for layer in model.layers:
        if layer.name not in inputs:
            read = feeds.get(layer.name, [])
            arrow = f"<- {', '.join(read)}" if read and read != [above] else ""
            rows.append((layer.name, layer.cls, shapes_text(layer.output_shapes), arrow))
            above = layer.name
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    head = f"{model.name} ({model.style}, {model.path}:{model.line})"
    lines = [
        "  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, [*widths, 0], strict=True))
        for row in rows
    ]
    return "\n".join([head, *(line.rstrip() for line in lines)])
