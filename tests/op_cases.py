"""The declared cases of the op specs, as calls of every public name.

Used by the recorder (under real libraries) and by the test; needs no third library.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod

from dryfit.analyzer.specs import registry, signature
from dryfit.analyzer.specs.base import Call, OpSpec


@dataclass(frozen=True)
class Input:
    """A tensor input of a case: its name in the program, dtype and shape."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.name}: {self.dtype}{list(self.shape)}"

    def leaves(self) -> list[object]:
        """Its values in C order: small, positive, different, and valid as indices."""
        size = prod(self.shape)
        if self.dtype == "bool":
            return [k % 2 == 0 for k in range(size)]
        if "int" in self.dtype:
            return [1 + k % 2 for k in range(size)]
        return [(k + 1) / size for k in range(size)]


@dataclass(frozen=True)
class Program:
    """One call of one public name: its text and the inputs it uses."""

    spelling: str
    text: str
    inputs: tuple[Input, ...]

    @property
    def key(self) -> str:
        """What identifies it in the record."""
        return "; ".join([self.text, *map(str, self.inputs)])


def programs() -> Iterator[Program]:
    """Every case of every op under every spelling that can say it."""
    for spec in sorted(registry.ops().values(), key=lambda s: s.name):
        for spelling, text in spec.names.items():
            yield from _of_spelling(spec, spelling, text or spec.signature)


def _of_spelling(spec: OpSpec, spelling: str, text: str) -> Iterator[Program]:
    for case in spec.cases:
        given, inputs = _arguments(spec, case)
        call = _call(signature.parse(text), given)
        if call is not None:
            yield Program(spelling, f"{spelling}({call})", inputs)


def _arguments(spec: OpSpec, case: Call) -> tuple[dict[str, str], tuple[Input, ...]]:
    """The case's arguments by canonical name, as program text, and its inputs."""
    kinds = {n: p.kind for n, p in spec.parameters.params.items()}
    slots = [n for n, k in kinds.items() if k in ("tensor", "tensors")]
    given: dict[str, str] = {}
    inputs: list[Input] = []
    for slot, value in zip(slots, case.inputs, strict=False):
        shapes = value if isinstance(value, list) else [value]
        made = [_input(len(inputs) + i, case.of, s) for i, s in enumerate(shapes)]
        inputs += made
        names = ", ".join(m.name for m in made)
        given[slot] = f"[{names}]" if isinstance(value, list) else names
    given |= {n: repr(v) for n, v in case.kwargs.items()}
    return given, tuple(inputs)


def _input(index: int, of: str | tuple[str, ...], shape: tuple[int, ...]) -> Input:
    dtype = of if isinstance(of, str) else of[index]
    return Input(string.ascii_lowercase[index], dtype, tuple(shape))


def _call(own: signature.Signature, given: Mapping[str, str]) -> str | None:
    """The argument list in a spelling's own words; None where it cannot say it."""
    names = {p.name if p.kind == "any" else p.kind: p for p in own.params.values()}
    if not set(given) <= set(names):
        return None
    required = {n for n, p in names.items() if p.required}
    if not required <= set(given):
        return None
    parts: list[str] = []
    positional = True
    for name, param in names.items():
        if name not in given:
            positional = positional and param.mode == "args"
        elif param.mode == "args":
            parts.append(given[name].strip("[]"))
        else:
            positional = positional and param.mode == "normal"
            parts.append(given[name] if positional else f"{param.name}={given[name]}")
    return ", ".join(p for p in parts if p)
