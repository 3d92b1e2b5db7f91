"""Executor errors: where, needed against got, what to do; one renderer makes the text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..analyzer.mismatch import Mismatch, shape_text


@dataclass(eq=False)
class ModelError(ValueError):
    """Something a model or a call of it cannot do.

    `what` names the user's layer or object, `needs` and `got` stand side by side,
    `hint` says what to do.
    """

    what: str
    needs: str = ""
    got: Mapping[str, object] = field(default_factory=dict)
    names: Mapping[str, object] = field(default_factory=dict)
    hint: str = ""

    def __str__(self) -> str:
        text = self.what
        if self.needs:
            text += f" needs {self.needs}"
        if self.got:
            values = ", ".join(
                f"{k} {shape_text(v)}" if k else shape_text(v) for k, v in _items(self.got)
            )
            text += f", got {values}"
        if self.names:
            text += f" ({', '.join(f'{k}={shape_text(v)}' for k, v in self.names.items())})"
        return f"{text}\n    fix: {self.hint}" if self.hint else text


def _items(got: Mapping[str, object]) -> list[tuple[str, object]]:
    return [(str(k), v) for k, v in got.items()]


def from_mismatch(what: str, error: Mismatch) -> ModelError:
    """A spec's contradiction as an error about the user's layer."""
    return ModelError(what, error.needs, error.got, error.names, error.hint)


class NotAvailable(NotImplementedError):
    """A name of Keras or TensorFlow that Dryfit knows of and does not run."""
