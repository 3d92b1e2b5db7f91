"""Everything the executor offers, imported once: layers, models, training, data."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

FOLDERS = ("layers", "model", "training", "data", "files", "facade")


@cache
def load_everything() -> None:
    """Import every module that offers public names (`api.names()` then has them all)."""
    for folder in FOLDERS:
        package = importlib.import_module(f"{__package__}.{folder}")
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(info.name)
