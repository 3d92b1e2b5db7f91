"""The op table; read `elementwise.py` first. Every module here is found by walking."""

from __future__ import annotations

from importlib import import_module as _import
from pkgutil import iter_modules as _modules

_families = [_import(f"{__name__}.{found.name}") for found in _modules(__path__)]
