"""Many sources at once, in processes: what they find comes back as plain data."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..analyzer.analysis import Import
from ..analyzer.source import Source
from .config import Config
from .storing import Outcome, Plain, plain, restored

if TYPE_CHECKING:
    from ..rules.selection import Selection

# Below this, starting processes costs more than it saves.
WORTH_IT = 8


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one source: an outcome with the imports it rests on, or our fault."""

    outcome: Outcome | None
    imports: dict[Import, str]
    fault: str = ""


def selection(config: Config) -> Selection:
    """The rules that a configuration chooses."""
    from ..rules.selection import Selection

    c = config
    return Selection(c.select, c.ignore, c.per_file_ignores, c.severity, c.root)


def cores() -> int:
    """How many processes this one may have run at once."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def one(source: Source, config: Config) -> Result:
    """Check a source here and now."""
    from ..rules.checking import check

    try:
        checked = check(source, config.options, selection(config))
    except Exception as error:  # a fault of ours must not hide the other files
        if os.environ.get("DRYFIT_DEBUG"):
            raise
        return Result(None, {}, f"{type(error).__name__}: {error}")
    return Result(Outcome(checked.findings, checked.coverage), dict(checked.imports))


def every(sources: Sequence[Source], config: Config, jobs: int) -> Iterator[Result]:
    """Check all sources, in order, by so many processes where that is worth it."""
    jobs = min(jobs, len(sources))
    if jobs < 2 or len(sources) < WORTH_IT or os.environ.get("DRYFIT_DEBUG"):
        for source in sources:
            # A copy: the tree and all that hangs on it go when the next one is read.
            yield one(source.fresh(), config)
        return
    import multiprocessing

    # Forked processes share what is imported by now; elsewhere each imports for itself.
    from ..rules import checking

    assert checking
    method = "fork" if sys.platform == "linux" else None
    with multiprocessing.get_context(method).Pool(jobs) as pool:
        work = [(source.path, config) for source in sources]
        for outcome, imports, fault in pool.imap(_elsewhere, work):
            yield Result(restored(outcome) if outcome else None, imports, fault)


def _elsewhere(given: tuple[str, Config]) -> tuple[Plain | None, dict[Import, str], str]:
    path, config = given
    result = one(Source.read(path, config.max_file_size), config)
    return plain(result.outcome) if result.outcome else None, result.imports, result.fault
