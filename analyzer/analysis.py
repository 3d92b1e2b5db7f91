"""`analyze(source)`: from one source (and what it imports) to facts and models."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from .summary import ModelSummary

if TYPE_CHECKING:
    from .facts import Fact
    from .source import Source


@dataclass(frozen=True, slots=True)
class Options:
    """How far and in which dialect to analyse."""

    dialect: str = "keras3"
    max_steps: int = 400_000
    max_seconds: float = 20.0
    max_depth: int = 60
    max_unroll: int = 512


@dataclass(slots=True)
class Coverage:
    """How many layer calls got a full shape, and why the others did not."""

    layer_calls: int = 0
    known: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    exhausted: str = ""  # "steps", "seconds": which budget ran out, and where it stood


Import: TypeAlias = "tuple[str, int, str]"  # what is imported, its dots, the file that does


@dataclass(slots=True)
class Analysis:
    """Everything found out about one source.

    `imports` says where each import of the project led, "" where it led nowhere: the
    result holds as long as these files, and that, stay as they are.
    """

    source: Source
    options: Options
    facts: list[Fact] = field(default_factory=list)
    models: list[ModelSummary] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)
    imports: dict[Import, str] = field(default_factory=dict)


def analyze(source: Source, options: Options | None = None) -> Analysis:
    """Run the program of `source` over abstract values; never raises, always ends."""
    # Imported late: options are read long before a file turns out to be of interest.
    from . import keras  # noqa: F401  # fills the table of natives
    from .interp import roots

    analysis = Analysis(source, options or Options())
    roots.run(analysis)
    return analysis
