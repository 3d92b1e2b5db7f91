"""Models as tables: like a model summary, with the line, the mask, the mode and the cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..analyzer.summary import LayerRow, ModelSummary, Port
from .numbers import cost_text, count_text, shape_text

STYLES = {"sequential": "Sequential", "functional": "functional", "subclass": "subclassed"}
MASK_STYLES = {"drops": "yellow", "produces": "green", "consumes": "green"}


def show(console: Console, models: Iterable[ModelSummary], weights: bool) -> None:
    """Print each model: its head, its layers, its sums."""
    for number, model in enumerate(models):
        if number:
            console.print()
        for line in _head(model):
            console.print(line, soft_wrap=True)
        if model.layers:
            console.print(_table(model, weights))
        for line in _sums(model):
            console.print(line, soft_wrap=True)


def _head(model: ModelSummary) -> Iterator[Text]:
    style = STYLES.get(model.style, model.style)
    yield Text.assemble((model.name, "bold"), f"  {style}, {model.path}:{model.line}")
    if model.contract:
        yield Text(f"  {model.contract}")
    for word, ports in (("in", model.inputs), ("out", model.outputs)):
        for port in ports:
            yield Text.assemble((f"  {word:<4}", "bold"), _port(port))


def _port(port: Port) -> str:
    return f"{shape_text(port.shape)} {port.dtype or '?'}  {port.name}"


def _table(model: ModelSummary, weights: bool) -> Table:
    # No padding: the box's own dividers are one blank wide, and 80 columns are few.
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=0, show_edge=False)
    table.add_column("layer", overflow="fold", min_width=8, style="bold")
    table.add_column("class", overflow="fold", min_width=8)
    table.add_column("line", justify="right", no_wrap=True, style="dim")
    table.add_column("output shape", no_wrap=True)
    table.add_column("params", justify="right", no_wrap=True)
    table.add_column("mask", no_wrap=True)
    table.add_column("mode", no_wrap=True)
    table.add_column("cost", justify="right", no_wrap=True)
    for row in _rows(model.layers, ""):
        _add(table, *row, weights)
    return table


def _rows(layers: tuple[LayerRow, ...], indent: str) -> Iterator[tuple[LayerRow, str]]:
    for layer in layers:
        yield layer, indent
        yield from _rows(layer.children, indent + "  ")


def _add(table: Table, layer: LayerRow, indent: str, weights: bool) -> None:
    shapes = list(dict.fromkeys(shape_text(shape) for shape in layer.output_shapes)) or ["?"]
    frozen = not layer.trainable and layer.params != 0
    modes = ["frozen"] * frozen + ["differs"] * layer.mode_dependent
    table.add_row(
        indent + layer.name,
        layer.cls,
        str(layer.line),
        layer.reason if shapes == ["?"] and layer.reason else "\n".join(shapes),
        count_text(layer.params),
        Text("" if layer.mask == "none" else layer.mask, MASK_STYLES.get(layer.mask, "")),
        "\n".join(modes),
        cost_text(layer.flops),
    )
    for name, size, trainable in layer.weights if weights else ():
        fixed = "" if trainable else "fixed"
        table.add_row(Text(f"{indent}  .{name}", "dim"), "", "", shape_text(size), "", "", fixed)


def _sums(model: ModelSummary) -> Iterator[Text]:
    text = f"params {count_text(model.params)}"
    if model.non_trainable_params != 0:
        trainable = count_text(model.trainable_params)
        text += f" ({trainable} trainable, {count_text(model.non_trainable_params)} not)"
    if model.flops is not None:
        text += f"; {cost_text(model.flops)} operations a sample"
    yield Text(f"  {text}")
    for note in model.notes:
        yield Text(f"  note: {note}")
