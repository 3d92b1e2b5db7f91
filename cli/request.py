"""One call of `check`, options and configuration together."""

from __future__ import annotations

from dataclasses import dataclass

from .config import Config


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of one run of `check`."""

    paths: tuple[str, ...]
    config: Config
    form: str
    fix: bool
    diff: bool
    verbose: bool
    cache: bool
    jobs: int
    stdin_filename: str
