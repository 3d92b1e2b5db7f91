"""Changes a rule proposes, written on nodes and resolved to text edits by the runner."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from ..analyzer.position import Position
from ..analyzer.values import Site

_EMPTY = cst.Module([])


@dataclass(frozen=True, slots=True)
class Replacement:
    """New text for the node of a site, or for the span `at` in its file."""

    site: Site
    text: str
    at: Position | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A titled set of replacements; only `safe` ones are applied by `--fix`."""

    title: str
    replacements: tuple[Replacement, ...]
    safe: bool = True


def text_of(node: cst.CSTNode) -> str:
    """The source text of a node."""
    return _EMPTY.code_for_node(node)


def replace(
    site: Site, node: cst.CSTNode, new: cst.CSTNode | str, title: str, safe: bool = True
) -> Change:
    """Replace `node`, which stands in the file of `site`."""
    text = new if isinstance(new, str) else text_of(new)
    place = Site(site.source, node)
    return Change(title, (Replacement(place, text),), safe)


def with_keyword(call: cst.Call, name: str, value: str) -> cst.Call:
    """The call with `name=value` set: replaced where given, else appended."""
    expression = cst.parse_expression(value)
    made = cst.Arg(
        expression,
        cst.Name(name),
        cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
    )
    args = list(call.args)
    for i, arg in enumerate(args):
        if arg.keyword is not None and arg.keyword.value == name:
            args[i] = arg.with_changes(value=expression)
            return call.with_changes(args=args)
    if args:
        args[-1] = args[-1].with_changes(comma=_comma(args[-1]))
    return call.with_changes(args=[*args, made])


def without_keyword(call: cst.Call, name: str) -> cst.Call:
    """The call without the argument `name=...`."""
    args = [a for a in call.args if a.keyword is None or a.keyword.value != name]
    if args:
        args[-1] = args[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return call.with_changes(args=args)


def keyword(call: cst.Call, name: str) -> cst.Arg | None:
    """The argument `name=...` of a call, if it is written there."""
    return next((a for a in call.args if a.keyword and a.keyword.value == name), None)


def _comma(arg: cst.Arg) -> cst.Comma:
    if isinstance(arg.comma, cst.Comma) and not isinstance(
        arg.comma.whitespace_after, cst.MaybeSentinel
    ):
        text = text_of(arg.comma)
        if text != ",":
            return arg.comma
    return cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


def written(site: Site, name: str) -> str | None:
    """The text of the keyword argument `name` where the call stands, if it is there."""
    node = site.node
    arg = keyword(node, name) if isinstance(node, cst.Call) else None
    return text_of(arg.value) if arg else None
