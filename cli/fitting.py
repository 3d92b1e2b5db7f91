"""One `fit` as a person sees it: a progress bar, a table of the epochs, a curve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from .data import Data
from .engine import engine

History = dict[str, list[float]]


def fit(model: Any, data: Data, given: Mapping[str, Any]) -> History:
    """Train a model and show how it goes; the values of each epoch."""
    keras = engine().keras
    console = Console(highlight=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns,
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("epoch 1", total=None)

        def begin(epoch: int, _logs: object = None) -> None:
            bar.reset(task, description=f"epoch {epoch + 1}/{given['epochs']}", total=None)

        def step(batch: int, _logs: object = None) -> None:
            bar.update(task, completed=batch + 1)

        shown = keras.callbacks.LambdaCallback(on_epoch_begin=begin, on_train_batch_end=step)
        fitted = model.fit(
            data.x,
            data.y,
            epochs=given["epochs"],
            batch_size=given["batch_size"],
            validation_split=given["validation_split"],
            validation_data=data.held_out if not given["validation_split"] else None,
            callbacks=[shown],
            verbose=0,
        )
    history: History = fitted.history
    console.print(_table(history))
    return history


def _table(history: History) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("epoch", justify="right")
    for name in history:
        table.add_column(name, justify="right")
    for epoch, values in enumerate(zip(*history.values(), strict=True), 1):
        table.add_row(str(epoch), *(f"{value:.4g}" for value in values))
    return table


def draw_curve(history: History, path: str) -> None:
    """Draw the losses by epoch."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot, ticker

    figure, axes = pyplot.subplots(figsize=(6, 4), layout="constrained")
    for name in (name for name in history if name.endswith("loss")):
        epochs = range(1, len(history[name]) + 1)
        axes.plot(epochs, history[name], marker="o", markersize=3, label=name)
    axes.xaxis.set_major_locator(ticker.MaxNLocator(integer=True))
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss")
    axes.legend()
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
    click.echo(f"{path}: written")
