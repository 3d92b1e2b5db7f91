"""Models as tables: like a model summary, with the line, the mask, the mode and the cost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..analyzer.summary import LayerRow, ModelSummary, Port
from .numbers import cost_text, count_text, shape_text

Row: TypeAlias = "tuple[str, ...]"

STYLES = {"sequential": "Sequential", "functional": "functional", "subclass": "subclassed"}
HEADINGS = ("layer", "class", "line", "output shape", "params", "mask", "mode", "cost")
SHORT = 20  # a reason of so many characters stands where the shape would
MASK_STYLES = {"drops": "yellow", "produces": "green", "consumes": "green"}


def show(console: Console, models: Iterable[ModelSummary], weights: bool) -> None:
    """Print each model: its head, its layers, its sums."""
    for number, model in enumerate(models):
        if number:
            console.print()
        for line in _head(model):
            console.print(line, soft_wrap=True)
        inputs = {port.name for port in model.inputs}
        layers = tuple(layer for layer in model.layers if layer.name not in inputs)
        if layers:
            console.print(_table(list(_rows(layers, "", weights)), console.width))
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


def _table(rows: list[Row], width: int) -> Table:
    # No padding: the box's own dividers are one blank wide, and 80 columns are few.
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=0, show_edge=False)
    if _wide(rows) > width:
        rows = [(row[0], "" if _tells(row[0], row[1]) else row[1], *row[2:]) for row in rows]
    # Where every name tells its class, the names are enough.
    shown = [h for h in HEADINGS if h != "class" or any(row[1] for row in rows)]
    for heading in shown:
        table.add_column(
            heading,
            justify="right" if heading in ("line", "params", "cost") else "left",
            style={"layer": "bold", "line": "dim"}.get(heading, ""),
            no_wrap=heading not in ("layer", "class"),  # names fold, shapes and numbers do not
            overflow="fold",
        )
    for row in rows:
        cells = dict(zip(HEADINGS, row, strict=True))
        mask = Text(cells["mask"], MASK_STYLES.get(cells["mask"], ""))
        table.add_row(*[mask if h == "mask" else cells[h] for h in shown])
    return table


def _wide(rows: list[Row]) -> int:
    """How wide the table would be if nothing were folded."""
    return sum(max(map(cell_len, column)) + 1 for column in zip(HEADINGS, *rows, strict=True)) - 1


def _tells(name: str, cls: str) -> bool:
    """Whether a layer's name is the one Keras gives to its class: `conv2d_3` to Conv2D."""
    words = re.sub(r"_\d+$", "", name.strip()).replace("_", "")
    return words == cls.lower()


def _rows(layers: tuple[LayerRow, ...], indent: str, weights: bool) -> Iterator[Row]:
    for layer in layers:
        yield _row(layer, indent)
        if weights and not layer.children:
            for name, size, trainable in layer.weights:
                fixed = "" if trainable else "fixed"
                yield f"{indent}  .{_short(name)}", "", "", shape_text(size), "", "", fixed, ""
        yield from _rows(layer.children, indent + "  ", weights)


def _row(layer: LayerRow, indent: str) -> Row:
    shapes = list(dict.fromkeys(shape_text(shape) for shape in layer.output_shapes)) or ["?"]
    unseen = shapes == ["?"] and layer.reason
    frozen = not layer.trainable and layer.params != 0
    modes = ["frozen"] * frozen + ["differs"] * layer.mode_dependent
    return (
        indent + layer.name,
        layer.cls,
        str(layer.line),
        layer.reason if unseen and len(layer.reason) <= SHORT else "\n".join(shapes),
        "?" if unseen else count_text(layer.params),
        "" if layer.mask == "none" else layer.mask,
        "\n".join(modes),
        cost_text(layer.flops),
    )


def _short(name: str) -> str:
    """A weight's name without the steps that every such layer has."""
    return name.replace("_layer/", "/").replace("cell/", "")


def _sums(model: ModelSummary) -> Iterator[Text]:
    text = f"params {count_text(model.params)}"
    if model.non_trainable_params:
        trainable = count_text(model.trainable_params)
        text += f" ({trainable} trainable, {count_text(model.non_trainable_params)} not)"
    if model.flops is not None:
        text += f"; {cost_text(model.flops)} operations a sample"
    yield Text(f"  {text}")
    for reason, names in _unknown(model.layers).items():
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield Text(f"  no shape for {names[0]}{more}: {reason}")
    for note in model.notes:
        yield Text(f"  note: {note}")


def _unknown(layers: Iterable[LayerRow]) -> dict[str, list[str]]:
    """The layers without a shape by the reason, where the table has no room for it."""
    found: dict[str, list[str]] = {}
    for layer in layers:
        if len(layer.reason) > SHORT:
            found.setdefault(layer.reason, []).append(layer.name)
        for reason, names in _unknown(layer.children).items():
            found.setdefault(reason, []).extend(names)
    return found
