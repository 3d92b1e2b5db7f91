"""The repository's own Python as syntax trees, read once, for the house tests."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("analyzer", "cli", "executor", "rules")

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
DECISION_NODES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.IfExp)


@dataclass(frozen=True)
class Module:
    """One Python file: its path inside the repository, its text, its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.path.split("/")[0]


@dataclass(frozen=True)
class Function:
    """One function with the qualified name the exceptions use."""

    module: Module
    name: str
    node: FunctionNode
    method: bool

    @property
    def key(self) -> str:
        return f"{self.module.path}::{self.name}"


@cache
def tracked_files() -> tuple[str, ...]:
    """Every file of the repository that is, or is about to be, under version control."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = {line for line in listing.stdout.splitlines() if (ROOT / line).is_file()}
    return tuple(sorted(names))


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file outside fixtures/, parsed."""
    found = []
    for path in tracked_files():
        if path.endswith(".py") and not path.startswith("fixtures/"):
            text = (ROOT / path).read_text("utf-8")
            found.append(Module(path, text, ast.parse(text, path)))
    return tuple(found)


@cache
def package_modules() -> tuple[Module, ...]:
    """Every module of the four packages."""
    return tuple(m for m in modules() if m.package in PACKAGES)


@cache
def functions() -> tuple[Function, ...]:
    """Every function of the four packages, methods and nested functions included."""
    return tuple(f for m in package_modules() for f in _functions(m, m.tree, "", False))


def _functions(module: Module, node: ast.AST, prefix: str, in_class: bool) -> Iterator[Function]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FunctionNode):
            name = prefix + child.name
            static = any(_named(d, "staticmethod") for d in child.decorator_list)
            yield Function(module, name, child, in_class and not static)
            yield from _functions(module, child, name + ".", False)
        elif isinstance(child, ast.ClassDef):
            yield from _functions(module, child, prefix + child.name + ".", True)
        else:
            yield from _functions(module, child, prefix, in_class)


def _named(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def code_lines(function: Function) -> int:
    """Lines of a function that are neither blank, comment nor docstring."""
    node = function.node
    assert node.end_lineno is not None
    docstring: set[int] = set()
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is not None:
        docstring = set(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    lines = function.module.text.splitlines()
    return sum(
        1
        for number in range(node.lineno, node.end_lineno + 1)
        if number not in docstring
        and (stripped := lines[number - 1].strip())
        and not stripped.startswith("#")
    )


def decisions(function: Function) -> int:
    """Branches, loops, handlers, conditions and boolean operators; nested functions apart."""
    count = 0
    pending: list[ast.AST] = list(ast.iter_child_nodes(function.node))
    while pending:
        node = pending.pop()
        if isinstance(node, FunctionNode | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(node, DECISION_NODES):
            count += 1
        elif isinstance(node, ast.BoolOp):
            count += len(node.values) - 1
        elif isinstance(node, ast.comprehension):
            count += len(node.ifs)
        elif isinstance(node, ast.Match):
            count += len(node.cases)
        pending.extend(ast.iter_child_nodes(node))
    return count


def parameters(function: Function) -> list[ast.arg]:
    """Every parameter but a method's first."""
    spec = function.node.args
    positional = [*spec.posonlyargs, *spec.args]
    named = positional[1:] if function.method else positional
    stars = [star for star in (spec.vararg, spec.kwarg) if star is not None]
    return [*named, *spec.kwonlyargs, *stars]


@dataclass(frozen=True)
class Import:
    """One import statement: what it leads to, and whether it runs when the module is imported."""

    module: Module
    line: int
    target: str
    relative: bool
    eager: bool


def imports(module: Module) -> Iterator[Import]:
    """Every import of a module, relative ones resolved to dotted names under dryfit."""
    yield from _imports(module, module.tree, True)


def _imports(module: Module, node: ast.AST, eager: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(module, child.lineno, alias.name, False, eager)
        elif isinstance(child, ast.ImportFrom):
            yield from _from_import(module, child, eager)
        else:
            late = isinstance(child, FunctionNode) or _type_checking(child)
            yield from _imports(module, child, eager and not late)


def _from_import(module: Module, node: ast.ImportFrom, eager: bool) -> Iterator[Import]:
    if node.level == 0:
        yield Import(module, node.lineno, node.module or "", False, eager)
        return
    parts = ["dryfit", *module.path.split("/")[:-1]]
    base = parts[: len(parts) - (node.level - 1)]
    target = ".".join([*base, *((node.module or "").split(".") if node.module else [])])
    for alias in node.names:
        yield Import(module, node.lineno, f"{target}.{alias.name}", True, eager)


def _type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and _named(node.test, "TYPE_CHECKING")
