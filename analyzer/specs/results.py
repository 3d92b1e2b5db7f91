"""What ops return beside tensors: objects known by class, and records of named fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Handle:
    """An object known by its class, whose methods are "<cls>.<method>"; they get it."""

    cls: str
    value: object = None


@dataclass(frozen=True, slots=True)
class Record:
    """A result with named fields, read as attributes and by key (scikit-learn's Bunch)."""

    name: str
    fields: Mapping[str, object] = field(default_factory=dict)
