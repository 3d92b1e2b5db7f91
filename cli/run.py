"""`dryfit run` and `dryfit warmup`: a script with no TensorFlow installed."""

from __future__ import annotations

from pathlib import Path

import click

from .engine import engine, running
from .errors import UsageFault
from .options import configuration, dialect_option
from .verifying import verify


@click.command(
    short_help="Check a script, then run it.",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option(
    "--smoke",
    is_flag=True,
    help="A dry run of any script, offline: one step per fit, and made-up data of the"
    " right shapes in place of keras.datasets. May also stand last.",
)
@click.option("--verify/--no-verify", "verified", default=True, help="Check first. On by default.")
@dialect_option
@click.argument("script", type=click.Path())
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def run(
    script: str, args: tuple[str, ...], smoke: bool, verified: bool, dialect: str | None
) -> None:
    """Check SCRIPT, then run it with ARGS: keras and tensorflow in it are Dryfit's own.

    Only the script and what it imports from its own project see them. The first run on a
    machine compiles kernels; `dryfit warmup` does that ahead.
    """
    if not Path(script).is_file():
        raise UsageFault(f"{script}: no such file")
    if args[-1:] == ("--smoke",):
        args, smoke = args[:-1], True
    config = configuration([script], {"dialect": dialect})
    if verified:
        verify(script, config)
    with running(script, config.dialect) as executor:
        executor.run_script(script, args, smoke=smoke)


@click.command(short_help="Compile the kernels ahead of the first run.")
def warmup() -> None:
    """Compile the kernels that models need, so that no first run waits for them."""
    engine().warmup(click.echo)
