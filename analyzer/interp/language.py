"""Everything the interpreter knows of Python; importing fills the dispatch tables."""

from __future__ import annotations

from . import (
    classes,
    comprehensions,
    control,
    expressions,
    functions,
    imports,
    library,
    loops,
    matching,
    operators,
    statements,
)

__all__ = [
    "classes",
    "comprehensions",
    "control",
    "expressions",
    "functions",
    "imports",
    "library",
    "loops",
    "matching",
    "operators",
    "statements",
]
