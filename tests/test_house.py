"""The house style, measured: sizes, arrows between the packages, docstrings, types, packaging."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable

import pytest

from . import house_exceptions as exceptions
from .house import (
    PACKAGES,
    ROOT,
    Function,
    FunctionNode,
    Module,
    code_lines,
    decisions,
    functions,
    imports,
    modules,
    package_modules,
    parameters,
    tracked_files,
)

# What each package may import of the others.
ARROWS = {
    "analyzer": {"analyzer"},
    "rules": {"rules", "analyzer"},
    "executor": {"executor", "analyzer"},
    "cli": {"cli", "rules", "executor", "analyzer"},
}
HEAVY = {"numba", "scipy", "h5py", "matplotlib", "sklearn"}
FOREIGN = {"tensorflow", "keras", "tf_keras", "torch", "jax"}


def excused(key: str, table: dict[str, str]) -> str | None:
    """The entry of an exception table that covers a function or module, if any."""
    path = key.split("::")[0]
    candidates = [key, path, *(str(parent) for parent in _parents(path))]
    return next((entry for entry in candidates if entry in table), None)


def _parents(path: str) -> Iterable[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[:end]) for end in range(len(parts), 0, -1)]


def over(
    limit: int, measured: dict[str, int], table: dict[str, str]
) -> tuple[list[str], list[str]]:
    """Names over a limit without an exception, and exceptions that cover nothing."""
    used = {excused(key, table) for key, value in measured.items() if value > limit}
    wrong = [
        f"{key}: {value} (limit {limit})"
        for key, value in measured.items()
        if value > limit and excused(key, table) is None
    ]
    return wrong, sorted(set(table) - used - exceptions.STANDING)


@pytest.mark.parametrize(
    ("limit", "measure", "table"),
    [
        pytest.param(40, code_lines, exceptions.CODE_LINES, id="code-lines"),
        pytest.param(10, decisions, exceptions.DECISIONS, id="decision-points"),
        pytest.param(6, lambda f: len(parameters(f)), exceptions.PARAMETERS, id="parameters"),
    ],
)
def test_functions_keep_to_the_limit(
    limit: int, measure: Callable[[Function], int], table: dict[str, str]
) -> None:
    wrong, unused = over(limit, {f.key: measure(f) for f in functions()}, table)
    assert wrong == []
    assert unused == [], "these exceptions are no longer needed"


def test_modules_have_at_most_400_lines() -> None:
    measured = {m.path: m.text.count("\n") for m in package_modules()}
    wrong, unused = over(400, measured, exceptions.MODULE_LINES)
    assert wrong == []
    assert unused == [], "these exceptions are no longer needed"


def test_lines_have_at_most_100_characters() -> None:
    wide = [
        f"{m.path}:{number}"
        for m in modules()
        for number, line in enumerate(m.text.splitlines(), 1)
        if len(line) > 100
    ]
    assert wide == []


def test_imports_follow_the_arrows_between_the_packages() -> None:
    wrong = [
        f"{m.path}:{i.line} imports {i.target}"
        for m in package_modules()
        for i in imports(m)
        if i.target.startswith("dryfit.") and i.target.split(".")[1] not in ARROWS[m.package]
    ]
    assert wrong == []


def test_imports_inside_the_packages_are_relative() -> None:
    wrong = [
        f"{m.path}:{i.line} imports {i.target}"
        for m in package_modules()
        for i in imports(m)
        if not i.relative and i.target.split(".")[0] == "dryfit"
    ]
    assert wrong == []


def test_nothing_imports_a_package_by_its_folder_name() -> None:
    # At the repository root `import analyzer` works, and makes a second copy of every class.
    wrong = [
        f"{m.path}:{i.line} imports {i.target}"
        for m in modules()
        for i in imports(m)
        if not i.relative and i.target.split(".")[0] in PACKAGES
    ]
    assert wrong == []


def test_the_linter_imports_nothing_heavy() -> None:
    wrong = [
        f"{m.path}:{i.line} imports {i.target}"
        for m in package_modules()
        for i in imports(m)
        if i.target.split(".")[0] in HEAVY and m.package != "executor"
        # A command may draw or train, once it has been asked to.
        if not (m.package == "cli" and not i.eager)
    ]
    assert wrong == []


def test_numpy_waits_until_a_value_needs_it() -> None:
    eager = {
        m.path: 1
        for m in package_modules()
        for i in imports(m)
        if m.package != "executor" and i.eager and i.target.split(".")[0] == "numpy"
    }
    wrong, unused = over(0, eager, exceptions.EAGER_NUMPY)
    assert wrong == []
    assert unused == [], "these exceptions are no longer needed"


def test_only_the_executor_needs_the_extra_and_the_cli_asks_for_it_late() -> None:
    wrong = [
        f"{m.path}:{i.line} imports {i.target}"
        for m in package_modules()
        for i in imports(m)
        if m.package == "cli" and i.eager and i.target.startswith("dryfit.executor")
    ]
    assert wrong == []


def test_no_package_imports_a_real_framework() -> None:
    wrong = [
        f"{m.path}:{i.line} imports {i.target}"
        for m in package_modules()
        for i in imports(m)
        if not i.relative and i.target.split(".")[0] in FOREIGN
    ]
    assert wrong == []


def test_importing_the_linter_loads_no_heavy_module() -> None:
    watched = sorted(HEAVY | FOREIGN | {"numpy", "pytest"})
    program = (
        "import sys, pkgutil, importlib, dryfit.analyzer, dryfit.rules\n"
        "for package in (dryfit.analyzer, dryfit.rules):\n"
        "    for found in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        importlib.import_module(found.name)\n"
        f"print([name for name in {watched!r} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert ast.literal_eval(done.stdout) == []


def _public_without_docstring(module: Module) -> list[str]:
    return [
        f"{module.path}:{node.lineno} {node.name}"
        for node in module.tree.body
        if isinstance(node, FunctionNode | ast.ClassDef)
        and not node.name.startswith("_")
        and not any(_is_overload(decorator) for decorator in node.decorator_list)
        and ast.get_docstring(node) is None
    ]


def _is_overload(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Name) and decorator.id == "overload"


def test_every_public_name_has_a_docstring() -> None:
    assert [name for m in package_modules() for name in _public_without_docstring(m)] == []


def test_every_module_says_what_it_is() -> None:
    assert [m.path for m in modules() if not ast.get_docstring(m.tree)] == []


def test_every_signature_is_typed() -> None:
    wrong = [
        f"{f.key} (line {f.node.lineno}): {', '.join(missing)}"
        for f in functions()
        if (missing := _untyped(f))
    ]
    assert wrong == []


def _untyped(function: Function) -> list[str]:
    missing = [p.arg for p in parameters(function) if p.annotation is None]
    return [*missing, *(["return"] if function.node.returns is None else [])]


def test_every_module_with_code_postpones_annotations() -> None:
    wanted = "from __future__ import annotations"
    wrong = [m.path for m in modules() if len(m.tree.body) > 1 and wanted not in m.text]
    assert wrong == []


def test_package_inits_hold_no_logic() -> None:
    allowed = (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.If)
    wrong = [
        f"{m.path}:{node.lineno}"
        for m in package_modules()
        for node in m.tree.body
        if m.path.endswith("/__init__.py")
        and not isinstance(node, allowed)
        and getattr(node, "name", "") not in {"__getattr__", "__dir__"}
    ]
    assert wrong == []


def test_package_inits_are_introduced_in_ten_lines() -> None:
    wrong = [
        m.path
        for m in package_modules()
        if m.path.endswith("/__init__.py")
        and len((ast.get_docstring(m.tree) or "").splitlines()) > 10
    ]
    assert wrong == []


def test_no_module_leaves_work_for_later() -> None:
    marker = re.compile(r"#.*\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3]) + r")\b")
    wrong = [
        f"{m.path}:{number}"
        for m in modules()
        for number, line in enumerate(m.text.splitlines(), 1)
        if marker.search(line)
    ]
    assert wrong == []


def test_pyproject_lists_every_sub_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    listed = set(project["tool"]["setuptools"]["packages"])
    folders = {m.path.rsplit("/", 1)[0] for m in package_modules()}
    assert listed == {"dryfit." + folder.replace("/", ".") for folder in folders}


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {m.path.rsplit("/", 1)[0] for m in package_modules()}
    assert [f for f in sorted(folders) if not (ROOT / f / "__init__.py").is_file()] == []


def test_no_text_names_a_path_of_one_machine() -> None:
    # Written in pieces, so that this file does not match itself.
    places = "|".join(["wo" + "rk", "ro" + "ot", "ho" + "me", "Us" + "ers"])
    pattern = re.compile(rf"(?<![\w.\-~/])/(?:{places})/[\w.]")
    wrong = []
    for path in tracked_files():
        try:
            text = (ROOT / path).read_text("utf-8")
        except UnicodeDecodeError:
            continue
        wrong += [f"{path}: {match.group()}" for match in pattern.finditer(text)]
    assert wrong == []
