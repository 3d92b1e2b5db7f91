"""Natives for Python's builtins and the standard library; importing fills the table."""

from __future__ import annotations

from . import (
    classes,
    collections,
    containers,
    conversions,
    decorators,
    exceptions,
    functional,
    inspection,
    iterators,
    modules,
    reductions,
    text,
)

__all__ = [
    "classes",
    "collections",
    "containers",
    "conversions",
    "decorators",
    "exceptions",
    "functional",
    "inspection",
    "iterators",
    "modules",
    "reductions",
    "text",
]
