"""What `Model` needs of the modules that stand above it; they enter themselves here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# The functional model class, and the function that makes one from its config.
FUNCTIONAL: list[Any] = []
# save_model, save_weights and load_weights.
FILES: dict[str, Callable[..., Any]] = {}
