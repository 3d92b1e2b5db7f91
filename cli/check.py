"""`dryfit check`: findings of files, folders, notebooks and standard input."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import click

from ..analyzer.source import STDIN
from .config import LEVELS
from .options import configuration, rule_options
from .parallel import cores
from .request import Request

FORMATS = ("rich", "concise", "json", "github")


@click.command(short_help="Find what does not fit.")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="rich: with source lines; concise: plain text; json; github: annotations."
    " Default: rich on a terminal, else concise.",
)
@click.option("--fix", is_flag=True, help="Write the safe fixes into the files, then report.")
@click.option("--diff", is_flag=True, help="Show what --fix would change; write nothing.")
@rule_options
@click.option(
    "--fail-on",
    type=click.Choice(list(LEVELS)),
    help="The least severity that makes the exit code 1. Default: warning.",
)
@click.option("-v", "--verbose", is_flag=True, help="Tell what was seen of each file, and why not.")
@click.option(
    "--cache/--no-cache",
    default=True,
    help="Keep in .dryfit_cache/ what was found in files that do not change. On by default.",
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1),
    metavar="N",
    help="How many processes check many files. Default: one a core.",
)
@click.option(
    "--stdin-filename",
    metavar="PATH",
    default=STDIN,
    help="What to call standard input (the path -), and where its imports start.",
)
def check(paths: tuple[str, ...], **given: object) -> None:
    """Find what does not fit in the models of PATHS (default: this folder).

    A path is a file, a notebook, a folder (its .gitignore files are respected) or - for
    standard input. Nothing is imported or run. An error means that real Keras raises when
    the line runs; a warning, that it runs and does something other than it says.

    Exit code 0: nothing to report; 1: findings; 2: a path, an option or Dryfit is at fault.

    \b
    On a line:  # dryfit: ignore[SHP001]   or   # noqa: SHP001
    In pyproject.toml:
      [tool.dryfit]
      ignore = ["SHP006"]
      per-file-ignores = {"tests/*.py" = ["SHP"]}
    """
    from .checking import Run

    sys.exit(Run(_request(paths or (".",), given)).code())


def _request(paths: tuple[str, ...], given: Mapping[str, object]) -> Request:
    name = str(given["stdin_filename"])
    anchors = [path if path != "-" else ("." if name == STDIN else name) for path in paths]
    form = str(given["form"] or ("rich" if sys.stdout.isatty() else "concise"))
    return Request(
        paths,
        configuration(anchors, given),
        form,
        bool(given["fix"]),
        bool(given["diff"]),
        bool(given["verbose"]),
        bool(given["cache"]),
        int(str(given["jobs"] or cores())),
        name,
    )
