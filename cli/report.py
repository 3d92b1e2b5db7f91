"""`dryfit report`: the models of a file, layer by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..analyzer.source import Source
from .errors import UsageFault
from .options import configuration, parted, rule_options

if TYPE_CHECKING:
    from ..analyzer.analysis import Analysis
    from ..analyzer.summary import ModelSummary

FORMATS = ("rich", "text", "json", "mermaid")


@click.command(short_help="Show each layer's shapes, weights, masks, cost.")
@click.argument("target", metavar="PATH[:NAME]")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="rich",
    help="rich: a table; text: which layer feeds which; mermaid: a picture; json.",
)
@click.option("--weights", is_flag=True, help="List each layer's weights with their shapes.")
@rule_options
def report(target: str, form: str, weights: bool, **given: object) -> None:
    """Show the models in PATH, or the one called NAME: shapes, weights, masks, modes, cost.

    Nothing is imported or run: what is shown follows from the source alone. A size that
    the source leaves open has a name, such as batch.

    \b
    mask     the layer produces, passes, consumes or drops a mask
    mode     differs: it does something else in training than in inference
    cost     multiply-adds and the like for one sample
    """
    path, name = parted(target)
    analysis = _analysed(path, given)
    models = _chosen(analysis, name)
    if form == "json":
        from .reportjson import as_json

        click.echo(as_json(models))
        return
    if not models:
        click.echo(f"{path}: no model is made here")
    elif form == "rich":
        from rich.console import Console

        from .tables import show

        show(Console(highlight=False), models, weights)
    else:
        from .diagrams import as_mermaid, as_text

        draw = as_mermaid if form == "mermaid" else as_text
        click.echo("\n\n".join(draw(model) for model in models))
    _tell_rest(analysis)


def _analysed(path: str, given: dict[str, object]) -> Analysis:
    from ..analyzer.analysis import analyze

    config = configuration([path], given)
    return analyze(Source.read(path, config.max_file_size), config.options)


def _chosen(analysis: Analysis, name: str) -> list[ModelSummary]:
    models = [model for model in analysis.models if not name or model.name == name]
    if name and not models:
        known = ", ".join(dict.fromkeys(model.name for model in analysis.models)) or "none at all"
        raise UsageFault(f"{analysis.source.path} has no model called {name!r}; it has {known}")
    return models


def _tell_rest(analysis: Analysis) -> None:
    """What the table cannot say: problems of the source, and how much was seen."""
    path, seen = analysis.source.path, analysis.coverage
    for problem in analysis.source.problems:
        click.echo(f"{path}:{problem.line}: {problem.text}", err=True)
    if seen.exhausted:
        click.echo(f"{path}: the budget ran out: {seen.exhausted}", err=True)
    if seen.known < seen.layer_calls:
        unknown = seen.layer_calls - seen.known
        reasons = "; ".join(f"{reason} ({n})" for reason, n in seen.reasons.most_common(3))
        because = f": {reasons}" if reasons else ""
        click.echo(f"{unknown} of {seen.layer_calls} layer calls have no full shape{because}")
