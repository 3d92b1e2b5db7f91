"""`dryfit`: the command group. A command's module is imported when the command is asked for."""

from __future__ import annotations

import gc
import importlib
import os
import sys

import click

from . import quickstart
from .errors import FAULT, STOPPED, UsageFault

# Command -> module and attribute. A cold `check` must not pay for what `train` needs.
COMMANDS = {
    "check": "check:check",
    "report": "report:report",
    "run": "run:run",
    "train": "train:train",
    "predict": "train:predict",
    "rules": "rules:rules",
    "explain": "rules:explain",
    "warmup": "run:warmup",
}


class Lazy(click.Group):
    """A group that imports the module of a command when it is first asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, in the order one meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        return getattr(importlib.import_module(f".{module}", __package__), attribute)


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        from importlib import metadata

        click.echo(f"dryfit {metadata.version('dryfit')}")
        ctx.exit()


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version)
def dryfit() -> None:
    """Put a Keras model together, see that it fits, take it apart again.

    Reads models in any style (Sequential, functional, subclassed), proves what fits and
    names what does not, without importing TensorFlow and without running the code; then,
    on request, trains and runs the very model it has verified.

    \b
    dryfit check              every model below this folder
    dryfit report model.py    each layer's shapes, weights, masks, cost
    dryfit run train.py       the script itself, with no TensorFlow installed
    """


def main() -> None:
    """The console script: exit code 0, 1 for findings, 2 for a fault, never a traceback."""
    # Syntax trees are large and hold no garbage: fewer collections save a tenth of a check.
    gc.set_threshold(100_000, 20, 100)
    kept = quickstart.begin()
    for stream in (sys.stdout, sys.stderr):
        # A source may hold what the terminal's encoding cannot show.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    try:
        sys.exit(dryfit.main(prog_name="dryfit", standalone_mode=False))
    except UsageFault as fault:
        click.echo(f"dryfit: {fault}", err=True)
        sys.exit(FAULT)
    except click.ClickException as fault:
        fault.show()
        sys.exit(fault.exit_code)
    except click.Abort:  # by the keyboard; 1 would say that there are findings
        click.echo("stopped", err=True)
        sys.exit(STOPPED)
    except Exception as error:
        if os.environ.get("DRYFIT_DEBUG"):
            raise
        words = f"{type(error).__name__}: {error}"
        click.echo(f"dryfit: internal fault, {words}", err=True)
        click.echo("DRYFIT_DEBUG=1 shows where; please report it with the file.", err=True)
        sys.exit(FAULT)
    finally:
        if kept is not None:
            kept.keep()
