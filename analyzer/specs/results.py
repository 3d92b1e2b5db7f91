"""What ops return beside tensors: objects known by class, and records of named fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Handle:
    """An object of which only the class is known; its methods are "<cls>.<method>"."""

    cls: str


@dataclass(frozen=True, slots=True)
class Record:
    """A result with named fields, read as attributes and by key (scikit-learn's Bunch)."""

    name: str
    fields: Mapping[str, object] = field(default_factory=dict)
