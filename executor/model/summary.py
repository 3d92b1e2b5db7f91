"""`model.summary()`: layers, output shapes and numbers of weights as a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..layers.base import Layer
from ..variable import Variable


def print_summary(
    model: Any,
    line_length: int | None = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
) -> None:
    """Print the table, or hand its text to `print_fn`."""
    console = Console(width=line_length or (None if print_fn is None else 80), record=True)
    renderables = [f'[bold]Model: "{escape(model.name)}"[/bold]']
    renderables.append(_table(model, expand_nested, show_trainable))
    renderables += _totals(model)
    if print_fn is None:
        for item in renderables:
            console.print(item, highlight=False)
        return
    with console.capture() as captured:
        for item in renderables:
            console.print(item, highlight=False)
    text = captured.get()
    try:
        print_fn(text)
    except TypeError:
        for line in text.splitlines():
            print_fn(line)


def _table(model: Any, expand_nested: bool, show_trainable: bool) -> Table:
    table = Table(show_lines=True)
    table.add_column("Layer (type)")
    table.add_column("Output Shape")
    table.add_column("Param #", justify="right")
    connected = _connections(model)
    if connected:
        table.add_column("Connected to")
    if show_trainable:
        table.add_column("Trainable")
    for level, layer in _rows(model, expand_nested):
        cells = ["  " * level + f"{layer.name} ({type(layer).__name__})"]
        cells += [_shape(layer), f"{count(layer.weights):,}"]
        if connected:
            cells.append(connected.get(id(layer), "-"))
        if show_trainable:
            cells.append("Y" if layer.trainable else "N")
        table.add_row(*map(escape, cells))
    return table


def _rows(model: Any, expand_nested: bool, level: int = 0) -> list[tuple[int, Layer]]:
    rows = []
    for layer in model.layers:
        rows.append((level, layer))
        if expand_nested and hasattr(layer, "layers"):
            rows += _rows(layer, True, level + 1)
    return rows


def _shape(layer: Layer) -> str:
    shapes = [t.shape for node in layer._inbound_nodes[:1] for t in node.outputs]
    if not shapes:
        return "?" if not layer.built else "(not called symbolically)"
    return ", ".join(map(str, shapes))


def _connections(model: Any) -> dict[int, str]:
    """What each layer of a branching functional model takes its inputs from."""
    graph = getattr(model, "_graph", None)
    if graph is None or all(len(node.inputs) <= 1 for node in graph.nodes):
        return {}
    return {
        id(node.operation): ", ".join(
            f"{t._keras_history.operation.name}[{t._keras_history.node_index}]"
            f"[{t._keras_history.tensor_index}]"
            for t in node.inputs
        )
        for node in graph.nodes
        if node.inputs
    }


def _totals(model: Any) -> list[str]:
    trainable, frozen = model.trainable_weights, model.non_trainable_weights
    total = [*model.weights]
    lines = [
        _total_line("Total params", total),
        _total_line("Trainable params", trainable),
        _total_line("Non-trainable params", frozen),
    ]
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and optimizer.built:
        lines.append(_total_line("Optimizer params", optimizer.variables))
        lines[0] = _total_line("Total params", [*total, *optimizer.variables])
    return lines


def _total_line(title: str, variables: list[Variable]) -> str:
    return f"[bold] {title}:[/bold] {count(variables):,} ({_memory(variables)})"


def count(variables: list[Variable]) -> int:
    """How many numbers variables hold, each counted once."""
    return sum(v.size for v in {id(v): v for v in variables}.values())


def _memory(variables: list[Variable]) -> str:
    size = float(sum(v.size * np.dtype(v.dtype).itemsize for v in variables))
    for unit in ("B", "KB", "MB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} GB"
