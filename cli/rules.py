"""`dryfit rules` and `dryfit explain`: what can be found, and why it matters."""

from __future__ import annotations

import inspect
import json
from textwrap import indent
from typing import TYPE_CHECKING

import click

from .errors import UsageFault

if TYPE_CHECKING:
    from ..rules import Case, Rule


@click.command(short_help="List every rule.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def rules(form: str) -> None:
    """List every rule: code, severity, name, and what it finds.

    A star says that `dryfit check --fix` can mend what it finds. Hints run only when they
    are selected.
    """
    from ..rules import rules as all_rules

    if form == "json":
        click.echo(json.dumps([_entry(rule) for rule in all_rules()], indent=2))
        return
    wide = max(len(rule.name) for rule in all_rules())
    for rule in all_rules():
        star = "*" if _fixes(rule) else " "
        click.echo(f"{rule.code} {star} {rule.level.value:<7}  {rule.name:<{wide}}  {_line(rule)}")


@click.command(short_help="Tell what a rule finds, and why it matters.")
@click.argument("word", metavar="CODE")
def explain(word: str) -> None:
    """Tell what a rule finds, why it matters, and show code that has it and code that fits.

    CODE may be a rule's code (SHP001) or its name (input-rank-mismatch).
    """
    from ..rules.selection import UnknownRule, named

    try:
        found = named([word])
    except UnknownRule as error:
        raise UsageFault(str(error)) from None
    click.echo("\n\n".join(_page(rule) for rule in found))


def _line(rule: type[Rule]) -> str:
    """The first sentence of a rule's documentation."""
    return (inspect.getdoc(rule) or "").split("\n")[0]


def _fixes(rule: type[Rule]) -> bool:
    return any(case.fixed is not None for case in rule.INVALID)


def _entry(rule: type[Rule]) -> dict[str, object]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.level.value,
        "summary": _line(rule),
        "fixable": _fixes(rule),
        "dialects": list(rule.dialects),
    }


def _page(rule: type[Rule]) -> str:
    parts = [f"{rule.code} {rule.name} ({rule.level.value})", inspect.getdoc(rule) or ""]
    if len(rule.dialects) == 1:
        parts.append(f"Only for dialect {rule.dialects[0]}.")
    if rule.keras_says:
        said = "\n".join(f"  {words}" for words in rule.keras_says)
        parts.append(f"Keras says:\n{said}")
    parts += [f"Found in:\n{_example(case)}" for case in rule.INVALID[:2]]
    parts += [f"Fits:\n{_example(case)}" for case in rule.VALID[:1]]
    mended = next((case.fixed for case in rule.INVALID if case.fixed is not None), None)
    if mended is not None:
        parts.append(f"After --fix:\n{indent(mended.rstrip(), '    ')}")
    parts.append(f"Not wanted on a line?  # dryfit: ignore[{rule.code}]")
    return "\n\n".join(parts)


def _example(case: Case) -> str:
    return indent(case.code.rstrip(), "    ")
