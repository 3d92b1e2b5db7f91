"""A proved contradiction: what a layer, op or constructor needs and what it got."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .dims import Dim, Dims


@dataclass(eq=False)
class Mismatch(Exception):
    """Raised by a spec when no value of the unknowns can work.

    `kind` names the condition (rules select by it); `needs` says what is required;
    `got` holds labelled shapes or values; `names` the bound names (`steps=9`).
    `late` marks what real Keras only raises when the model is executed.
    """

    kind: str
    needs: str
    got: Mapping[str, object] = field(default_factory=dict)
    names: Mapping[str, object] = field(default_factory=dict)
    hint: str = ""
    late: bool = False

    def __str__(self) -> str:
        got = ", ".join(f"{k} {shape_text(v)}" for k, v in self.got.items())
        return f"{self.kind}: needs {self.needs}, got {got}"


def shape_text(value: object) -> str:
    """A shape as people write it: `(batch, 28, 28)`, other values by `repr`."""
    if isinstance(value, tuple):
        inner = ", ".join(shape_text(v) if isinstance(v, tuple) else str(v) for v in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value) if isinstance(value, str) else str(value)


__all__ = ["Dim", "Dims", "Mismatch", "shape_text"]
