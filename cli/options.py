"""Options that several commands share, and the configuration that comes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import click

from .config import DIALECTS, LEVELS, Config, find_config
from .errors import UsageFault

Command = TypeVar("Command", bound=Callable[..., object])


class Words(click.ParamType):
    """Rule codes, names or families, separated by commas."""

    name = "rules"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """`SHP001,MSK` as its words."""
        if isinstance(value, tuple):
            return value
        return tuple(word.strip() for word in str(value).split(",") if word.strip())


dialect_option = click.option(
    "--dialect",
    type=click.Choice(DIALECTS),
    help="The Keras the code is written for. Default: keras3.",
)


def rule_options(command: Command) -> Command:
    """--select, --ignore and --dialect: what is judged, and by which Keras."""
    for option in (
        dialect_option,
        click.option(
            "--ignore",
            type=Words(),
            metavar="RULES",
            help="Leave these rules out, in addition to the configuration's: --ignore MSK,SHP006",
        ),
        click.option(
            "--select",
            type=Words(),
            metavar="RULES",
            help="Run only these rules, by code, name, family (SHP) or ALL.",
        ),
    ):
        command = option(command)
    return command


def configuration(paths: Sequence[str | Path], given: Mapping[str, object]) -> Config:
    """The project's configuration with what the command line says on top."""
    config = find_config(paths)
    changes: dict[str, object] = {
        key: given[key] for key in ("select", "dialect") if given.get(key)
    }
    if given.get("ignore"):
        changes["ignore"] = (*config.ignore, *_words(given["ignore"]))
    if given.get("fail_on"):
        changes["fail_on"] = LEVELS[str(given["fail_on"])]
    return replace(config, **changes)  # type: ignore[arg-type]


def _words(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, tuple) else ()


def parted(target: str) -> tuple[str, str]:
    """`model.py:net` as path and name; a colon that belongs to an existing path stays."""
    path, _, name = (target, "", "") if Path(target).exists() else target.rpartition(":")
    if not Path(path).is_file():
        raise UsageFault(f"{path or target}: no such file")
    return path, name
