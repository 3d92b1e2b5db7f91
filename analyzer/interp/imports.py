"""Imports: native modules by canonical name, the project's own modules by running them."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import libcst as cst

from .. import natives, project
from ..source import Source
from ..unknown import Unknown
from ..values import ABSENT, Call, Module, Names, Namespace, Value
from .assign import bind_name
from .attributes import find
from .dispatch import executes
from .namespaces import missing
from .scopes import MODULE, Frame, Scope
from .signals import Jump, Outcome
from .spellings import HARMLESS, canonical, is_native, root_of
from .syntax import alias_name, dotted, shape_of

if TYPE_CHECKING:
    from .interpreter import Interpreter

_NATIVE = frozenset({"keras", "tf", "numpy"})
_MAX_MODULES = 200


@executes(cst.Import)
def import_statement(interp: Interpreter, node: cst.Import) -> Outcome:
    """`import a.b`, `import a.b as c`"""
    for alias in node.names:
        full = dotted(alias.name)
        module = load_all(interp, full, node)
        if alias.asname is None and "." in full:
            module = load(interp, full.split(".")[0], 0, node)
        bind_name(interp, interp.frame.scope, alias_name(alias), module)
    return None


@executes(cst.ImportFrom)
def import_from(interp: Interpreter, node: cst.ImportFrom) -> Outcome:
    """`from a import b as c`, `from . import x`, `from a import *`"""
    name, level = dotted(node.module), len(node.relative)
    module = load(interp, name, level, node)
    if isinstance(node.names, cst.ImportStar):
        _import_star(interp, module, node)
        return None
    for alias in node.names:
        wanted = dotted(alias.name)
        value = _member(interp, module, wanted, node)
        bind_name(interp, interp.frame.scope, alias_name(alias), value)
    return None


def _member(interp: Interpreter, module: Value, wanted: str, node: cst.ImportFrom) -> Value:
    """`from module import wanted`: an attribute, or a module of the project."""
    if isinstance(module, Unknown):
        return module
    value = find(interp, module, wanted, interp.site(node))
    if isinstance(module, Namespace) and wanted not in module.names:
        name, level = dotted(node.module), len(node.relative)
        sub = load(interp, f"{name}.{wanted}" if name else wanted, level, node)
        if isinstance(sub, Namespace):
            return sub
    if value is not ABSENT:
        return value
    if isinstance(module, Module):
        found = missing(interp, module, wanted, interp.site(node))
        if found is not None:
            return found
    return interp.unknown(f"{wanted} is not in {getattr(module, 'name', '')}")


def _import_star(interp: Interpreter, module: Value, node: cst.ImportFrom) -> None:
    scope = interp.frame.scope
    names = list(_public_names(interp, module)) if isinstance(module, Namespace) else None
    if isinstance(module, Module):
        hook = natives.hook("module.__all__")
        if hook is not None:
            call = Call((module.name,), {}, interp.site(node))
            names = hook(interp, call)
    if not isinstance(names, list | tuple):
        scope.module.dynamic = True
        return
    for name in names:
        value = find(interp, module, name, interp.site(node))
        if value is not ABSENT:
            bind_name(interp, scope, name, value)
    if isinstance(module, Namespace) and interp.scopes[module].dynamic:
        scope.module.dynamic = True


def _public_names(interp: Interpreter, module: Namespace) -> Iterator[str]:
    listed = module.names.get("__all__")
    if isinstance(listed, list | tuple) and all(isinstance(n, str) for n in listed):
        yield from listed  # type: ignore[misc]
        return
    yield from [name for name in module.names if not name.startswith("_")]


def load_all(interp: Interpreter, full: str, node: cst.CSTNode) -> Value:
    """`import a.b.c`: each package on the way gets the next one as an attribute."""
    parts = full.split(".")
    module = load(interp, parts[0], 0, node)
    for end in range(2, len(parts) + 1):
        inner = load(interp, ".".join(parts[:end]), 0, node)
        if isinstance(module, Namespace) and parts[end - 1] not in module.names:
            module.names[parts[end - 1]] = inner
        module = inner
    return module


def load(interp: Interpreter, name: str, level: int, node: cst.CSTNode) -> Value:
    """The module an import statement names."""
    full = canonical(name)
    if level == 0 and root_of(name) in _NATIVE:
        return Module(full, name)
    importer = interp.frame.source
    path = None
    if importer.path[:1] != "<" and (level or root_of(name) not in sys.stdlib_module_names):
        path = project.resolve(name, level, importer.path)
        interp.analysis.imports[name, level, importer.path] = str(path or "")
    if path is not None:
        return run_project_module(interp, str(path), name)
    if level == 0 and (root_of(name) in HARMLESS or _is_library(full)):
        return Module(full, name)
    return interp.unknown(f"{'.' * level}{name}: import not followed")


def _is_library(name: str) -> bool:
    prefix = f"{name}."
    return is_native(name) or any(key.startswith(prefix) for key in natives.table)


def run_project_module(interp: Interpreter, path: str, name: str) -> Value:
    """A module of the project, run once; while it runs, importers see what it has so far."""
    found = interp.modules.get(path)
    if found is not None:
        return found
    if len(interp.modules) >= _MAX_MODULES:
        return interp.unknown("too many modules")
    source = Source.read(path)
    namespace = Namespace(name, source)
    interp.modules[path] = namespace
    # A module stays imported whatever becomes of the branch that imported it.
    logs, interp.heap.logs = interp.heap.logs, []
    try:
        run_module(interp, namespace, _dotted_name(path))
    finally:
        interp.heap.logs = logs
    return namespace


def _dotted_name(path: str) -> str:
    """The full name of a module, from the packages it is in."""
    place = Path(path)
    parts = [] if place.name == "__init__.py" else [place.stem]
    folder = place.parent
    while (folder / "__init__.py").is_file() and folder.parent != folder:
        parts.append(folder.name)
        folder = folder.parent
    return ".".join(reversed(parts))


def run_module(interp: Interpreter, namespace: Namespace, dunder_name: str) -> Scope:
    """Run a module body in a namespace of its own."""
    source = namespace.source
    scope = module_scope(source, namespace.names)
    namespace.names.update(__name__=dunder_name, __file__=source.path, __doc__=None)
    interp.scopes[namespace] = scope
    outer = interp.frame
    interp.frame = Frame(scope, source, parent=outer)
    interp.depth += 1
    try:
        outcome = interp.attempt(source.module)
    finally:
        interp.depth -= 1
        interp.frame = outer
    scope.finished = outcome is None
    if outcome is not None and not isinstance(outcome, Jump) and outcome.fall is not None:
        interp.heap.apply(outcome.fall)
    return scope


def module_scope(source: Source, names: Names) -> Scope:
    """The global scope of a module, with the names its text binds somewhere."""
    shape = shape_of(source.module, ":=" in source.text)
    dynamic = not source.complete or source.kind == "notebook"
    dynamic = dynamic or any(word in source.text for word in ("exec(", "globals()", "vars()"))
    return Scope(
        MODULE, names, None, source, frozenset(shape.bound), dynamic=dynamic, finished=False
    )


__all__ = ["builtins", "load", "run_module"]
