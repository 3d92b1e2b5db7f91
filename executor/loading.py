"""Run a user's module with `keras` and `tensorflow` being Dryfit's, for that module only.

The names are resolved by an `__import__` of the module's own builtins, so the process'
real keras, if there is one, stays what it was; numpy and all else are imported as usual.
"""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

from ..analyzer.findings import Finding
from ..analyzer.interp.spellings import canonical, root_of
from ..analyzer.messages import concise
from . import dialect
from .facade import datasets, facade
from .training import loops

_OURS = ("keras", "tf")


class VerificationError(Exception):
    """The analysis proved that the program fails; `findings` say where and why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(concise(f) for f in findings))


def load(path: str | Path, verify: bool = True) -> types.ModuleType:
    """The module of a file, checked, then executed with Dryfit's keras.

    Raises `VerificationError` where an error is proved; `verify=False` skips the check.
    """
    path = Path(path)
    if verify:
        check(path)
    return Project(path).execute(path.stem)


def run_script(path: str | Path, args: Sequence[str] = (), smoke: bool = False) -> None:
    """Run a file as `python path args` would; `smoke` makes one step per fit on made-up data."""
    path = Path(path)
    before = sys.argv
    sys.argv = [str(path), *args]
    try:
        with _smoking(smoke):
            Project(path).execute("__main__")
    finally:
        sys.argv = before


def check(path: Path) -> None:
    """Raise `VerificationError` when a verifier proves errors in the file."""
    for entry in metadata.entry_points(group="dryfit.verifiers"):
        found = entry.load()(path)
        if found:
            raise VerificationError(found)


@contextmanager
def _smoking(smoke: bool) -> Iterator[None]:
    token, before = datasets.smoke.set(smoke), loops.SMOKE[0]
    loops.SMOKE[0] = smoke
    try:
        yield
    finally:
        datasets.smoke.reset(token)
        loops.SMOKE[0] = before


class Project:
    """A file and what it imports from its own folder, executed in a module table of its own."""

    def __init__(self, path: Path) -> None:
        self.path, self.root = path, path.resolve().parent
        self.modules: dict[str, types.ModuleType] = {}
        self.builtins = dict(vars(builtins)) | {"__import__": self.import_}

    def execute(self, name: str) -> types.ModuleType:
        """Run the file under a module name."""
        return self._run(self.path, name, "")

    def _run(self, path: Path, name: str, package: str) -> types.ModuleType:
        text = path.read_bytes()
        module = types.ModuleType(name)
        module.__file__ = str(path)
        module.__package__ = package
        module.__dict__["__builtins__"] = self.builtins
        if path.name == "__init__.py":
            module.__path__ = [str(path.parent)]
        self.modules[name] = module
        kind = "keras2" if b"tf_keras" in text else "keras3"
        with dialect.using(kind):
            exec(compile(text, str(path), "exec"), module.__dict__)
        return module

    def import_(
        self,
        name: str,
        scope: Mapping[str, Any] | None = None,
        local: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        """`__import__` for the project: Dryfit's names, its own files, then everything else."""
        if level == 0 and root_of(name) in _OURS:
            return self._facade(name, fromlist)
        full = self._absolute(name, scope, level)
        found = self._own(full) if full else None
        if found is None:
            return builtins.__import__(name, scope, local, fromlist or (), level)
        if hasattr(found, "__path__"):
            self._own_parts(found, full, fromlist or ())
        return found if fromlist or level else self.modules[full.split(".")[0]]

    def _own_parts(self, package: types.ModuleType, full: str, names: Sequence[str]) -> None:
        """`from package import part`: parts that are modules of the project."""
        for part in names:
            if not hasattr(package, part):
                self._own(f"{full}.{part}")

    def _facade(self, name: str, fromlist: Sequence[str] | None) -> Any:
        if fromlist:
            return _resolved(canonical(name))
        root = name.split(".")[0]
        _resolved(canonical(name))
        return facade(canonical(root))

    def _absolute(self, name: str, scope: Mapping[str, Any] | None, level: int) -> str:
        if not level:
            return name
        package = str((scope or {}).get("__package__") or "")
        parts = package.split(".")[: max(0, len(package.split(".")) - level + 1)]
        return ".".join(p for p in [*parts, name] if p)

    def _own(self, full: str) -> types.ModuleType | None:
        """A module of the project, executed once; None when there is no such file."""
        found: types.ModuleType | None = None
        parts = full.split(".")
        for i in range(1, len(parts) + 1):
            name = ".".join(parts[:i])
            found = self.modules.get(name) or self._find(name)
            if found is None:
                return None
            if i > 1:
                setattr(self.modules[".".join(parts[: i - 1])], parts[i - 1], found)
        return found

    def _find(self, name: str) -> types.ModuleType | None:
        place = self.root.joinpath(*name.split("."))
        if (place / "__init__.py").is_file():
            return self._run(place / "__init__.py", name, name)
        file = place.with_suffix(".py")
        if file.is_file() and file.resolve() != self.path.resolve():
            return self._run(file, name, name.rpartition(".")[0])
        if place.is_dir() and any(place.glob("*.py")):
            module = types.ModuleType(name)
            module.__path__ = [str(place)]
            self.modules[name] = module
            return module
        return None


def _resolved(name: str) -> Any:
    """A namespace or object by its canonical dotted name."""
    first, *rest = name.split(".")
    value: Any = facade(first)
    for part in rest:
        try:
            value = getattr(value, part)
        except AttributeError as error:
            raise ImportError(str(error)) from None
    return value
