"""Dtype policies: the dtype a layer keeps its weights in, and the one it computes in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..dtypes import default_float, dtype_name

_MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}
_global: list[Policy | None] = [None]


@dataclass(frozen=True, slots=True)
class Policy:
    """A named pair of dtypes: "float32", or "mixed_float16" (computes in float16)."""

    name: str

    @property
    def compute_dtype(self) -> str:
        """The dtype of the computation."""
        return _MIXED.get(self.name, self.name)

    @property
    def variable_dtype(self) -> str:
        """The dtype of the weights."""
        return "float32" if self.name in _MIXED else self.name

    @classmethod
    def of(cls, value: Any) -> Policy:
        """A policy from its name, its config, a dtype, or None for the default."""
        if value is None:
            return _global[0] or cls(default_float())
        if isinstance(value, Policy):
            return value
        if isinstance(value, dict):
            return cls(value["config"]["name"])
        if isinstance(value, str) and value in _MIXED:
            return cls(value)
        return cls(dtype_name(value))

    def get_config(self) -> dict[str, str]:
        """The config as Keras keeps it."""
        return {"name": self.name}

    def serialized(self) -> dict[str, Any]:
        """The config as it stands in a layer's config."""
        return {
            "module": "keras",
            "class_name": "DTypePolicy",
            "config": {"name": self.name},
            "registered_name": None,
        }


def set_global_policy(value: Any) -> None:
    """Change the policy of layers made from now on."""
    _global[0] = None if value is None else Policy.of(value)


def global_policy() -> Policy:
    """The policy of layers made without `dtype=`."""
    return Policy.of(None)
